/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/second_pass.h"

#include "model/bracketing.h"
#include "model/echo.h"
#include "model/locking.h"
#include "model/region.h"
#include "model/running.h"

static void leaves(struct stlb_machine *m, struct stlb_context *context,
		   const struct stlb_event *event)
{
	stlb_holds_end(m, context, event);
	stlb_brackets_close(m, context, 0, event);
	stlb_context_holds_none(context);
}

static void on_lock(struct stlb_machine *m, struct stlb_context *context,
		    const struct stlb_event *event)
{
	if (event->kind == STLB_LOCK_ACQUIRE)
		stlb_lock_asked(m, context, event);
	else if (event->kind == STLB_LOCK_ACQUIRED)
		stlb_lock_acquired(m, context, event);
	else
		stlb_lock_released(m, context, event);
}

static void on_task(struct stlb_machine *m, struct stlb_context *context,
		    const struct stlb_event *event)
{
	if (event->kind == STLB_SCHED_SWITCH)
		stlb_running_switched(m, context, event);
	else if (event->kind == STLB_SCHED_WAKING)
		stlb_running_woken(m, context, event);
	else if (event->kind == STLB_FORK)
		stlb_running_forked(m, context, event, &(struct stlb_context *){NULL});
	else
		leaves(m, context, event);
}

static void on_bracket(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *event)
{
	int index;

	if (event->kind == STLB_INV_START && mm) {
		stlb_bracket_follows(m, context, mm, event);
		stlb_bracket_open(m, context, mm, event);
	} else if (event->kind == STLB_INV_START_RET) {
		stlb_bracket_returned(m, context, event);
	} else if (event->kind == STLB_INV_END && mm) {
		stlb_known_by_end(context);
		index = stlb_bracket_find(context, event);
		if (index >= 0)
			stlb_brackets_close(m, context, index, event);
	}
}

static void drop_regions(struct stlb_machine *m, struct stlb_mm *mm)
{
	struct stlb_list *at, *next;

	stlb_list_each (at, next, &mm->regions)
		stlb_region_drop(&m->regions, stlb_list_entry(at, struct stlb_region, in_mm));
}

static void on_mm(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		  const struct stlb_event *event)
{
	bool write = stlb_event_or(event, WRITE, 0) != 0;

	if (event->kind == STLB_MM_FREE) {
		drop_regions(m, mm);
		stlb_mm_goes(&m->mms, mm);
	} else if (event->kind == STLB_MMAP_LOCKED) {
		stlb_mmap_locked(m, context, mm->id, write);
	} else if (event->kind == STLB_MMAP_UNLOCK) {
		stlb_mmap_unlocked(m, context, mm->id, write);
	}
}

static void on_page(struct stlb_machine *m, struct stlb_context *context,
		    const struct stlb_event *event)
{
	uint64_t pfn, nr = stlb_event_pages(event);
	int ret;

	if (!stlb_machine_pfn(m, event, &pfn))
		return;
	if (stlb_kind_frees(event->kind))
		ret = stlb_hb_pages_freed(&m->hb, &context->hb, pfn, nr);
	else
		ret = stlb_hb_pages_allocated(&m->hb, &context->hb, pfn, nr);
	m->failed |= ret < 0;
	if (m->facts.pages)
		m->facts.pages(m->facts.user, event, pfn, nr);
}

/* ---- entries ---- */

/* Of an entry that is cleared or set: whether another event has reported it, or it stays as it was.
 */
static bool is_again(struct stlb_machine *m, struct stlb_context *context,
		     const struct stlb_change *change)
{
	enum stlb_kind kind = change->event->kind;

	if (!stlb_context_update_state(context)) {
		m->failed = true;
		return true;
	}
	if (kind == STLB_PMD_SPLIT)
		stlb_split_begins(context, change);
	if (kind == STLB_PMD_SPLIT || (kind == STLB_PMD_INVAL && stlb_split_takes(context, change)))
		return false;
	return stlb_repeats(m, context, change, change->old, NULL) ||
	       (stlb_kind_clears(kind) && change->old.state == STLB_NONE);
}

/* Its other events of clears and sets change nothing, nor what comes straight after a set. */
static bool changes(enum stlb_kind kind)
{
	enum stlb_class about = stlb_kind_class(kind);

	return about == STLB_CLASS_SET ||
	       (about == STLB_CLASS_CLEAR && kind != STLB_PTE_CLEAR_FLUSH_RET &&
		kind != STLB_PTE_CLEAR_RANGE);
}

static void on_entries(struct stlb_machine *m, struct stlb_context *context, struct stlb_mm *mm,
		       const struct stlb_event *event)
{
	struct stlb_change change;

	if (!m->facts.changed || (stlb_event_has(event, MM) && !mm))
		return;
	change = stlb_change_read(m, context, mm, event);
	stlb_change_place(m, &change);
	if (!changes(event->kind))
		stlb_echo_waits(context);
	else if (is_again(m, context, &change))
		return;
	m->facts.changed(m->facts.user, context, &change);
}

static void take(struct stlb_machine *m, struct stlb_context *context,
		 const struct stlb_event *event)
{
	struct stlb_mm *mm =
		stlb_event_has(event, MM) ? stlb_mm_get(&m->mms, stlb_event_get(event, MM)) : NULL;

	switch (stlb_kind_class(event->kind)) {
	case STLB_CLASS_LOCK:
		on_lock(m, context, event);
		break;
	case STLB_CLASS_TASK:
		on_task(m, context, event);
		break;
	case STLB_CLASS_PAGE:
		on_page(m, context, event);
		break;
	case STLB_CLASS_BRACKET:
		on_bracket(m, context, mm, event);
		break;
	case STLB_CLASS_CLEAR:
	case STLB_CLASS_SET:
	case STLB_CLASS_RMAP:
	case STLB_CLASS_MIGRATION:
		on_entries(m, context, mm, event);
		break;
	case STLB_CLASS_TABLE:
		if (mm && event->kind == STLB_PTL_MAP)
			stlb_table_mapped(m, context, mm, event);
		break;
	default:
		if (mm)
			on_mm(m, context, mm, event);
	}
}

struct stlb_context *stlb_second_pass_event(struct stlb_machine *m, const struct stlb_event *event)
{
	struct stlb_context *context;

	m->hb.now++;
	if (stlb_event_or(event, VMEMMAP, 0))
		m->vmemmap = stlb_event_get(event, VMEMMAP);
	if (event->kind == STLB_LOST) {
		stlb_running_lost(m, event);
		stlb_regions_forget(&m->regions);
	}
	if (!stlb_kind_decides(event->kind))
		return NULL;
	context = stlb_running_acts(m, event);
	if (!context)
		return NULL;
	take(m, context, event);
	return context;
}

void stlb_second_pass_finish(struct stlb_machine *m)
{
	uint32_t at = 0;

	for (struct stlb_context *context; (context = stlb_map_next(&m->contexts.map, &at));)
		stlb_lock_settle(m, context);
}
