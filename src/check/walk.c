/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "check/walk.h"

static void go_through(struct stlb_walk *walk, struct stlb_list *list)
{
	walk->list = list;
	walk->next = list->next;
}

struct stlb_walk stlb_walk_at(struct stlb_mm *mm, struct stlb_region *region, struct stlb_slot slot)
{
	struct stlb_walk walk = {.slot = slot, .by_mm = slot.level == STLB_LEVEL_PUD};

	/* 1 GiB is 512 regions */
	if (walk.by_mm) {
		go_through(&walk, &mm->obligations);
	} else if (region) {
		go_through(&walk, &region->obligations);
		walk.pud_level = &mm->pud_level;
	} else {
		go_through(&walk, &mm->pud_level);
	}
	return walk;
}

static bool meets(const struct stlb_walk *walk, const struct stlb_obligation *ob)
{
	uint64_t last = walk->slot.addr + (UINT64_C(1) << stlb_level_shift(walk->slot.level)) - 1;

	return !ob->nowhere && ob->addr <= last &&
	       walk->slot.addr <= ob->addr + stlb_obligation_size(ob) - 1;
}

struct stlb_obligation *stlb_walk_next(struct stlb_walk *walk)
{
	struct stlb_obligation *ob;

	for (;;) {
		while (walk->next != walk->list) {
			ob = walk->by_mm
				     ? stlb_list_entry(walk->next, struct stlb_obligation, in_mm)
				     : stlb_list_entry(walk->next, struct stlb_obligation,
						       in_region);
			walk->next = walk->next->next;
			if (meets(walk, ob))
				return ob;
		}
		if (!walk->pud_level)
			return NULL;
		go_through(walk, walk->pud_level);
		walk->pud_level = NULL;
	}
}
