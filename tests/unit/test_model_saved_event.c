/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events kept as evidence: what of them is shown again. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/saved_event.h"

#define EVENT                                                                                      \
	{                                                                                          \
		.ns = 123456789, .name = "pte_clear", .comm = "qemu", .cpu = 3, .tid = 77,         \
		.kind = STLB_PTE_CLEAR, .context = STLB_CONTEXT_SOFTIRQ, .level = STLB_LEVEL_PMD   \
	}

static void give(struct stlb_event *event, enum stlb_field_id field, uint64_t value)
{
	event->has |= UINT64_C(1) << field;
	event->value[field] = value;
}

/* Into room that was used before. */
static void keep_and_expand(const struct stlb_event *event, struct stlb_event *back)
{
	struct stlb_saved_event saved;

	memset(&saved, 0xff, sizeof(saved));
	memset(back, 0xff, sizeof(*back));
	stlb_saved_event_keep(&saved, event);
	stlb_saved_event_expand(&saved, back);
}

Test(saved, what_an_event_says_is_kept)
{
	struct stlb_event event = EVENT, back;

	give(&event, STLB_FIELD_MM, 1);
	give(&event, STLB_FIELD_OLD, 0);
	give(&event, STLB_FIELD_PFN, 0xa);
	keep_and_expand(&event, &back);
	cr_expect_eq(memcmp(&back, &event, sizeof(event)), 0);
}

Test(saved, an_event_that_says_nothing)
{
	struct stlb_event event = EVENT, back;

	keep_and_expand(&event, &back);
	cr_expect_eq(back.has, 0);
	cr_expect_str_eq(back.name, "pte_clear");
}

Test(saved, where_there_is_no_name_the_kind_is_named)
{
	struct stlb_event event = EVENT, back;

	event.name = NULL;
	event.kind = STLB_PAGE_FREE;
	keep_and_expand(&event, &back);
	cr_expect_str_eq(back.name, stlb_kind_name(STLB_PAGE_FREE));
}

/* What a probe recorded to compute with is no evidence. */
Test(saved, fields_that_nobody_looks_at_take_no_room)
{
	struct stlb_event event = EVENT, back;

	give(&event, STLB_FIELD_ADDR, 0x1000);
	give(&event, STLB_FIELD_VMEMMAP, 2);
	give(&event, STLB_FIELD_DIRECT_MAP, 3);
	give(&event, STLB_FIELD_ZERO_PFN, 4);
	keep_and_expand(&event, &back);
	cr_expect_eq(back.has, STLB_BIT(ADDR));
	cr_expect_eq(stlb_event_get(&back, ADDR), 0x1000);
}

Test(saved, the_first_fields_where_room_is_short)
{
	struct stlb_event event = EVENT, back;
	uint64_t shown = ~(STLB_BIT(VMEMMAP) | STLB_BIT(DIRECT_MAP) | STLB_BIT(ZERO_PFN) |
			   STLB_BIT(HUGE_ZERO_PFN) | STLB_BIT(DEVICE_PRIVATE));
	uint64_t want = 0;

	for (unsigned int field = 0, nr = 0; field < STLB_NR_FIELDS; field++) {
		give(&event, field, 100 + field);
		if (shown >> field & 1 && nr++ < STLB_SAVED_VALUES)
			want |= UINT64_C(1) << field;
	}
	keep_and_expand(&event, &back);
	cr_expect_eq(back.has, want);
	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++)
		cr_expect_eq(back.value[field], want >> field & 1 ? 100 + field : 0);
}
