/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Huge pages of which all or some comes back, with all rights or fewer. */
#include "made_events.h"

#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* What is back with fewer rights is a write-protect: the rest of it may wait. */
Test(subpages, back_with_fewer_rights_while_a_part_is_cached)
{
#define COVERED_IN_PART(...)                                                                       \
	SETTLE, {START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, HUGE(0x200))}, {INV(0, 256)},           \
		__VA_ARGS__, {UNLOCK(L2)},                                                         \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made other_page[] = {COVERED_IN_PART({PMD_SET(0, 0, HUGE(0x800))})};
	static const struct made back[] = {COVERED_IN_PART({PMD_SET(0, 0, HUGERO(0x200))})};
	static const struct made back_and_other[] = {COVERED_IN_PART(
		{PMD_SET(0, 0, HUGERO(0x200))}, {PMD_SET(0, HUGERO(0x200), HUGE(0x800))})};
	static const struct made whole_and_other[] = {COVERED_IN_PART(
		{PMD_SET(0, 0, HUGE(0x200))}, {PMD_SET(0, HUGE(0x200), HUGE(0x800))})};

	JUDGE(other_page, BEFORE_6_6, .counts = {[STLB_RULE_PARTIAL] = 1});
	JUDGE(back, BEFORE_6_6);
	JUDGE(back_and_other, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(whole_and_other, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
}

/* All of its subpages are back where each is, not where some are as often. */
Test(subpages, each_of_them)
{
#define SET_SUBPAGES(first, how, nr)                                                               \
	{                                                                                          \
		SET_NR(first, how(0x200 + (first)), nr)                                            \
	}
#define SPLIT(...)                                                                                 \
	SETTLE, {START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, HUGE(0x200))}, __VA_ARGS__,             \
		{UNLOCK(L2)}, {FREES(0x200, 9)},                                                   \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made all[] = {SPLIT(SET_SUBPAGES(0, RW, 512))};
	static const struct made all_read_only[] = {SPLIT(SET_SUBPAGES(0, RO, 512))};
	static const struct made in_two[] = {
		SPLIT(SET_SUBPAGES(256, RO, 256), SET_SUBPAGES(0, RO, 256))};
	static const struct made some_read_only[] = {
		SPLIT(SET_SUBPAGES(0, RW, 200), SET_SUBPAGES(200, RO, 312))};
	static const struct made half_twice[] = {
		SPLIT(SET_SUBPAGES(0, RO, 256), SET_SUBPAGES(0, RO, 256))};
	static const struct made half_both_ways[] = {
		SPLIT(SET_SUBPAGES(256, RO, 256), SET_SUBPAGES(256, RW, 256))};
	static const struct made all_but_one[] = {SPLIT(
		SET_SUBPAGES(0, RO, 300), SET_SUBPAGES(301, RO, 211), SET_SUBPAGES(299, RW, 1))};

	JUDGE(all, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
	/* a write-protect does not matter to a free */
	JUDGE(all_read_only, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(in_two, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(some_read_only, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(half_twice, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(half_both_ways, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
	JUDGE(all_but_one, BEFORE_6_6, .counts = {[STLB_RULE_FREE] = 1});
}

/* 512 read-only special pages in place of a huge one: a huge zero page, if they are one page. */
static void become(uint64_t last_pfn, struct made_how how)
{
	static struct made trace[4 + 512 + 2];
	size_t nr = 0;

	trace[nr++] = (struct made){ON(0), START(0x30000, 0x30001)};
	trace[nr++] = (struct made){ON(0), END(0x30000, 0x30001)};
	trace[nr++] = (struct made){LOCK(L2)};
	trace[nr++] = (struct made){PMD_CLEAR(0, HUGERO(0x600))};
	for (unsigned int i = 0; i < 512; i++)
		trace[nr++] = (struct made){SET(i, 0, ZERO(i < 511 ? 0x50 : last_pfn))};
	trace[nr++] = (struct made){INV(0, 512)};
	trace[nr++] = (struct made){UNLOCK(L2)};
	made_judge(__func__, (int)last_pfn, trace, nr, &how);
}

Test(subpages, of_one_zero_page)
{
	become(0x50, (struct made_how){BEFORE_6_6, ENDED(.total = 1, .restored = 1)});
	become(0x51,
	       (struct made_how){BEFORE_6_6,
				 .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_UNBRACKETED] = 1},
				 ENDED(.total = 1, .discharged_in_lock = 1)});
}
