/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stacks by the names of their functions. */
#ifndef UTIL_FRAMES_H
#define UTIL_FRAMES_H

#include <stdint.h>

/**
 * stlb_frames_of_tracer - how many of the innermost frames are what recorded the event
 * @names: innermost first; NULL where a name is not known
 *
 * Above the function that a probe is on, the probe's own functions stand on the stack. From ftrace
 * they are called through a trampoline that has no name.
 */
uint32_t stlb_frames_of_tracer(const char *const *names, uint32_t nr);

#endif
