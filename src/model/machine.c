/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/machine.h"

#include <stdlib.h>

void stlb_machine_free(struct stlb_machine *machine)
{
	uint32_t at = 0;

	stlb_contexts_free(&machine->contexts);
	stlb_mms_free(&machine->mms);
	for (struct stlb_lock *lock; (lock = stlb_map_next(&machine->locks, &at));) {
		stlb_hb_lock_free(&lock->hb);
		free(lock);
	}
	stlb_map_free(&machine->locks);
	stlb_hb_free(&machine->hb);
}
