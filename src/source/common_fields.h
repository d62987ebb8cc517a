/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields that each record of a tracepoint begins with, whoever recorded it. */
#ifndef SOURCE_COMMON_FIELDS_H
#define SOURCE_COMMON_FIELDS_H

#include "staletlb/source.h"

/** enum - where they are: 16 bits of type, 8 of flags, 8 of preemption count, 32 of pid */
enum {
	STLB_COMMON_TYPE = 0,
	STLB_COMMON_FLAGS = 2,
	STLB_COMMON_PID = 4,
	STLB_COMMON_SIZE = 8,
};

/** stlb_common_context - who ran, as the flags say: enum stlb_context_kind */
static inline uint8_t stlb_common_context(uint8_t flags)
{
	enum { HARDIRQ = 0x08, SOFTIRQ = 0x10, NMI = 0x40 };

	if (!(flags & (HARDIRQ | SOFTIRQ | NMI)))
		return STLB_CONTEXT_TASK;
	if (flags & NMI)
		return STLB_CONTEXT_NMI;
	return flags & HARDIRQ ? STLB_CONTEXT_HARDIRQ : STLB_CONTEXT_SOFTIRQ;
}

#endif
