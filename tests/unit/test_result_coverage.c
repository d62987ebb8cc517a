/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a rule could be judged: by the kinds that are recorded, and by what was given up. */
#include "made_device.h"
#include "made_reading.h"

typedef unsigned __int128 kind_bits;

#define K(kind) ((kind_bits)1 << STLB_##kind)

/* What a kernel with all probes records. */
#define ALL                                                                                        \
	(K(INV_START) | K(INV_END) | K(INV_RANGE) | K(PTE_CLEAR) | K(PTE_CLEAR_FLUSH) |            \
	 K(PMD_CLEAR) | K(PMD_CLEAR_FLUSH) | K(PMD_COLLAPSE_FLUSH) | K(PMD_ZAP) | K(PMD_INVAL) |   \
	 K(PTE_SET) | K(PMD_SET) | K(CHANGE_PTE) | K(MAP) | K(PAGE_FREE) | K(PAGE_FREE_BATCHED) |  \
	 K(LOCK_ACQUIRE) | K(LOCK_ACQUIRED) | K(LOCK_RELEASE) | K(MMAP_LOCKED) | K(MMAP_UNLOCK) |  \
	 K(USER_MODE) | K(FLUSH_MM) | K(DEV_READ) | K(DEV_WRITE))
#define PTE_CLEARS (K(PTE_CLEAR) | K(PTE_CLEAR_FLUSH))
#define PMD_CLEARS_ALL                                                                             \
	(K(PMD_CLEAR) | K(PMD_CLEAR_FLUSH) | K(PMD_COLLAPSE_FLUSH) | K(PMD_ZAP) | K(PMD_INVAL))
#define SETS_ALL  (K(PTE_SET) | K(PMD_SET) | K(CHANGE_PTE) | K(MAP))
#define FREES_ALL (K(PAGE_FREE) | K(PAGE_FREE_BATCHED))
#define LOCKS	  (K(LOCK_ACQUIRE) | K(LOCK_ACQUIRED))

_Static_assert(STLB_NR_KINDS <= 128, "the table here has sets of kinds as bits");

static struct stlb_kinds set_of(kind_bits bits)
{
	struct stlb_kinds set = {0};

	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		if (bits >> kind & 1)
			stlb_kinds_add(&set, kind);
	return set;
}

#define R(rule) (1u << STLB_RULE_##rule)
#define ERRORS	(R(REPOINT) | R(FREE) | R(NEVER) | R(MAPPED) | R(STALE_ACCESS) | R(DEVICE_ORDER))

enum kernel { SINCE, BEFORE }; /* 6.6 */

/** struct row - without some kinds: which rules are not judged at all, and which in part */
struct row {
	enum kernel kernel;
	kind_bits without;
	uint32_t none, part;
	const char *why;
};

static const struct row rows[] = {
	{BEFORE, 0, R(FLUSH), 0, "before 6.6 a flush carries no invalidation"},
	{SINCE, 0, 0, 0, ""},
	{SINCE, K(INV_RANGE), ERRORS | R(RACY) | R(PARTIAL) | R(FLUSH) | R(REDUNDANT), 0,
	 "no secondary invalidation (inv_range) was recorded"},
	{SINCE, K(INV_END), R(NEVER) | R(UNBRACKETED) | R(UNBALANCED), 0,
	 "no invalidate_range_end was recorded"},
	{BEFORE, K(INV_END),
	 ERRORS | R(RACY) | R(PARTIAL) | R(FLUSH) | R(UNBRACKETED) | R(UNBALANCED), 0,
	 "invalidate_range_end, which invalidates before 6.6, was not recorded"},
	{SINCE, K(INV_START), R(UNBRACKETED) | R(UNBALANCED), 0,
	 "no invalidate_range_start was recorded"},
	{SINCE, K(INV_START) | K(INV_END) | K(INV_RANGE),
	 ERRORS | R(REFAULT) | R(RACY) | R(PARTIAL) | R(FLUSH) | R(REDUNDANT) | R(UNBRACKETED) |
		 R(UNBALANCED) | R(EMPTY) | R(UNALIGNED),
	 0, "no mmu_notifier event was recorded"},
	{SINCE, PTE_CLEARS, R(REPOINT) | R(FREE) | R(MAPPED),
	 R(REFAULT) | R(NEVER) | R(RACY) | R(STALE_ACCESS) | R(PARTIAL) | R(UNBRACKETED) |
		 R(UNLOCKED) | R(REDUNDANT),
	 "no clear of a pte was recorded"},
	{SINCE, K(PTE_CLEAR), R(MAPPED),
	 R(REPOINT) | R(FREE) | R(REFAULT) | R(NEVER) | R(RACY) | R(STALE_ACCESS) | R(PARTIAL) |
		 R(UNBRACKETED) | R(UNLOCKED) | R(REDUNDANT),
	 "clears by zap, mremap and swap-out are not recorded"},
	{SINCE, PMD_CLEARS_ALL, 0, R(REPOINT) | R(FREE) | R(NEVER) | R(PARTIAL) | R(MAPPED),
	 "clears of pmds (huge pages, page tables) are not recorded"},
	{SINCE, PTE_CLEARS | PMD_CLEARS_ALL,
	 R(REPOINT) | R(FREE) | R(NEVER) | R(MAPPED) | R(RACY) | R(PARTIAL) | R(UNBRACKETED) |
		 R(REDUNDANT),
	 R(REFAULT) | R(STALE_ACCESS) | R(UNLOCKED), "no clear of an entry was recorded"},
	{SINCE, SETS_ALL, R(REPOINT) | R(REFAULT) | R(MAPPED),
	 R(NEVER) | R(STALE_ACCESS) | R(DEVICE_ORDER) | R(UNBRACKETED),
	 "no set of an entry was recorded"},
	{SINCE, K(PTE_SET), R(MAPPED),
	 R(REPOINT) | R(REFAULT) | R(NEVER) | R(STALE_ACCESS) | R(DEVICE_ORDER) | R(UNBRACKETED),
	 "sets are known only from change_pte and reverse mappings"},
	{SINCE, K(PTE_SET) | K(CHANGE_PTE) | K(MAP), R(REPOINT) | R(MAPPED),
	 R(REFAULT) | R(NEVER) | R(STALE_ACCESS) | R(DEVICE_ORDER) | R(UNBRACKETED),
	 "no set of a pte was recorded"},
	{SINCE, K(PMD_SET), 0, R(MAPPED), "not every set of a pmd is recorded"},
	{SINCE, K(PMD_CLEAR), 0, R(MAPPED), "not every clear of a pmd is recorded"},
	{SINCE, PTE_CLEARS | PMD_CLEARS_ALL | K(PTE_SET) | K(PMD_SET),
	 ERRORS | R(REFAULT) | R(RACY) | R(PARTIAL) | R(UNBRACKETED) | R(UNLOCKED) | R(REDUNDANT),
	 0, "no clear or set of a page-table entry was recorded"},
	{SINCE, FREES_ALL, R(FREE) | R(MAPPED), 0, "no free of pages was recorded"},
	{SINCE, K(PAGE_FREE), 0, R(FREE) | R(MAPPED),
	 "frees are known only from mm_page_free_batched, which misses some"},
	{SINCE, LOCKS, R(UNLOCKED), R(REPOINT) | R(RACY) | R(UNBALANCED) | R(REDUNDANT),
	 "page table locks are not recorded"},
	{SINCE, K(LOCK_ACQUIRE), 0, 0, ""},
	{SINCE, K(LOCK_ACQUIRED), 0, 0, ""},
	{SINCE, K(LOCK_RELEASE), 0, R(UNBALANCED), "releases of locks are not recorded"},
	{SINCE, K(MMAP_LOCKED), R(UNLOCKED), 0, "mmap_lock is not recorded"},
	{SINCE, K(MMAP_UNLOCK) | K(USER_MODE), 0, R(NEVER),
	 "nothing else ends a zap or an mprotect"},
	{BEFORE, K(MMAP_UNLOCK) | K(USER_MODE), R(FLUSH), 0,
	 "before 6.6 a flush carries no invalidation"},
	{SINCE, K(MMAP_UNLOCK), 0, 0, ""},
	{SINCE, K(USER_MODE), 0, 0, ""},
	{SINCE, K(FLUSH_MM), R(FLUSH), 0, "flushes of the CPU TLB are not recorded"},
	{SINCE, K(DEV_READ), 0, 0, ""},
	{SINCE, K(DEV_READ) | K(DEV_WRITE), R(STALE_ACCESS) | R(DEVICE_ORDER), 0,
	 "no device event was recorded"},
};

/* The table of semantics: what is missing is named, and judges no more than it can. */
Test(coverage, by_the_kinds_that_decide)
{
	struct stlb_rule_result rules[STLB_NR_RULES];

	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		const struct row *row = &rows[at];
		bool reported = !*row->why;

		struct stlb_kinds kinds = set_of(ALL & ~row->without);

		stlb_rules_judgeable(&kinds, row->kernel == BEFORE, rules);
		for (int i = 0; i < STLB_NR_RULES; i++) {
			enum stlb_judged want = row->none >> i & 1   ? STLB_JUDGED_NONE
						: row->part >> i & 1 ? STLB_JUDGED_PARTIAL
								     : STLB_JUDGED_FULL;

			cr_expect_eq(rules[i].judged, want, "row %zu: %s: %s, not %s (%s)", at,
				     stlb_rule_info(i)->id, stlb_judged_name(rules[i].judged),
				     stlb_judged_name(want), rules[i].reason);
			cr_expect_eq(!*rules[i].reason, want == STLB_JUDGED_FULL, "row %zu: %s", at,
				     rules[i].reason);
			reported |= strstr(rules[i].reason, row->why) != NULL;
		}
		cr_expect(reported, "row %zu: nothing says: %s", at, row->why);
	}
}

/* All that is missing is reported, one after the other. */
Test(coverage, tells_all_that_is_missing)
{
	struct stlb_kinds kinds = set_of(ALL & ~(K(LOCK_RELEASE) | LOCKS));
	struct stlb_rule_result rules[STLB_NR_RULES];

	stlb_rules_judgeable(&kinds, false, rules);
	cr_expect_str_eq(
		rules[STLB_RULE_UNBALANCED].reason,
		"page table locks are not recorded: brackets are used instead; releases of "
		"locks are not recorded");
}

/* As far as there is room for it, and of each rule for itself, however often it is asked. */
Test(coverage, tells_of_each_rule_alone)
{
	struct stlb_kinds kinds = set_of(K(INV_START) | K(INV_END) | K(INV_RANGE) |
					 K(PTE_CLEAR_FLUSH) | K(CHANGE_PTE));
	struct stlb_rule_result rules[STLB_NR_RULES], before;

	memset(rules, 0x5a, sizeof(rules));
	before = rules[0];
	stlb_rules_judgeable(&kinds, false, rules);
	stlb_rules_judgeable(&kinds, false, rules);
	for (int id = 0; id < STLB_NR_RULES; id++) {
		cr_expect_lt(strnlen(rules[id].reason, sizeof(rules[id].reason)),
			     sizeof(rules[id].reason));
		cr_expect_eq(rules[id].occurrences, before.occurrences, "%d", id);
		cr_expect_eq(rules[id].inconclusive, before.inconclusive, "%d", id);
	}
	cr_expect_eq(rules[STLB_RULE_NEVER].judged, STLB_JUDGED_PARTIAL);
	cr_expect_eq(strncmp(rules[STLB_RULE_NEVER].reason, "clears by zap", 13), 0);
	cr_expect_str_eq(rules[STLB_RULE_EMPTY].reason, "");
	/* what was not recorded is not judged for that reason alone */
	stlb_rules_judgeable(&kinds, true, rules);
	cr_expect_str_eq(rules[STLB_RULE_FLUSH].reason, "flushes of the CPU TLB are not recorded");
}

/* ---- what a trace gave up ---- */

static struct stlb_rule_result rule_of(struct made_reading *reading, enum stlb_rule rule)
{
	struct stlb_rule_result of = made_result(reading)->rules[rule];

	stlb_analysis_free(reading->analysis);
	return of;
}

#define WITH .recorded = set_of(ALL)

/* A pte is set and its echo seen: the hook of all sets and clears is there. */
#define ECHO                                                                                       \
	{SET(9, 0, RW(0x9))},                                                                      \
	{                                                                                          \
		CLEAR(9, 0)                                                                        \
	}

Test(coverage, of_a_trace_that_gave_nothing_up)
{
	struct made_reading reading = READING(SINCE_6_6, WITH);
	const struct stlb_result *result;

	GIVE(&reading, SETTLE_66, ECHO);
	result = made_result(&reading);
	for (int i = 0; i < STLB_NR_RULES; i++)
		cr_expect_eq(result->rules[i].judged,
			     i == STLB_RULE_REDUNDANT ? STLB_JUDGED_NONE : STLB_JUDGED_FULL, "%s",
			     stlb_rule_info(i)->id);
	cr_expect_str_eq(result->rules[STLB_RULE_REDUNDANT].reason, STLB_RULE_IS_OFF);
	cr_expect_eq(result->nr_notes, 0);
	cr_expect_str_eq(result->kernel, "6.12.0");
	cr_expect(!result->before_6_6);
	cr_expect_eq(result->arch, STLB_ARCH_X86_64);
	stlb_analysis_free(reading.analysis);
}

/* Updates that were not placed concern the rules about updates, and those alone. */
Test(coverage, of_updates_without_a_place)
{
	static const enum stlb_rule about[] = {STLB_RULE_REPOINT, STLB_RULE_FREE, STLB_RULE_NEVER};
	static const enum stlb_rule others[] = {STLB_RULE_UNBALANCED, STLB_RULE_EMPTY,
						STLB_RULE_UNALIGNED, STLB_RULE_FLUSH};

	for (size_t i = 0; i < sizeof(about) / sizeof(*about); i++) {
		struct made_reading reading = READING(SINCE_6_6, WITH);
		struct stlb_rule_result of;

		GIVE(&reading, SETTLE_66, {CLEAR_AT(RW(0xa))});
		of = rule_of(&reading, about[i]);
		cr_expect_eq(of.judged, STLB_JUDGED_PARTIAL);
		cr_expect_str_eq(of.reason, "updates whose entry could not be located");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct made_reading reading = READING(SINCE_6_6, WITH);

		GIVE(&reading, SETTLE_66, {CLEAR_AT(RW(0xa))});
		cr_expect_eq(rule_of(&reading, others[i]).judged, STLB_JUDGED_FULL);
	}
}

/* Without a common clock, what the graph did not order was not judged. */
Test(coverage, of_violations_without_an_order)
{
	struct made_reading reading = READING(SINCE_6_6, WITH, .clock = "local");
	struct stlb_rule_result of;

	GIVE(&reading, SETTLE_66, {START(0, 1)}, {CLEAR(0, RW(0xa))}, {T2, FREE(0xa)}, {INV(0, 1)},
	     {END_66(0, 1)});
	of = rule_of(&reading, STLB_RULE_FREE);
	cr_expect_eq(of.judged, STLB_JUDGED_PARTIAL);
	cr_expect_str_eq(of.reason,
			 "the clock is not common to all CPUs: only what the graph orders");
}

/* A rule that is off is judged no more for something that was left out besides. */
Test(coverage, of_a_rule_that_is_off)
{
	static const struct made rows[] = {SETTLE_66,	    {START(0, 1)}, {CLEAR(0, RW(0xa))},
					   {T2, FREE(0xa)}, {INV(0, 1)},   {END_66(0, 1)}};
	struct stlb_trace_facts facts = {.kernel = "6.12.0",
					 .clock = "local",
					 .arch = STLB_ARCH_X86_64,
					 .recorded = set_of(ALL),
					 .irq_flags = true};
	struct stlb_analysis_options options = {0};
	struct made_reading reading = {.recorded = set_of(ALL)};
	const struct stlb_rule_result *rules;

	stlb_analysis_defaults(&options);
	options.severity[STLB_RULE_FREE] = options.severity[STLB_RULE_RACY] = STLB_OFF;
	reading.analysis = stlb_analysis_new(&options, &facts);
	cr_assert_not_null(reading.analysis);
	made_give(&reading, rows, sizeof(rows) / sizeof(*rows));
	rules = made_result(&reading)->rules;
	cr_expect_eq(rules[STLB_RULE_FREE].judged, STLB_JUDGED_PARTIAL);
	cr_expect_eq(rules[STLB_RULE_RACY].judged, STLB_JUDGED_NONE);
	cr_expect_eq(rules[STLB_RULE_NEVER].judged, STLB_JUDGED_PARTIAL);
	stlb_analysis_free(reading.analysis);
}

/* Nor was a device held against sets whose order is not known. */
Test(coverage, of_cycles_without_an_order)
{
	struct made_reading reading = READING(BEFORE_6_6, WITH, .clock = "local");

	GIVE(&reading, SETTLE, {SET(0, 0, RO(0xa))}, {SET(1, 0, RO(0xc))}, COW(0, 0xa, 0xb),
	     COW(1, 0xc, 0xd),
	     {OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(1)), F(PFN, 0xd)), .tid = 400},
	     {OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa)), .tid = 400});
	cr_expect_eq(rule_of(&reading, STLB_RULE_DEVICE_ORDER).judged, STLB_JUDGED_PARTIAL);
}

/* Page_table_check shows itself by its echoes; without any, not every set may be recorded. */
Test(coverage, of_mapped_pages_without_the_hook)
{
	struct made_reading reading = READING(SINCE_6_6, WITH);
	struct stlb_rule_result of;

	GIVE(&reading, SETTLE_66, {SET(9, 0, RW(0x9))});
	of = rule_of(&reading, STLB_RULE_MAPPED);
	cr_expect_eq(of.judged, STLB_JUDGED_NONE);
	cr_expect_str_eq(of.reason,
			 "nothing shows that every set and clear is recorded (page_table_check)");
	reading = READING(SINCE_6_6, .recorded = set_of(ALL & ~K(PTE_SET)));
	GIVE(&reading, SETTLE_66);
	cr_expect_str_eq(rule_of(&reading, STLB_RULE_MAPPED).reason,
			 "not every set of a pte is recorded");
}

/* Whether a kernel is before 6.6 is not known until a range ends: then both are reckoned with. */
Test(coverage, of_a_kernel_that_is_not_known)
{
	struct stlb_kinds kinds = set_of(ALL & ~K(INV_END));
	struct made_reading reading = READING(.recorded = kinds);

	GIVE(&reading, {START(0, 1)}, {INV(0, 1)});
	cr_expect_eq(rule_of(&reading, STLB_RULE_REPOINT).judged, STLB_JUDGED_NONE);
	reading = READING(SINCE_6_6, .recorded = kinds);
	GIVE(&reading, {START(0, 1)}, {INV(0, 1)});
	cr_expect_eq(rule_of(&reading, STLB_RULE_REPOINT).judged, STLB_JUDGED_FULL);
}

/* ---- of which architecture ---- */

static enum stlb_arch arch_of(uint64_t mm)
{
	struct stlb_trace_facts facts = {.kernel = "6.1.0", .recorded = MADE_RECORDED};
	struct stlb_analysis_options options = {0};
	struct made_reading reading = {.recorded = MADE_RECORDED};
	enum stlb_arch arch;

	stlb_analysis_defaults(&options);
	reading.analysis = stlb_analysis_new(&options, &facts);
	GIVE(&reading, {STARTS(mm, 0, 1, 1, 1)}, {STARTS(MM1, 0, 1, 1, 1)});
	arch = made_result(&reading)->arch;
	stlb_analysis_free(reading.analysis);
	return arch;
}

/* Text does not say: the first kernel address does. */
Test(coverage, the_architecture_by_kernel_addresses)
{
	cr_expect_eq(arch_of(UINT64_C(0xffff888041aa0000)), STLB_ARCH_X86_64);
	cr_expect_eq(arch_of(UINT64_C(0xffff000041aa0000)), STLB_ARCH_ARM64);
	cr_expect_eq(arch_of(UINT64_C(0xffff7fffffaa0000)), STLB_ARCH_ARM64);
	/* hashed, or no kernel address: the next one tells */
	cr_expect_eq(arch_of(UINT64_C(0x000000001234abcd)), STLB_ARCH_X86_64);
	cr_expect_eq(arch_of(UINT64_C(0xfffe000041aa0000)), STLB_ARCH_X86_64);
}
