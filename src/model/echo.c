/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/echo.h"

struct stlb_entry stlb_next_entry(struct stlb_entry entry, enum stlb_level level)
{
	if (entry.state == STLB_PRESENT)
		entry.pfn += UINT64_C(1) << (stlb_level_shift(level) - STLB_PAGE_SHIFT);
	return entry;
}

bool stlb_has_echo(enum stlb_kind kind)
{
	return kind == STLB_PTE_SET || kind == STLB_PMD_SET;
}

/* ---- echoes of a set ---- */

static bool same_entry(struct stlb_entry one, struct stlb_entry other)
{
	return one.state == other.state &&
	       (one.state == STLB_NONE || (one.pfn == other.pfn && one.writable == other.writable));
}

/* Where interrupts are not distinguished from tasks, their events can stand between a set and its
 * echo. */
static bool is_late(const struct stlb_machine *m, const struct stlb_echo *echo,
		    const struct stlb_event *event)
{
	if (m->irq_flags_known)
		return false;
	if (echo->first && echo->old.known)
		return stlb_event_get(event, OLD) == echo->raw;
	return m->echoes_seen;
}

static bool is_echo(const struct stlb_machine *m, const struct stlb_context *context,
		    const struct stlb_echo *echo, const struct stlb_change *clear)
{
	if (!echo->left || echo->mm != clear->mm)
		return false;
	if (clear->placed && clear->addr != echo->addr)
		return false;
	if (echo->after + 1 != context->nr_events && !is_late(m, echo, clear->event))
		return false;
	if (echo->first && echo->old.known)
		return same_entry(echo->old, clear->old);
	/* what the set overwrote was not recorded: a real clear would take away what it has set */
	return m->echoes_seen || echo->many || clear->old.state != STLB_PRESENT ||
	       clear->old.pfn != echo->new.pfn;
}

/* Echoes were missed, if the clear is of a later entry and does not take away what was set there.
 */
static void skip_missed(const struct stlb_context *context, struct stlb_echo *echo,
			const struct stlb_change *clear)
{
	uint64_t size = UINT64_C(1) << stlb_level_shift(clear->level), missed;
	struct stlb_entry new = echo->new;

	if (!echo->many || echo->mm != clear->mm || echo->after + 1 != context->nr_events ||
	    !clear->placed)
		return;
	missed = (stlb_event_get(clear->event, ADDR) - echo->addr) / size;
	if (!missed || missed >= echo->left)
		return;
	for (uint64_t i = 0; i < missed; i++)
		new = stlb_next_entry(new, clear->level);
	if (clear->old.state == STLB_PRESENT && new.state == STLB_PRESENT &&
	    clear->old.pfn == new.pfn)
		return;
	echo->left -= missed;
	echo->addr += missed * size;
	echo->new = new;
	echo->first = false;
}

static bool take_echo(struct stlb_machine *m, const struct stlb_context *context,
		      struct stlb_echo *echo, const struct stlb_change *clear,
		      struct stlb_echoed *echoed)
{
	skip_missed(context, echo, clear);
	if (!is_echo(m, context, echo, clear)) {
		echo->left = 0;
		return false;
	}
	/* the hook of clears is called for an entry that says nothing only as an echo */
	m->echoes_seen |=
		echo->first && (echo->old.known || echo->many || clear->old.state == STLB_NONE);
	/* of a set of many entries, only the echoes tell what each said before */
	if (echoed)
		echoed->is_echo = true;
	if (echoed && echo->placed && (!echo->first || echo->tells))
		*echoed = (struct stlb_echoed){true, &echo->set, echo->addr, echo->new};
	echo->left--;
	echo->after = context->nr_events;
	echo->first = false;
	echo->addr += UINT64_C(1) << stlb_level_shift(clear->level);
	echo->new = stlb_next_entry(echo->new, clear->level);
	return true;
}

static void expect_echo(const struct stlb_context *context, struct stlb_echo *echo,
			const struct stlb_change *set, struct stlb_entry was)
{
	echo->left = stlb_has_echo(set->event->kind) ? set->nr : 0;
	if (!echo->left)
		return;
	/* only page_table_check tells of many entries at once, and it repeats each */
	echo->many = set->nr > 1;
	echo->mm = set->mm;
	echo->after = context->nr_events;
	echo->addr = set->addr;
	echo->first = true;
	echo->placed = set->placed;
	echo->tells = !was.known;
	echo->old = set->old;
	echo->raw = stlb_event_or(set->event, OLD, 0);
	echo->new = set->new;
	stlb_saved_event_keep(&echo->set, set->event);
}

void stlb_echo_waits(const struct stlb_context *context)
{
	struct stlb_update_state *update = context->update;

	if (update && update->echo.left && update->echo.after + 1 == context->nr_events)
		update->echo.after++;
}

void stlb_echo_forget(struct stlb_context *context)
{
	context->update->echo.left = 0;
	context->update->same_mm = NULL;
}

/* ---- a clear that two probes see ---- */

static void expect_again(struct stlb_update_state *update, const struct stlb_change *clear)
{
	update->same_mm = clear->mm;
	update->same_pfn = clear->old.pfn;
	update->same_level = clear->level;
}

static bool is_again(struct stlb_update_state *update, const struct stlb_change *change,
		     struct stlb_entry was)
{
	if (update->same_mm != change->mm || update->same_pfn != was.pfn ||
	    update->same_level != change->level || was.state == STLB_NONE)
		return false;
	update->same_mm = NULL;
	return true;
}

/* ---- splits ---- */

void stlb_split_begins(struct stlb_context *context, const struct stlb_change *change)
{
	context->update->split_mm = change->mm;
	context->update->split_addr = change->addr;
}

bool stlb_split_takes(struct stlb_context *context, const struct stlb_change *change)
{
	if (context->update->split_mm != change->mm || context->update->split_addr != change->addr)
		return false;
	context->update->split_mm = NULL;
	context->update->echo.left = 0;
	return true;
}

void stlb_known_by_end(struct stlb_context *context)
{
	if (context->update)
		context->update->split_mm = context->update->same_mm = NULL;
}

/* ---- clears and sets ---- */

/* Functions that clear an entry and have its address; the clear hook may tell it once more. */
static bool on_flush(struct stlb_update_state *update, const struct stlb_change *clear)
{
	update->echo.left = 0;
	if (clear->old.state == STLB_PRESENT ||
	    (clear->old.state == STLB_TABLE && clear->event->kind == STLB_PMD_COLLAPSE_FLUSH))
		expect_again(update, clear);
	return false;
}

static bool on_set(const struct stlb_context *context, const struct stlb_change *set,
		   struct stlb_entry was)
{
	struct stlb_update_state *update = context->update;
	bool again;

	expect_echo(context, &update->echo, set, was);
	if (!set->placed)
		return false;
	/* an invalidation of a huge pmd that its own function reported already */
	again = set->new.state != STLB_PRESENT &&is_again(update, set, was);
	if (update->same_mm == set->mm)
		update->same_mm = NULL;
	return again;
}

bool stlb_repeats(struct stlb_machine *m, struct stlb_context *context,
		  const struct stlb_change *change, struct stlb_entry was,
		  struct stlb_echoed *echoed)
{
	struct stlb_update_state *update = context->update;

	if (stlb_kind_sets(change->event->kind))
		return on_set(context, change, was);
	if (change->event->kind != STLB_PTE_CLEAR && change->event->kind != STLB_PMD_CLEAR)
		return on_flush(update, change);
	return take_echo(m, context, &update->echo, change, echoed) ||
	       is_again(update, change, was);
}
