/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices are held against where something went unseen: an old value, a table, a way back. */
#include "made_device.h"

/* A table that is put into the pmd may hold the page: what was cleared before proves nothing. */
Test(unseen, before_a_table_was_put_in)
{
#define ZAPPED_THEN(...)                                                                           \
	SETTLE, {SET(0, 0, RW(0xa))}, ZAP(0, RW(0xa)), __VA_ARGS__                                 \
	{                                                                                          \
		READ(0, 0xa)                                                                       \
	}
	static const struct made table[] = {ZAPPED_THEN({PMD_SET(0, 0, TABLE(0x77))}, )};
	static const struct made beside[] = {ZAPPED_THEN({PMD_SET(512, 0, TABLE(0x77))}, )};

	JUDGE(table, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(beside, BEFORE_6_6, DEVICES, STALE(1));
}

/* What a set replaced may be shown by its echo alone: a device that uses it still is stale. */
Test(unseen, a_page_that_only_an_echo_reported)
{
#define SET_UNTOLD OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RW(0xb)))
	static const struct made used[] = {SETTLE,	 {START(0, 1)},	      {LOCK(L1)},
					   {SET_UNTOLD}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
					   {END(0, 1)},	 {READ(0, 0xa)}};
	static const struct made other[] = {SETTLE,	  {START(0, 1)},       {LOCK(L1)},
					    {SET_UNTOLD}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
					    {END(0, 1)},  {READ(0, 0xb)}};

	JUDGE(used, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
	JUDGE(other, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* It was away in between, and came back unseen: what befell it before proves nothing. */
Test(unseen, a_page_that_came_back_unseen)
{
	static const struct made trace[] = {
		SETTLE,	       {SET(0, 0, RO(0xa))}, {FREE(0xa)}, {SET(0, 0, RO(0xc))},
		{START(0, 1)}, {KSM(0xa)},	     {LOCK(L1)},  {SET(0, RO(0xa), RO(0xb))},
		{UNLOCK(L1)},  {READ(0, 0xa)},	     {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(0));
}

/* The free came while it was there, before the set of which an echo reported what it replaced. */
Test(unseen, freed_before_an_untold_set)
{
	static const struct made trace[] = {
		SETTLE,
		{SET(0, 0, RO(0xa))},
		{FREE(0xa)},
		{START(0, 1)},
		{KSM(0xa)},
		{LOCK(L1)},
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RO(0xb)))},
		{CLEAR(0, RO(0xa))},
		{UNLOCK(L1)},
		{READ(0, 0xa)},
		{END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, STALE(1));
}
