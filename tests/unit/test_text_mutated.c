/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damaged text: whatever is changed in a trace, reading ends, and what it gives stays in bounds.
 */
#include "text_sample.h"

TestSuite(text_mutated, .fini = sample_drop, .timeout = 300);

enum { ROUNDS = 4000, MAX_SIZE = 8192 };

static const char seed_text[] =
	"# tracer: nop\n"
	"# entries-in-buffer/entries-written: 100/250   #P:4\n"
	"cpus=2\n"
	"  Web Content-77    (     70) [011] d..2.   12.000001: lock_acquire: 0x10 try &mm->lock\n"
	"  kworker/0:1-9 [000] d.h1. 12.000002: pte_set: (ffffffff81 <- ffffffff82) mm=0x1, "
	"new=-1\n"
	"  we[ir]d [01] x-99 [002] ..s1. 12.000002500: e: (f+0x12/0x40 <- g) s=\"a b\" t=foo bar\n"
	"  <...>-55 [003] ...1. 12.5: tracing_mark_write: phase cow\n"
	"CPU:1 [LOST 123 EVENTS]\n"
	"  a-1 [001] 15.0: sched_switch: prev_comm=k prev_pid=0 prev_prio=120 prev_state=R+ "
	"==> next_comm=b next_pid=16 next_prio=120\n"
	"  a-1 [001] 15.0: sched_switch: kworker/0:1:18 [120] S ==> Web C:16 [120]\n"
	"CPU:2 [EVENTS DROPPED]\n"
	"  a-1 [001] .....  16.000000: kernel_stack: <stack trace >\n"
	"=> func_a (ffffffff81234567)\n"
	" => func_b <ffffffff81234567>\n"
	"trace-cmd-159     1...2.     5.972102957: set_migration_pte: addr=7f26, pte=bfff order=0\n"
	"  <idle>-0       0d..2.   12us+: tlb_flush: pages:-1 reason:flush on task switch (0)\n"
	"  a-1 [001] 17.0: ksm_merge_one_page: ksm pfn 15465 rmap_item 0x12 mm 0x13 error -14\n";

static uint32_t state;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

static size_t repeat_part(char *text, size_t size)
{
	size_t from = draw((uint32_t)size), part = draw(200);

	if (part > size - from)
		part = size - from;
	if (size + part > MAX_SIZE)
		return size;
	memmove(text + from + part, text + from, size - from);
	return size + part;
}

static size_t drop_part(char *text, size_t size)
{
	size_t from = draw((uint32_t)size), part = draw(100);

	if (part >= size - from)
		return from + 1;
	memmove(text + from, text + from + part, size - from - part);
	return size - part;
}

static size_t mutate(char *text)
{
	static const char odd[] = " []()-:=,.#\n\r\"<>+0x9fF";
	size_t size = sizeof(seed_text) - 1;

	memcpy(text, seed_text, size);
	for (uint32_t left = 1 + draw(12); left; left--) {
		switch (draw(4)) {
		case 0:
			text[draw((uint32_t)size)] = (char)draw(256);
			break;
		case 1:
			text[draw((uint32_t)size)] = odd[draw(sizeof(odd))];
			break;
		case 2:
			size = repeat_part(text, size);
			break;
		default:
			size = drop_part(text, size);
		}
	}
	return size;
}

/* Printing looks at each field, and asserts that it is within its record. */
static uint64_t read_all(void)
{
	struct stlb_error err = {0};
	struct stlb_source *source;
	uint64_t events;

	if (stlb_source_open(sample_path, NULL, &source, &err)) {
		cr_assert_neq(err.text[0], 0);
		return 0;
	}
	free(sample_dump(source));
	events = stlb_source_info(source)->events;
	stlb_source_close(source);
	return events;
}

Test(text_mutated, damaged_traces)
{
	char text[MAX_SIZE];
	uint64_t events = 0;

	state = 1;
	for (int round = 0; round < ROUNDS; round++) {
		sample_put(text, mutate(text));
		events += read_all();
	}
	/* Most of each text is still whole. */
	cr_assert_gt(events, ROUNDS * 7);
}

Test(text_mutated, random_bytes)
{
	char text[MAX_SIZE];

	state = 2;
	for (int round = 0; round < 300; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)draw(256);
		memcpy(text, "# tracer: x\n", 12);
		sample_put(text, sizeof(text));
		read_all();
	}
}

/* Lines on which a careless search would take time by the square of their length. */
Test(text_mutated, long_lines_take_no_longer, .timeout = 20)
{
	static const char *const units[] = {
		" [1]", "-1 ", "a=", ") [1] ", "-1 [0] 1.0: e: ", ":1",	  " <- ",    "0",
		"\" ",	"=> ", ",",  " a=b ",  "CPU:1",		  " mm ", "] S ==> "};
	static char text[60000 * 40];

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		static const char *const heads[] = {
			"", "a-1 [000] 1.0: e: ", "a-1 [000] 1.0: sched_switch: ",
			"a-1 [000] 1.0: e: ("};

		for (size_t size = 0, line = 0; line < 36; line++) {
			size_t end = size + 60000;

			size += (size_t)sprintf(text + size, "%s", heads[line % 4]);
			while (size + 20 < end)
				size += (size_t)sprintf(text + size, "%s", units[i]);
			text[size++] = '\n';
			if (line == 35)
				sample_put(text, size);
		}
		read_all();
	}
}
