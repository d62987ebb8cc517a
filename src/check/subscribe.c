/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subscriptions: when updates need invalidations (staletlb-rules(7), Subscriptions). */
#include "check/device_view.h"
#include "check/early.h"
#include "check/evidence.h"
#include "check/obligation.h"
#include "check/subscribe.h"

static void void_obligations(struct stlb_analysis *a, struct stlb_mm *mm)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &mm->obligations) {
		struct stlb_obligation *ob = stlb_list_entry(at, struct stlb_obligation, in_mm);

		/* what was not covered of a huge page no longer concerns anybody */
		if (ob->subpages)
			ob->subpages->reported = true;
		/* one that was discharged in a hold that goes on has that to tell still */
		if (!ob->tentative && (!ob->discharged || !ob->unbracketed))
			stlb_obligation_end(a, ob, STLB_END_VOID);
	}
}

static void is_over(struct stlb_analysis *a, struct stlb_mm *mm)
{
	void_obligations(a, mm);
	STLB_CALL(a, mm_gone, a, mm);
	if (a->devices)
		stlb_device_forget(a, mm);
	stlb_regions_unmap(&a->machine.regions, mm);
	stlb_mm_unsubscribe(&a->machine.mms, mm);
}

static void begins(struct stlb_analysis *a, struct stlb_mm *mm)
{
	if (stlb_mm_is_subscribed(mm))
		return;
	stlb_mm_subscribe(&a->machine.mms, mm);
	a->failed |= stlb_regions_map(&a->machine.regions, mm) < 0;
}

static void add_callback(struct stlb_mm *mm, uint64_t callback)
{
	for (uint32_t i = 0; i < mm->nr_callbacks; i++)
		if (mm->callbacks[i] == callback)
			return;
	if (callback && mm->nr_callbacks < STLB_MAX_CALLBACKS)
		mm->callbacks[mm->nr_callbacks++] = callback;
}

/* Between its entry and its return faults still run unnotified: nothing is pending yet. */
void stlb_on_subscribe(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const struct stlb_event *event = ec->event;
	struct stlb_mm *mm = ec->mm;
	/* without a notifier it only prepares the mm for interval notifiers */
	bool counts = event->kind == STLB_INTERVAL_INSERT || stlb_event_or(event, SUB, 1) != 0;

	if (counts) { /* what a probe fetches through a NULL notifier is noise */
		add_callback(mm, stlb_event_or(event, CALLBACK, 0));
		add_callback(mm, stlb_event_or(event, START_CALLBACK, 0));
	}
	mm->subscribers += counts;
	ec->context->subscribing = mm;
	/* what was lost since the first registration that has not returned may be its return */
	if (mm->subscription != STLB_SUBSCRIPTION_STARTING) {
		mm->losses = a->losses;
		mm->nobodys = a->losses - a->result.lost_while_subscribed;
	}
	stlb_context_is_user(a, ec->context); /* no kernel thread subscribes */
	if (!stlb_mm_is_subscribed(mm))
		mm->subscription = STLB_SUBSCRIPTION_STARTING;
}

void stlb_on_subscribe_ret(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_mm *mm = ec->context->subscribing;

	ec->context->subscribing = NULL;
	if (!mm)
		return;
	if ((int32_t)stlb_event_get(ec->event, RET) == 0) {
		begins(a, mm);
		return;
	}
	mm->subscribers -= mm->subscribers > 0;
	if (mm->subscription == STLB_SUBSCRIPTION_STARTING && !mm->subscribers)
		mm->subscription = STLB_SUBSCRIPTION_UNSEEN;
}

void stlb_subscribe_by_event(struct stlb_analysis *a, struct stlb_mm *mm)
{
	uint64_t lost = a->losses - mm->losses;

	if (mm->subscription == STLB_SUBSCRIPTION_UNSEEN) {
		mm->since_before = true;
		begins(a, mm);
	}
	/* the return of its registration is waited for, unless it may be among what was lost */
	if (mm->subscription == STLB_SUBSCRIPTION_STARTING &&
	    (lost || !stlb_kinds_has(&a->seen, STLB_SUBSCRIBE_RET))) {
		begins(a, mm);
		/* those while another mm was subscribed were counted then */
		if (a->result.lost_while_subscribed < a->losses - mm->nobodys)
			a->result.lost_while_subscribed = a->losses - mm->nobodys;
	}
}

void stlb_on_unregister(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_mm *mm = ec->mm;

	if (ec->event->kind == STLB_NOTIFIER_PUT && stlb_event_get(ec->event, USERS) > 1)
		return;
	if (!mm->subscribers)
		return;
	mm->subscribers--;
	if (!mm->subscribers && !mm->since_before)
		is_over(a, mm);
}

void stlb_on_unsubscribe(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	is_over(a, ec->mm);
	/* what the task left outside any hold in another mm is judged like at any event */
	STLB_CALL(a, left_alone, a, ec, 0);
}

/* The pointer may come back as another mm's. */
void stlb_on_mm_free(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_mm *mm = ec->mm;
	struct stlb_list *at, *next;

	is_over(a, mm);
	/* what was kept of its obligations points to what goes now */
	stlb_list_each (at, next, &mm->obligations)
		stlb_obligation_end(a, stlb_list_entry(at, struct stlb_obligation, in_mm),
				    STLB_END_VOID);
	stlb_early_forget_mm(a, mm);
	mm->unplaced = 0;
	mm->zeroes_in_doubt = mm->stale = false;
	stlb_list_each (at, next, &mm->regions)
		stlb_region_drop(&a->machine.regions,
				 stlb_list_entry(at, struct stlb_region, in_mm));
	mm->subscription = STLB_SUBSCRIPTION_UNSEEN;
	mm->counted = false;
	/* whoever is in a bracket keeps its mm: what still looks open has lost its end */
	stlb_mm_goes(&a->machine.mms, mm);
}
