/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Evidence of the same content, the repoints that wait for it, and who is a kernel thread. */
#ifndef CHECK_EVIDENCE_H
#define CHECK_EVIDENCE_H

#include "check/state.h"

/** stlb_on_same_content - evidence of a merge, for sets before and after it */
void stlb_on_same_content(struct stlb_analysis *a, const struct stlb_event_context *ec);

/**
 * stlb_held_back_count - a rule is violated that a violation held back stands for already
 *
 * From now on that one counts no more. Returns false where there is none.
 */
bool stlb_held_back_count(struct stlb_analysis *a, const struct stlb_obligation *ob,
			  enum stlb_rule rule);

/**
 * stlb_held_back_join - a violation that follows from a repoint which evidence can still clear
 *
 * @reported: what it reports of a device, 0: nothing. Returns false where no violation of the
 * obligation is held back: it must be reported.
 */
bool stlb_held_back_join(struct stlb_analysis *a, const struct stlb_violation *v,
			 const struct stlb_obligation *ob, uint64_t reported);

/**
 * stlb_held_back_leave - what was reported of a device is a violation by now whatever evidence
 * comes
 *
 * Returns whether it was held back; it is not any more, and must be reported.
 */
bool stlb_held_back_leave(struct stlb_analysis *a, uint64_t mm, uint64_t dev, uint64_t reported);

/** stlb_evidence_has - whether something shows that an update left the content as it was */
bool stlb_evidence_has(const struct stlb_analysis *a, const struct stlb_event_context *ec,
		       const struct stlb_obligation *ob, struct stlb_entry new);

/** stlb_evidence_note_start - a bracket begins: evidence ends where it is on another range */
void stlb_evidence_note_start(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_evidence_note_pages - pages were freed or handed out; only where a->page_events is there */
void stlb_evidence_note_pages(struct stlb_analysis *a, uint64_t pfn, uint64_t nr);

/** stlb_evidence_free - free all that waits for evidence */
void stlb_evidence_free(struct stlb_analysis *a);

/** stlb_is_ksmd - whether it is the kernel thread, as far as was seen; a name alone is nothing */
bool stlb_is_ksmd(const struct stlb_context *context);

/** stlb_context_is_user - it was in user mode, or made a system call */
void stlb_context_is_user(struct stlb_analysis *a, struct stlb_context *context);

/** stlb_context_renamed - it has another name than before */
void stlb_context_renamed(void *analysis, struct stlb_context *context, const char *comm);

/** stlb_context_begins - it was forked */
void stlb_context_begins(struct stlb_analysis *a, struct stlb_context *child,
			 const struct stlb_context *parent);

/**
 * stlb_hold_back - report a repoint only when no evidence can clear it any more
 * @as: all but the finding and the site, which are the violation's
 */
void stlb_hold_back(struct stlb_analysis *a, const struct stlb_violation *v,
		    const struct stlb_held_back *as);

/** stlb_held_back_doubt - those after @from_ns are inconclusive: events were lost since */
void stlb_held_back_doubt(struct stlb_analysis *a, uint64_t from_ns);

/** stlb_held_back_finish - no evidence can come any more: they are findings */
void stlb_held_back_finish(struct stlb_analysis *a);

#endif
