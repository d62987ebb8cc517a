/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of devices that share an mm, and the updates that they are held against. */
#ifndef UNIT_MADE_DEVICE_H
#define UNIT_MADE_DEVICE_H

#include "made_events.h"

#define DEVICES .recorded = MADE_WITH(STLB_DEV_FILL, STLB_DEV_READ, STLB_DEV_WRITE, STLB_DEV_INV)

/* events of device @d, by a thread of its own on CPU 3 */
#define BY(d)		  .tid = 400 + (d), .cpu = 3
#define USE(k, d, n)	  OF(DEV_##k, F(DEV, d), F(MM, MM1), F(ADDR, PAGE(n))), BY(d)
#define DEV(k, d, n, pfn) OF(DEV_##k, F(DEV, d), F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn)), BY(d)
#define FILL(n, pfn)	  DEV(FILL, 0, n, pfn)
#define READ(n, pfn)	  DEV(READ, 0, n, pfn)
#define WRITE(n, pfn)	  DEV(WRITE, 0, n, pfn)
#define DROPS(a, b)	  OF(DEV_INV, F(DEV, 0), F(MM, MM1), F(START, PAGE(a)), F(END, PAGE(b))), BY(0)

/* a right copy-on-write of page n; a zap */
#define COW(n, was, is)                                                                            \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RO(was))}, {INV(n, (n) + 1)},                   \
		{SET(n, 0, RW(is))}, {UNLOCK(L1)},                                                 \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}
#define ZAP(n, was)                                                                                \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, was)}, {UNLOCK(L1)},                            \
	{                                                                                          \
		END(n, (n) + 1)                                                                    \
	}

#define STALE(n) .counts = {[STLB_RULE_STALE_ACCESS] = (n)}

#endif
