/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory runs out, at each allocation of a trace once. The analysis says that it failed, or that
 * something was given up; or it says just what it would have said. It never judges on in silence.
 */
#include <dlfcn.h>

#include "made_device.h"

/* ---- an allocator that fails when it is told to ---- */

static uint64_t allocations, fails_at; /* 0: never */
static bool fails_on;		       /* from that one on, each does */

/* The sanitizer is not ready yet when the first ones come. */
#define ALLOCATOR __attribute__((no_sanitize("address", "undefined")))

ALLOCATOR static bool fails(void)
{
	allocations++;
	return fails_at && (fails_on ? allocations >= fails_at : allocations == fails_at);
}

ALLOCATOR void *malloc(size_t size)
{
	void *(*next)(size_t) = dlsym(RTLD_NEXT, "malloc");

	return fails() ? NULL : next(size);
}

ALLOCATOR void *calloc(size_t nr, size_t size)
{
	void *(*next)(size_t, size_t) = dlsym(RTLD_NEXT, "calloc");

	return fails() ? NULL : next(nr, size);
}

ALLOCATOR void *realloc(void *old, size_t size)
{
	void *(*next)(void *, size_t) = dlsym(RTLD_NEXT, "realloc");

	return fails() ? NULL : next(old, size);
}

/* ---- what a trace comes to ---- */

/** struct outcome - of one analysis; @said: something of it was given up */
struct outcome {
	bool failed, said;
	uint64_t counts[STLB_NR_RULES], inconclusive[STLB_NR_RULES];
	struct stlb_obligations ended;
};

static bool says_of_room(const struct stlb_result *result)
{
	for (uint32_t i = 0; i < result->nr_notes; i++)
		if (strstr(result->notes[i], "forgotten for want of room"))
			return true;
	return false;
}

static const uint64_t stack[] = {UINT64_C(0xffffffff81000010)};

static void read_all(struct stlb_analysis *analysis, const struct made *rows, size_t nr,
		     uint64_t recorded, struct outcome *outcome)
{
	const struct stlb_result *result;
	struct stlb_event event;

	for (size_t i = 0; i < nr && !outcome->failed; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		event.stack = stack;
		event.nr_stack = event.kind == STLB_STACK;
		outcome->failed = stlb_analysis_event(analysis, &event) < 0;
	}
	result = outcome->failed ? NULL : stlb_analysis_finish(analysis, recorded);
	outcome->failed = !result;
	if (!result)
		return;
	outcome->said = result->dropped > 0 || says_of_room(result);
	outcome->ended = result->obligations;
	for (int i = 0; i < STLB_NR_RULES; i++) {
		outcome->counts[i] = result->rules[i].occurrences;
		outcome->inconclusive[i] = result->rules[i].inconclusive;
	}
}

static void read_with(uint64_t at, bool on, const struct made *rows, size_t nr,
		      const struct made_how *how, struct outcome *outcome)
{
	struct stlb_analysis *analysis;

	memset(outcome, 0, sizeof(*outcome));
	allocations = 0;
	fails_at = at;
	fails_on = on;
	analysis = made_start(how);
	outcome->failed = !analysis;
	if (analysis)
		read_all(analysis, rows, nr, how->recorded ? how->recorded : MADE_RECORDED,
			 outcome);
	fails_at = 0;
	stlb_analysis_free(analysis);
}

static bool says_the_same(const struct outcome *one, const struct outcome *other)
{
	return !memcmp(one->counts, other->counts, sizeof(one->counts)) &&
	       !memcmp(one->inconclusive, other->inconclusive, sizeof(one->inconclusive)) &&
	       !memcmp(&one->ended, &other->ended, sizeof(one->ended));
}

static void never_in_silence(const struct made *rows, size_t nr, const struct made_how *how)
{
	struct outcome full, got;
	uint64_t last;

	read_with(0, false, rows, nr, how, &full);
	last = allocations;
	cr_assert(!full.failed && !full.said);
	for (uint64_t at = 1; at <= last; at++) {
		read_with(at, false, rows, nr, how, &got);
		cr_assert(got.failed || got.said || says_the_same(&got, &full),
			  "of %lu allocations, that of number %lu is missed by nobody", last, at);
		read_with(at, true, rows, nr, how, &got);
		cr_assert(got.failed || got.said || says_the_same(&got, &full),
			  "of %lu allocations, those from %lu on are missed by nobody", last, at);
	}
}

#define NEVER_IN_SILENCE(rows, ...)                                                                \
	never_in_silence(rows, sizeof(rows) / sizeof((rows)[0]), &(struct made_how){__VA_ARGS__})

/* ---- traces that ask for memory, each for another kind of knowledge ---- */

#define NEVER_IN_SILENCE(rows, ...)                                                                \
	never_in_silence(rows, sizeof(rows) / sizeof((rows)[0]), &(struct made_how){__VA_ARGS__})

/* Holds, brackets, entries and what they owe; the finding, its stack, and its doubted twin. */
Test(no_memory, a_repoint_and_a_loss)
{
	static const struct made trace[] = {
		{SUBSCRIBE(SUB1)},
		{SUBSCRIBED(0)},
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{.kind = STLB_STACK},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{END(0, 1)},
		{.cpu = -1, LOST(BEFORE)},
	};

	NEVER_IN_SILENCE(trace, BEFORE_6_6);
}

/* What waits for evidence, and what is told once the context is seen outside any bracket. */
Test(no_memory, what_is_told_later)
{
	static const struct made held_back[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{UNLOCK(L1)}, {END(0, 1)},   {KSM(0xc)}, {FREE(0xd)},
	};
	static const struct made unsettled[] = {
		SETTLED(T2), {LOCK(L1)},    {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
		{INV(0, 1)}, {START(1, 2)}, {END(1, 2)},
	};

	NEVER_IN_SILENCE(held_back, BEFORE_6_6);
	NEVER_IN_SILENCE(unsettled, BEFORE_6_6);
}

/* The order of contexts: by a lock, a wake-up, a fork, a page that changes hands. */
Test(no_memory, order)
{
	static const struct made by_lock[] = {
		SETTLE,	      {START(0, 1)},	{LOCK(L1)},	  {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {T2, LOCK(L1)},	{T2, UNLOCK(L1)}, {T2, INV(0, 1)},
		{FREE(0xa)},  {ONLY_END(0, 1)},
	};
	static const struct made by_wakeup[] = {
		SETTLE,		 {START(0, 1)}, {CLEAR(0, RW(0xa))}, {WAKE(200)},
		{T2, INV(0, 1)}, {FREE(0xa)},	{ONLY_END(0, 1)},
	};
	static const struct made by_fork[] = {
		SETTLE,		 {START(0, 1)}, {CLEAR(0, RW(0xa))}, {FORKS(200)},
		{T2, INV(0, 1)}, {FREE(0xa)},	{ONLY_END(0, 1)},
	};
	static const struct made by_page[] = {
		SETTLE,		  {START(0, 1)},   {CLEAR(0, RW(0xa))}, {FREE(0xb)},
		{T2, ALLOC(0xb)}, {T2, INV(0, 1)}, {FREE(0xa)},		{ONLY_END(0, 1)},
	};

	NEVER_IN_SILENCE(by_lock, BEFORE_6_6);
	NEVER_IN_SILENCE(by_wakeup, BEFORE_6_6);
	NEVER_IN_SILENCE(by_fork, BEFORE_6_6);
	NEVER_IN_SILENCE(by_page, BEFORE_6_6);
}

/* A covered part of a huge page; a table that is taken out, changed and put back. */
Test(no_memory, huge_pages_and_tables)
{
	static const struct made huge[] = {
		SETTLE,	     {START(0, 512)}, {LOCK(L1)},	  {PMD_CLEAR(0, HUGE(0x200))},
		{INV(0, 1)}, {UNLOCK(L1)},    {ONLY_END(0, 512)},
	};
	static const struct made table[] = {
		SETTLE,
		{SET(0, 0, RW(0xa))},
		{SET(1, 0, RW(0xb))},
		{START(0, 512)},
		{COLLAPSE(0, TABLE(0x50))},
		{CLEAR(0, RW(0xa))},
		{SET(0, 0, RW(0xc))},
		{PMD_SET(0, 0, TABLE(0x50))},
		{END(0, 512)},
		{FREE(0xb)},
	};

	NEVER_IN_SILENCE(huge, BEFORE_6_6);
	NEVER_IN_SILENCE(table, BEFORE_6_6);
}

/* Tables whose place is learned late, or whose locks differ. */
Test(no_memory, where_tables_lie)
{
	static const struct made early[] = {
		SETTLE_66,
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{START(0, 1)},
		{LOCK(L1)},
		{PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
		{CLEAR_AT(RW(0xa))},
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xb))},
		{UNLOCK(L1)},
		{END_66(0, 1)},
	};
	static const struct made unlocked[] = {
		SETTLE,
		{MMAP_LOCK(0)},
		{OF(PMD_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(PTEP, PMDS), F(OLD, 0),
		    F(NEW, TABLE(0x50))),
		 .level = STLB_LEVEL_PMD},
		{LOCK(L2)},
		{UNLOCK(L2)},
	};

	NEVER_IN_SILENCE(early, SINCE_6_6);
	NEVER_IN_SILENCE(unlocked, BEFORE_6_6);
}

/* What devices did, and a flush of the CPU TLB alone. */
Test(no_memory, devices_and_flushes)
{
	static const struct made device[] = {
		SETTLE,		  {FILL(0, 0xa)}, COW(0, 0xa, 0xb), {READ(0, 0xa)},
		COW(1, 0xc, 0xd), {READ(1, 0xd)}, {FREE(0xa)},	    {READ(0, 0xa)},
	};
	static const struct made flush[] = {SETTLE_66, {FLUSHED(0, 1)}, {START(0, 1)}};

	NEVER_IN_SILENCE(device, BEFORE_6_6, DEVICES);
	NEVER_IN_SILENCE(flush, SINCE_6_6);
}

/* A breach that no filter hides is shown in place of one that they hide. */
Test(no_memory, what_a_filter_selects)
{
	static const struct made trace[] = {
		SETTLE,	      {START(0, 2)}, {LOCK(L1)},  {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))},
		{UNLOCK(L1)}, {FREE(0xa)},   {FREE(0xb)}, {END(0, 2)},
	};
	static const struct stlb_filter_value second = {
		.kind = STLB_FILTER_ADDR, .start = PAGE(1), .end = PAGE(2)};

	NEVER_IN_SILENCE(trace, BEFORE_6_6, .filter = {&second, 1});
}

/* Each kind of update may be the first of a context, which has to remember how it goes on. */
Test(no_memory, the_first_update_of_a_context)
{
	static const struct made clear[] = {SETTLE, {T2, CLEAR(0, RW(0xa))}, {FREE(0xa)}};
	static const struct made flush[] = {SETTLE, {T2, CLEARF(0, RW(0xa))}, {FREE(0xa)}};
	static const struct made set[] = {SETTLE, {T2, SET(0, RW(0xa), RW(0xb))}, {FREE(0xa)}};
	static const struct made map[] = {
		SETTLE, {START(0, 1)}, {CLEARF(0, RW(0xa))}, {T2, MAP(0, 0xb)}, {END(0, 1)}};
	static const struct made ptl_map[] = {SETTLE_66,
					      {T2, LOCK(L1)},
					      {T2, PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
					      {SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xb))}};
	static const struct made split[] = {
		SETTLE,
		{START(0, 512)},
		{T2, OF(PMD_SPLIT, F(MM, MM1), F(ADDR, PAGE(0))), .level = STLB_LEVEL_PMD},
		{T2, PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
		{FREES(0x200, 9)},
		{END(0, 512)}};
	static const struct made merge[] = {SETTLE, {T2, KSM(0xa)}, {T2, SET(0, RO(0xa), RO(0xb))}};

	NEVER_IN_SILENCE(clear, BEFORE_6_6);
	NEVER_IN_SILENCE(flush, BEFORE_6_6);
	NEVER_IN_SILENCE(set, BEFORE_6_6);
	NEVER_IN_SILENCE(map, BEFORE_6_6);
	NEVER_IN_SILENCE(ptl_map, SINCE_6_6);
	NEVER_IN_SILENCE(split, BEFORE_6_6);
	NEVER_IN_SILENCE(merge, BEFORE_6_6);
}
