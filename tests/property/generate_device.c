/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices with TLBs of their own, some of which forget to drop what they are asked to. */
#include "generate_internal.h"

static uint64_t page_now(const struct mm *mm, unsigned int region, unsigned int page)
{
	uint64_t pmd = mm->pmd[region], pte = mm->pte[region][page];

	if (!entry_present(pmd))
		return 0;
	if (pmd & X86_PSE)
		return entry_pfn(pmd) + page;
	return entry_present(pte) ? entry_pfn(pte) : 0;
}

/* One access: a translation is taken where none is held, and sometimes where one is. */
void device_turn(struct world *world)
{
	static const uint8_t kinds[] = {STLB_DEV_READ, STLB_DEV_WRITE, STLB_DEV_FILL};
	const struct task device = {.tid = 900 + (int32_t)random_below(world, NR_DEVICES),
				    .cpu = NR_CPUS,
				    .comm = "device"};
	unsigned int mm = one_in(world, 5), region = random_below(world, NR_REGIONS);
	unsigned int page = random_below(world, NR_PAGES), kind = random_below(world, 3);
	uint64_t *held = &world->devices.pfn[device.tid - 900][mm][region][page];
	struct stlb_event *event;

	if (!*held || one_in(world, 4)) {
		*held = page_now(&world->mm[mm], region, page);
		kind = 2;
	}
	if (!*held)
		return;
	event = emit(world, &device, kinds[kind]);
	event_put(event, STLB_FIELD_DEV, (uint64_t)(device.tid - 900));
	event_put(event, STLB_FIELD_MM, mm_pointer(mm));
	event_put(event, STLB_FIELD_ADDR, region_address(region) + page * PAGE_BYTES);
	event_put(event, STLB_FIELD_PFN, *held);
}

void devices_invalidate(struct world *world, const struct step *step)
{
	for (unsigned int i = 0; step->mm < CHILD_MM && i < NR_DEVICES * NR_REGIONS * NR_PAGES;
	     i++) {
		unsigned int page = i % NR_PAGES, region = i / NR_PAGES % NR_REGIONS;
		unsigned int device = i / NR_PAGES / NR_REGIONS;
		uint64_t addr = region_address(region) + page * PAGE_BYTES;

		if (addr >= step->start && addr < step->end && !one_in(world, 4))
			world->devices.pfn[device][step->mm][region][page] = 0;
	}
}
