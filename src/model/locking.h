/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: who holds what, and the order that their releases and acquisitions make. */
#ifndef MODEL_LOCKING_H
#define MODEL_LOCKING_H

#include "model/machine.h"

/** stlb_lock_asked, _acquired, _released - the events of spinlocks */
void stlb_lock_asked(struct stlb_machine *m, struct stlb_context *context,
		     const struct stlb_event *event);
void stlb_lock_acquired(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *event);
void stlb_lock_released(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *event);

/** stlb_lock_settle - the task goes on: the lock that it asked for is its own */
void stlb_lock_settle(struct stlb_machine *m, struct stlb_context *context);

/** stlb_lock_named - a lock is known to be a PTL; @context: who may hold it, or NULL */
void stlb_lock_named(struct stlb_machine *m, struct stlb_context *context, uint64_t lock);

/** stlb_holds_suspend - the task is switched out: only a release shows that a hold went on */
void stlb_holds_suspend(struct stlb_machine *m, struct stlb_context *context,
			const struct stlb_event *by);

/** stlb_holds_end - the task leaves the kernel: no hold goes on */
void stlb_holds_end(struct stlb_machine *m, struct stlb_context *context,
		    const struct stlb_event *by);

/** stlb_locks_doubt - events that the task may have made were lost, releases among them */
void stlb_locks_doubt(struct stlb_context *context);

/** stlb_mmap_locked, _unlocked - mmap_lock of an mm is taken or downgraded, and released */
void stlb_mmap_locked(struct stlb_machine *m, struct stlb_context *context, uint64_t mm,
		      bool write);
void stlb_mmap_unlocked(struct stlb_machine *m, struct stlb_context *context, uint64_t mm,
			bool write);

#endif
