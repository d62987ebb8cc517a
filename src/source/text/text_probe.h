/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SOURCE_TEXT_TEXT_PROBE_H
#define SOURCE_TEXT_TEXT_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/** stlb_text_probe - whether a file that begins so is the text of a trace */
bool stlb_text_probe(const void *head, size_t size);

#endif
