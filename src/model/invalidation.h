/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What invalidates secondary TLBs, and of which pages (staletlb-kernel(7)). */
#ifndef MODEL_INVALIDATION_H
#define MODEL_INVALIDATION_H

#include "staletlb/event.h"

/** struct stlb_end_rule - whether ends of the trace's kernel invalidate; zeroed: not known yet */
struct stlb_end_rule {
	bool known, before_6_6;
};

/** stlb_end_rule_of - that of a kernel, as stlb_kernel_version() gives it; 0: not known */
struct stlb_end_rule stlb_end_rule_of(unsigned int kernel);

/** stlb_end_rule_learn - where it is not known, the first end tells: only_end is recorded
 * before 6.6 */
void stlb_end_rule_learn(struct stlb_end_rule *rule, const struct stlb_event *end);

/**
 * stlb_end_invalidates - whether an invalidate_range_end invalidates its range
 *
 * Before 6.6 each does, unless it says only_end; from 6.6 on none does.
 */
bool stlb_end_invalidates(const struct stlb_end_rule *rule, const struct stlb_event *end);

/* ---- ranges [start, end), as events tell them; ~0 ends the address space ---- */

bool stlb_range_is_empty(uint64_t start, uint64_t end);
bool stlb_range_is_unaligned(uint64_t start, uint64_t end);

/** stlb_range_is_of_kernel - kernel addresses alone: the range says nothing of user addresses */
bool stlb_range_is_of_kernel(uint64_t start);

/** struct stlb_span - whole pages [start, end) */
struct stlb_span {
	uint64_t start, end;
};

/** stlb_range_pages - the pages that a range is about: it is read rounded outwards */
struct stlb_span stlb_range_pages(uint64_t start, uint64_t end);

/** stlb_span_meets - whether some of [addr, addr + size) is in it */
static inline bool stlb_span_meets(struct stlb_span span, uint64_t addr, uint64_t size)
{
	return addr < span.end && span.start <= addr + size - 1;
}

/**
 * stlb_event_meets - whether the range of an event is about some of [addr, addr + size)
 *
 * No empty range is, nor one of kernel addresses, nor an event without a range.
 */
bool stlb_event_meets(const struct stlb_event *event, uint64_t addr, uint64_t size);

#endif
