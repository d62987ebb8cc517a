/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Listings of traces and results. */
#include <inttypes.h>
#include <stdio.h>

#include "trace.h"

void event_put(struct stlb_event *event, enum stlb_field_id field, uint64_t value)
{
	event->value[field] = value;
	event->has |= UINT64_C(1) << field;
}

static void print_fields(const struct stlb_event *event)
{
	for (int i = 0; i < STLB_NR_FIELDS; i++) {
		if (!(event->has >> i & 1))
			continue;
		printf(stlb_field_is_hex(i) ? " %s=0x%" PRIx64 : " %s=%" PRIu64, stlb_field_name(i),
		       event->value[i]);
	}
	printf("%s%s\n", event->text ? " " : "", event->text ? event->text : "");
}

void trace_print(const struct trace *trace)
{
	printf("kernel %s%s%s, recorded:", trace->facts.kernel, trace->strict ? ", strict" : "",
	       trace->bare ? ", bare" : "");
	for (int i = 0; i < STLB_NR_KINDS; i++)
		if (stlb_kinds_has(&trace->facts.recorded, i))
			printf(" %s", stlb_kind_name(i));
	printf("\n");
	for (unsigned int i = 0; i < trace->nr; i++) {
		const struct stlb_event *event = &trace->events[i];

		printf("%3u cpu%d %-10s %4d%s %-18s", i, event->cpu, event->comm ? event->comm : "",
		       event->tid, event->context == STLB_CONTEXT_TASK ? " " : "h",
		       stlb_kind_name(event->kind));
		print_fields(event);
	}
}

/* What is left out is judged by other tests: it needs events that no trace here has. */
static bool is_compared(enum stlb_rule rule)
{
	return rule == STLB_RULE_REPOINT || rule == STLB_RULE_REFAULT || rule == STLB_RULE_FREE ||
	       rule == STLB_RULE_NEVER || rule == STLB_RULE_UNBRACKETED || rule == STLB_RULE_RACY ||
	       rule == STLB_RULE_PARTIAL || rule == STLB_RULE_EMPTY ||
	       rule == STLB_RULE_UNALIGNED || rule == STLB_RULE_UNBALANCED ||
	       rule == STLB_RULE_MAPPED || rule == STLB_RULE_STALE_ACCESS;
}

static bool same_obligations(const struct stlb_obligations *a, const struct stlb_obligations *b)
{
	return a->total == b->total && a->discharged_in_lock == b->discharged_in_lock &&
	       a->discharged_deferred == b->discharged_deferred && a->restored == b->restored &&
	       a->expired == b->expired && a->is_void == b->is_void && a->pending == b->pending &&
	       a->exempt == b->exempt;
}

uint64_t judgement_differs(const struct judgement *expected, const struct judgement *actual)
{
	uint64_t differs = 0;

	for (int i = 0; i < STLB_NR_RULES; i++)
		if (is_compared(i) &&
		    (expected->rules[i].observed != actual->rules[i].observed ||
		     expected->rules[i].inconclusive != actual->rules[i].inconclusive))
			differs |= UINT64_C(1) << i;
	if (!same_obligations(&expected->obligations, &actual->obligations))
		differs |= UINT64_C(1) << STLB_NR_RULES;
	return differs;
}

static void print_obligations(const char *whose, const struct stlb_obligations *sum)
{
	printf("  %-8s total %" PRIu64 " in_lock %" PRIu64 " deferred %" PRIu64 " restored %" PRIu64
	       " expired %" PRIu64 " void %" PRIu64 " pending %" PRIu64 " exempt %" PRIu64 "\n",
	       whose, sum->total, sum->discharged_in_lock, sum->discharged_deferred, sum->restored,
	       sum->expired, sum->is_void, sum->pending, sum->exempt);
}

void judgement_print_difference(const struct judgement *expected, const struct judgement *actual)
{
	uint64_t differs = judgement_differs(expected, actual);

	for (int i = 0; i < STLB_NR_RULES; i++)
		if (differs >> i & 1)
			printf("  %s: expected %" PRIu64 " (%" PRIu64 " inconclusive), got %" PRIu64
			       " (%" PRIu64 ")\n",
			       stlb_rule_info(i)->id, expected->rules[i].observed,
			       expected->rules[i].inconclusive, actual->rules[i].observed,
			       actual->rules[i].inconclusive);
	print_obligations("expected", &expected->obligations);
	print_obligations("got", &actual->obligations);
}
