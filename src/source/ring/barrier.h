/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writers have left: whoever was in the midst of a record when it was asked is done with it. A
 * writer of the kernel's ring buffers takes its time and its place with preemption off, and the
 * record can be read only when it is complete, however long the CPU (a virtual one, say) is kept
 * from going on. membarrier(2) returns when each CPU has had preemption on.
 */
#ifndef SOURCE_RING_BARRIER_H
#define SOURCE_RING_BARRIER_H

struct stlb_barrier;

/**
 * stlb_barrier_new - one that waits in a thread of its own, from the first question on
 * @wait: returns when the writers have left, 0 or a negative errno; NULL: membarrier(2)
 *
 * Returns NULL for want of memory.
 */
struct stlb_barrier *stlb_barrier_new(int (*wait)(void));

/**
 * stlb_barrier_passed - whether those that were writing at the first question have left
 * @barrier: a struct stlb_barrier
 *
 * Returns -EAGAIN until they have, then 0 once: the next question is a first one again. Another
 * negative errno: this kernel does not say (one with full dynticks, or a sandbox).
 */
int stlb_barrier_passed(void *barrier);

/** stlb_barrier_free - waits for what was asked; NULL is fine */
void stlb_barrier_free(struct stlb_barrier *barrier);

#endif
