/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* device-order: the new value of one page, then the old value of another. */
#include "made_events.h"
#include "made_reading.h"

#define DEVICES .recorded = MADE_WITH(STLB_DEV_FILL, STLB_DEV_READ)

#define READS(d, n, pfn)                                                                           \
	OF(DEV_READ, F(DEV, d), F(MM, MM1), F(ADDR, PAGE(n)), F(PFN, pfn)), .tid = 400, .cpu = 3
#define READ(n, pfn) READS(0, n, pfn)

/* page n becomes another one: as a violation that is still open, or right */
#define REPOINT(n, was, is)                                                                        \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RO(was))}, {SET(n, 0, RW(is))},                 \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define COW(n, was, is)                                                                            \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RO(was))}, {INV(n, (n) + 1)},                   \
		{SET(n, 0, RW(is))}, {UNLOCK(L1)},                                                 \
	{                                                                                          \
		ONLY_END(n, (n) + 1)                                                               \
	}
#define BEGIN                                                                                      \
	SETTLE, {SET(0, 0, RO(0xa))},                                                              \
	{                                                                                          \
		SET(2, 0, RO(0xc))                                                                 \
	}

#define CYCLES(repoints, stale, cycles)                                                            \
	.counts = {[STLB_RULE_REPOINT] = (repoints),                                               \
		   [STLB_RULE_STALE_ACCESS] = (stale),                                             \
		   [STLB_RULE_DEVICE_ORDER] = (cycles)}

Test(order, new_and_then_old)
{
	static const struct made trace[] = {
		BEGIN,		REPOINT(0, 0xa, 0xb), {END(0, 1)},   COW(2, 0xc, 0xd),
		{READ(2, 0xd)}, {READ(0, 0xa)},	      {READ(0, 0xa)}};
	static const struct made old_first[] = {BEGIN,	       REPOINT(0, 0xa, 0xb), {READ(0, 0xa)},
						{END(0, 1)},   COW(2, 0xc, 0xd),     {READ(2, 0xd)},
						{READ(0, 0xb)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(old_first, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
}

/* The CPU wrote the other way round: no order is broken. */
Test(order, of_the_writes_themselves)
{
	static const struct made trace[] = {BEGIN,	    COW(2, 0xc, 0xd), REPOINT(0, 0xa, 0xb),
					    {READ(2, 0xd)}, {READ(0, 0xa)},   {END(0, 1)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
}

/* A page that was never there before counts: the device had held nothing of it. */
Test(order, through_a_first_touch)
{
	static const struct made trace[] = {
		SETTLE,	       {SET(0, 0, RO(0xa))}, REPOINT(0, 0xa, 0xb),
		{END(0, 1)},   {SET(2, 0, RW(0xd))}, {READ(2, 0xd)},
		{READ(0, 0xa)}};
	static const struct made before[] = {
		SETTLE,	     {SET(0, 0, RO(0xa))}, {SET(2, 0, RW(0xd))}, REPOINT(0, 0xa, 0xb),
		{END(0, 1)}, {READ(2, 0xd)},	   {READ(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(before, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
}

/* The write that the old read missed is the first one after its page's, however many follow. */
Test(order, through_an_older_set)
{
	static const struct made later[] = {BEGIN,
					    REPOINT(0, 0xa, 0xb),
					    {END(0, 1)},
					    COW(2, 0xc, 0xd),
					    COW(0, 0xb, 0xe),
					    {READ(2, 0xd)},
					    {READ(0, 0xa)}};
	static const struct made between[] = {BEGIN,
					      REPOINT(0, 0xa, 0xb),
					      {END(0, 1)},
					      COW(2, 0xc, 0xd),
					      COW(2, 0xd, 0xf),
					      {READ(2, 0xd)},
					      {READ(0, 0xa)}};
	static const struct made early[] = {BEGIN,	    COW(2, 0xc, 0xd), REPOINT(0, 0xa, 0xb),
					    {READ(2, 0xd)}, COW(2, 0xd, 0xf), {READ(0, 0xa)},
					    {END(0, 1)}};

	JUDGE(later, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	/* two stale pages; the set that the first read saw is not the newest either */
	JUDGE(between, BEFORE_6_6, DEVICES, CYCLES(1, 2, 1));
	JUDGE(early, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
}

/* An entry set again to the page that it has is no new value. */
Test(order, same_page_set_again)
{
	static const struct made again[] = {BEGIN,	    REPOINT(0, 0xa, 0xb),
					    {END(0, 1)},    {SET(2, RO(0xc), RO(0xc))},
					    {READ(2, 0xc)}, {READ(0, 0xa)}};
	static const struct made reused[] = {
		BEGIN,		REPOINT(0, 0xa, 0xb), {END(0, 1)},
		{START(2, 3)},	{CLEAR(2, RO(0xc))},  {END(2, 3)},
		{FREE(0xc)},	{ALLOC(0xc)},	      {SET(2, 0, RO(0xc))},
		{READ(2, 0xc)}, {READ(0, 0xa)}};

	JUDGE(again, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
	JUDGE(reused, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
}

Test(order, of_one_device_only)
{
	static const struct made trace[] = {BEGIN,
					    REPOINT(0, 0xa, 0xb),
					    {END(0, 1)},
					    COW(2, 0xc, 0xd),
					    {READS(1, 2, 0xd)},
					    {READS(0, 0, 0xa)}};
	static const struct made local[] = {BEGIN,	    REPOINT(0, 0xa, 0xb),
					    {END(0, 1)},    COW(2, 0xc, 0xd),
					    {READ(2, 0xd)}, {READ(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
	JUDGE(local, BEFORE_6_6, DEVICES, .clock = "local", .counts = {[STLB_RULE_REPOINT] = 1});
}

/* One page, new and then old, is stale; the order is one of two pages. */
Test(order, of_two_pages)
{
	static const struct made trace[] = {
		BEGIN, REPOINT(0, 0xa, 0xb), {END(0, 1)}, {READ(0, 0xb)}, {READ(0, 0xa)}};
	static const struct made twice[] = {BEGIN,	    REPOINT(0, 0xa, 0xb),
					    {END(0, 1)},    COW(0, 0xb, 0xe),
					    {READ(0, 0xe)}, {READ(0, 0xa)}};
	/* the newest set it has seen is of this very page: the next newest counts */
	static const struct made next[] = {BEGIN,
					   REPOINT(0, 0xa, 0xb),
					   {END(0, 1)},
					   COW(2, 0xc, 0xd),
					   COW(0, 0xb, 0xe),
					   {READ(2, 0xd)},
					   {READ(0, 0xe)},
					   {READ(0, 0xa)}};

	JUDGE(trace, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
	JUDGE(twice, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
	JUDGE(next, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
}

/* Of what it has seen the newest sets of two pages count, in whatever order it saw them. */
Test(order, through_the_newest_of_several_sets)
{
#define SEVERAL                                                                                    \
	BEGIN, {SET(4, 0, RO(0xe))}, {SET(6, 0, RO(0x1e))}, COW(2, 0xc, 0xd),                      \
		REPOINT(0, 0xa, 0xb), {END(0, 1)}, COW(4, 0xe, 0xf), COW(0, 0xb, 0x2b)
	static const struct made newer_last[] = {
		SEVERAL, {READ(2, 0xd)}, {READ(4, 0xf)}, {READ(0, 0xa)}};
	static const struct made newer_first[] = {
		SEVERAL, {READ(4, 0xf)}, {READ(2, 0xd)}, {READ(0, 0xa)}};
	static const struct made older_alone[] = {SEVERAL, {READ(2, 0xd)}, {READ(0, 0xa)}};
	/* the newest is of this very page: of the others, the newest */
	static const struct made of_others[] = {
		SEVERAL, {READ(0, 0x2b)}, {READ(4, 0xf)}, {READ(2, 0xd)}, {READ(0, 0xa)}};
	static const struct made others_first[] = {
		SEVERAL, {READ(2, 0xd)}, {READ(4, 0xf)}, {READ(0, 0x2b)}, {READ(0, 0xa)}};
	static const struct made set_again[] = {SEVERAL,	 {READ(4, 0xf)},
						{READ(0, 0x2b)}, COW(0, 0x2b, 0x3b),
						{READ(0, 0x3b)}, {READ(0, 0xa)}};

	/* once more, by a newer set of a page that it has seen before */
	static const struct made newer_of_one[] = {
		BEGIN,	     COW(2, 0xc, 0xd), {READ(2, 0xd)}, REPOINT(0, 0xa, 0xb),
		{END(0, 1)}, COW(2, 0xd, 0xf), {READ(2, 0xf)}, {READ(0, 0xa)}};

	JUDGE(newer_of_one, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(newer_last, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(newer_first, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(older_alone, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
	JUDGE(of_others, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(others_first, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(set_again, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
}

/* Of several reads that saw the new page the first is reported. */
Test(order, tells_the_first_read_of_the_new_page)
{
	struct stlb_kinds recorded = MADE_WITH(STLB_DEV_FILL, STLB_DEV_READ);
	struct made_reading reading = READING(BEFORE_6_6, .recorded = recorded);
	const struct stlb_result *result;
	const struct stlb_finding *found = NULL;
	uint64_t first;

	GIVE(&reading, BEGIN, REPOINT(0, 0xa, 0xb), {END(0, 1)}, COW(2, 0xc, 0xd));
	first = reading.nr + 1;
	GIVE(&reading, {READ(2, 0xd)}, {READ(2, 0xd)}, {READ(2, 0xd)}, {READ(0, 0xa)});
	result = made_result(&reading);
	for (uint32_t i = 0; i < result->nr_findings; i++)
		if (result->findings[i]->rule == STLB_RULE_DEVICE_ORDER)
			found = result->findings[i];
	cr_assert_not_null(found);
	for (uint32_t i = 0; i < found->nr_events; i++)
		if (!strcmp(found->events[i].role, "read B, new"))
			cr_expect_eq(found->events[i].event.ns, 1000 * first);
	stlb_analysis_free(reading.analysis);
}

/* Two entries that one event sets have no order. */
Test(order, not_of_one_set)
{
	static const struct made one[] = {
		SETTLE,	      {SET(0, 0, RO(0xa))}, {SET(1, 0, RO(0xc))}, {START(0, 2)},
		{LOCK(L1)},   {CLEAR(0, RO(0xa))},  {CLEAR(1, RO(0xc))},  {SET_NR(0, RW(0x20), 2)},
		{UNLOCK(L1)}, {END(0, 2)},	    {READ(1, 0x21)},	  {READ(0, 0xa)}};
	static const struct made two[] = {SETTLE,
					  {SET(0, 0, RO(0xa))},
					  {SET(1, 0, RO(0xc))},
					  {START(0, 2)},
					  {LOCK(L1)},
					  {CLEAR(0, RO(0xa))},
					  {CLEAR(1, RO(0xc))},
					  {SET(0, 0, RW(0x20))},
					  {SET(1, 0, RW(0x21))},
					  {UNLOCK(L1)},
					  {END(0, 2)},
					  {READ(1, 0x21)},
					  {READ(0, 0xa)}};

	JUDGE(one, BEFORE_6_6, DEVICES, CYCLES(2, 1, 0));
	JUDGE(two, BEFORE_6_6, DEVICES, CYCLES(2, 1, 1));
}

/* A text keeps the order of its lines: where the times are in another one, they count. */
Test(order, of_times_that_go_back)
{
#define AT_TIMES(first, second)                                                                    \
	BEGIN, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))},                                     \
		{SET(0, 0, RW(0xb)), .ns = (first)}, {UNLOCK(L1)}, {END(0, 1)}, {T2, START(2, 3)}, \
		{T2, LOCK(L2)}, {T2, CLEAR(2, RO(0xc))}, {T2, INV(2, 3)},                          \
		{T2, SET(2, 0, RW(0xd)), .ns = (second)}, {T2, UNLOCK(L2)}, {T2, ONLY_END(2, 3)},  \
		{READ(2, 0xd)},                                                                    \
	{                                                                                          \
		READ(0, 0xa)                                                                       \
	}
	static const struct made after[] = {AT_TIMES(8000, 8001)};
	static const struct made at_once[] = {AT_TIMES(8000, 8000)};
	static const struct made before[] = {AT_TIMES(8000, 7999)};

	JUDGE(after, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(at_once, BEFORE_6_6, DEVICES, CYCLES(1, 1, 1));
	JUDGE(before, BEFORE_6_6, DEVICES, CYCLES(1, 1, 0));
}

/* Where in its hold an entry was set that a reverse mapping tells of is not known. */
Test(order, not_of_a_reverse_mapping)
{
#define REPOINT_AS(n, was, ...)                                                                    \
	{START(n, (n) + 1)}, {LOCK(L1)}, {CLEAR(n, RO(was))}, {__VA_ARGS__}, {UNLOCK(L1)},         \
	{                                                                                          \
		END(n, (n) + 1)                                                                    \
	}
#define WITH_MAPS .recorded = MADE_WITH(STLB_DEV_READ, STLB_MAP)
	static const struct made sets[] = {BEGIN,
					   REPOINT_AS(0, 0xa, SET(0, 0, RW(0xb))),
					   REPOINT_AS(2, 0xc, SET(2, 0, RW(0xd))),
					   {READ(2, 0xd)},
					   {READ(0, 0xa)}};
	static const struct made first[] = {BEGIN,
					    REPOINT_AS(0, 0xa, MAP(0, 0xb)),
					    REPOINT_AS(2, 0xc, SET(2, 0, RW(0xd))),
					    {READ(2, 0xd)},
					    {READ(0, 0xa)}};
	static const struct made second[] = {BEGIN,
					     REPOINT_AS(0, 0xa, SET(0, 0, RW(0xb))),
					     REPOINT_AS(2, 0xc, MAP(2, 0xd)),
					     {READ(2, 0xd)},
					     {READ(0, 0xa)}};

	JUDGE(sets, BEFORE_6_6, WITH_MAPS, CYCLES(2, 1, 1));
	JUDGE(first, BEFORE_6_6, WITH_MAPS, CYCLES(2, 1, 0));
	JUDGE(second, BEFORE_6_6, WITH_MAPS, CYCLES(2, 1, 0));
}

/* What the kernel allows breaks no order: the window of a zap, and a merge of equal pages. */
Test(order, in_the_window)
{
	static const struct made zap[] = {
		BEGIN,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(0, 0, RW(0xb))},
		{T2, UNLOCK(L1)},
		{T2, SET(4, 0, RW(0xe))},
		{READ(4, 0xe)},
		{READ(0, 0xa)},
		{END(0, 1)},
	};
	static const struct made merged[] = {
		BEGIN,		{KSM(0xa)},	     {START(0, 1)},
		{LOCK(L1)},	{CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{UNLOCK(L1)},	{END(0, 1)},	     {SET(4, 0, RW(0xe))},
		{READ(4, 0xe)}, {READ(0, 0xa)},
	};

	JUDGE(zap, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REFAULT] = 1});
	JUDGE(merged, BEFORE_6_6, DEVICES, CYCLES(0, 1, 0));
}
