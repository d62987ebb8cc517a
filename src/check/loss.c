/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lost events: nothing that spans them is sure. */
#include "check/early.h"
#include "check/evidence.h"
#include "check/loss.h"
#include "check/note.h"
#include "check/site.h"
#include "model/running.h"

/* Any CPU could have carried the missing invalidation. */
static void doubt_obligations(struct stlb_analysis *a)
{
	uint32_t at = 0;

	for (struct stlb_mm *mm; (mm = stlb_map_next(&a->machine.mms.map, &at));) {
		struct stlb_list *node, *next;

		stlb_list_each (node, next, &mm->obligations)
			stlb_list_entry(node, struct stlb_obligation, in_mm)->lossy = true;
	}
}

/*
 * What waits for an event that may be among what was lost. That a table is detached, a huge page
 * being split or a merge seen outlives it: what these excuse would be taken for updates.
 */
static void forget_pending(struct stlb_analysis *a, struct stlb_context *context)
{
	struct stlb_update_state *update = context->update;

	if (!update)
		return;
	update->nr_maps = 0;
	for (; update->nr_parked; update->nr_parked--)
		stlb_place_failed(a, update->parked[update->nr_parked - 1].mm, 1);
}

void stlb_loss_of(void *analysis, struct stlb_context *context)
{
	struct stlb_analysis *a = analysis;

	context->lossy = true;
	forget_pending(a, context);
	for (uint32_t i = 0; i < context->nr_brackets; i++)
		context->brackets[i].sure = false;
	STLB_CALL(a, older_bracket, context);
}

/* A text is in the order of its lines: what is missing between two came after the first. */
static uint64_t newest(const struct stlb_analysis *a)
{
	uint64_t ns = 0;

	for (uint32_t i = 0; i < a->machine.contexts.nr_cpus; i++)
		if (a->machine.contexts.cpus[i].last_ns > ns)
			ns = a->machine.contexts.cpus[i].last_ns;
	return ns;
}

static uint64_t window_start(struct stlb_analysis *a, const struct stlb_event *event)
{
	uint64_t place = stlb_event_or(event, PLACE, STLB_LOSS_HERE);
	struct stlb_cpu *cpu = stlb_contexts_cpu(&a->machine.contexts, event->cpu);

	if (place == STLB_LOSS_HERE && event->cpu < 0)
		return newest(a);
	if (place == STLB_LOSS_BEFORE || place == STLB_LOSS_SOMEWHERE || !cpu)
		return 0;
	return cpu->last_ns;
}

/*
 * What entries and tables said before proves nothing any more, of whatever mm. How a context's next
 * events are to be read stays: an echo, or a late clear, would be taken for an update without it.
 */
static void forget_entries(struct stlb_analysis *a)
{
	stlb_early_forget_all(a);
	stlb_tree_forget(&a->tree);
	stlb_regions_forget(&a->machine.regions);
}

void stlb_on_lost(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t place = stlb_event_or(ec->event, PLACE, STLB_LOSS_HERE);
	uint64_t from_ns;

	a->losses++;
	stlb_gap_keep(a, ec->event);
	if (a->machine.mms.subscribed)
		a->result.lost_while_subscribed++;
	doubt_obligations(a);
	stlb_running_lost(&a->machine, ec->event);
	forget_entries(a);
	STLB_CALL(a, forget, a);
	from_ns = window_start(a, ec->event);
	stlb_sites_doubt(a, from_ns);
	stlb_held_back_doubt(a, from_ns);
	if (place == STLB_LOSS_AFTER || place == STLB_LOSS_SOMEWHERE)
		a->lost_somewhere = true;
}

/* The return of its registration, and all that followed, may be among what was lost. */
static bool may_have_begun(const struct stlb_analysis *a, const struct stlb_mm *mm)
{
	return mm->subscription == STLB_SUBSCRIPTION_STARTING && a->losses > mm->losses;
}

/* An mm that was subscribed before the trace began was so during losses before its first event. */
void stlb_losses_finish(struct stlb_analysis *a)
{
	uint32_t at = 0;

	if (!a->losses || a->result.lost_while_subscribed >= a->losses)
		return;
	/* what is missing from a CPU may lie anywhere: while any mm was subscribed, too */
	if (a->lost_somewhere && a->machine.mms.ever)
		a->result.lost_while_subscribed = a->losses;
	for (struct stlb_mm *mm; (mm = stlb_map_next(&a->machine.mms.map, &at));)
		if (mm->since_before || may_have_begun(a, mm))
			a->result.lost_while_subscribed = a->losses;
}
