/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the second pass keeps, and the parts of the text that is made of it. */
#ifndef EXPLAIN_EXPLAIN_INTERNAL_H
#define EXPLAIN_EXPLAIN_INTERNAL_H

#include "model/change.h"
#include "model/invalidation.h"
#include "report/plain.h"
#include "staletlb/explain.h"
#include "staletlb/witness.h"
#include "util/str.h"

enum { STLB_MAX_MOMENTS = 48, STLB_MAX_AROUND = 32, STLB_MAX_FOLLOWED = 32 };

/** struct stlb_moment - an event that is shown */
struct stlb_moment {
	struct stlb_event event;
	const char *role; /* of the finding's evidence, "" where it only surrounds it */
	bool held;	  /* whoever did it held the PTL of the finding */
};

/** struct stlb_followed - one operation: a bracket, and what it does to one address */
struct stlb_followed {
	int32_t tid;
	uint8_t context;
	bool cleared, set, ended, chosen;
	bool discharged; /* invalidated after the change, by whomever: */
	uint64_t discharge_ns;
	const char *discharge_name;
	uint64_t bracket; /* 0: its start was not seen */
	struct stlb_range range;
	uint64_t addr, old, new_entry;
	uint64_t start_ns, change_ns, set_ns, end_ns; /* 0: not seen */
	const char *comm;
	struct stlb_operation steps;
};

struct stlb_explain {
	struct stlb_explain_want want;
	uint64_t size;	    /* bytes that the finding's entry maps */
	uint64_t old_pfn;   /* the first page that was freed or replaced; ~0: not known */
	uint64_t old_pages; /* how many */
	struct stlb_machine machine;
	uint64_t begun, ended;	   /* brackets that did with the current event, 0: none */
	uint64_t pfn, nr_pages;	   /* that it frees or allocates, 0: none */
	struct stlb_change change; /* what the current event says of entries; event NULL: nothing */
	uint32_t proof_found;	   /* bits of the evidence that came by */
	bool over;		   /* nothing that comes now belongs to it */
	struct stlb_moment moments[STLB_MAX_MOMENTS];
	uint32_t nr_moments, nr_around;
	uint64_t left_out;
	struct stlb_followed self, others[STLB_MAX_FOLLOWED];
	struct stlb_followed *same_thread, *other_thread; /* what addrB can be */
	struct stlb_event owner;			  /* the next allocation of the old page */
	bool has_owner;
	uint64_t free_ns; /* of the evidence; 0: no page was freed */
};

/** stlb_explain_evidence - the first event of the evidence with a role; NULL for none */
const struct stlb_event *stlb_explain_evidence(const struct stlb_explain *explain,
					       const char *role);

/** stlb_explain_update - the event that changed the entry; NULL where the finding has none */
const struct stlb_event *stlb_explain_update(const struct stlb_explain *explain);

/** stlb_explain_same - whether two are the same event of the trace */
bool stlb_explain_same(const struct stlb_event *a, const struct stlb_event *b);

/** stlb_explain_role - of an event in the finding's evidence; NULL where it is not in there */
const char *stlb_explain_role(struct stlb_explain *explain, const struct stlb_event *event);

/** stlb_explain_entry - decode an entry of the finding's level */
struct stlb_translation stlb_explain_entry(const struct stlb_explain *explain, uint64_t raw);

/** stlb_explain_facts - what operations hear of the machine */
struct stlb_facts stlb_explain_facts(struct stlb_explain *explain);

/** stlb_explain_follow - an event in time order, for the operations; @role as above */
void stlb_explain_follow(struct stlb_explain *explain, const struct stlb_event *event,
			 const char *role);

/** stlb_explain_open_end - the steps, with the end of a bracket that the trace does not show */
struct stlb_operation stlb_explain_open_end(const struct stlb_explain *explain,
					    const struct stlb_followed *followed);

/* ---- the parts of the text ---- */

/** stlb_explain_text - text, wrapped, after an indent of two */
void stlb_explain_text(struct stlb_plain_out *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** stlb_explain_step - the same, further in by @indent columns */
void stlb_explain_step(struct stlb_plain_out *out, unsigned int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** stlb_explain_at - "pte_clear at 5.715267000"; @size at least 64 */
const char *stlb_explain_at(char *text, size_t size, const struct stlb_event *event);

/** stlb_explain_rule - the rule, with the lines of the kernel's document */
void stlb_explain_rule(struct stlb_plain_out *out, const struct stlb_explain *explain);

/** stlb_explain_edge - the edge that is missing */
void stlb_explain_edge(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct stlb_report_finding *finding);

/** stlb_explain_witness - what a device could observe; 0 or -ENOMEM */
int stlb_explain_witness(struct stlb_plain_out *out, const struct stlb_explain *explain);

/** stlb_explain_remedy - what would have made it right */
void stlb_explain_remedy(struct stlb_plain_out *out, const struct stlb_explain *explain);

#endif
