/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small traces at random: operations of a kernel, right and wrong, between tasks on two CPUs. */
#ifndef PROPERTY_GENERATE_H
#define PROPERTY_GENERATE_H

#include "trace.h"

/** generate - the trace of a seed; the same seed gives the same trace */
void generate(uint64_t seed, struct trace *trace);

#endif
