/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a text says that events are lost, and lines that cannot be read: in each dress in which
 * events are read, and nowhere else.
 */
#include "staletlb/decode.h"
#include "text_sample.h"

TestSuite(text_lost, .fini = sample_drop);

#define EVENT	   "task-70      [001] .....     1.000000: mm_page_free: pfn=0x1 order=0"
#define LATER	   "task-70      [001] .....     2.000000: mm_page_free: pfn=0x1 order=0"
#define SAYS(time) #time "000000000 1 70 0 task|mm_page_free pfn=0x1 order=0x0\n"

/* What is put before and after a line, by whom. */
static const char *const dresses[][2] = {
	{"", ""},
	{"[ 1731.632619] ", ""},
	{"[ 1731.632619][  T123] ", ""},
	{"[    1.632619] [    C1] ", ""},
	{"[Tue Nov  3 10:00:00 2026] ", ""},
	{"[Nov 3 10:00] ", ""},
	{"[  +0.000012] ", ""},
	{"[ 1731.632619 <    0.000000>] ", ""},
	{"<4>[ 1731.632619] ", ""},
	{"<4>", ""},
	{"kern  :warn  : [ 1731.632619] ", ""},
	{"Nov  3 10:00:00 host kernel: ", ""},
	{"Nov  3 10:00:00 host kernel: [ 1731.632619] ", ""},
	{"Nov 03 10:00:00.123456 host kernel: ", ""},
	{"<30>Nov  3 10:00:00 host kernel: ", ""},
	{"Tue Nov  3 10:00:00 2026 host kernel: ", ""},
	{"2026-11-03T10:00:00.123456+01:00 host kernel: [ 1731.632619] ", ""},
	{"2026-11-03T10:00:00,123456+01:00 ", ""},
	{"2026-11-03 10:00:00 ", ""},
	{"[ 1731.632619] host kernel: ", ""},
	{"kernel: ", ""},
	{"6,4242,5714790,-;", ""},
	{"4,4242,5714790,c,caller=T123;", ""},
	{"10:00:00.123 ", ""},
	{"12: ", ""},
	{"> ", ""},
	{"> > ", ""},
	{">> ", ""},
	{"| ", ""},
	{"> [ 1731.632619] ", ""},
	{"+ ", ""},
	{"\x1b[31m", "\x1b[0m"},
	{"\x1b[32m[ 1731.632619] \x1b[0m\x1b[1m", "\x1b[0m\r"},
	{"\xef\xbb\xbf", ""},
	{"\t", " \t"},
	{"\"", "\""},
	{"\"", "\","},
	{"> \"", "\";"},
	{"  \"[ 1731.632619] ", "\"\r"},
};

enum { DRESSES = sizeof(dresses) / sizeof(dresses[0]) };

static void put_dressed(char *text, size_t size, unsigned int dress, const char *const *lines)
{
	size_t at = 0;

	for (; *lines; lines++)
		at += (size_t)snprintf(text + at, size - at, "%s%s%s\n", dresses[dress][0], *lines,
				       dresses[dress][1]);
	cr_assert_lt(at, size);
}

/* The same lines in every dress are the same records; the names are those that rules hang on. */
static void expect_dressed(const char *const *lines, const char *wanted)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_source_options options = {.known = stlb_decoder_knows, .arg = decoder};
	for (unsigned int i = 0; i < DRESSES; i++) {
		char text[4096];
		struct stlb_source *source;
		char *got;

		put_dressed(text, sizeof(text), i, lines);
		sample_put(text, strlen(text));
		cr_assert_eq(stlb_source_open(sample_path, &options, &source, NULL), 0);
		got = sample_dump(source);
		cr_expect_str_eq(got, wanted, "%s in '%s':\n%s", lines[1], dresses[i][0], got);
		free(got);
		stlb_source_close(source);
	}
	stlb_decoder_free(decoder);
}

Test(text_lost, reported_in_every_dress)
{
	static const struct {
		const char *line, *wanted;
	} reported[] = {
		{"CPU:1 [LOST 7 EVENTS]", "2000000000 loss 1 cpu 1 lost 7\n"},
		{"CPU:1 [LOST EVENTS]", "2000000000 loss 1 cpu 1 lost 0\n"},
		{"CPU:12 [EVENTS DROPPED]", "2000000000 loss 1 cpu 12 lost 0\n"},
		{"CPU:12 [3 EVENTS DROPPED]", "2000000000 loss 1 cpu 12 lost 3\n"},
		{"my buffer: CPU:1 [LOST EVENTS]", "2000000000 loss 1 cpu 1 lost 0\n"},
		{"CPU:70000 [LOST EVENTS]", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"CPU:1 [LOST EV", "2000000000 loss 1 cpu 1 lost 0\n"},
		{"CPU:1 [L#ST 7 EVENTS]", "2000000000 loss 1 cpu 1 lost 0\n"},
		{"C#U:1 [LOST 7 EVENTS]", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"** 345 printk messages dropped **", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"systemd-journald[1]: Missed 3 kernel messages",
		 "2000000000 loss 1 cpu -1 lost 0\n"},
		{"last message repeated 3 times", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"Processed 12 events and lost 3 chunks!", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"LOST 12 events!", "2000000000 loss 1 cpu -1 lost 12\n"},
		{"overrun: 12", "2000000000 loss 4 cpu -1 lost 12\n"},
		{"dropped events: 2", "2000000000 loss 4 cpu -1 lost 2\n"},
		{"# entries-in-buffer/entries-written: 5/9   #P:2",
		 "2000000000 loss 2 cpu -1 lost 4\n"},
		{"# entries-in-buffer/entries-written: 5/x9   #P:2",
		 "2000000000 loss 2 cpu -1 lost 0\n"},
		{"# tracer: nop", "2000000000 loss 1 cpu -1 lost 0\n"},
		{"Dumping ftrace buffer:", "2000000000 loss 1 cpu -1 lost 0\n"},
	};

	for (size_t i = 0; i < sizeof(reported) / sizeof(reported[0]); i++) {
		const char *const lines[] = {EVENT, reported[i].line, LATER, NULL};
		char wanted[300];

		snprintf(wanted, sizeof(wanted), SAYS(1) "%s" SAYS(2), reported[i].wanted);
		expect_dressed(lines, wanted);
	}
}

Test(text_lost, not_reported)
{
	static const char *const others[] = {
		"",
		"Modules linked in: foo bar",
		"CPU: 1 PID: 70 Comm: task Not tainted 6.1.0 #1",
		"usb 1-1: new high-speed USB device number 2",
		"random: crng init done [3]",
		"RIP: 0010:do_wp_page+0x12/0x40",
		" => do_wp_page+0x12/0x40",
		"put: a word that a probe has too",
		"ksm: pages are merged now",
		"lost 0 events",
		"overrun: 0",
		"commit overrun: 0",
		"the device lost 3 packets",
		"# entries-in-buffer/entries-written: 9/9   #P:2",
		"# only a comment",
		"---------------------------------",
		"CPU 3 is empty",
		"page:ffffea0000000000 refcount:1 mapcount:0 mapping:0 index:0x0 pfn:0x1",
		"deadbeef cafe: 00 11 22",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const char *const lines[] = {EVENT, others[i], LATER, NULL};

		expect_dressed(lines, SAYS(1) SAYS(2));
	}
}

/* ---- lines that cannot be read ---- */

static void expect_broken(const char *text, uint64_t line, const char *says, int32_t cpu,
			  uint64_t ns)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_source_options options = {
		.wanted = stlb_decoder_wants, .known = stlb_decoder_knows, .arg = decoder};
	struct stlb_source *source;
	struct stlb_record record;
	struct stlb_error err = {0};
	struct stlb_event event;
	unsigned int losses = 0;

	sample_put(text, strlen(text));
	cr_assert_eq(stlb_source_open(sample_path, &options, &source, &err), 0, "%s", err.text);
	while (stlb_source_next(source, &record, &err) > 0) {
		if (!stlb_decode(decoder, &record, &event) || event.kind != STLB_LOST)
			continue;
		cr_expect_eq(event.line, line, "%s", text);
		cr_expect(event.text && strstr(event.text, says), "%s: %s", event.text, text);
		cr_expect_eq(event.cpu, cpu, "%d: %s", event.cpu, text);
		cr_expect_eq(event.ns, ns, "%" PRIu64 ": %s", event.ns, text);
		losses++;
	}
	cr_expect_eq(losses, line != 0, "%u: %s", losses, text);
	stlb_source_close(source);
	stlb_decoder_free(decoder);
}

#define TWO(line) EVENT "\n" line "\n" LATER "\n"
#define HEAD	  "task-70      [001] .....     1.500000: "
#define RANGE	  "inv_range: (f+0x0/0x90) mm=0xffff888041aa0000 "

Test(text_lost, heads_that_cannot_be_read)
{
	static const char *const heads[] = {
		"task-70      [0@1] .....     1.500000: mm_page_free: pfn=0x1 order=0",
		"task-70      [001] .....     1.5x0000: mm_page_free: pfn=0x1 order=0",
		"task-70      [001] .....     : mm_page_free: pfn=0x1 order=0",
		"task-70      [001] ..#..     1.500000: mm_page_free: pfn=0x1 order=0",
		"task-70      [001] .q...     1.500000: e: mm_page_free: pfn=0x1 order=0",
		"task+70      [001] .....     1.500000: mm_page_free: pfn=0x1 order=0",
		"k-70 [001] ..... 99999999999999999999.500000: mm_page_free: pfn=0x1 order=0",
		"00: lock_acquire: 0xffff888007a13b48 ptlock_ptr(page)",
		".500000: inv_range: (f+0x0/0x90) mm=0x1 start=0x1000 end=0x2000",
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		char text[600];
		bool cpu = strstr(heads[i], "[001]") && !strstr(heads[i], "task+");

		snprintf(text, sizeof(text), TWO("%s"), heads[i]);
		expect_broken(text, 2, "cannot be read", cpu ? 1 : -1, 2000000000);
	}
}

Test(text_lost, lines_broken_in_two)
{
	static const char whole[] = HEAD RANGE "start=0x1000 end=0x2000";

	/* from after the task's name on, wherever it is broken */
	for (size_t at = 14; at < sizeof(whole) - 1; at++) {
		char text[600];
		struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
		struct stlb_source_options options = {
			.wanted = stlb_decoder_wants, .known = stlb_decoder_knows, .arg = decoder};
		struct stlb_source *source;
		struct stlb_record record;
		struct stlb_event event;
		unsigned int losses = 0;

		snprintf(text, sizeof(text), EVENT "\n%s\n%.*s\n%s\n" LATER "\n", whole, (int)at,
			 whole, whole + at);
		sample_put(text, strlen(text));
		cr_assert_eq(stlb_source_open(sample_path, &options, &source, NULL), 0);
		while (stlb_source_next(source, &record, NULL) > 0)
			if (stlb_decode(decoder, &record, &event) && event.kind == STLB_LOST)
				losses++;
		cr_expect_geq(losses, 1, "%s", text);
		stlb_source_close(source);
		stlb_decoder_free(decoder);
	}
}

Test(text_lost, fields_that_cannot_be_read)
{
	expect_broken(TWO(HEAD RANGE "start=0#1000 end=0x2000"), 2,
		      "inv_range: 'start' cannot be read", 1, 1500000000);
	expect_broken(TWO(HEAD RANGE "start=0x1000 end=0x10000000000002000"), 2,
		      "inv_range: 'end' cannot be read", 1, 1500000000);
	expect_broken(TWO(HEAD RANGE "end=0x2000"), 2, "inv_range: 'start' missing", 1, 1500000000);
	expect_broken(TWO(HEAD RANGE "start=0x1000 end=0x2000[ 1731.6] usb 1-1: new device"), 2,
		      "inv_range: 'end' cannot be read", 1, 1500000000);
	expect_broken(TWO(HEAD RANGE "start=0x1000 end=0x2000  " LATER), 2, "a second event", 1,
		      1500000000);
	expect_broken(TWO(HEAD "mm_page_free: page=0x1 pfn=0#1 order=0"), 2,
		      "mm_page_free: 'pfn' cannot be read", 1, 1500000000);
}

Test(text_lost, not_broken)
{
	expect_broken(TWO(HEAD RANGE "start=0x1000 end=0x2000"), 0, "", 0, 0);
	expect_broken(TWO("[    1.2] mm: free pages: 3"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "foreign: a=1#"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "foreign: [broken"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "tracing_mark_write: mm_page_free: pfn=0#1"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "tracing_mark_write: two\nlines=0x1"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "#1 inner/outer(us): 1/2"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "some_func+0x12/0x30: printed"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "some_func [module]: printed"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "do_wp_page <-handle_mm_fault"), 0, "", 0, 0);
	expect_broken(TWO("foo-1 [bar] baz"), 0, "", 0, 0);
	expect_broken(TWO(HEAD "mmap_lock_released: mm=0x1 memcg_path= write=false"), 0, "", 0, 0);
}

Test(text_lost, names_that_are_cut)
{
	expect_broken(TWO(HEAD "inv_"), 2, "the name of an event is missing", 1, 1500000000);
	expect_broken(TWO(HEAD "[UNKNOWN TYPE 12]"), 2, "name", 1, 1500000000);
	expect_broken(TWO("[ 1.2] task-70 1..... 1500000us : inv_[ 1.3] usb 1-1: x"), 2, "name", 1,
		      1500000000);
	expect_broken(TWO("task-70      [001] ..... "), 2, "time", 1, 2000000000);
}

/* What is broken before the first event that can be read was lost before it. */
Test(text_lost, before_the_first)
{
	expect_broken(HEAD "inv_\n" LATER "\n", 1, "name", -1, 2000000000);
}

/* ---- logs ---- */

Test(text_lost, a_log_loses_lines_outside_of_a_dump)
{
	static const char dropped[] = "** 3 printk messages dropped **\n";
	char text[2000];

	snprintf(text, sizeof(text),
		 "[ 1.0] boot\n%s[ 2.0] Dumping ftrace buffer:\n"
		 "[ 2.0] ---------------------------------\n[ 2.0] " EVENT "\n"
		 "[ 2.0] ---------------------------------\n%s[ 3.0] Kernel panic\n",
		 dropped, dropped);
	sample_expect(text, SAYS(1));
	/* of the old kernels: in front of the line that follows */
	snprintf(text, sizeof(text),
		 "[ 2.0] " EVENT "\n** 3 printk messages dropped ** [ 2.0] " LATER "\n");
	sample_expect(text, SAYS(1) "2000000000 loss 1 cpu -1 lost 0\n" SAYS(2));
	/* a log that does not say where its dump begins */
	snprintf(text, sizeof(text), "[ 1.0] boot\n%s[ 2.0] " EVENT "\n", dropped);
	sample_expect(text, "1000000000 loss 1 cpu -1 lost 0\n" SAYS(1));
	snprintf(text, sizeof(text), "[ 2.0] " EVENT "\n%s", dropped);
	sample_expect(text, SAYS(1) "1000000000 loss 1 cpu -1 lost 0\n");
}

Test(text_lost, a_line_end_is_lost_after_a_loss)
{
	sample_expect(EVENT "\nCPU:2 [LOST 7 EVENTS]" LATER "\n",
		      SAYS(1) "2000000000 loss 1 cpu 2 lost 7\n" SAYS(2));
}

Test(text_lost, a_log_whose_dump_comes_late)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < 5000; i++)
		fprintf(out, "[ %d.000000] an ordinary message of a kernel\n", i);
	fprintf(out, "[ 5000.000000] " EVENT "\n");
	fclose(out);
	sample_expect(text, SAYS(1));
	free(text);
}

/* ---- two traces in one file ---- */

static void expect_seam(const char *text, uint64_t line)
{
	struct stlb_source *source = sample_open(text);
	struct stlb_record record;
	unsigned int seams = 0;

	while (stlb_source_next(source, &record, NULL) > 0) {
		if (!record.gap)
			continue;
		seams++;
		cr_expect(strstr(record.gap, "another trace begins"), "%s", record.gap);
		cr_expect_eq(record.line, line, "%" PRIu64 ": %s", record.line, text);
	}
	cr_expect_eq(seams, line != 0, "%u: %s", seams, text);
	stlb_source_close(source);
}

Test(text_lost, another_trace_begins)
{
	expect_seam("# tracer: nop\n" EVENT "\n# tracer: nop\n" LATER "\n", 3);
	expect_seam(LATER "\n" EVENT "\n", 2);
	expect_seam("[ 1.0] Dumping ftrace buffer:\n" EVENT
		    "\n[ 1.0] Dumping ftrace buffer:\n" LATER "\n",
		    3);
	expect_seam("a-1 [000] 5.000000: e: a=1\nb-2 [001] 4.800000: e: a=1\n", 2);
	expect_seam("# tracer: nop\n#\n" EVENT "\n" LATER "\n", 0);
	expect_seam("# tracer: nop\n# tracer: nop\n" EVENT "\n", 0);
	expect_seam("a-1 [000] 5.000000: e: a=1\nb-2 [001] 4.999990: e: a=1\n", 0);
	expect_seam("a-1 [000] 5.000001: e: a=1\na-1 [000] 5.000000: e: a=1\n", 0);
}
