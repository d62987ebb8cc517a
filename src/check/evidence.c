/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Evidence that a page was replaced by one of the same content (staletlb-rules(7), Same content):
 * of which update it is, and the repoints that it can still clear.
 */
#include <stdlib.h>
#include <string.h>

#include "check/violation.h"
#include "check/device_view.h"
#include "check/evidence.h"
#include "check/fingerprint.h"
#include "check/site.h"

enum { PAGE_EVENTS = 4096 };

/** struct stlb_page_events - the pages that were freed or handed out lately, a ring */
struct stlb_page_events {
	uint64_t nr; /* ever */
	struct {
		uint64_t pfn, nr, seq;
	} at[PAGE_EVENTS];
};

/* ---- of which update evidence is ---- */

static void watch_pages(struct stlb_analysis *a)
{
	if (!a->page_events)
		a->page_events = calloc(1, sizeof(*a->page_events));
	a->failed |= !a->page_events;
}

void stlb_evidence_note_pages(struct stlb_analysis *a, uint64_t pfn, uint64_t nr)
{
	struct stlb_page_events *events = a->page_events;

	events->at[events->nr % PAGE_EVENTS].pfn = pfn;
	events->at[events->nr % PAGE_EVENTS].nr = nr;
	events->at[events->nr++ % PAGE_EVENTS].seq = a->machine.hb.now;
}

/* Whether one of two pages became another page's content since; or it is too long ago to tell. */
static bool was_reused(const struct stlb_analysis *a, uint64_t since, uint64_t pfn, uint64_t other)
{
	const struct stlb_page_events *events = a->page_events;

	for (uint64_t i = 1; events && i <= events->nr; i++) {
		uint64_t at = (events->nr - i) % PAGE_EVENTS;

		if (events->at[at].seq <= since)
			return false;
		if (i == PAGE_EVENTS || pfn - events->at[at].pfn < events->at[at].nr ||
		    other - events->at[at].pfn < events->at[at].nr)
			return true;
	}
	return false;
}

void stlb_evidence_note_start(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_update_state *update = ec->context->update;

	if (!update)
		return;
	update->starts[update->nr_starts++ % STLB_MAX_STARTS] = (struct stlb_start){
		.seq = a->machine.hb.now,
		.mm = ec->mm->id,
		.start = stlb_event_get(ec->event, START),
		.end = stlb_event_get(ec->event, END),
	};
}

/** struct place - the update that evidence may be of; @end: the byte after what its entry maps */
struct place {
	uint64_t mm, addr, end, pfn, new_pfn;
};

/* Whether all brackets that the task began since were of the place. */
static bool stays_there(const struct stlb_update_state *update, uint64_t since,
			const struct place *place)
{
	for (uint64_t i = 1; i <= update->nr_starts; i++) {
		const struct stlb_start *at =
			&update->starts[(update->nr_starts - i) % STLB_MAX_STARTS];

		if (at->seq <= since)
			return true;
		if (i == STLB_MAX_STARTS || at->mm != place->mm || at->start >= place->end ||
		    at->end <= place->addr)
			return false;
	}
	return true;
}

static bool is_about(const struct stlb_same_content *merged, const struct place *place)
{
	if (merged->mm && merged->mm != place->mm)
		return false;
	/* tracepoints tell the KSM page, probes the page that it replaces */
	if (merged->pfn != UINT64_MAX)
		return merged->pfn == place->pfn || merged->pfn == place->new_pfn;
	return merged->kpfn == UINT64_MAX || merged->kpfn == place->new_pfn;
}

/* Between the evidence and the update, whichever came first at @since, nothing made it another's.
 */
static bool is_of(const struct stlb_analysis *a, const struct stlb_update_state *update,
		  const struct stlb_same_content *merged, uint64_t since, const struct place *place)
{
	return is_about(merged, place) && stays_there(update, since, place) &&
	       !was_reused(a, since, place->pfn, place->new_pfn);
}

bool stlb_evidence_has(const struct stlb_analysis *a, const struct stlb_event_context *ec,
		       const struct stlb_obligation *ob, struct stlb_entry new)
{
	const struct stlb_update_state *update = ec->context->update;
	struct place place = {ob->mm->id, ob->addr, ob->addr + stlb_obligation_size(ob),
			      ob->old.pfn, new.pfn};
	uint32_t nr = update ? update->nr_merged : 0;

	if (ec->event->same_content)
		return true;
	for (uint32_t i = 0; i < nr && i < STLB_MAX_SAME_CONTENT; i++)
		if (is_of(a, update, &update->merged[i], update->merged[i].seq, &place))
			return true;
	return false;
}

/* ---- exempt as ksmd's, as far as was seen ---- */

static struct stlb_unsettled *by_ksmd_find(struct stlb_analysis *a, uint64_t key, uint64_t site)
{
	for (uint32_t i = 0; i < a->nr_by_ksmd; i++)
		if (a->by_ksmd[i].key == key && a->by_ksmd[i].of.site == site)
			return &a->by_ksmd[i].of;
	return NULL;
}

/* No evidence can clear it any more, but one that calls itself ksmd may turn out to be none. */
static void by_ksmd(struct stlb_analysis *a, const struct stlb_held_back *held)
{
	struct stlb_unsettled *known = by_ksmd_find(a, held->key, held->site);

	if (known)
		known->count++;
	if (known || a->nr_by_ksmd == STLB_MAX_UNSETTLED) {
		free(held->finding);
		return;
	}
	a->by_ksmd[a->nr_by_ksmd].key = held->key;
	a->by_ksmd[a->nr_by_ksmd++].of = (struct stlb_unsettled){held->site, 1, held->finding};
}

/* ---- repoints that evidence can still clear ---- */

static void tell(struct stlb_analysis *a, const struct stlb_held_back *held)
{
	if (held->by_ksmd)
		by_ksmd(a, held);
	else if (held->counted)
		free(held->finding);
	else
		stlb_sites_count(a, held->site, held->finding, 1);
}

/* Room for one more: what is exempt as things stand waits elsewhere, else the oldest is reported.
 */
static void make_room(struct stlb_analysis *a)
{
	uint32_t at = 0;

	while (at < a->nr_held_back && !a->held_back[at].by_ksmd)
		at++;
	at = at == a->nr_held_back ? 0 : at;
	tell(a, &a->held_back[at]);
	a->nr_held_back--;
	memmove(a->held_back + at, a->held_back + at + 1,
		(a->nr_held_back - at) * sizeof(*a->held_back));
}

static struct stlb_held_back *held_of(struct stlb_analysis *a, const struct stlb_obligation *ob)
{
	for (uint32_t i = 0; ob->held_back && i < a->nr_held_back; i++)
		if (a->held_back[i].ob == ob->id)
			return &a->held_back[i];
	return NULL;
}

bool stlb_held_back_count(struct stlb_analysis *a, const struct stlb_obligation *ob,
			  enum stlb_rule rule)
{
	struct stlb_held_back *held = held_of(a, ob);

	if (!held || held->finding->rule != rule || held->counted)
		return false;
	held->counted = true;
	return true;
}

void stlb_hold_back(struct stlb_analysis *a, const struct stlb_violation *v,
		    const struct stlb_held_back *as)
{
	struct stlb_held_back *held;

	if (a->nr_held_back == STLB_MAX_HELD_BACK)
		make_room(a);
	watch_pages(a);
	held = &a->held_back[a->nr_held_back];
	*held = *as;
	held->finding = stlb_violation_finding(a, v);
	if (!held->finding) {
		a->failed = true;
		return;
	}
	held->site = stlb_violation_site(a, v);
	a->nr_held_back++;
}

void stlb_held_back_doubt(struct stlb_analysis *a, uint64_t from_ns)
{
	for (uint32_t i = 0; i < a->nr_held_back; i++)
		if (a->held_back[i].finding->first_ns > from_ns)
			a->held_back[i].finding->verdict = STLB_INCONCLUSIVE;
}

void stlb_held_back_finish(struct stlb_analysis *a)
{
	for (uint32_t i = 0; i < a->nr_held_back; i++)
		tell(a, &a->held_back[i]);
	a->nr_held_back = 0;
}

static void held_back_free(struct stlb_analysis *a)
{
	while (a->nr_held_back)
		free(a->held_back[--a->nr_held_back].finding);
}

bool stlb_held_back_join(struct stlb_analysis *a, const struct stlb_violation *v,
			 const struct stlb_obligation *ob, uint64_t reported)
{
	const struct stlb_held_back *held = held_of(a, ob);
	struct stlb_held_back joined;

	if (!held)
		return false;
	joined = *held;
	joined.ob = 0;
	joined.joins = true;
	joined.counted = false;
	joined.reported = reported;
	joined.dev = stlb_event_or(v->ec->event, DEV, 0);
	stlb_hold_back(a, v, &joined);
	return true;
}

bool stlb_held_back_leave(struct stlb_analysis *a, uint64_t mm, uint64_t dev, uint64_t reported)
{
	for (uint32_t i = 0; i < a->nr_held_back; i++) {
		struct stlb_held_back *held = &a->held_back[i];

		if (!held->joins || held->mm != mm || held->dev != dev ||
		    held->reported != reported)
			continue;
		free(held->finding);
		memmove(held, held + 1, (--a->nr_held_back - i) * sizeof(*held));
		return true;
	}
	return false;
}

static void clear_held_back(struct stlb_analysis *a, const struct stlb_context *context,
			    const struct stlb_same_content *merged)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->nr_held_back; i++) {
		struct stlb_held_back *held = &a->held_back[i];
		struct place place = {held->mm, held->addr, held->end, held->pfn, held->new_pfn};

		if (held->key == context->key &&
		    is_of(a, context->update, merged, held->seq, &place)) {
			free(held->finding);
			if (held->joins)
				stlb_device_unreport(a, held->mm, held->dev, held->reported);
			a->result.obligations.exempt += !held->joins && !held->by_ksmd;
		} else {
			a->held_back[kept++] = *held;
		}
	}
	a->nr_held_back = kept;
}

void stlb_on_same_content(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	struct stlb_update_state *update = stlb_context_update_state(ec->context);
	struct stlb_same_content *merged;
	uint64_t pfn;

	if (!update) {
		a->failed = true;
		return;
	}
	merged = &update->merged[update->nr_merged++ % STLB_MAX_SAME_CONTENT];
	*merged = (struct stlb_same_content){.mm = stlb_event_or(event, MM, 0),
					     .pfn = UINT64_MAX,
					     .kpfn = UINT64_MAX,
					     .seq = a->machine.hb.now};
	watch_pages(a);
	if (stlb_machine_pfn(&a->machine, event, &pfn))
		merged->pfn = pfn;
	if (stlb_event_has(event, KPAGE) &&
	    stlb_machine_pfn_of(&a->machine, stlb_event_get(event, KPAGE), &pfn))
		merged->kpfn = pfn;
	clear_held_back(a, ec->context, merged);
}

/* ---- who acts ---- */

bool stlb_is_ksmd(const struct stlb_context *context)
{
	return context->kind == STLB_CONTEXT_TASK && !context->user && context->comm &&
	       !strcmp(context->comm, "ksmd");
}

/* A kernel thread has one name for ever, but for the one that it was begun under. */
void stlb_context_renamed(void *analysis, struct stlb_context *context, const char *comm)
{
	if (strcmp(comm, "ksmd") != 0 || !strcmp(context->comm, comm) ||
	    !strcmp(context->comm, "kthreadd") || !strcmp(context->comm, "<...>"))
		return;
	stlb_context_is_user(analysis, context);
}

static void end_by_ksmd(struct stlb_analysis *a, const struct stlb_context *context, bool tell)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->nr_by_ksmd; i++) {
		struct stlb_unsettled *of = &a->by_ksmd[i].of;

		if (context && a->by_ksmd[i].key != context->key) {
			a->by_ksmd[kept++] = a->by_ksmd[i];
		} else if (tell) {
			a->result.obligations.exempt -= of->count;
			stlb_sites_count(a, of->site, of->finding, of->count);
		} else {
			free(of->finding);
		}
	}
	a->nr_by_ksmd = kept;
}

/* What only the name spoke for waits for evidence, as of any task. */
static void held_back_as_user(struct stlb_analysis *a, const struct stlb_context *context)
{
	for (uint32_t i = 0; i < a->nr_held_back; i++) {
		struct stlb_held_back *held = &a->held_back[i];

		if (!held->by_ksmd || held->key != context->key)
			continue;
		held->by_ksmd = false;
		a->result.obligations.exempt--;
	}
}

void stlb_context_is_user(struct stlb_analysis *a, struct stlb_context *context)
{
	bool before = context->user;

	context->user = true;
	if (a->nr_by_ksmd)
		end_by_ksmd(a, context, true);
	if (!before)
		held_back_as_user(a, context);
}

/* What was exempt as ksmd's stays so, and no evidence of the child's is about the rest. */
static void held_back_leave(struct stlb_analysis *a, const struct stlb_context *child)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->nr_held_back; i++) {
		struct stlb_held_back *held = &a->held_back[i];

		if (held->by_ksmd && held->key == child->key) {
			free(held->finding);
			continue;
		}
		if (held->key == child->key)
			held->key = STLB_NO_KEY;
		a->held_back[kept++] = *held;
	}
	a->nr_held_back = kept;
}

/* Only kthreadd begins kernel threads; nothing that was known of the tid is known of the child. */
void stlb_context_begins(struct stlb_analysis *a, struct stlb_context *child,
			 const struct stlb_context *parent)
{
	enum { KTHREADD = 2 };

	end_by_ksmd(a, child, false);
	held_back_leave(a, child);
	child->user = parent->tid != KTHREADD;
}

void stlb_evidence_free(struct stlb_analysis *a)
{
	end_by_ksmd(a, NULL, false);
	held_back_free(a);
	free(a->page_events);
}
