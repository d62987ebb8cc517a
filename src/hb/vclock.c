/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hb/vclock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

/* ---- components ---- */

static uint64_t limit_of(const struct stlb_components *among)
{
	return among->limit ? among->limit : STLB_MAX_COMPONENTS;
}

static bool is_used(const struct stlb_components *among, int32_t id)
{
	return among->words[id / 64] >> (id % 64) & 1;
}

static bool add_word(struct stlb_components *among)
{
	if (stlb_resize((void **)&among->words, among->nr_words + 1, sizeof(*among->words)))
		return false;
	among->words[among->nr_words++] = 0;
	return true;
}

int32_t stlb_component_take(struct stlb_components *among)
{
	uint32_t word = 0;

	if (among->full || among->held >= limit_of(among))
		return STLB_NO_COMPONENT;
	while (word < among->nr_words && among->words[word] == UINT64_MAX)
		word++;
	if (word == among->nr_words && !add_word(among))
		return -ENOMEM;
	among->nr++;
	for (int32_t id = (int32_t)word * 64;; id++) {
		if (is_used(among, id))
			continue;
		among->words[word] |= UINT64_C(1) << (id % 64);
		return id;
	}
}

void stlb_component_give_back(struct stlb_components *among, int32_t id)
{
	among->words[id / 64] &= ~(UINT64_C(1) << (id % 64));
	if (--among->nr == 0)
		among->full = false; /* nobody will be asked about what was not joined */
}

void stlb_components_free(struct stlb_components *among)
{
	free(among->words);
	*among = (struct stlb_components){0};
}

/* ---- clocks ---- */

/* The place of the first component whose id is not below. */
static uint32_t place_of(const struct stlb_vclock *clock, int32_t id)
{
	uint32_t low = 0, high = clock ? clock->nr : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (clock->components[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool holds(const struct stlb_vclock *clock, uint32_t place, int32_t id)
{
	return clock && place < clock->nr && clock->components[place].id == id;
}

uint64_t stlb_vclock_at(const struct stlb_vclock *clock, int32_t id)
{
	uint32_t place = place_of(clock, id);

	return holds(clock, place, id) ? clock->components[place].at : 0;
}

static void raise_to(uint64_t *at, uint64_t to)
{
	if (*at < to)
		*at = to;
}

/* What is not in use any more is asked for by nobody. */
static void drop_unused(const struct stlb_components *among, struct stlb_vclock *clock)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < clock->nr; i++)
		if (is_used(among, clock->components[i].id))
			clock->components[kept++] = clock->components[i];
	clock->nr = kept;
}

/* Room for @more: 1 where there is, 0 past the limit, -ENOMEM. */
static int make_room(struct stlb_components *among, struct stlb_vclock **clock, uint32_t more)
{
	struct stlb_vclock *grown = *clock;
	uint32_t room = grown ? grown->room : 0, wanted;

	if (grown && grown->nr + more > room)
		drop_unused(among, grown);
	wanted = (grown ? grown->nr : 0) + more;
	if (wanted <= room)
		return 1;
	if (wanted < 2 * room)
		wanted = 2 * room;
	if (among->held + (wanted - room) > limit_of(among)) {
		among->full = true;
		return 0;
	}
	if (stlb_resize((void **)&grown, 1, sizeof(*grown) + wanted * sizeof(*grown->components)))
		return -ENOMEM;
	if (!*clock)
		*grown = (struct stlb_vclock){.among = among};
	grown->room = wanted;
	among->held += wanted - room;
	*clock = grown;
	return 1;
}

int stlb_vclock_raise(struct stlb_components *among, struct stlb_vclock **clock, int32_t id,
		      uint64_t at)
{
	uint32_t place = place_of(*clock, id);
	struct stlb_component *component;
	int ret;

	if (holds(*clock, place, id)) {
		raise_to(&(*clock)->components[place].at, at);
		return 0;
	}
	ret = make_room(among, clock, 1);
	if (ret <= 0)
		return ret;
	place = place_of(*clock, id);
	component = &(*clock)->components[place];
	memmove(component + 1, component, ((*clock)->nr - place) * sizeof(*component));
	*component = (struct stlb_component){id, at};
	(*clock)->nr++;
	return 0;
}

/* Raises what both have; how many of @from, in use, are not in @to. */
static uint32_t raise_common(const struct stlb_components *among, struct stlb_vclock *to,
			     const struct stlb_vclock *from)
{
	uint32_t news = 0, place = 0;

	for (uint32_t i = 0; i < from->nr; i++) {
		const struct stlb_component *component = &from->components[i];

		if (!is_used(among, component->id))
			continue;
		while (to && place < to->nr && to->components[place].id < component->id)
			place++;
		if (holds(to, place, component->id))
			raise_to(&to->components[place].at, component->at);
		else
			news++;
	}
	return news;
}

/* Both are in order: the larger ids go to their places first. */
static void merge(const struct stlb_components *among, struct stlb_vclock *to,
		  const struct stlb_vclock *from, uint32_t news)
{
	uint32_t left = to->nr, at = to->nr + news;

	to->nr = at;
	for (uint32_t i = from->nr; i-- > 0 && at > left;) {
		const struct stlb_component *component = &from->components[i];

		if (!is_used(among, component->id))
			continue;
		while (left > 0 && to->components[left - 1].id > component->id)
			to->components[--at] = to->components[--left];
		if (left == 0 || to->components[left - 1].id != component->id)
			to->components[--at] = *component;
	}
}

int stlb_vclock_join(struct stlb_components *among, struct stlb_vclock **to,
		     const struct stlb_vclock *from)
{
	uint32_t news = from && among->nr ? raise_common(among, *to, from) : 0;
	int ret = news ? make_room(among, to, news) : 0;

	if (ret > 0)
		merge(among, *to, from, news);
	return ret < 0 ? ret : 0;
}

void stlb_vclock_free(struct stlb_vclock *clock)
{
	if (clock)
		clock->among->held -= clock->room;
	free(clock);
}
