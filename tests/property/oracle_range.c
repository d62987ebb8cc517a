/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules about ranges and brackets: each counts events. */
#include "oracle_internal.h"

static bool is_aligned(uint64_t address)
{
	return address == UINT64_MAX || !(address & (PAGE_BYTES - 1));
}

static void observed(struct oracle *oracle, enum stlb_rule rule)
{
	oracle->judgement->rules[rule].observed++;
}

static bool invalidates(const struct oracle *oracle, const struct stlb_event *event)
{
	return event->kind == STLB_INV_RANGE ||
	       (event->kind == STLB_INV_END && oracle->before_6_6 &&
		!stlb_event_or(event, ONLY_END, 0));
}

static void judge_range(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];

	if (event->kind != STLB_INV_START && event->kind != STLB_INV_RANGE &&
	    event->kind != STLB_INV_END)
		return;
	if (!subscribed(oracle, stlb_event_get(event, MM), at))
		return;
	if (invalidates(oracle, event) &&
	    stlb_event_get(event, START) >= stlb_event_get(event, END))
		observed(oracle, STLB_RULE_EMPTY);
	if (event->kind != STLB_INV_END &&
	    (!is_aligned(stlb_event_get(event, START)) || !is_aligned(stlb_event_get(event, END))))
		observed(oracle, STLB_RULE_UNALIGNED);
}

static void judge_balance(struct oracle *oracle, int at)
{
	const struct stlb_event *event = &oracle->trace->events[at];
	int context = oracle->context[at];

	if (!known_outside(oracle, context, at))
		return;
	oracle->judgement->rules[STLB_RULE_UNBALANCED].observed += oracle->never_ended[at];
	if (event->kind != STLB_INV_START && event->kind != STLB_INV_END)
		return;
	if (!subscribed(oracle, stlb_event_get(event, MM), at))
		return;
	if (oracle->unmatched_end[at])
		observed(oracle, STLB_RULE_UNBALANCED);
	if (event->kind == STLB_INV_START && stlb_event_or(event, FLAGS, 0) & 1 &&
	    hold_of(oracle, context, at) != NOWHERE)
		observed(oracle, STLB_RULE_UNBALANCED);
}

void ranges_judge(struct oracle *oracle)
{
	for (unsigned int i = 0; i < oracle->trace->nr; i++) {
		judge_range(oracle, (int)i);
		judge_balance(oracle, (int)i);
	}
}
