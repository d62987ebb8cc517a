/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second pass: an update that several events tell is one. */
#include "explained.h"

static uint32_t shown(const struct stlb_explain *explain, enum stlb_kind kind)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < explain->nr_moments; i++)
		nr += explain->moments[i].event.kind == kind;
	return nr;
}

/* The echo of a set that overwrote a page, and the clear that two probes saw. */
Test(explain, what_is_reported_again_is_shown_once)
{
	static const struct made trace[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEARF(0, RO(0xa))},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{CLEAR(0, 0)},
		{SET(0, RW(0xb), RO(0xb))},
		{CLEAR(0, RW(0xb))},
		{UNLOCK(L1)},
		{ONLY_END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_eq(shown(explained.explain, STLB_PTE_CLEAR_FLUSH), 1);
	cr_expect_eq(shown(explained.explain, STLB_PTE_SET), 2);
	cr_expect_eq(shown(explained.explain, STLB_PTE_CLEAR), 0);
	forget(&explained);
}

/* A set that overwrites a page is no clear, though its echo tells that page. */
Test(explain, an_echo_is_no_second_address)
{
	static const struct made trace[] = {
		SETTLE,
		SETTLED(T2),
		{START(0, 1)},
		{T2, START(5, 6)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{SET(0, 0, RW(0xb))},
		{UNLOCK(L1)},
		{T2, LOCK(L1)},
		{T2, SET(5, RW(0xc), RO(0xc))},
		{T2, CLEAR(5, RW(0xc))},
		{T2, SET(5, 0, RO(0xd))},
		{T2, UNLOCK(L1)},
		{T2, END(5, 6)},
		{END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_null(explained.explain->other_thread);
	forget(&explained);
}

/* As check does, by where the table lies. */
Test(explain, a_set_that_tells_no_address)
{
	static const struct made trace[] = {
		SETTLE,
		{START(5, 6)},
		{LOCK(L1)},
		{PTL_MAP(5, PTE_OF(TABLE1, 5), L1)},
		{CLEAR(5, RO(0xa))},
		{SET_AT(PTE_OF(TABLE1, 5), 0, RW(0xb))},
		{CLEAR_AT(0)},
		{SET_AT(PTE_OF(TABLE1, 5), RW(0xb), RO(0xb))},
		{SET_AT(PTE_OF(TABLE1, 6), 0, RO(0xc))},
		{UNLOCK(L1)},
		{ONLY_END(5, 6)},
	};
	struct explained explained;

	TELL(&explained, REPOINT, trace);
	cr_expect_eq(shown(explained.explain, STLB_PTE_SET), 2);
	forget(&explained);
}

/* A page is the same whether it is shown by its number or by where its struct lies. */
Test(explain, a_page_that_is_known_by_its_struct)
{
#define VMEMMAP_BASE UINT64_C(0xffffea0000000000)
	static const struct made trace[] = {
		{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(VMEMMAP, VMEMMAP_BASE))},
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{CLEAR(0, RO(0xa))},
		{UNLOCK(L1)},
		{OF(PAGE_FREE, F(PAGE, VMEMMAP_BASE + 0xb * 64))},
		{OF(PAGE_FREE, F(PAGE, VMEMMAP_BASE + 0xa * 64))},
		{ONLY_END(0, 1)},
	};
	struct explained explained;

	TELL(&explained, NEVER, trace);
	cr_expect_eq(shown(explained.explain, STLB_PAGE_FREE), 1);
	forget(&explained);
}
