/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hb/edges.h"

#include <errno.h>

enum { MAX_FREED = 32 * 1024, MAX_PAGES_AT_ONCE = 512 };

int stlb_hb_follow(struct stlb_hb *hb, struct stlb_hb_context *context)
{
	int32_t id = context->component;

	if (id == STLB_NO_COMPONENT)
		id = stlb_component_take(&hb->used);
	if (id == -ENOMEM)
		return id;
	context->component = id;
	return id == STLB_NO_COMPONENT;
}

void stlb_hb_unfollow(struct stlb_hb *hb, struct stlb_hb_context *context)
{
	if (context->component == STLB_NO_COMPONENT)
		return;
	stlb_component_give_back(&hb->used, context->component);
	context->component = STLB_NO_COMPONENT;
}

bool stlb_hb_before(const struct stlb_hb_context *one, uint64_t when,
		    const struct stlb_hb_context *other)
{
	if (one == other)
		return true;
	return one->component != STLB_NO_COMPONENT &&
	       stlb_vclock_at(other->clock, one->component) >= when;
}

/* All that a context has done and knows of goes into a clock. */
static int release(struct stlb_hb *hb, const struct stlb_hb_context *context,
		   struct stlb_vclock **to)
{
	int ret = stlb_vclock_join(&hb->used, to, context->clock);

	if (ret == 0 && context->component != STLB_NO_COMPONENT)
		ret = stlb_vclock_raise(&hb->used, to, context->component, hb->now);
	return ret;
}

static void tell_one(struct stlb_hb *hb, struct stlb_hb_news *news, int32_t of, uint64_t at)
{
	news->of = of;
	news->at = at;
	if (of != news->to->component && stlb_vclock_at(news->to->clock, of) < at)
		hb->tell(hb->user, news);
}

static void tell(struct stlb_hb *hb, struct stlb_hb_news *news, const struct stlb_vclock *from)
{
	for (uint32_t i = 0; hb->tell && from && i < from->nr; i++)
		tell_one(hb, news, from->components[i].id, from->components[i].at);
}

static int acquire(struct stlb_hb *hb, struct stlb_hb_context *context,
		   const struct stlb_vclock *from, enum stlb_order why, uint64_t object)
{
	tell(hb, &(struct stlb_hb_news){.why = why, .object = object, .to = context}, from);
	return stlb_vclock_join(&hb->used, &context->clock, from);
}

/* ---- locks ---- */

int stlb_hb_lock_released(struct stlb_hb *hb, const struct stlb_hb_context *context,
			  struct stlb_hb_lock *lock, bool shared)
{
	return release(hb, context, shared ? &lock->read : &lock->written);
}

int stlb_hb_lock_acquired(struct stlb_hb *hb, struct stlb_hb_context *context,
			  const struct stlb_hb_lock *lock, bool shared)
{
	int ret = acquire(hb, context, lock->written, STLB_ORDER_LOCK, lock->id);

	return ret == 0 && !shared ? acquire(hb, context, lock->read, STLB_ORDER_LOCK, lock->id)
				   : ret;
}

void stlb_hb_lock_free(struct stlb_hb_lock *lock)
{
	stlb_vclock_free(lock->written);
	stlb_vclock_free(lock->read);
	*lock = (struct stlb_hb_lock){.id = lock->id};
}

/* ---- pages ---- */

static void forget_freed(struct stlb_hb *hb)
{
	struct stlb_vclock *clock;
	uint32_t at = 0;

	while ((clock = stlb_map_next(&hb->freed, &at)))
		stlb_vclock_free(clock);
	stlb_map_free(&hb->freed);
}

static int page_freed(struct stlb_hb *hb, const struct stlb_hb_context *context, uint64_t pfn)
{
	struct stlb_vclock *clock = stlb_map_remove(&hb->freed, pfn);
	int ret = release(hb, context, &clock);

	if (clock && stlb_map_put(&hb->freed, pfn, clock) < 0) {
		stlb_vclock_free(clock);
		return -ENOMEM;
	}
	return ret;
}

int stlb_hb_pages_freed(struct stlb_hb *hb, const struct stlb_hb_context *context, uint64_t pfn,
			uint64_t nr)
{
	int ret = 0;

	if (hb->freed.count && (stlb_hb_is_idle(hb) || hb->freed.count >= MAX_FREED))
		forget_freed(hb);
	for (uint64_t i = 0; !stlb_hb_is_idle(hb) && ret == 0 && i < nr && i < MAX_PAGES_AT_ONCE;
	     i++)
		ret = page_freed(hb, context, pfn + i);
	return ret;
}

int stlb_hb_pages_allocated(struct stlb_hb *hb, struct stlb_hb_context *context, uint64_t pfn,
			    uint64_t nr)
{
	int ret = 0;

	for (uint64_t i = 0; hb->freed.count && ret == 0 && i < nr && i < MAX_PAGES_AT_ONCE; i++)
		ret = acquire(hb, context, stlb_map_get(&hb->freed, pfn + i), STLB_ORDER_PAGE, pfn);
	return ret;
}

/* ---- tasks and interrupts ---- */

int stlb_hb_started(struct stlb_hb *hb, const struct stlb_hb_context *by,
		    struct stlb_hb_context *started, bool forked)
{
	started->forked |= forked;
	return stlb_hb_is_idle(hb) ? 0 : release(hb, by, &started->start);
}

int stlb_hb_runs(struct stlb_hb *hb, struct stlb_hb_context *context)
{
	int ret;

	if (!context->start)
		return 0;
	ret = acquire(hb, context, context->start,
		      context->forked ? STLB_ORDER_FORK : STLB_ORDER_WAKE, 0);
	stlb_vclock_free(context->start);
	context->start = NULL;
	context->forked = false;
	return ret;
}

int stlb_hb_follows(struct stlb_hb *hb, const struct stlb_hb_context *before,
		    struct stlb_hb_context *after)
{
	struct stlb_hb_news news = {.why = STLB_ORDER_IRQ, .to = after};

	tell(hb, &news, before->clock);
	if (hb->tell && before->component != STLB_NO_COMPONENT)
		tell_one(hb, &news, before->component, hb->now);
	return stlb_hb_is_idle(hb) ? 0 : release(hb, before, &after->clock);
}

void stlb_hb_context_free(struct stlb_hb_context *context)
{
	stlb_vclock_free(context->clock);
	stlb_vclock_free(context->start);
	context->clock = context->start = NULL;
}

void stlb_hb_free(struct stlb_hb *hb)
{
	forget_freed(hb);
	stlb_components_free(&hb->used);
}
