/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a finding says: what was done, by which events it is proved, and what it is known by. */
#include <stdio.h>

#include "made_device.h"
#include "made_reading.h"

/** struct telling - what the only finding of a rule has to say */
struct telling {
	enum stlb_rule rule;
	const char *action;
	const char *proof;	 /* roles of its events in time order */
	const char *fingerprint; /* of version 1: old baselines know it by that for ever */
};

static const struct stlb_finding *only_of(const struct stlb_result *result, enum stlb_rule rule)
{
	const struct stlb_finding *found = NULL;

	for (uint32_t i = 0; i < result->nr_findings; i++) {
		if (result->findings[i]->rule != rule)
			continue;
		cr_assert_null(found, "several of %s", stlb_rule_info(rule)->id);
		found = result->findings[i];
	}
	cr_assert_not_null(found, "none of %s", stlb_rule_info(rule)->id);
	return found;
}

static void proof_of(const struct stlb_finding *finding, char *to, size_t size)
{
	*to = '\0';
	for (uint32_t i = 0; i < finding->nr_events; i++) {
		size_t used = strlen(to);

		cr_expect(!i || finding->events[i - 1].event.ns <= finding->events[i].event.ns);
		snprintf(to + used, size - used, "%s%s", i ? ", " : "", finding->events[i].role);
	}
}

static void tells(int line, const struct made *rows, size_t nr, const struct made_how *how,
		  struct telling want)
{
	struct made_reading reading = made_begin(how);
	const struct stlb_finding *finding;
	char proof[256];

	made_give(&reading, rows, nr);
	finding = only_of(made_result(&reading), want.rule);
	proof_of(finding, proof, sizeof(proof));
	cr_expect_str_eq(finding->action, want.action, "%d: %s", line, finding->action);
	cr_expect_str_eq(proof, want.proof, "%d: %s", line, proof);
	cr_expect_str_eq(finding->first_fingerprint, want.fingerprint, "%d: %s", line,
			 finding->first_fingerprint);
	cr_expect_eq(strncmp(finding->message, finding->action, strlen(finding->action)), 0);
	stlb_analysis_free(reading.analysis);
}

#define HOW(...) (&(struct made_how){__VA_ARGS__})
#define TELLS(rows, how, ...)                                                                      \
	tells(__LINE__, rows, sizeof(rows) / sizeof((rows)[0]), how, (struct telling){__VA_ARGS__})

Test(finding, of_a_page_replaced)
{
	static const struct made cleared[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{INV(0, 1)}, {UNLOCK(L1)},  {END(0, 1)}};
	static const struct made set[] = {SETTLE,	{START(0, 1)},
					  {LOCK(L1)},	{SET(0, RO(0xa), RW(0xb))},
					  {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made outside[] = {
		SETTLE, {LOCK(L1)}, {SET(0, RO(0xa), RW(0xb))}, {INV(0, 1)}, {UNLOCK(L1)}};
	static const struct made no_evidence[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{UNLOCK(L1)}, {END(0, 1)}};

	TELLS(cleared, HOW(BEFORE_6_6), STLB_RULE_REPOINT,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by another page",
	      "bracket, lock, clear, set", "8c7794c8d0d740e2");
	TELLS(set, HOW(BEFORE_6_6), STLB_RULE_REPOINT,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by another page",
	      "bracket, lock, update, set", "306f33c75dac5397");
	TELLS(outside, HOW(BEFORE_6_6), STLB_RULE_UNBRACKETED,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by another page",
	      "lock, update, invalidate", "274a06408e45f433");
	TELLS(no_evidence, HOW(BEFORE_6_6), STLB_RULE_REPOINT,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by another page",
	      "bracket, lock, clear, set", "93a1d003576b5972");
}

Test(finding, of_what_was_left)
{
#define LEFT(new)                                                                                  \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {SET(0, RW(0xa), new)}, {UNLOCK(L1)}, {FREE(0xa)},      \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made nothing[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {END(0, 1)}};
	static const struct made swap[] = {LEFT(SWAP)};
	static const struct made migration[] = {LEFT(MIGRATION)};
	static const struct made protnone[] = {LEFT(NUMA(0xa))};

	TELLS(nothing, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, lock, clear, free",
	      "0512b00a5c0af8b1");
	TELLS(swap, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by a swap entry",
	      "bracket, lock, update, free", "a40cafd3a3dd4203");
	TELLS(migration, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by a migration entry",
	      "bracket, lock, update, free", "40cc84e1add206fb");
	TELLS(protnone, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa replaced by an inaccessible entry",
	      "bracket, lock, update, free", "cbb67162172cd501");
}

Test(finding, of_a_page_write_protected)
{
	static const struct made never[] = {SETTLE,	  {START(0, 1)},
					    {LOCK(L1)},	  {SET(0, RW(0xa), RO(0xa))},
					    {UNLOCK(L1)}, {ONLY_END(0, 1)}};
	static const struct made announced[] = {
		SETTLE,
		{START(0, 1)},
		{OF(ACCESS_FLAGS, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, RW(0xa)), F(NEW, RO(0xa)))},
		{ONLY_END(0, 1)}};

	TELLS(never, HOW(BEFORE_6_6), STLB_RULE_NEVER,
	      "pte at 0x7f0000000000: page pfn 0xa write-protected",
	      "bracket, lock, write-protect, end", "075a028abc0a5344");
	TELLS(announced, HOW(BEFORE_6_6), STLB_RULE_NEVER,
	      "pte at 0x7f0000000000: page pfn 0xa write-protected", "bracket, write-protect, end",
	      "01860935d3a16d17");
}

Test(finding, of_huge_pages_and_tables)
{
	static const struct made huge[] = {
		SETTLE,	     {START(0, 512)}, {LOCK(L1)},	 {PMD_CLEAR(0, HUGE(0x200))},
		{INV(0, 1)}, {UNLOCK(L1)},    {ONLY_END(0, 512)}};
	static const struct made table[] = {SETTLE,
					    {SET(0, 0, RW(0xa))},
					    {START(0, 512)},
					    {LOCK(L1)},
					    {COLLAPSE(0, TABLE(0x50))},
					    {UNLOCK(L1)},
					    {FREE(0xa)},
					    {END(0, 512)}};
	static const struct made giant[] = {
		SETTLE,
		{START(0, 1 << 18)},
		{LOCK(L1)},
		{OF(PMD_ZAP, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, HUGE(0x40000))),
		 .level = STLB_LEVEL_PUD},
		{UNLOCK(L1)},
		{ONLY_END(0, 1 << 18)}};
	static const struct made nowhere[] = {SETTLE_66,   {START(0, 1)}, {CLEAR_AT(RW(0xa))},
					      {FREE(0xa)}, {INV(0, 1)},	  {END_66(0, 1)}};

	TELLS(huge, HOW(BEFORE_6_6), STLB_RULE_PARTIAL,
	      "pmd at 0x7f0000000000: page pfn 0x200 cleared",
	      "bracket, lock, clear, invalidate, deadline", "94aca264661805e9");
	TELLS(table, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pmd at 0x7f0000000000: page table (pfn 0x50) removed", "bracket, lock, clear, free",
	      "42c0d6002906189d");
	TELLS(giant, HOW(BEFORE_6_6), STLB_RULE_NEVER,
	      "pud at 0x7f0000000000: page pfn 0x40000 cleared", "bracket, lock, clear, end",
	      "b07091eff8563dc9");
	TELLS(nowhere, HOW(SINCE_6_6), STLB_RULE_FREE,
	      "pte at an unknown address: page pfn 0xa cleared", "bracket, clear, free",
	      "0512b00a5c0af8b1");
}

Test(finding, of_what_came_between)
{
	static const struct made raced[] = {
		SETTLE,		 {START(0, 1)}, {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{T2, INV(0, 1)}, {UNLOCK(L1)},	{FREE(0xa)}, {END(0, 1)}};
	static const struct made refault[] = {SETTLE,
					      {START(0, 1)},
					      {LOCK(L1)},
					      {CLEAR(0, RW(0xa))},
					      {UNLOCK(L1)},
					      {T2, LOCK(L1)},
					      {T2, SET(0, 0, RW(0xb))},
					      {T2, UNLOCK(L1)},
					      {FREE(0xa)},
					      {END(0, 1)}};
	static const struct made strict[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},  {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {INV(0, 1)},   {FREE(0xa)}, {END(0, 1)}};

	TELLS(raced, HOW(BEFORE_6_6), STLB_RULE_RACY, "pte at 0x7f0000000000: page pfn 0xa cleared",
	      "bracket, lock, clear, unordered invalidation, free", "2724055128f3900e");
	TELLS(refault, HOW(BEFORE_6_6), STLB_RULE_REFAULT,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, lock, clear, set",
	      "9753c35c9cf90cf4");
	TELLS(refault, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, lock, clear, set, free",
	      "b8ce637ecba2ce55");
	TELLS(strict, HOW(BEFORE_6_6, .strict = true), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared",
	      "bracket, lock, clear, invalidate, free", "0512b00a5c0af8b1");
}

Test(finding, of_a_range)
{
	static const struct made empty[] = {SETTLE, {BYTES(0x1000, 0x1000)}};
	static const struct made unaligned[] = {SETTLE, {BYTES(0x1008, 0x2000)}};
	static const struct made open[] = {
		SETTLE, {OF(INV_START, F(MM, MM1), F(START, 0x1008), F(END, 0x2000))}};
	static const struct made end[] = {SETTLE, {END(0, 1)}};
	static const struct made start[] = {SETTLE, {START(0, 9)}, {START(0, 1)}, {END(0, 9)}};
	static const struct made locked[] = {
		SETTLE, {LOCK(L1)}, {START(0, 1)}, {END(0, 1)}, {UNLOCK(L1)}};
	static const struct made flush[] = {
		SETTLE_66, {FLUSHED(0, 1)}, {START(4, 5)}, {END_66(4, 5)}};

	TELLS(empty, HOW(BEFORE_6_6), STLB_RULE_EMPTY, "inv_range of 0x1000 to 0x1000",
	      "invalidate", "b791f27a2d9505c6");
	TELLS(unaligned, HOW(BEFORE_6_6), STLB_RULE_UNALIGNED, "inv_range of 0x1008 to 0x2000",
	      "invalidate", "1edc5bcab617fa3b");
	TELLS(open, HOW(BEFORE_6_6), STLB_RULE_UNALIGNED, "inv_start of 0x1008 to 0x2000", "start",
	      "559693be09caebc9");
	TELLS(end, HOW(BEFORE_6_6), STLB_RULE_UNBALANCED,
	      "inv_end of 0x7f0000000000 to 0x7f0000001000", "end", "c0322e96134b54b8");
	TELLS(start, HOW(BEFORE_6_6), STLB_RULE_UNBALANCED,
	      "inv_start of 0x7f0000000000 to 0x7f0000001000", "start", "194a02239590845b");
	TELLS(locked, HOW(BEFORE_6_6, .recorded = MADE_WITH(STLB_LOCK_RELEASE)),
	      STLB_RULE_UNBALANCED, "inv_start of 0x7f0000000000 to 0x7f0000001000", "lock, start",
	      "47dd3ae5d877de7d");
	TELLS(flush, HOW(SINCE_6_6), STLB_RULE_FLUSH,
	      "flush_mm of 0x7f0000000000 to 0x7f0000001000", "flush", "53882e218b1ddf18");
}

Test(finding, of_what_is_still_mapped_or_not_locked)
{
	static const struct made mapped[] = {
		SETTLE, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {FREE(0xa)}};
	static const struct made handed_out[] = {
		SETTLE, {SET(0, 0, RW(0xa))}, {CLEAR(0, 0)}, {ALLOC(0xa)}};
	static const struct made unlocked[] = {
		SETTLE, {MMAP_LOCK(0)}, {LOCK(L2)}, {UNLOCK(L2)}, {SET(0, 0, RW(0xa))}};

	TELLS(mapped, HOW(BEFORE_6_6), STLB_RULE_MAPPED, "page_free", "set, free",
	      "25ac0d7f4f8f09f4");
	TELLS(handed_out, HOW(BEFORE_6_6), STLB_RULE_MAPPED, "page_alloc", "set, alloc",
	      "80d12ac10195bd8f");
	TELLS(unlocked, HOW(BEFORE_6_6), STLB_RULE_UNLOCKED, "pte_set", "update",
	      "2ede4c648855d96b");
}

Test(finding, of_a_device)
{
	static const struct made dropped[] = {SETTLE, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	static const struct made filled[] = {SETTLE, COW(0, 0xa, 0xb), {FILL(0, 0xa)}};
	static const struct made violation[] = {
		SETTLE,		{FILL(0, 0xa)},	     {START(0, 1)},
		{LOCK(L1)},	{CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},
		{READ(0, 0xa)}, {UNLOCK(L1)},	     {END(0, 1)}};
	static const struct made freed[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},      {CLEAR(0, RW(0xa))},
		{UNLOCK(L1)}, {FREE(0xa)},   {WRITE(0, 0xa)}, {END(0, 1)}};
	static const struct made order[] = {
		SETTLE,		  {SET(0, 0, RO(0xa))}, {SET(1, 0, RO(0xc))}, {FILL(0, 0xa)},
		COW(0, 0xa, 0xb), COW(1, 0xc, 0xd),	{READ(1, 0xd)},	      {READ(0, 0xa)}};

	TELLS(dropped, HOW(BEFORE_6_6, DEVICES), STLB_RULE_STALE_ACCESS,
	      "dev_read at 0x7f0000000000 of pfn 0xa", "invalidate, set, access",
	      "0d38643bd35fc9ee");
	TELLS(filled, HOW(BEFORE_6_6, DEVICES), STLB_RULE_STALE_ACCESS,
	      "dev_fill at 0x7f0000000000 of pfn 0xa", "invalidate, set, fill", "3d1df132f66f40f4");
	TELLS(violation, HOW(BEFORE_6_6, DEVICES), STLB_RULE_STALE_ACCESS,
	      "dev_read at 0x7f0000000000 of pfn 0xa", "fill, set, access", "bf34833612011a7d");
	TELLS(freed, HOW(BEFORE_6_6, DEVICES), STLB_RULE_STALE_ACCESS,
	      "dev_write at 0x7f0000000000 of pfn 0xa", "free, access", "35e1c96e5e07d4a3");
	TELLS(order, HOW(BEFORE_6_6, DEVICES), STLB_RULE_DEVICE_ORDER,
	      "dev_read at 0x7f0000000000 of pfn 0xa", "set A, set B, read B, new, read A, old",
	      "eaf5678237cffca1");
}

Test(finding, of_an_invalidation_too_many)
{
	static const struct made trace[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {END(0, 1)}};
	static const struct made write_protect[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	     {SET(0, RW(0xa), RO(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {ONLY_END(0, 1)}};

	TELLS(trace, HOW(BEFORE_6_6, .redundant = true), STLB_RULE_REDUNDANT,
	      "pte at 0x7f0000000000: page pfn 0xa cleared",
	      "bracket, lock, clear, invalidate, invalidate", "eb4409017175dddf");
	TELLS(write_protect, HOW(BEFORE_6_6, .redundant = true), STLB_RULE_REDUNDANT,
	      "pte at 0x7f0000000000: page pfn 0xa write-protected",
	      "bracket, lock, write-protect, invalidate", "5b777a16d13979b1");
}

/* Kernel threads are code paths of their own; all other tasks are one. */
Test(finding, of_whose_code_path)
{
#define BY_TASK(name)                                                                              \
	SETTLE, {.comm = name, START(0, 1)}, {.comm = name, CLEAR(0, RW(0xa))},                    \
		{.comm = name, FREE(0xa)},                                                         \
	{                                                                                          \
		.comm = name, END(0, 1)                                                            \
	}
	static const struct made task[] = {BY_TASK("cat")};
	static const struct made other_task[] = {BY_TASK("dog")};
	static const struct made ksmd[] = {BY_TASK("ksmd")};
	static const struct made worker[] = {BY_TASK("kworker/3:1")};
	static const struct made khugepaged[] = {BY_TASK("khugepaged")};
	static const struct made kswapd[] = {BY_TASK("kswapd0")};
	static const struct made migration[] = {BY_TASK("migration/1")};
	static const struct made kcompactd[] = {BY_TASK("kcompactd0")};
	static const struct made interrupt[] = {
		SETTLE,		  {IRQ, START(0, 1)}, {IRQ, CLEAR(0, RW(0xa))},
		{IRQ, FREE(0xa)}, {IRQ, END(0, 1)},
	};

	TELLS(task, HOW(BEFORE_6_6), STLB_RULE_FREE, "pte at 0x7f0000000000: page pfn 0xa cleared",
	      "bracket, clear, free", "0512b00a5c0af8b1");
	TELLS(other_task, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "0512b00a5c0af8b1");
	TELLS(ksmd, HOW(BEFORE_6_6), STLB_RULE_FREE, "pte at 0x7f0000000000: page pfn 0xa cleared",
	      "bracket, clear, free", "a1e62eda1f28ea49");
	TELLS(worker, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "f079461bd2d88f4c");
	TELLS(khugepaged, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "c9bc1f9a9925b1f4");
	TELLS(kswapd, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "ce37a85de38b0cb9");
	TELLS(migration, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "d31373aa1d94c3ff");
	TELLS(kcompactd, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "035e7609094701b0");
	TELLS(interrupt, HOW(BEFORE_6_6), STLB_RULE_FREE,
	      "pte at 0x7f0000000000: page pfn 0xa cleared", "bracket, clear, free",
	      "9cca06521e797177");
}

/* ---- what was missing ---- */

static void misses(int line, const struct made *rows, size_t nr, const struct made_how *how,
		   enum stlb_rule rule, const char *what)
{
	struct made_reading reading = made_begin(how);
	const struct stlb_finding *finding;

	made_give(&reading, rows, nr);
	finding = only_of(made_result(&reading), rule);
	cr_expect(strstr(finding->missing, what), "%d: %s", line, finding->missing);
	stlb_analysis_free(reading.analysis);
}

#define MISSES(rows, how, rule, what)                                                              \
	misses(__LINE__, rows, sizeof(rows) / sizeof((rows)[0]), how, rule, what)

Test(finding, tells_what_was_missing)
{
#define ZAPPED                                                                                     \
	{START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))},                                            \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made raced[] = {
		SETTLE, ZAPPED, {T2, INV(0, 1)}, {FREE(0xa)}, {ONLY_END(0, 1)}};
	static const struct made set_raced[] = {
		SETTLE,		 {START(0, 1)},	       {LOCK(L1)},   {CLEAR(0, RO(0xa))},
		{T2, INV(0, 1)}, {SET(0, 0, RO(0xb))}, {UNLOCK(L1)}, {END(0, 1)}};
	static const struct made at_end[] = {SETTLE, ZAPPED, {ONLY_END(0, 1)}};
	static const struct made at_unlock[] = {
		SETTLE_66, {MMAP_LOCK(1)}, ZAPPED, {END_66(0, 1)}, {MMAP_UNLOCK(1)}};
	static const struct made at_leave[] = {SETTLE_66, ZAPPED, {END_66(0, 1)}, {USER_MODE}};
	static const struct made no_evidence[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RO(0xb))},
		{UNLOCK(L1)}, {END(0, 1)}};

	MISSES(raced, HOW(BEFORE_6_6), STLB_RULE_RACY, "an edge that orders the invalidation");
	MISSES(set_raced, HOW(BEFORE_6_6), STLB_RULE_RACY, "or evidence of the same content");
	MISSES(at_end, HOW(BEFORE_6_6), STLB_RULE_NEVER, "the end of the operation's bracket");
	MISSES(at_unlock, HOW(SINCE_6_6), STLB_RULE_NEVER, "released mmap_lock");
	MISSES(at_leave, HOW(SINCE_6_6), STLB_RULE_NEVER, "left the kernel");
	MISSES(no_evidence, HOW(BEFORE_6_6), STLB_RULE_REPOINT, "a ksm tracepoint or probe");
}

/* Where what invalidates is not recorded, that is what would decide. */
Test(finding, tells_what_was_not_recorded)
{
	static const struct made trace[] = {SETTLE, ZAPPED, {FREE(0xa)}, {ONLY_END(0, 1)}};

	MISSES(trace, HOW(BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_INV_RANGE)), STLB_RULE_FREE,
	       "no secondary invalidation (inv_range) occurs");
}

/* ---- the fields of a finding ---- */

Test(finding, tells_entries_lock_and_bracket)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {START(0, 4)}, {LOCK(L1)}, {CLEAR(3, RO(0xa))}, {SET(3, 0, RW(0xb))},
	     {INV(3, 4)}, {UNLOCK(L1)}, {END(0, 4)});
	finding = only_of(made_result(&reading), STLB_RULE_REPOINT);
	cr_expect(finding->has_old && finding->old == RO(0xa));
	cr_expect(finding->has_new && finding->new_entry == RW(0xb));
	cr_expect(finding->has_mm && finding->mm == MM1);
	cr_expect(finding->has_addr && finding->addr == PAGE(3));
	cr_expect_eq(finding->lock, L1);
	cr_expect_eq(stlb_event_or(&finding->events[1].event, LOCK, 0), L1);
	cr_expect(finding->bracket.known && finding->bracket.start == PAGE(0) &&
		  finding->bracket.end == PAGE(4));
	cr_expect_eq(finding->level, STLB_LEVEL_PTE);
	cr_expect_eq(finding->tid, 100);
	cr_expect_str_eq(finding->comm, "task");
	cr_expect_eq(finding->first_ns, 6000);
	cr_expect_eq(finding->severity, STLB_ERROR);
	cr_expect_str_eq(finding->message,
			 "pte at 0x7f0000003000: page pfn 0xa replaced by another page, by "
			 "task-100 in mm 0xffff888041aa0000");
	stlb_analysis_free(reading.analysis);
}

/* The set is reported although what violated the rule was the free that came later. */
Test(finding, tells_the_set_that_came_between)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {UNLOCK(L1)},
	     {T2, LOCK(L1)}, {T2, SET(0, 0, RW(0xb))}, {T2, SET(0, 0, RW(0xc))}, {T2, UNLOCK(L1)},
	     {T3, FREE(0xa)}, {END(0, 1)});
	finding = only_of(made_result(&reading), STLB_RULE_FREE);
	cr_expect(finding->has_new && finding->new_entry == RW(0xb));
	cr_expect_eq(finding->tid, 100);
	cr_expect_eq(finding->events[finding->nr_events - 1].event.tid, 300);
	stlb_analysis_free(reading.analysis);
}

Test(finding, tells_what_it_does_not_know)
{
	struct made_reading reading = READING(SINCE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE_66, {CLEAR_AT(RW(0xa))}, {FREE(0xa)}, {INV(0, 1)});
	finding = only_of(made_result(&reading), STLB_RULE_FREE);
	cr_expect_eq(finding->old, RW(0xa));
	cr_expect(!finding->has_addr && !finding->has_new && !finding->bracket.known);
	cr_expect_eq(finding->lock, 0);
	stlb_analysis_free(reading.analysis);
}

/* A hold that goes on from one bracket to the next: each update is reported with its own. */
Test(finding, tells_the_bracket_of_its_update)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE, {LOCK(L1)}, {START_NB(0, 1)}, {CLEAR(0, RW(0xa))}, {INV(0, 1)},
	     {END(0, 1)}, {START_NB(4, 5)}, {CLEAR(4, RW(0xb))}, {FREE(0xb)}, {END(4, 5)},
	     {UNLOCK(L1)});
	result = made_result(&reading);
	cr_assert_eq(result->nr_findings, 1);
	cr_expect_eq(result->findings[0]->bracket.start, PAGE(4));
	cr_expect_eq(result->findings[0]->bracket.end, PAGE(5));
	stlb_analysis_free(reading.analysis);
}

/* Of several that may have come too early, the first is shown. */
Test(finding, tells_the_first_unordered_invalidation)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {T2, INV(0, 1)},
	     {T3, INV(0, 1)}, {UNLOCK(L1)}, {FREE(0xa)}, {END(0, 1)});
	finding = only_of(made_result(&reading), STLB_RULE_RACY);
	cr_assert_str_eq(finding->events[3].role, "unordered invalidation");
	cr_expect_eq(finding->events[3].event.tid, 200);
	stlb_analysis_free(reading.analysis);
}
