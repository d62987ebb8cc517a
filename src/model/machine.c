/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/machine.h"

#include <stdlib.h>

#include "model/region.h"

bool stlb_machine_pfn_of(const struct stlb_machine *m, uint64_t page, uint64_t *pfn)
{
	if (!m->vmemmap || page < m->vmemmap || (page - m->vmemmap) >> 40)
		return false;
	*pfn = (page - m->vmemmap) >> STLB_STRUCT_PAGE_SHIFT;
	return true;
}

bool stlb_machine_pfn(const struct stlb_machine *m, const struct stlb_event *event, uint64_t *pfn)
{
	if (stlb_event_has(event, PFN)) {
		*pfn = stlb_event_get(event, PFN);
		return true;
	}
	return stlb_event_has(event, PAGE) &&
	       stlb_machine_pfn_of(m, stlb_event_get(event, PAGE), pfn);
}

void stlb_machine_free(struct stlb_machine *machine)
{
	uint32_t at = 0;

	stlb_regions_free(&machine->regions);
	stlb_contexts_free(&machine->contexts);
	stlb_mms_free(&machine->mms);
	for (struct stlb_lock *lock; (lock = stlb_map_next(&machine->locks, &at));) {
		stlb_hb_lock_free(&lock->hb);
		free(lock);
	}
	stlb_map_free(&machine->locks);
	stlb_hb_free(&machine->hb);
}
