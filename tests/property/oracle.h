/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The brute-force judge: the rules read from the design, nothing shared with the library. */
#ifndef PROPERTY_ORACLE_H
#define PROPERTY_ORACLE_H

#include "trace.h"

/** oracle_judge - judge a whole trace */
void oracle_judge(const struct trace *trace, struct judgement *judgement);

#endif
