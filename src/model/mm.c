/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/mm.h"

#include <stdlib.h>

struct stlb_mm *stlb_mm_find(const struct stlb_mms *mms, uint64_t id)
{
	return stlb_map_get(&mms->map, id);
}

struct stlb_mm *stlb_mm_get(struct stlb_mms *mms, uint64_t id)
{
	struct stlb_mm *mm = stlb_mm_find(mms, id);
	uint64_t random[2];

	if (mm || mms->map.count >= STLB_MAX_MMS)
		return mm;
	mm = calloc(1, sizeof(*mm));
	if (!mm)
		return NULL;
	stlb_map_random(random);
	mm->id = id;
	mm->mixed = stlb_map_hash(random, id);
	stlb_list_init(&mm->regions);
	stlb_list_init(&mm->obligations);
	stlb_list_init(&mm->pud_level);
	stlb_list_init(&mm->nowhere);
	if (stlb_map_put(&mms->map, id, mm) < 0) {
		free(mm);
		return NULL;
	}
	return mm;
}

void stlb_mm_subscribe(struct stlb_mms *mms, struct stlb_mm *mm)
{
	if (stlb_mm_is_subscribed(mm))
		return;
	mm->subscription = STLB_SUBSCRIBED;
	mms->subscribed++;
	if (!mm->counted)
		mms->ever++;
	mm->counted = true;
}

void stlb_mm_unsubscribe(struct stlb_mms *mms, struct stlb_mm *mm)
{
	if (stlb_mm_is_subscribed(mm))
		mms->subscribed--;
	mm->subscription = STLB_SUBSCRIPTION_OVER;
	mm->subscribers = 0;
	mm->since_before = false;
	mm->nr_callbacks = 0;
}

void stlb_mms_free(struct stlb_mms *mms)
{
	uint32_t at = 0;

	for (struct stlb_mm *mm; (mm = stlb_map_next(&mms->map, &at));)
		free(mm);
	stlb_map_free(&mms->map);
}
