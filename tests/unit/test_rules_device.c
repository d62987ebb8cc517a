/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stale-device-access: devices are held against what the entries said. */
#include "made_device.h"

/* ---- what proves that a device uses an old page ---- */

Test(device, first_event_after_the_repoint)
{
	static const struct made read[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	static const struct made fill[] = {SETTLE,	   {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb),
					   {FILL(0, 0xa)}, {READ(0, 0xa)},	 {WRITE(0, 0xa)}};
	static const struct made right[] = {SETTLE,	    {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb),
					    {FILL(0, 0xb)}, {READ(0, 0xb)},	  {WRITE(0, 0xb)}};

	JUDGE(read, BEFORE_6_6, DEVICES, STALE(1));
	/* one translation is reported once */
	JUDGE(fill, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(right, BEFORE_6_6, DEVICES, STALE(0));
}

/* Only the clear recorded what the entry said before. */
Test(device, page_from_before_the_trace)
{
	static const struct made cleared[] = {SETTLE, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	static const struct made older[] = {SETTLE, COW(0, 0xa, 0xb), {READ(0, 0x9)}};
	static const struct made nothing_known[] = {SETTLE, {READ(0, 0x9)}, {READ(0, 0xa)}};
	static const struct made not_ended[] = {SETTLE, {SET(0, 0, RO(0xa))}, {READ(0, 0x9)}};

	JUDGE(cleared, BEFORE_6_6, DEVICES, STALE(1));
	/* the entry was never seen to say it */
	JUDGE(older, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(nothing_known, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(not_ended, BEFORE_6_6, DEVICES, STALE(0));
}

Test(device, violation_before_its_invalidation)
{
	static const struct made trace[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{READ(0, 0xa)},
		{SET(0, 0, RW(0xb))},
		{READ(0, 0xa)},
		{UNLOCK(L1)},
		{END(0, 1)},
	};
	static const struct made before[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{READ(0, 0xa)},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_REPOINT] = 1});
	JUDGE(before, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* The kernel allows the window of a zap, and of a fault in it: not what comes after. */
Test(device, window_of_a_zap)
{
	static const struct made inside[] = {
		SETTLE,		  {SET(0, 0, RW(0xa))}, {START(0, 1)},
		{LOCK(L1)},	  {CLEAR(0, RW(0xa))},	{UNLOCK(L1)},
		{READ(0, 0xa)},	  {T2, LOCK(L1)},	{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)}, {READ(0, 0xa)},	{FILL(0, 0xa)},
		{END(0, 1)},
	};
	static const struct made after[] = {
		SETTLE,
		{SET(0, 0, RW(0xa))},
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{FILL(0, 0xa)},
		{END(0, 1)},
		{READ(0, 0xa)},
	};
	static const struct made empty[] = {
		SETTLE, {SET(0, 0, RW(0xa))}, ZAP(0, RW(0xa)), {READ(0, 0xa)}};

	JUDGE(inside, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REFAULT] = 1});
	JUDGE(after, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(empty, BEFORE_6_6, DEVICES, STALE(1));
}

/* Nothing can come any more, and it did not come. */
Test(device, after_an_operation_that_never_invalidated)
{
	static const struct made trace[] = {
		SETTLE,	      {SET(0, 0, RW(0xa))}, {START(0, 1)},  {LOCK(L1)}, {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {ONLY_END(0, 1)},	    {READ(0, 0xa)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_NEVER] = 1});
}

/* An invalidation that is not ordered after the update proves nothing. */
Test(device, invalidation_without_an_order)
{
	static const struct made trace[] = {
		SETTLE,		{SET(0, 0, RW(0xa))}, {START(0, 1)},
		{LOCK(L1)},	{CLEAR(0, RW(0xa))},  {T2, INV(0, 1)},
		{READ(0, 0xa)}, {UNLOCK(L1)},	      {END(0, 1)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(0));
}

Test(device, page_that_was_freed)
{
	static const struct made freed[] = {
		SETTLE,	     {SET(0, 0, RW(0xa))}, {START(0, 1)}, {CLEAR(0, RW(0xa))},
		{FREE(0xa)}, {READ(0, 0xa)},	   {END(0, 1)},
	};
	static const struct made taken[] = {
		SETTLE,	      {SET(0, 0, RW(0xa))}, {START(0, 1)}, {CLEAR(0, RW(0xa))},
		{ALLOC(0xa)}, {READ(0, 0xa)},	    {END(0, 1)},
	};
	static const struct made again[] = {
		SETTLE,	     {SET(0, 0, RW(0xa))}, {FILL(0, 0xa)},	 ZAP(0, RW(0xa)),
		{FREE(0xa)}, {ALLOC(0xa)},	   {SET(0, 0, RW(0xa))}, {READ(0, 0xa)},
	};
	static const struct made elsewhere[] = {
		SETTLE,	      {SET(0, 0, RW(0xa))}, ZAP(0, RW(0xa)), {FREE(0xa)},
		{ALLOC(0xa)}, {SET(1, 0, RW(0xa))}, {READ(1, 0xa)},  {READ(0, 0xa)},
	};

	JUDGE(freed, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_FREE] = 1});
	/* handed out again, where frees are not recorded */
	JUDGE(taken, BEFORE_6_6, .recorded = MADE_MORE(MADE_WITHOUT(STLB_PAGE_FREE), STLB_DEV_READ),
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(again, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(elsewhere, BEFORE_6_6, DEVICES, STALE(1));
}

/* The page was freed by a block that begins before it, of whatever order. */
Test(device, freed_as_a_part)
{
	static const struct made within[] = {SETTLE,
					     {SET(0, 0, RW(0x40205))},
					     ZAP(0, RW(0x40205)),
					     {SET(0, 0, RW(0xb))},
					     {FREES(0x40200, 9)},
					     {READ(0, 0x40205)}};
	static const struct made giant[] = {
		SETTLE,
		{SET(0, 0, RW(0x40205))},
		{START(0, 1)},
		{CLEAR(0, RW(0x40205))},
		{FREES(0x40000, 18)},
		{READ(0, 0x40205)},
		{END(0, 1)},
	};
	static const struct made beside[] = {
		SETTLE,
		{SET(0, 0, RW(0x40205))},
		{START(0, 1)},
		{CLEAR(0, RW(0x40205))},
		{FREES(0x40000, 9)},
		{FREES(0x40206, 0)},
		{READ(0, 0x40205)},
		{END(0, 1)},
	};

	JUDGE(within, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(giant, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(beside, BEFORE_6_6, DEVICES, STALE(0));
}

Test(device, same_page_is_back)
{
	static const struct made restored[] = {
		SETTLE,		  {SET(0, 0, RW(0xa))}, {FILL(0, 0xa)},	      {START(0, 1)},
		{LOCK(L1)},	  {CLEAR(0, RW(0xa))},	{SET(0, 0, RW(0xa))}, {UNLOCK(L1)},
		{ONLY_END(0, 1)}, {READ(0, 0xa)},
	};
	static const struct made later[] = {SETTLE,
					    {SET(0, 0, RW(0xa))},
					    ZAP(0, RW(0xa)),
					    {SET(0, 0, RW(0xa))},
					    {FILL(0, 0xa)}};

	JUDGE(restored, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(later, BEFORE_6_6, DEVICES, STALE(0));
}

/* ---- what a device holds ---- */

Test(device, accesses_that_do_not_tell_the_page)
{
	static const struct made filled[] = {
		SETTLE, {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)}, COW(0, 0xa, 0xb), {USE(READ, 0, 0)}};
	static const struct made refilled[] = {SETTLE,	       {SET(0, 0, RO(0xa))},
					       {FILL(0, 0xa)}, COW(0, 0xa, 0xb),
					       {FILL(0, 0xb)}, {USE(READ, 0, 0)}};
	static const struct made dropped[] = {SETTLE,	      {SET(0, 0, RO(0xa))},
					      {FILL(0, 0xa)}, COW(0, 0xa, 0xb),
					      {DROPS(0, 1)},  {USE(READ, 0, 0)}};
	static const struct made another[] = {SETTLE,	      {SET(0, 0, RO(0xa))},
					      {FILL(0, 0xa)}, COW(0, 0xa, 0xb),
					      {DROPS(1, 2)},  {USE(READ, 0, 0)}};
	static const struct made unknown[] = {
		SETTLE,		  {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)},
		COW(0, 0xa, 0xb), {USE(FILL, 0, 0)},	{USE(READ, 0, 0)}};

	JUDGE(filled, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(refilled, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(dropped, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(another, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(unknown, BEFORE_6_6, DEVICES, STALE(0));
}

/* Dropped and taken once more: it is stale once more. */
Test(device, taken_twice)
{
	static const struct made trace[] = {SETTLE,	    {SET(0, 0, RO(0xa))}, COW(0, 0xa, 0xb),
					    {FILL(0, 0xa)}, {READ(0, 0xa)},	  {DROPS(0, 8)},
					    {FILL(0, 0xa)}};
	static const struct made all[] = {SETTLE,
					  {SET(0, 0, RO(0xa))},
					  COW(0, 0xa, 0xb),
					  {FILL(0, 0xa)},
					  {OF(DEV_INV, F(DEV, 0), F(MM, MM1)), BY(0)},
					  {FILL(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(2));
	JUDGE(all, BEFORE_6_6, DEVICES, STALE(2));
}

Test(device, each_device_for_itself)
{
	static const struct made trace[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		{DEV(FILL, 0, 0, 0xa)},
		{DEV(FILL, 1, 0, 0xa)},
		COW(0, 0xa, 0xb),
		{DEV(FILL, 0, 0, 0xb)},
		{DEV(READ, 0, 0, 0xb)},
		{DEV(READ, 1, 0, 0xa)},
		{DEV(READ, 2, 0, 0xa)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(2));
}

Test(device, page_freed_before_it_was_set_again)
{
	static const struct made trace[] = {
		SETTLE,	      {FILL(0, 0xa)}, {FREE(0xa)}, {LOCK(L1)}, {SET(0, 0, RW(0xa))},
		{UNLOCK(L1)}, {READ(0, 0xa)},
	};

	JUDGE(trace, BEFORE_6_6, DEVICES);
}
