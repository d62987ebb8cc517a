/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks about what is older than a trace, as trace_marker keeps them. */
#include <criterion/criterion.h>

#include "decode/mark.h"

static bool reads(const char *text, struct stlb_event *event)
{
	*event = (struct stlb_event){.kind = STLB_PHASE, .ns = 7, .text = text};
	return stlb_mark_read(text, event);
}

Test(mark, tells_a_root_and_entries)
{
	struct stlb_event event;

	cr_assert(reads("staletlb: root mm=0xffff888041aa0000 pgd=0x10 page_offset_base=4096\n",
			&event));
	cr_expect_eq(event.kind, STLB_ROOT);
	cr_expect_eq(event.has, STLB_BIT(MM) | STLB_BIT(PGD) | STLB_BIT(DIRECT_MAP));
	cr_expect_eq(stlb_event_get(&event, MM), UINT64_C(0xffff888041aa0000));
	cr_expect_eq(stlb_event_get(&event, PGD), 0x10);
	cr_expect_eq(stlb_event_get(&event, DIRECT_MAP), 4096);
	cr_expect_eq(event.ns, 7);
	cr_expect_null(event.text);
	cr_assert(reads("staletlb: entry_snapshot  ptep=0x8 new=0x67 level=3", &event));
	cr_expect_eq(event.kind, STLB_ENTRY_SNAPSHOT);
	cr_expect_eq(stlb_event_get(&event, LEVEL), 3);
}

Test(mark, is_nothing_else)
{
	static const char *const others[] = {
		"",
		"phase cow",
		"staletlb:",
		"staletlb: ",
		"staletlb: root",
		"staletlb: root mm=0x1",
		"staletlb: root mm=0x1 pgd",
		"staletlb: root mm=0x1 pgd=",
		"staletlb: root mm=0x1 pgd=x",
		"staletlb: root mm=0x1 pgd=-1",
		"staletlb: root mm=0x1 pgd=0x12345678123456789",
		"staletlb: root mm=0x1 pgd=0x2 depth=3",
		"staletlb: root mm=0x1 pgd=0x2 =3",
		"staletlb: pte_clear mm=0x1 old=0x2",
		"staletlb: unknown mm=0x1",
		"staletlb: a_kind_whose_name_is_longer_than_any_of_them mm=0x1",
		"staletlb: entry_snapshot ptep=0x8 level=1",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct stlb_event event;

		cr_expect(!reads(others[i], &event), "%s", others[i]);
		cr_expect_eq(event.kind, STLB_PHASE);
	}
}
