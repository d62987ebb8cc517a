/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Marks that say what was read from the kernel: events like those of probes. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "staletlb/decode.h"

static bool decode(const char *text, struct stlb_event *event)
{
	struct stlb_field buf = {"buf", 8, 0, STLB_FIELD_STRING};
	struct stlb_format format = {"ftrace", "print", 0, 1, &buf, false};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	size_t size = strlen(text);
	char *data = calloc(1, 8 + size);
	struct stlb_record record = {.format = &format, .data = data, .size = (uint32_t)(8 + size)};
	bool is_event;

	memcpy(data + 8, text, size);
	cr_assert(stlb_decoder_wants(decoder, &format));
	is_event = stlb_decode(decoder, &record, event);
	free(data);
	stlb_decoder_free(decoder);
	return is_event;
}

Test(decode_mark, entries)
{
	struct stlb_event event;

	cr_assert(decode("staletlb: entry_snapshot ptep=0xffff888000001008 new=0x1067 level=1\n",
			 &event));
	cr_expect_eq(event.kind, STLB_ENTRY_SNAPSHOT);
	cr_expect_eq(event.has, STLB_BIT(PTEP) | STLB_BIT(NEW) | STLB_BIT(LEVEL));
	cr_expect_eq(stlb_event_get(&event, PTEP), UINT64_C(0xffff888000001008));
	cr_expect_eq(stlb_event_get(&event, NEW), 0x1067);
	cr_expect_eq(stlb_event_get(&event, LEVEL), 1);
}

Test(decode_mark, roots)
{
	struct stlb_event event;

	cr_assert(decode("staletlb: root mm=0x10 pgd=0x20 sub=0x30 pob=0x40 vmb=0x50", &event));
	cr_expect_eq(event.kind, STLB_ROOT);
	cr_expect_eq(stlb_event_get(&event, MM), 0x10);
	cr_expect_eq(stlb_event_get(&event, PGD), 0x20);
	cr_expect_eq(stlb_event_get(&event, SUB), 0x30);
	cr_expect_eq(stlb_event_get(&event, DIRECT_MAP), 0x40);
	cr_expect_eq(stlb_event_get(&event, VMEMMAP), 0x50);
}

/* Whoever writes marks may write anything. */
Test(decode_mark, nothing_else)
{
	static const char *const texts[] = {
		"staletlb: ",
		"staletlb: root",
		"staletlb: root mm=0x10",
		"staletlb: root mm=0x10 pgd=",
		"staletlb: root mm=0x10 pgd=x",
		"staletlb: root mm=0x10 pgd=0x20 color=3",
		"staletlb: entry_set ptep=0x10 new=0x20",
		"staletlb: page_free pfn=1",
		"staletlb root mm=0x10 pgd=0x20",
		" staletlb: root mm=0x10 pgd=0x20",
	};
	struct stlb_event event;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_not(decode(texts[i], &event), "%s", texts[i]);
}
