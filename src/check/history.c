/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/history.h"

#include <errno.h>
#include <stdlib.h>

#include "model/region.h"
#include "util/grow.h"

/* Pages freed by one event lie in one group of 512, or in the list of those that span groups. */
enum { BUCKETS = 64 * 1024, GROUP_SHIFT = 9, SPANNING = BUCKETS, FIRST_ROOM = 1024 };

/* What a search looks at: hot entries have more updates than any device can be behind. */
enum { MAX_STEPS = 2048 };

/** struct mm_history - of a subscribed mm: the number of its first update */
struct mm_history {
	uint64_t from;
};

struct stlb_history {
	struct stlb_said *updates;
	struct stlb_freed *frees;
	uint64_t nr_updates, nr_frees; /* ever */
	uint32_t update_room, free_room;
	uint64_t heads[BUCKETS];	  /* the newest update of a bucket, plus one */
	uint64_t free_heads[BUCKETS + 1]; /* the same of frees */
	struct stlb_map mms;		  /* mm -> struct mm_history */
};

struct stlb_history *stlb_history_new(void)
{
	return calloc(1, sizeof(struct stlb_history));
}

void stlb_history_free(struct stlb_history *history)
{
	uint32_t at = 0;

	if (!history)
		return;
	for (void *mm; (mm = stlb_map_next(&history->mms, &at));)
		free(mm);
	stlb_map_free(&history->mms);
	free(history->updates);
	free(history->frees);
	free(history);
}

/* Room for number @nr in a ring of @max (a power of two) that grows until it is full. */
static void *make_room(void *ring, uint32_t *room, uint64_t nr, uint32_t max, size_t size)
{
	uint32_t more = *room ? *room * 2 : FIRST_ROOM;

	if (nr < *room || *room == max)
		return ring;
	if (stlb_resize(&ring, more, size))
		return NULL;
	*room = more;
	return ring;
}

/* ---- updates ---- */

static uint64_t slot_base(unsigned int level, uint64_t addr)
{
	unsigned int shift = stlb_level_shift(level);

	return addr >> shift << shift;
}

static uint32_t bucket_of(uint64_t mm, unsigned int level, uint64_t addr)
{
	return stlb_map_mix(mm ^ stlb_map_mix((addr >> STLB_PAGE_SHIFT << 2) + level)) % BUCKETS;
}

static int begin_mm(struct stlb_history *history, const struct stlb_said *said)
{
	struct mm_history *mm;

	if (stlb_map_get(&history->mms, said->mm))
		return 0;
	mm = malloc(sizeof(*mm));
	if (!mm)
		return -ENOMEM;
	*mm = (struct mm_history){history->nr_updates};
	if (stlb_map_put(&history->mms, said->mm, mm) == 0)
		return 0;
	free(mm);
	return -ENOMEM;
}

uint64_t stlb_history_add(struct stlb_history *history, const struct stlb_said *said)
{
	uint32_t bucket = bucket_of(said->mm, said->level, said->addr);
	struct stlb_said *updates =
		make_room(history->updates, &history->update_room, history->nr_updates,
			  STLB_HISTORY_UPDATES, sizeof(*updates));
	struct stlb_said *added;

	if (!updates)
		return 0;
	history->updates = updates;
	if (begin_mm(history, said) < 0)
		return 0;
	added = &updates[history->nr_updates % STLB_HISTORY_UPDATES];
	*added = *said;
	added->before = history->heads[bucket];
	history->heads[bucket] = ++history->nr_updates;
	return history->nr_updates;
}

static bool is_kept(uint64_t number, uint64_t nr, uint64_t max)
{
	return number && number + max > nr;
}

struct stlb_said *stlb_history_get(const struct stlb_history *history, uint64_t number)
{
	if (!is_kept(number, history->nr_updates, STLB_HISTORY_UPDATES))
		return NULL;
	return &history->updates[(number - 1) % STLB_HISTORY_UPDATES];
}

uint64_t stlb_history_last(const struct stlb_history *history)
{
	return history->nr_updates;
}

void stlb_history_forget(struct stlb_history *history, uint64_t mm)
{
	free(stlb_map_remove(&history->mms, mm));
}

/* ---- the walk ---- */

/* From an update (plus one) on, the first of this walk's page at this level. */
static uint64_t find_from(struct stlb_history_walk *walk, unsigned int level, uint64_t number)
{
	uint64_t addr = slot_base(level, walk->addr);

	while (number > walk->from && walk->steps < MAX_STEPS) {
		const struct stlb_said *said = stlb_history_get(walk->history, number);

		if (!said)
			break;
		if (said->mm == walk->mm && said->level == level && said->addr == addr)
			return number;
		walk->steps++;
		number = said->before;
	}
	walk->cut |= number > walk->from;
	return 0;
}

bool stlb_history_walk(const struct stlb_history *history, uint64_t mm, uint64_t addr,
		       struct stlb_history_walk *walk)
{
	const struct mm_history *known = stlb_map_get(&history->mms, mm);

	if (!known)
		return false;
	*walk = (struct stlb_history_walk){
		.history = history, .mm = mm, .addr = addr, .from = known->from};
	for (unsigned int level = STLB_LEVEL_PTE; level <= STLB_LEVEL_PUD; level++) {
		uint32_t bucket = bucket_of(mm, level, slot_base(level, addr));

		walk->at[level] = find_from(walk, level, history->heads[bucket]);
	}
	return true;
}

const struct stlb_said *stlb_history_older(struct stlb_history_walk *walk)
{
	unsigned int newest = STLB_LEVEL_PTE;
	const struct stlb_said *said;

	for (unsigned int level = STLB_LEVEL_PMD; level <= STLB_LEVEL_PUD; level++)
		if (walk->at[level] > walk->at[newest])
			newest = level;
	said = stlb_history_get(walk->history, walk->at[newest]);
	if (!said)
		return NULL;
	walk->steps++;
	walk->at[newest] = find_from(walk, newest, said->before);
	return said;
}

/* ---- frees ---- */

static uint32_t free_bucket(uint64_t pfn)
{
	return stlb_map_mix(pfn >> GROUP_SHIFT) % BUCKETS;
}

int stlb_history_add_free(struct stlb_history *history, const struct stlb_freed *freed)
{
	uint64_t last = freed->pfn + freed->nr - 1;
	bool spans = freed->pfn >> GROUP_SHIFT != last >> GROUP_SHIFT;
	uint32_t bucket = spans ? SPANNING : free_bucket(freed->pfn);
	struct stlb_freed *frees = make_room(history->frees, &history->free_room, history->nr_frees,
					     STLB_HISTORY_FREES, sizeof(*frees));
	struct stlb_freed *added;

	if (!frees)
		return -ENOMEM;
	history->frees = frees;
	added = &frees[history->nr_frees % STLB_HISTORY_FREES];
	*added = *freed;
	added->before = history->free_heads[bucket];
	history->free_heads[bucket] = ++history->nr_frees;
	return 0;
}

static const struct stlb_freed *first_in(const struct stlb_history *history, uint32_t bucket,
					 uint64_t pfn, uint64_t since)
{
	const struct stlb_freed *first = NULL;
	uint64_t number = history->free_heads[bucket];

	for (unsigned int step = 0; step < MAX_STEPS; step++) {
		const struct stlb_freed *freed;

		if (!is_kept(number, history->nr_frees, STLB_HISTORY_FREES))
			break;
		freed = &history->frees[(number - 1) % STLB_HISTORY_FREES];
		if (freed->seq <= since)
			break;
		if (pfn - freed->pfn < freed->nr)
			first = freed;
		number = freed->before;
	}
	return first;
}

const struct stlb_freed *stlb_history_freed(const struct stlb_history *history, uint64_t pfn,
					    uint64_t since)
{
	const struct stlb_freed *one = first_in(history, free_bucket(pfn), pfn, since);
	const struct stlb_freed *other = first_in(history, SPANNING, pfn, since);

	if (!one || !other)
		return one ? one : other;
	return one->seq < other->seq ? one : other;
}
