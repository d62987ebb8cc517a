/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records that cannot be read: each of a kind that decides is a loss, and nothing else is. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "staletlb/decode.h"

static struct stlb_decoder *decoder;

static void set_up(void)
{
	decoder = stlb_decoder_new(NULL, 0);
}

static void tear_down(void)
{
	stlb_decoder_free(decoder);
}

TestSuite(damage, .init = set_up, .fini = tear_down);

/* A format as the lines of a text make them; a name that begins with "$" is one of a text. */
static struct stlb_format *make(const char *system, const char *event, uint32_t index,
				const char *names)
{
	static struct stlb_format formats[8];
	static struct stlb_field fields[8][16];
	static char words[8][200];
	struct stlb_format *format = &formats[index];
	char *save = NULL;

	*format = (struct stlb_format){system, event, index, 0, fields[index], false};
	snprintf(words[index], sizeof(words[0]), "%s", names);
	for (char *name = strtok_r(words[index], " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		struct stlb_field *field = &fields[index][format->nr_fields];

		*field = (struct stlb_field){
			name + (*name == '$'), format->nr_fields * 8, *name == '$' ? 4 : 8,
			*name == '$' ? STLB_FIELD_DATA_LOC : STLB_FIELD_UNSIGNED};
		format->nr_fields++;
	}
	return format;
}

static uint64_t values[16];

/* What a record of a format is decoded to; STLB_NR_KINDS: to nothing. */
static unsigned int decode(const struct stlb_format *format, struct stlb_event *event)
{
	struct stlb_record record = {.ns = 5,
				     .cpu = 2,
				     .line = 7,
				     .format = format,
				     .data = values,
				     .size = sizeof(values)};

	return stlb_decode(decoder, &record, event) ? event->kind : STLB_NR_KINDS;
}

static void expect(const char *event, uint32_t index, const char *names, unsigned int kind,
		   const char *says)
{
	const struct stlb_format *format = make("", event, index, names);
	struct stlb_event decoded;

	cr_assert(stlb_decoder_wants(decoder, format), "%s", names);
	cr_assert_eq(decode(format, &decoded), kind, "%s", names);
	if (!says)
		return;
	cr_assert_not_null(decoded.text);
	cr_expect_str_eq(decoded.text, says);
	cr_expect_eq(decoded.cpu, 2);
	cr_expect_eq(decoded.ns, 5);
	cr_expect_eq(decoded.line, 7);
	cr_expect_eq(stlb_event_get(&decoded, PLACE), STLB_LOSS_HERE);
	cr_expect_eq(stlb_event_get(&decoded, MISSED), 1);
}

Test(damage, a_field_that_is_needed_is_missing)
{
	expect("inv_range", 0, "mm start end", STLB_INV_RANGE, NULL);
	expect("inv_range", 1, "mm end", STLB_LOST, "inv_range: 'start' missing");
	expect("inv_range", 2, "end", STLB_LOST, "inv_range: 'mm', 'start' missing");
	expect("mm_page_free", 3, "order", STLB_LOST, "mm_page_free: 'pfn', 'page' missing");
	expect("mm_page_free", 4, "pfn order", STLB_PAGE_FREE, NULL);
	expect("mm_page_free", 5, "page", STLB_LOST,
	       "mm_page_free: 'pfn', 'order', 'page' missing");
}

Test(damage, a_field_is_no_number)
{
	expect("inv_range", 0, "mm $start end", STLB_LOST, "inv_range: 'start' cannot be read");
	expect("pte_set", 1, "mm $addr ptep new", STLB_LOST, "pte_set: 'addr' cannot be read");
	/* what some print as words */
	expect("inv_start", 2, "mm start end $event $flags", STLB_INV_START, NULL);
	expect("lock_acquire", 3, "flags $name lockdep_addr", STLB_LOCK_ACQUIRE, NULL);
}

Test(damage, a_field_that_others_have_is_missing)
{
	expect("pte_clear", 0, "mm addr old", STLB_PTE_CLEAR, NULL);
	expect("pte_clear", 1, "mm old", STLB_LOST, "pte_clear: 'addr' missing");
	expect("pte_clear", 2, "mm addr old nr", STLB_PTE_CLEAR, NULL);
	expect("pte_clear", 0, "mm addr old", STLB_PTE_CLEAR, NULL); /* one, where none is said */
}

static void expect_missed(uint64_t lost, const char *says)
{
	struct stlb_event event;

	cr_assert_eq(stlb_decoder_missed(decoder, &event), lost != 0);
	if (!lost)
		return;
	cr_expect_eq(event.kind, STLB_LOST);
	cr_expect_eq(event.cpu, -1);
	cr_expect_eq(stlb_event_get(&event, PLACE), STLB_LOSS_SOMEWHERE);
	cr_expect_eq(stlb_event_get(&event, MISSED), lost);
	cr_expect_str_eq(event.text, says);
}

Test(damage, the_first_ones_lack_what_later_ones_have)
{
	struct stlb_event event;

	expect("pte_clear", 0, "mm old", STLB_PTE_CLEAR, NULL);
	cr_assert_eq(decode(make("", "pte_clear", 0, "mm old"), &event), STLB_PTE_CLEAR);
	expect("pte_clear", 1, "mm addr old", STLB_PTE_CLEAR, NULL);
	expect("pte_set", 2, "mm new", STLB_PTE_SET, NULL);
	expect_missed(2, "pte_clear: 2 of them lack fields that later ones have");
	expect_missed(0, NULL);
}

Test(damage, a_name_without_any_field_is_another_event)
{
	expect("put", 0, "x y", STLB_NR_KINDS, NULL);
	expect_missed(0, NULL);
	cr_expect_str_eq(stlb_decoder_foreign(decoder),
			 "events named put are not used: 'mm', 'users' missing in all of them");
	cr_expect_null(stlb_decoder_foreign(decoder));
}

Test(damage, a_name_without_any_field_was_damaged_where_another_is_whole)
{
	expect("put", 0, "x y", STLB_NR_KINDS, NULL);
	expect("put", 1, "mm users", STLB_NOTIFIER_PUT, NULL);
	expect("put", 2, "x", STLB_LOST, "put: 'mm', 'users' missing");
	expect_missed(1, "put: 1 of them lack fields that later ones have");
	cr_expect_null(stlb_decoder_foreign(decoder));
}

Test(damage, a_binary_format_that_never_had_the_field_is_reported_once)
{
	cr_expect_not(stlb_decoder_wants(decoder, make("staletlb", "inv_start", 0, "mm start")));
	expect_missed(0, NULL);
	cr_expect_str_eq(stlb_decoder_foreign(decoder),
			 "events named inv_start are not used: 'end' missing in all of them");
	cr_expect_null(stlb_decoder_foreign(decoder));
	cr_expect_not(stlb_decoder_wants(decoder, make("mine", "inv_start", 1, "mm start")));
	cr_expect_null(stlb_decoder_foreign(decoder));
}

Test(damage, a_short_record_is_lost)
{
	struct stlb_format *format = make("staletlb", "inv_range", 0, "mm start end");
	struct stlb_format *print = make("ftrace", "kernel_stack", 1, "size caller");
	struct stlb_record record = {.ns = 5, .cpu = 2, .format = format, .data = values};
	struct stlb_event event;

	cr_assert(stlb_decoder_wants(decoder, format));
	cr_assert(stlb_decoder_wants(decoder, print));
	record.size = 24;
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_INV_RANGE);
	record.size = 23;
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_LOST);
	cr_expect_eq(event.cpu, 2);
	cr_expect_eq(event.line, 0);
	cr_expect_str_eq(event.text, "inv_range: a record of 23 bytes, its fields take 24");
	/* no rule hangs on a stack */
	record.format = print;
	record.size = 7;
	cr_expect_not(stlb_decode(decoder, &record, &event));
}

Test(damage, numbers_out_of_range)
{
	struct stlb_format *format = make("kmem", "mm_page_free", 0, "pfn order");
	struct stlb_event event;

	cr_assert(stlb_decoder_wants(decoder, format));
	values[0] = UINT64_C(0xfffffffffffff);
	values[1] = 63;
	cr_expect_eq(decode(format, &event), STLB_PAGE_FREE);
	values[1] = 64;
	cr_expect_eq(decode(format, &event), STLB_LOST);
	cr_expect_str_eq(event.text, "mm_page_free: 'order' is out of range");
	values[0] = UINT64_C(0x10000000000000);
	values[1] = 0;
	cr_expect_eq(decode(format, &event), STLB_LOST);
	cr_expect_str_eq(event.text, "mm_page_free: 'pfn' is out of range");
	memset(values, 0, sizeof(values));
}

Test(damage, names_that_rules_hang_on)
{
	cr_expect(stlb_decoder_knows(decoder, "inv_range", 9));
	cr_expect(stlb_decoder_knows(decoder, "mm_page_free: x", 12));
	cr_expect_not(stlb_decoder_knows(decoder, "inv_rang", 8));
	cr_expect_not(stlb_decoder_knows(decoder, "sched_wakeup", 12));
	cr_expect_not(stlb_decoder_knows(decoder, "kernel_stack", 12));
	cr_expect_not(stlb_decoder_knows(decoder, "", 0));
}
