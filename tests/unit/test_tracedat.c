/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "sample_dat.h"
#include "staletlb/source.h"

Test(tracedat, order_of_all_cpus)
{
	static const uint64_t values[] = {1, 2, 101, 102, 3, 103};

	for (int i = 0; i < NR_KINDS; i++) {
		struct made_trace trace = sample(kinds[i].version, kinds[i].codec);
		struct seen seen = see(&trace);

		cr_assert(eq(int, seen.ret, 0), "%s", seen.err.text);
		check_values(&seen, values, 6);
		cr_expect(eq(str, (char *)seen.info.format, (char *)kinds[i].format));
		cr_expect(eq(u64, seen.info.events, 6));
		cr_expect(eq(u64, seen.info.first_ns, 1000));
		cr_expect(eq(u64, seen.info.last_ns, 4000));
		cr_expect(eq(u32, seen.info.cpus, 2));
		cr_expect(not(seen.info.truncated));
		stlb_source_close(seen.source);
	}
}

Test(tracedat, task_and_context)
{
	static const uint8_t contexts[] = {STLB_CONTEXT_TASK,	 STLB_CONTEXT_HARDIRQ,
					   STLB_CONTEXT_SOFTIRQ, STLB_CONTEXT_NMI,
					   STLB_CONTEXT_HARDIRQ, STLB_CONTEXT_TASK};
	struct made_trace trace = sample(6, "none");
	struct seen seen = see(&trace);

	for (int i = 0; i < 6; i++)
		cr_expect(eq(u8, seen.records[i].context, contexts[i]));
	cr_expect(eq(str, (char *)seen.records[0].comm, "seven"));
	cr_expect(eq(str, (char *)seen.records[1].comm, "eight nine"));
	cr_expect(eq(str, (char *)seen.records[2].comm, "<idle>"));
	cr_expect(eq(ptr, (void *)seen.records[4].comm, NULL));
	cr_expect(eq(i32, seen.records[4].tid, 9));
	stlb_source_close(seen.source);
}

Test(tracedat, fields_of_a_format)
{
	static const enum stlb_field_type types[] = {STLB_FIELD_UNSIGNED, STLB_FIELD_STRING,
						     STLB_FIELD_DATA_LOC, STLB_FIELD_OTHER,
						     STLB_FIELD_SIGNED};
	struct made_trace trace = sample(7, "zstd");
	struct seen seen = see(&trace);
	const struct stlb_format *format = stlb_source_format(seen.source, 0);

	cr_assert(eq(u32, stlb_source_nr_formats(seen.source), 2));
	cr_expect(eq(str, (char *)format->system, "made"));
	cr_expect(eq(str, (char *)format->name, "number"));
	cr_assert(eq(u32, format->nr_fields, 5));
	for (int i = 0; i < 5; i++)
		cr_expect(eq(int, format->fields[i].type, types[i]));
	cr_expect(eq(str, (char *)format->fields[0].name, "value"));
	cr_expect(eq(u32, format->fields[0].offset, 8));
	cr_expect(eq(ptr, (void *)stlb_source_format(seen.source, 2), NULL));
	stlb_source_close(seen.source);
}

static bool only_other(void *arg, const struct stlb_format *format)
{
	++*(int *)arg;
	return !strcmp(format->name, "other");
}

Test(tracedat, unwanted_events_are_counted)
{
	struct made_trace trace = sample(6, "none");
	struct made_file file = made_dat(&trace);
	int asked = 0;
	struct stlb_source_options options = {.wanted = only_other, .arg = &asked};
	struct seen seen = see_file(&file, file.size, &options);

	cr_expect(eq(int, asked, 2));
	cr_expect(eq(uint, seen.nr, 1));
	cr_expect(eq(u64, seen.records[0].value, 2));
	cr_expect(eq(u64, seen.info.events, 6));
	cr_expect(eq(u64, seen.info.last_ns, 4000));
	stlb_source_close(seen.source);
	free(file.bytes);
}

Test(tracedat, buffer_instances_are_merged)
{
	static const uint64_t values[] = {1, 2, 101, 102, 201, 3, 103, 202};

	for (int i = 0; i < NR_KINDS; i++) {
		struct made_trace trace = sample(kinds[i].version, kinds[i].codec);
		struct made_page *page = made_page(&trace.cpus[1][1], 2000);
		struct seen seen;

		trace.nr_instances = 2;
		made_event(page, 2000, MADE_ID, 7, 0, 201);
		made_event(page, 4000, MADE_ID, 7, 0, 202);
		seen = see(&trace);
		cr_assert(eq(int, seen.ret, 0), "%s", seen.err.text);
		check_values(&seen, values, 8);
		stlb_source_close(seen.source);
	}
}

Test(tracedat, machine_and_clock)
{
	struct made_trace trace = sample(6, "none");
	struct seen seen;

	add_option(&trace, 5, "Linux a-name 6.1.0-56-amd64 x86_64");
	add_option(&trace, 4, "local [x86-tsc] mono\n");
	seen = see(&trace);
	cr_expect(eq(str, (char *)seen.info.kernel, "6.1.0-56-amd64"));
	cr_expect(eq(str, (char *)seen.info.arch, "x86_64"));
	cr_expect(eq(str, (char *)seen.info.clock, "x86-tsc"));
	stlb_source_close(seen.source);
}

Test(tracedat, time_is_moved_as_the_options_say)
{
	static const uint32_t tsc[4] = {3u << 20, 20, 0, 0}; /* three times */
	struct made_trace trace = sample(7, "none");
	struct seen seen;

	add_option(&trace, 1, "0x10"); /* microseconds */
	add_option(&trace, 7, "-500"); /* nanoseconds */
	trace.options[trace.nr_options++] = (struct made_option){14, tsc, sizeof(tsc)};
	seen = see(&trace);
	cr_expect(eq(u64, seen.records[0].ns, 3000 + 16000 - 500));
	cr_expect(eq(u64, seen.info.last_ns, 12000 + 16000 - 500));
	stlb_source_close(seen.source);
}

Test(tracedat, symbols)
{
	for (int i = 0; i < NR_KINDS; i++) {
		struct made_trace trace = sample(kinds[i].version, kinds[i].codec);
		struct seen seen = see(&trace);
		uint64_t offset = 0;

		cr_expect(eq(str,
			     (char *)stlb_source_symbol(seen.source, 0xffffffff81000190, &offset),
			     "second [module]"));
		cr_expect(eq(u64, offset, 0x90));
		cr_expect(eq(str, (char *)stlb_source_symbol(seen.source, 0xffffffff81000000, NULL),
			     "first"));
		cr_expect(eq(ptr, (void *)stlb_source_symbol(seen.source, 4096, NULL), NULL));
		stlb_source_close(seen.source);
	}
}

/* ---- losses ---- */

static void check_loss(const struct seen *seen, unsigned int at, enum stlb_loss loss, int cpu,
		       uint64_t ns, uint64_t lost)
{
	cr_assert(lt(uint, at, seen->nr));
	cr_expect(eq(int, seen->records[at].loss, loss));
	cr_expect(eq(i32, seen->records[at].cpu, cpu));
	cr_expect(eq(u64, seen->records[at].ns, ns));
	cr_expect(eq(u64, seen->records[at].lost, lost));
}

#define MISSED UINT64_C(0x80000000)
#define STORED UINT64_C(0x40000000)

/* Page 1 of CPU 0 says that 5 were lost before it, the page of CPU 1 does not say how many. */
static struct made_trace lossy(unsigned int version, const char *codec)
{
	struct made_trace trace = sample(version, codec);
	struct made_page *page = &trace.cpus[0][0].pages[1];

	made_word(page->bytes + 16 + page->at, 5, 8);
	made_commit(page, MISSED | STORED);
	made_commit(&trace.cpus[0][1].pages[0], MISSED);
	return trace;
}

Test(tracedat, losses_that_pages_tell)
{
	static const uint64_t values[] = {1, 2, 101, 102, 3, 103};

	for (int i = 0; i < NR_KINDS; i++) {
		struct made_trace trace = lossy(kinds[i].version, kinds[i].codec);
		struct seen seen = see(&trace);

		check_values(&seen, values, 6);
		cr_assert(eq(uint, seen.nr, 8));
		check_loss(&seen, 2, STLB_LOSS_BEFORE, 1, 1500, 0);
		check_loss(&seen, 5, STLB_LOSS_HERE, 0, 3000, 5);
		cr_expect(eq(u64, seen.info.lost_events, 5));
		stlb_source_close(seen.source);
	}
}

Test(tracedat, losses_that_statistics_tell)
{
	struct made_trace trace = lossy(7, "zstd");
	struct seen seen;

	add_option(&trace, 2,
		   "CPU: 0\nentries: 44\noverrun: 12\ncommit overrun: 2\n"
		   "oldest event ts: 1.0\ndropped events: 3\nread events: 9\n");
	add_option(&trace, 2, "CPU: 1\nentries: 44\noverrun: 8\ncommit overrun: 0\n");
	seen = see(&trace);
	cr_assert(eq(uint, seen.nr, 11));
	check_loss(&seen, 0, STLB_LOSS_BEFORE, 0, 1000, 7); /* 12 less the 5 of the page */
	check_loss(&seen, 3, STLB_LOSS_BEFORE, 1, 1500, 0); /* its 8 are those of the page */
	check_loss(&seen, 6, STLB_LOSS_HERE, 0, 3000, 5);
	check_loss(&seen, 8, STLB_LOSS_AFTER, 0, 3000, 3);
	check_loss(&seen, 10, STLB_LOSS_SOMEWHERE, 0, 4000, 2);
	cr_expect(eq(u64, seen.info.lost_events, 17));
	stlb_source_close(seen.source);
}

Test(tracedat, statistics_of_an_instance)
{
	struct made_trace trace = sample(6, "none");
	struct seen seen;

	trace.nr_instances = 2;
	made_event(made_page(&trace.cpus[1][0], 2000), 2000, MADE_ID, 7, 0, 201);
	add_option(&trace, 2, "\nBuffer: second\n\n");
	add_option(&trace, 2, "CPU: 0\noverrun: 6\n");
	seen = see(&trace);
	cr_assert(eq(uint, seen.nr, 8));
	check_loss(&seen, 4, STLB_LOSS_BEFORE, 0, 2000, 6);
	stlb_source_close(seen.source);
}

Test(tracedat, no_loss_without_a_reason)
{
	struct made_trace trace = sample(6, "none");
	struct seen seen;

	add_option(&trace, 2, "CPU: 0\nentries: 999\noverrun: 0\ndropped events: 0\n");
	seen = see(&trace);
	cr_expect(eq(uint, seen.nr, 6));
	cr_expect(eq(u64, seen.info.lost_events, 0));
	stlb_source_close(seen.source);
}

/* ---- damage ---- */

static void damage_commit(struct made_page *page)
{
	made_word(page->bytes + 8, MADE_PAGE, 8);
}

static void damage_second_length(struct made_page *page)
{
	made_word(page->bytes + 16 + 20, 0, 4); /* the length follows, and is that of the event */
	made_word(page->bytes + 16 + 24, UINT32_MAX, 4);
}

static void damage_padding(struct made_page *page)
{
	made_word(page->bytes + 16 + 20, 29 | 1 << 5, 4); /* its length would lead back to it */
	made_word(page->bytes + 16 + 24, UINT32_MAX - 3, 4);
}

static void damage_time(struct made_page *page)
{
	made_word(page->bytes, 1 << 30, 8); /* later than the page after it */
}

Test(tracedat, damaged_page_is_a_loss)
{
	static void (*const damage[])(struct made_page *) = {damage_commit, damage_second_length,
							     damage_padding, damage_time};

	for (unsigned int i = 0; i < 4; i++)
		for (int kind = 0; kind < NR_KINDS; kind++) {
			struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
			unsigned int losses = 0;
			struct seen seen;

			damage[i](&trace.cpus[0][0].pages[0]);
			seen = see(&trace);
			cr_assert(eq(int, seen.ret, 0));
			for (unsigned int k = 0; k < seen.nr; k++)
				losses += seen.records[k].loss != STLB_LOSS_NONE;
			cr_expect(eq(uint, losses, 1), "damage %u", i);
			cr_expect(eq(u64, seen.info.last_ns, 4000), "damage %u", i);
			stlb_source_close(seen.source);
		}
}

Test(tracedat, cut_anywhere)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		struct made_trace trace = lossy(kinds[kind].version, kinds[kind].codec);
		struct made_file file = made_dat(&trace);

		for (size_t size = 1; size < file.size; size += size % 97 ? 1 : 13) {
			struct seen seen = see_file(&file, size, NULL);

			if (size < file.formats_end) {
				cr_assert(eq(int, seen.ret, -EINVAL), "%s at %zu",
					  kinds[kind].format, size);
				cr_assert(gt(sz, strlen(seen.err.text), 20));
			} else {
				cr_assert(eq(int, seen.ret, 0), "%s at %zu: %s", kinds[kind].format,
					  size, seen.err.text);
				cr_assert(seen.info.truncated, "%s at %zu", kinds[kind].format,
					  size);
				cr_assert(ne(ptr, (void *)seen.info.cut, NULL));
			}
			stlb_source_close(seen.source);
		}
		free(file.bytes);
	}
}

Test(tracedat, cut_before_the_cpu_table)
{
	static const uint64_t values[] = {1, 2, 101, 102, 3, 103};

	for (int kind = 1; kind < NR_KINDS; kind++) {
		struct made_trace trace = sample(7, kinds[kind].codec);
		struct made_file file = made_dat(&trace);
		struct seen seen = see_file(&file, file.last_options + 5, NULL);

		cr_assert(eq(int, seen.ret, 0));
		check_values(&seen, values, 6);
		cr_expect(seen.info.cpus_assumed);
		stlb_source_close(seen.source);
		free(file.bytes);
	}
}

Test(tracedat, cut_cpu_is_a_loss_from_there_on)
{
	static const uint64_t values[] = {1, 2, 3};
	struct made_trace trace = sample(6, "none");
	struct made_file file = made_dat(&trace);
	struct seen seen = see_file(&file, file.size - MADE_PAGE, NULL);

	check_values(&seen, values, 3);
	check_loss(&seen, 0, STLB_LOSS_AFTER, 1, 1000, 0);
	stlb_source_close(seen.source);
	seen = see_file(&file, file.size - MADE_PAGE + 16 + 20, NULL);
	cr_assert(eq(uint, seen.nr, 5));
	check_loss(&seen, 3, STLB_LOSS_AFTER, 1, 1500, 0);
	stlb_source_close(seen.source);
	free(file.bytes);
}

Test(tracedat, any_byte_may_be_wrong)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		struct made_trace trace = lossy(kinds[kind].version, kinds[kind].codec);
		struct made_file file = made_dat(&trace);

		for (size_t at = 10; at < file.size; at += at < 4096 ? 3 : 29) {
			struct seen seen;

			file.bytes[at] ^= (uint8_t)(1 << at % 8 | 0x80);
			seen = see_file(&file, file.size, NULL);
			if (seen.ret)
				cr_assert(gt(sz, strlen(seen.err.text), 20));
			stlb_source_close(seen.source);
			file.bytes[at] ^= (uint8_t)(1 << at % 8 | 0x80);
		}
		free(file.bytes);
	}
}

/* ---- what cannot be read ---- */

static void check_refused(struct made_file *file, const char *reason)
{
	struct seen seen = see_file(file, file->size, NULL);

	cr_expect(eq(int, seen.ret, -EINVAL));
	cr_expect(ne(ptr, strstr(seen.err.text, reason), NULL), "%s", seen.err.text);
	stlb_source_close(seen.source);
}

Test(tracedat, refusals_say_why)
{
	struct made_trace trace = sample(6, "none");
	struct made_file file = made_dat(&trace);

	file.bytes[12] = 1;
	check_refused(&file, "big-endian");
	file.bytes[12] = 0;
	file.bytes[10] = '5';
	check_refused(&file, "version 5");
	file.bytes[10] = '6';
	memcpy(memmem(file.bytes, file.size, "flyrecord", 9), "latency  ", 9);
	check_refused(&file, "latency");
	free(file.bytes);
	trace = sample(7, "none");
	file = made_dat(&trace);
	memcpy(file.bytes + 18, "lzma", 4);
	check_refused(&file, "lzma");
	free(file.bytes);
}
