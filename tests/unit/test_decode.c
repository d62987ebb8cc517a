/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records to events: values, texts, and what is no event.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_format.h"
#include "staletlb/decode.h"

#define B(field) STLB_BIT(field)

static bool wanted(const char *system, const char *event, const char *names)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct made made;
	bool wants;

	make(&made, system, event, names);
	wants = stlb_decoder_wants(decoder, &made.format);
	stlb_decoder_free(decoder);
	return wants;
}

Test(decode, others_are_not_wanted)
{
	cr_expect_not(wanted("sched", "sched_wakeup", "pid"));
	cr_expect_not(wanted("lock", "lock_contended", "lockdep_addr"));
	cr_expect_not(wanted("ksm", "ksm_enter", "mm"));
	cr_expect_not(wanted("mine", "inv_start", "mm start end"));
	cr_expect_not(wanted("staletlb", "inv_start", "mm start"));
	cr_expect_not(wanted("ftrace", "print", "ip"));
	cr_expect_not(wanted("ftrace", "print", "ip buf"));
	cr_expect_not(wanted("ftrace", "kernel_stack", "size"));
}

/* ---- values ---- */

Test(decode, head_and_values)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	static struct stlb_event event;
	struct made made;

	make(&made, "staletlb", "inv_start", "mm start end flags event");
	made.format.index = 200;
	cr_assert(stlb_decoder_wants(decoder, &made.format));
	memset(&event, 0xff, sizeof(event));
	cr_assert(stlb_decode(decoder, &made.record, &event));
	cr_expect_eq(event.ns, 5);
	cr_expect_eq(event.cpu, 3);
	cr_expect_eq(event.tid, 7);
	cr_expect_eq(event.context, STLB_CONTEXT_SOFTIRQ);
	cr_expect_str_eq(event.comm, "comm");
	cr_expect_str_eq(event.name, "inv_start");
	cr_expect_null(event.text);
	cr_expect_null(event.stack);
	cr_expect_eq(event.nr_stack, 0);
	cr_expect_eq(stlb_event_get(&event, MM), 100);
	cr_expect_eq(stlb_event_get(&event, EVENT), 104);
	made.format.index = 100;
	cr_expect_not(stlb_decode(decoder, &made.record, &event));
	made.format.index = 1000000;
	cr_expect_not(stlb_decode(decoder, &made.record, &event));
	stlb_decoder_free(decoder);
}

Test(decode, sizes_and_signs)
{
	static const struct stlb_field fields[] = {
		{"mm", 0, 8, STLB_FIELD_UNSIGNED},	{"ret", 8, 4, STLB_FIELD_SIGNED},
		{"start", 12, 4, STLB_FIELD_UNSIGNED},	{"flags", 16, 2, STLB_FIELD_SIGNED},
		{"event", 18, 2, STLB_FIELD_UNSIGNED},	{"order", 20, 1, STLB_FIELD_SIGNED},
		{"freeze", 21, 1, STLB_FIELD_UNSIGNED}, {"nr", 22, 3, STLB_FIELD_UNSIGNED},
		{"pfn", 24, 8, STLB_FIELD_OTHER},
	};
	static const struct stlb_format format = {"staletlb", "inv_start_ret", 0, 9, fields, false};
	unsigned char data[32];
	struct stlb_record record = {.format = &format, .data = data, .size = 22};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_event event;

	memset(data, 0xfe, sizeof(data));
	cr_assert(stlb_decoder_wants(decoder, &format));
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(stlb_event_get(&event, MM), 0xfefefefefefefefe);
	cr_expect_eq(stlb_event_get(&event, RET), 0xfffffffffefefefe);
	cr_expect_eq(stlb_event_get(&event, START), 0xfefefefe);
	cr_expect_eq(stlb_event_get(&event, FLAGS), 0xfffffffffffffefe);
	cr_expect_eq(stlb_event_get(&event, EVENT), 0xfefe);
	cr_expect_eq(stlb_event_get(&event, ORDER), 0xfffffffffffffffe);
	cr_expect_eq(stlb_event_get(&event, FREEZE), 0xfe);
	cr_expect_not(stlb_event_has(&event, NR));
	cr_expect_not(stlb_event_has(&event, PFN));
	record.size = 21; /* cut: the event is lost here */
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_LOST);
	stlb_decoder_free(decoder);
}

Test(decode, fields_beyond_any_record)
{
	static const struct stlb_field fields[] = {
		{"lock", UINT32_MAX - 3, 8, STLB_FIELD_UNSIGNED}};
	static const struct stlb_format format = {"staletlb", "ptl_release", 0, 1, fields, false};
	static const struct stlb_format far = {"staletlb", "batchflush", 1 << 20, 0, NULL, false};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);

	cr_expect_not(stlb_decoder_wants(decoder, &format));
	cr_expect_not(stlb_decoder_wants(decoder, &far));
	stlb_decoder_free(decoder);
}

Test(decode, losses)
{
	struct stlb_record record = {
		.ns = 9, .cpu = 1, .tid = 3, .loss = STLB_LOSS_BEFORE, .lost = 12};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_event event;

	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_LOST);
	cr_expect_eq(event.has, B(MISSED) | B(PLACE));
	cr_expect_eq(stlb_event_get(&event, MISSED), 12);
	cr_expect_eq(stlb_event_get(&event, PLACE), STLB_LOSS_BEFORE);
	cr_expect_eq(event.cpu, 1);
	cr_expect_str_eq(event.name, "lost");
	stlb_decoder_free(decoder);
}

/* ---- what is no event ---- */

static bool decodes(const char *system, const char *event, const char *names, uint64_t first)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_event decoded;
	struct made made;
	bool is_event;

	make(&made, system, event, names);
	made.data[0] = first;
	cr_assert(stlb_decoder_wants(decoder, &made.format));
	is_event = stlb_decode(decoder, &made.record, &decoded);
	stlb_decoder_free(decoder);
	return is_event;
}

Test(decode, failures_are_no_events)
{
	cr_expect_not(decodes("kmem", "mm_page_alloc", "pfn order", UINT64_MAX));
	cr_expect(decodes("kmem", "mm_page_alloc", "pfn order", 0x1234));
	cr_expect_not(decodes("ksm", "ksm_merge_with_ksm_page", "err pfn", 1));
	cr_expect(decodes("ksm", "ksm_merge_with_ksm_page", "err pfn", 0));
	cr_expect_not(decodes("", "ksm_merge_one_page", "error pfn", (uint64_t)-14));
	cr_expect_not(decodes("mmap_lock", "mmap_lock_acquire_returned", "success mm write", 0));
	cr_expect(decodes("mmap_lock", "mmap_lock_acquire_returned", "success mm write", 1));
}

/* ---- text ---- */

static const struct stlb_field lock_fields[] = {
	{"name", 0, 4, STLB_FIELD_DATA_LOC},
	{"lockdep_addr", 4, 8, STLB_FIELD_UNSIGNED},
};
static const struct stlb_format lock_format = {"lock", "lock_release", 0, 2, lock_fields, false};

/* The record is a heap block of its exact size, for the sanitizer to see what is read past it. */
static bool decode_lock(uint16_t offset, uint16_t length, const char *text, size_t size, char *out)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	uint32_t loc = (uint32_t)length << 16 | offset;
	unsigned char *data = calloc(1, 12 + size);
	struct stlb_record record = {
		.format = &lock_format, .data = data, .size = (uint32_t)(12 + size)};
	struct stlb_event event;
	bool is_event;

	memcpy(data, &loc, 4);
	memcpy(data + 12, text, size);
	cr_assert(stlb_decoder_wants(decoder, &lock_format));
	is_event = stlb_decode(decoder, &record, &event);
	if (is_event)
		snprintf(out, 512, "%s", event.text);
	free(data);
	stlb_decoder_free(decoder);
	return is_event;
}

Test(decode, lock_names)
{
	char long_name[400];
	char out[512] = "";

	cr_expect(decode_lock(12, 13, "&mm->pt_lock", 13, out));
	cr_expect_str_eq(out, "&mm->pt_lock");
	/* without its NUL, and cut by its length */
	cr_expect(decode_lock(12, 12, "&mm->pt_lock", 12, out));
	cr_expect_str_eq(out, "&mm->pt_lock");
	cr_expect(decode_lock(12, 3, "&mm->pt_lock", 12, out));
	cr_expect_str_eq(out, "&mm");
	cr_expect(decode_lock(24, 0, "&mm->pt_lock", 12, out));
	cr_expect_str_eq(out, "");
	cr_expect_not(decode_lock(12, 14, "&mm->pt_lock", 13, out));
	cr_expect_not(decode_lock(0xffff, 1, "&mm->pt_lock", 13, out));
	memset(long_name, 'x', sizeof(long_name));
	cr_expect(decode_lock(12, sizeof(long_name), long_name, sizeof(long_name), out));
	cr_expect_eq(strlen(out), 255);
}

static bool decode_print(const struct stlb_format *format, const char *text, size_t size, char *out)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	char *data = malloc(8 + size);
	struct stlb_record record = {.format = format, .data = data, .size = (uint32_t)(8 + size)};
	struct stlb_event event;
	bool is_event;

	memset(data, 0, 8);
	memcpy(data + 8, text, size);
	cr_assert(stlb_decoder_wants(decoder, format));
	is_event = stlb_decode(decoder, &record, &event);
	if (is_event) {
		cr_expect_eq(event.kind, STLB_PHASE);
		snprintf(out, 512, "%s", event.text);
	}
	free(data);
	stlb_decoder_free(decoder);
	return is_event;
}

Test(decode, phase_marks)
{
	static const enum stlb_field_type types[] = {STLB_FIELD_STRING, STLB_FIELD_OTHER};
	char out[512] = "";

	for (size_t i = 0; i < 2; i++) {
		struct stlb_field buf = {"buf", 8, 0, types[i]};
		struct stlb_format format = {"ftrace", "print", 0, 1, &buf, false};

		cr_expect(decode_print(&format, "phase cow\n", 11, out));
		cr_expect_str_eq(out, "cow");
		cr_expect(decode_print(&format, "phase two words", 15, out));
		cr_expect_str_eq(out, "two words");
		cr_expect(decode_print(&format, "phase ", 6, out));
		cr_expect_str_eq(out, "");
		cr_expect_not(decode_print(&format, "phase", 5, out));
		cr_expect_not(decode_print(&format, "Phase cow", 10, out));
		cr_expect_not(decode_print(&format, "a phase cow", 12, out));
		format.name = "tracing_mark_write";
		format.system = "raw";
		cr_expect(decode_print(&format, "phase x\r\n\n", 11, out));
		cr_expect_str_eq(out, "x");
	}
}

static uint32_t stack_depth(int32_t size, uint32_t entries, uint64_t last)
{
	static const struct stlb_field fields[] = {
		{"size", 0, 4, STLB_FIELD_SIGNED},
		{"caller", 4, 64, STLB_FIELD_OTHER},
	};
	static const struct stlb_format format = {"ftrace", "kernel_stack", 0, 2, fields, false};
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	unsigned char *data = calloc(1, 4 + entries * 8);
	struct stlb_record record = {.format = &format, .data = data, .size = 4 + entries * 8};
	struct stlb_event event;

	memcpy(data, &size, 4);
	for (uint64_t i = 0; i < entries; i++)
		memcpy(data + 4 + i * 8, i + 1 == entries ? &last : &(uint64_t){i + 1}, 8);
	cr_assert(stlb_decoder_wants(decoder, &format));
	cr_assert(stlb_decode(decoder, &record, &event));
	cr_expect_eq(event.kind, STLB_STACK);
	cr_expect_null(event.text);
	cr_expect(event.nr_stack < 2 || event.stack[1] == 2);
	free(data);
	stlb_decoder_free(decoder);
	return event.nr_stack;
}

Test(decode, stacks)
{
	cr_expect_eq(stack_depth(3, 3, 9), 3);
	cr_expect_eq(stack_depth(3, 12, 9), 3);
	cr_expect_eq(stack_depth(12, 12, 9), 12);
	cr_expect_eq(stack_depth(12, 12, UINT64_MAX), 11);
	/* sizes that the record does not hold */
	cr_expect_eq(stack_depth(100, 4, 9), 4);
	cr_expect_eq(stack_depth(-1, 4, 9), 4);
	cr_expect_eq(stack_depth(0, 0, 9), 0);
	cr_expect_eq(stack_depth(1000, 1000, 9), 128);
}

Test(decode, names)
{
	for (unsigned int i = 0; i < STLB_NR_KINDS; i++) {
		enum stlb_kind kind = (enum stlb_kind)i;

		cr_expect_eq(stlb_kind_find(stlb_kind_name(kind)), kind);
		cr_expect(stlb_kind_help(kind)[0]);
	}
	for (unsigned int i = 0; i < STLB_NR_FIELDS; i++) {
		enum stlb_field_id field = (enum stlb_field_id)i;

		cr_expect_eq(stlb_field_find(stlb_field_name(field)), field);
	}
	cr_expect_eq(stlb_kind_find("nothing"), STLB_NR_KINDS);
	cr_expect_eq(stlb_field_find("nothing"), STLB_NR_FIELDS);
	cr_expect_str_eq(stlb_kind_name(STLB_NR_KINDS), "other");
	cr_expect_null(stlb_field_name(STLB_NR_FIELDS));
	cr_expect_eq(stlb_kind_needs(STLB_PTE_SET), B(MM) | B(NEW));
	cr_expect(stlb_field_is_hex(STLB_FIELD_MM));
	cr_expect_not(stlb_field_is_hex(STLB_FIELD_NR));
}

Test(decode, error_texts_are_one_line)
{
	struct stlb_error err = {""};

	cr_expect_eq(stlb_error_set(&err, -22, "a %s", "b\nc\x1b"), -22);
	cr_expect_str_eq(err.text, "a b?c?");
	cr_expect_eq(stlb_error_set(NULL, -5, "a"), -5);
}
