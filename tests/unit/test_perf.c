/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perf.data as a source: records with formats, stacks, and what was lost. */
#include "read_perf.h"

TestSuite(perf, .init = reset, .fini = drop);

static void check_everything(void)
{
	static const struct {
		uint64_t number;
		int32_t cpu, tid;
		uint8_t context, loss;
		const char *name, *comm;
	} expected[] = {
		{1, 0, 7, STLB_CONTEXT_TASK, STLB_LOSS_NONE, "mark", "first"},
		{2, 1, 8, STLB_CONTEXT_SOFTIRQ, STLB_LOSS_NONE, "mark", "first"},
		{3, 0, 7, STLB_CONTEXT_HARDIRQ, STLB_LOSS_NONE, "other", "first"},
		{33, 1, 0, STLB_CONTEXT_TASK, STLB_LOSS_HERE, "", "-"},
		{4, 1, 8, STLB_CONTEXT_NMI, STLB_LOSS_NONE, "other", "second"},
		{5, 0, 7, STLB_CONTEXT_TASK, STLB_LOSS_NONE, "mark", "first"},
		{0, 0, 0, STLB_CONTEXT_TASK, STLB_LOSS_HERE, "", "-"},
		{6, 1, 8, STLB_CONTEXT_TASK, STLB_LOSS_NONE, "mark", "second"},
		{7, -1, 0, STLB_CONTEXT_TASK, STLB_LOSS_SOMEWHERE, "", "-"},
	};

	cr_assert(eq(uint, seen.nr, sizeof(expected) / sizeof(expected[0])));
	for (unsigned int i = 0; i < seen.nr; i++) {
		cr_expect(eq(u64, seen.records[i].value + seen.records[i].lost, expected[i].number),
			  "record %u", i);
		cr_expect(eq(i32, seen.records[i].cpu, expected[i].cpu), "record %u", i);
		cr_expect(eq(i32, seen.records[i].tid, expected[i].tid), "record %u", i);
		cr_expect(eq(u8, seen.records[i].context, expected[i].context), "record %u", i);
		cr_expect(eq(u8, seen.records[i].loss, expected[i].loss), "record %u", i);
		cr_expect(eq(str, seen.records[i].name, (char *)expected[i].name), "record %u", i);
		cr_expect(eq(str, seen.records[i].comm, (char *)expected[i].comm), "record %u", i);
	}
	cr_expect(eq(u64, seen.info.events, 6));
	cr_expect(eq(u64, seen.info.lost_events, 40));
	cr_expect(eq(u32, seen.info.cpus, 2));
	cr_expect(eq(str, (char *)seen.info.kernel, "6.1.0-made"));
	cr_expect(eq(str, (char *)seen.info.arch, "x86_64"));
	cr_expect(seen.info.irq_flags);
	cr_expect(not(seen.info.truncated));
}

/* 33 of the 40 samples that were lost are reported on the way: 7 are left for the end. */
Test(perf, records_of_both_byte_orders)
{
	for (int i = 0; i < 4; i++) {
		drop();
		reset();
		made.swap = i & 1;
		made.pipe = i & 2;
		made_everything(&made);
		read_made(NULL);
		check_everything();
		cr_expect(eq(str, seen.format, i & 2 ? "perf.data, pipe" : "perf.data, file"));
		cr_expect(eq(str, seen.clock, "perf default"));
		cr_expect(eq(str, (char *)stlb_source_comm(seen.source, 8), "second"));
	}
}

Test(perf, clocks)
{
	static const struct {
		uint32_t clock;
		const char *name;
	} clocks[] = {{0, "realtime"}, {1, "mono"}, {4, "mono_raw"}, {7, "boot"}, {11, "tai"}};

	for (int i = 0; i < 5; i++) {
		drop();
		reset();
		made.flags = 1 << 25;
		made.clock = clocks[i].clock;
		made_everything(&made);
		read_made(NULL);
		cr_expect(eq(str, seen.clock, (char *)clocks[i].name));
	}
}

static void one_sample(void)
{
	made_perf_begin(&made);
	made_sample(&made, (struct made_sample){0, 0, 7, 1000, 1, 0xffffffff81000100, 0});
	made_perf_end(&made);
	read_made(NULL);
}

Test(perf, one_of_many_is_not_all)
{
	one_sample();
	cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), 0));
	drop();
	made.period = 100;
	one_sample();
	cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), 1));
	drop();
	made.period = 1;
	made.flags = 1 << 10; /* a frequency */
	one_sample();
	cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), 1));
}

Test(perf, the_oldest_may_be_overwritten)
{
	made.flags = 1 << 27;
	one_sample();
	cr_expect(eq(uint, count_loss(STLB_LOSS_BEFORE), 1));
	cr_expect(eq(u8, seen.records[0].loss, STLB_LOSS_BEFORE));
}

Test(perf, callchains_are_stacks_of_the_kernel)
{
	for (int i = 0; i < 2; i++) {
		drop();
		reset();
		made.swap = i;
		made.sample_type = MADE_PLAIN | 1 << 5;
		one_sample();
		cr_assert(eq(uint, seen.nr, 2));
		cr_expect(eq(str, seen.records[1].name, "kernel_stack"));
		cr_expect(eq(u64, seen.records[1].nr_callers, 2));
		cr_expect(eq(u64, seen.records[1].ns, 1000));
		cr_expect(eq(i32, seen.records[1].tid, 7));
		cr_expect(eq(u64, seen.info.events, 1));
	}
}

static bool want_other(void *arg, const struct stlb_format *format)
{
	(void)arg;
	return !strcmp(format->name, "other");
}

Test(perf, unwanted_events_have_no_stacks)
{
	const struct stlb_source_options options = {.wanted = want_other};

	made.sample_type = MADE_PLAIN | 1 << 5;
	made_everything(&made);
	read_made(&options);
	for (unsigned int i = 0; i < seen.nr; i++)
		cr_expect(seen.records[i].loss || !strcmp(seen.records[i].name, "other"));
	cr_expect(eq(u64, seen.info.events, 6));
}

static void expect_refused(const char *words)
{
	cr_expect(eq(int, open_made(NULL), -22));
	cr_expect(strstr(seen.err.text, words) != NULL, "%s", seen.err.text);
}

Test(perf, without_formats_nothing_is_judged)
{
	made.no_tracing = true;
	made_everything(&made);
	expect_refused("before its event formats");
}

Test(perf, killed_while_recording)
{
	made.killed = true;
	made_everything(&made);
	expect_refused("perf record -o -");
}

Test(perf, cut_pipe_is_a_prefix)
{
	unsigned int last = 0, most = 0;
	size_t whole;

	made.pipe = true;
	made_everything(&made);
	whole = made.size;
	for (made.size = 16; made.size < whole; made.size++) {
		drop();
		if (open_made(NULL)) {
			cr_expect(seen.err.text[0] != '\0');
			continue;
		}
		drop();
		read_made(NULL);
		last = seen.nr;
		most = last > most ? last : most;
		cr_expect(ge(u64, seen.nr + 2, seen.info.events));
	}
	cr_expect(ge(uint, most, 6));
}

static const char *symbol(uint64_t address, uint64_t *offset)
{
	const char *name = stlb_source_symbol(seen.source, address, offset);

	return name ? name : "-";
}

Test(perf, symbols_that_the_recording_has)
{
	uint64_t offset = 0;

	made.kallsyms = "ffffffff81000000 T _text\nffffffff81000100 t one\n"
			"ffffffff81000200 T two\t[module]\n";
	made_everything(&made);
	read_made(NULL);
	cr_expect(eq(str, (char *)symbol(0xffffffff81000110, &offset), "one"));
	cr_expect(eq(u64, offset, 0x10));
	cr_expect(eq(str, (char *)symbol(0xffffffffa0000020, &offset), "bpf_prog_made"));
	cr_expect(eq(u64, offset, 0x20));
	cr_expect(not(seen.info.symbols_hidden));
}

/* Who has the first formats goes on using them. */
Test(perf, formats_come_once)
{
	uint64_t offset = 0;
	size_t from;

	made.pipe = true;
	made.kallsyms = "ffffffff81000000 T _text\nffffffff81000100 t one\n";
	made_everything(&made);
	made_record(&made, 66, 0);
	made_u64(&made, 0);
	made_record_end(&made);
	from = made.size;
	made.kallsyms = "ffffffff81000000 T _text\nffffffff81000100 t another\n";
	made_tracing(&made);
	made_patch(&made, from - 8, made.size - from, 4);
	made_fill(&made, (8 - (made.size - from) % 8) % 8);
	read_made(NULL);
	cr_expect(not(seen.info.truncated));
	cr_expect(eq(str, (char *)symbol(0xffffffff81000110, &offset), "one"));
}

/* The kernel lay 16 MiB lower when the table was kept. */
Test(perf, symbols_of_another_boot)
{
	uint64_t offset = 0;

	made.kallsyms = "ffffffff80000000 T _text\nffffffff80000100 t one\n"
			"ffffffff80000200 T two\n";
	made_everything(&made);
	read_made(NULL);
	cr_expect(eq(str, (char *)symbol(0xffffffff81000110, &offset), "one"));
	cr_expect(eq(str, (char *)symbol(0xffffffffc0000110, &offset), "-"));
}

Test(perf, hidden_symbols_are_reported)
{
	uint64_t offset = 0;

	made.kallsyms = "0000000000000000 T _text\n0000000000000000 t one\n";
	made_everything(&made);
	read_made(NULL);
	cr_expect(not(stlb_source_info(seen.source)->symbols_hidden));
	cr_expect(eq(str, (char *)symbol(0xffffffff81000110, &offset), "-"));
	cr_expect(stlb_source_info(seen.source)->symbols_hidden);
}

static struct stlb_symbols *load(const char *text, int expected)
{
	char path[] = "/tmp/made-kallsyms-XXXXXX";
	struct stlb_symbols *symbols;
	int fd = mkstemp(path);

	cr_assert(eq(i64, write(fd, text, strlen(text)), (ssize_t)strlen(text)));
	close(fd);
	cr_expect(eq(int, stlb_symbols_load(path, &symbols, &seen.err), expected));
	unlink(path);
	return symbols;
}

Test(perf, symbols_of_another_file_come_first)
{
	struct stlb_source_options options = {0};
	struct stlb_symbols *symbols = load("ffffffff81000100 T given\n", 0);
	uint64_t offset = 0;

	options.symbols = symbols;
	made.kallsyms = "ffffffff81000000 T _text\nffffffff81000100 t one\n";
	made_everything(&made);
	read_made(&options);
	cr_expect(eq(str, (char *)symbol(0xffffffff81000110, &offset), "given"));
	cr_expect(eq(str, (char *)symbol(0xffffffff81000010, &offset), "_text"));
	drop();
	stlb_symbols_free(symbols);
}

Test(perf, files_without_functions_are_refused)
{
	struct stlb_symbols *hidden = load("0000000000000000 T one\n", 0);

	cr_expect(stlb_symbols_hidden(hidden));
	stlb_symbols_free(hidden);
	cr_expect(load("no table\n", -22) == NULL);
	cr_expect(strstr(seen.err.text, "kallsyms") != NULL);
	cr_expect(load("", -22) == NULL);
}
