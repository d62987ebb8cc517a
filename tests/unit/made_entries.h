/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of writes of entries that say only where the entry lies, in the tables of MM1: PGDS at the
 * top, PUDS, PMDS, and TABLE1 of ptes, which maps the first 2 MiB from MADE_BASE on.
 */
#ifndef MADE_ENTRIES_H
#define MADE_ENTRIES_H

#include "made_events.h"

#define DIRECT	 UINT64_C(0xffff888000000000)
#define AT(pfn)	 (DIRECT + ((uint64_t)(pfn) << 12))
#define PFN(va)	 (((va)-DIRECT) >> 12)
#define PUDS	 AT(0x7003)
#define PGDS	 AT(0x7004)
#define STRUCTS	 UINT64_C(0xffffea0000000000)
#define TOP(n)	 PTE_OF(PGDS, 254 + (n)) /* of MADE_BASE, in units of 512 GiB */
#define PUDP(n)	 PTE_OF(PUDS, n)
#define PMDP(n)	 PTE_OF(PMDS, n)
#define PTEP1(n) PTE_OF(TABLE1, n)

#define WRITES(kind, p, o, w) OF(kind, F(PTEP, p), F(OLD, o), F(NEW, w))
#define ESET(p, o, w)	      WRITES(ENTRY_SET, p, o, w)
#define ESET_UNTOLD(p, w)     OF(ENTRY_SET, F(PTEP, p), F(NEW, w))
#define ESETN(p, o, w, m)     OF(ENTRY_SET, F(PTEP, p), F(OLD, o), F(NEW, w), F(NR, m))
#define EXCHG(p, o, w)	      WRITES(ENTRY_XCHG, p, o, w)
#define ECAS(p, e, o, w)      OF(ENTRY_CMPXCHG, F(PTEP, p), F(OLD, o), F(NEW, w), F(EXPECTED, e))
#define EWP(p, o)	      OF(ENTRY_WRPROTECT, F(PTEP, p), F(OLD, o))
#define ESTART(p, o)	      OF(ENTRY_MODIFY_START, F(PTEP, p), F(OLD, o))
#define ECOMMIT(p, w)	      WRITES(ENTRY_MODIFY_COMMIT, p, 0, w)
#define EPERHAPS(p, o, m)     OF(ENTRY_PERHAPS, F(PTEP, p), F(OLD, o), F(NR, m))
#define SET_PMD(p, o, w)      ESET(p, o, w), .level = STLB_LEVEL_PMD
#define SET_PUD(p, o, w)      ESET(p, o, w), .level = STLB_LEVEL_PUD
#define SET_P4D(p, o, w)      ESET(p, o, w), .level = STLB_LEVEL_P4D
#define SET_PGD(p, o, w)      ESET(p, o, w), .level = STLB_LEVEL_PGD
#define POPULATE(p, o, pfn)                                                                        \
	OF(ENTRY_POPULATE, F(PTEP, p), F(OLD, o), F(PAGE, STRUCTS + 64 * (uint64_t)(pfn)),         \
	   F(VMEMMAP, STRUCTS)),                                                                   \
		.level = STLB_LEVEL_PMD
#define SNAPSHOT(p, w, l)      OF(ENTRY_SNAPSHOT, F(PTEP, p), F(NEW, w), F(LEVEL, STLB_LEVEL_##l))
#define ROOT(mm, pgd)	       OF(ROOT, F(MM, mm), F(PGD, pgd))
#define ROOT_AT(mm, pgd)       OF(ROOT, F(MM, mm), F(PGD, pgd), F(DIRECT_MAP, DIRECT))
#define ROOT_REPORTED(mm, pgd) OF(ROOT, F(MM, mm), F(PGD, pgd), F(SUB, 0x5b), F(DIRECT_MAP, DIRECT))
#define EXIT_MMAP(mm)	       OF(EXIT_MMAP, F(MM, mm))

/* MM1 is subscribed, and begins in the trace, with TABLE1 at MADE_BASE. */
#define TREE                                                                                       \
	{ALLOC(0x7004)}, {ROOT_AT(MM1, PGDS)}, {SET_P4D(TOP(0), 0, TABLE(0x7003))},                \
		{SET_PUD(PUDP(0), 0, TABLE(0x7002))}, {SET_PMD(PMDP(0), 0, TABLE(0x7000))}, SETTLE

/** struct made_links - what continuity has to find */
struct made_links {
	uint64_t links, broken, tables;
};

#define WRITTEN(table, links, ...)                                                                 \
	made_written(__func__, __LINE__, table, sizeof(table) / sizeof((table)[0]), links,         \
		     (struct made_how){.kernel = "6.1.0", __VA_ARGS__})
#define LINKS(...) ((struct made_links){__VA_ARGS__})

/* As JUDGE(), and what continuity finds. The coverage of rules that decide is returned. */
static inline enum stlb_judged made_written(const char *test, int line, const struct made *rows,
					    size_t nr, struct made_links links, struct made_how how)
{
	struct stlb_analysis *analysis;
	const struct stlb_result *result;
	enum stlb_judged judged;
	struct stlb_event event;

	if (stlb_kinds_is_empty(&how.recorded))
		how.recorded = MADE_WITH(STLB_ENTRY_SET, STLB_ENTRY_XCHG, STLB_EXIT_MMAP);
	analysis = made_start(&how);
	cr_assert_not_null(analysis);
	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	result = stlb_analysis_finish(analysis, &how.recorded);
	cr_assert_not_null(result);
	made_compare(test, line, result, &how);
	cr_expect_eq(result->continuity.links, links.links, "%s:%d: %lu links", test, line,
		     result->continuity.links);
	cr_expect_eq(result->continuity.broken, links.broken, "%s:%d: %lu broken", test, line,
		     result->continuity.broken);
	cr_expect_eq(result->continuity.tables, links.tables, "%s:%d: %lu tables", test, line,
		     result->continuity.tables);
	judged = result->rules[STLB_RULE_REPOINT].judged;
	stlb_analysis_free(analysis);
	return judged;
}

#endif
