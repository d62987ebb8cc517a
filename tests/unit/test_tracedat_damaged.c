/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a trace.dat cannot be read: reported with its CPU and its place, a loss, never left out.
 */
#include <errno.h>

#include "sample_dat.h"

TestSuite(tracedat_damaged, .timeout = 300);

static const char *cut_of(const struct seen *seen)
{
	return seen->info.cut ? seen->info.cut : "(nothing)";
}

static unsigned int count_losses(const struct seen *seen)
{
	unsigned int losses = 0;

	for (unsigned int i = 0; i < seen->nr; i++)
		losses += seen->records[i].loss != STLB_LOSS_NONE;
	return losses;
}

static const char *gap_of_first_loss(const struct seen *seen)
{
	for (unsigned int i = 0; i < seen->nr; i++)
		if (seen->records[i].loss)
			return seen->records[i].gap;
	return "(no loss)";
}

/* One loss, on @cpu (-1: not known), reported with @words. */
static void expect_reported(struct seen *seen, int32_t cpu, const char *words)
{
	cr_assert(eq(int, seen->ret, 0), "%s", seen->err.text);
	cr_expect(eq(uint, count_losses(seen), 1));
	for (unsigned int i = 0; i < seen->nr; i++)
		if (seen->records[i].loss)
			cr_expect(eq(i32, seen->records[i].cpu, cpu));
	cr_expect(seen->info.truncated);
	cr_expect(strstr(cut_of(seen), words) != NULL, "%s", cut_of(seen));
	cr_expect(strstr(gap_of_first_loss(seen), words) != NULL, "%s", gap_of_first_loss(seen));
	stlb_source_close(seen->source);
}

static void expect_sound(struct seen *seen)
{
	cr_assert(eq(int, seen->ret, 0), "%s", seen->err.text);
	cr_expect(eq(uint, count_losses(seen), 0));
	cr_expect(not(seen->info.truncated), "%s", cut_of(seen));
	stlb_source_close(seen->source);
}

Test(tracedat_damaged, sound_files_have_no_gaps)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
		struct seen seen = see(&trace);

		expect_sound(&seen);
		trace.nr_instances = 2;
		made_event(made_page(&trace.cpus[1][1], 2000), 2000, MADE_ID, 7, 0, 201);
		seen = see(&trace);
		expect_sound(&seen);
	}
}

/* ---- pages ---- */

static void zero_all(struct made_page *page)
{
	memset(page->bytes, 0, sizeof(page->bytes));
}

static void fill_all(struct made_page *page)
{
	memset(page->bytes, 0xff, sizeof(page->bytes));
}

static void fill_head(struct made_page *page)
{
	memset(page->bytes, 'A', 16);
}

static void zero_commit(struct made_page *page)
{
	made_word(page->bytes + 8, 0, 8);
}

static void zero_time(struct made_page *page)
{
	made_word(page->bytes, 0, 8);
}

static void zero_events(struct made_page *page)
{
	memset(page->bytes + 16, 0, page->at);
}

/* Stamps of time only: a page of the kernel that has them has an event after them. */
static void fill_events(struct made_page *page)
{
	memset(page->bytes + 16, 0xff, page->at);
}

static void (*const damage[])(struct made_page *) = {
	zero_all, fill_all, fill_head, zero_commit, zero_time, zero_events, fill_events,
};

enum { NR_DAMAGE = sizeof(damage) / sizeof(damage[0]) };

/* CPU 0 has two pages: the first, the last, both; CPU 1 has one. */
Test(tracedat_damaged, pages_that_cannot_be_read)
{
	for (unsigned int i = 0; i < NR_DAMAGE; i++)
		for (int kind = 0; kind < NR_KINDS; kind++)
			for (unsigned int pages = 1; pages < 4; pages++) {
				struct made_trace trace =
					sample(kinds[kind].version, kinds[kind].codec);
				struct seen seen;

				for (unsigned int page = 0; page < 2; page++)
					if (pages >> page & 1)
						damage[i](&trace.cpus[0][0].pages[page]);
				seen = see(&trace);
				expect_reported(&seen, 0, "CPU 0: a page");
			}
}

Test(tracedat_damaged, a_cpu_of_which_nothing_can_be_read)
{
	for (unsigned int i = 0; i < NR_DAMAGE; i++) {
		struct made_trace trace = sample(6, "none");
		struct seen seen;

		damage[i](&trace.cpus[0][1].pages[0]);
		seen = see(&trace);
		cr_expect(eq(u8, seen.records[0].loss, STLB_LOSS_AFTER));
		cr_expect(eq(u64, seen.records[0].ns, 1000));
		expect_reported(&seen, 1, "CPU 1: a page");
	}
}

/* Where the kernel threw an event away that it had made room for. */
Test(tracedat_damaged, a_page_of_discarded_events_is_sound)
{
	struct made_trace trace = sample(6, "none");
	struct made_page *page = &trace.cpus[0][0].pages[1];
	struct seen seen;

	made_word(page->bytes + 16, 29 | 1 << 5, 4);
	made_word(page->bytes + 20, 16, 4);
	seen = see(&trace);
	expect_sound(&seen);
}

Test(tracedat_damaged, a_page_of_after_the_end)
{
	struct made_trace trace = sample(6, "none");
	struct seen seen;

	add_option(&trace, 2, "CPU: 1\nentries: 3\nnow ts: 7.500000\n");
	seen = see(&trace);
	expect_sound(&seen);
	made_word(trace.cpus[0][1].pages[0].bytes, UINT64_C(1) << 40, 8);
	seen = see(&trace);
	expect_reported(&seen, 1, "CPU 1: a page from after the end");
}

Test(tracedat_damaged, a_page_of_another_age)
{
	struct made_trace trace = sample(6, "none");
	struct seen seen;

	made_word(trace.cpus[0][0].pages[1].bytes, UINT64_C(0x4141414141414141), 8);
	seen = see(&trace);
	expect_reported(&seen, 0, "CPU 0: a page much later");
}

/* ---- chunks ---- */

static void see_damaged(struct made_trace *trace, unsigned int cpu, size_t from, size_t size,
			uint8_t filling, struct seen *seen)
{
	struct made_file file = made_dat(trace);

	memset(file.bytes + file.cpu_at[0][cpu] + from, filling, size);
	*seen = see_file(&file, file.size, NULL);
	free(file.bytes);
}

/* The count of the chunks, the sizes of the first, and its bytes. */
Test(tracedat_damaged, chunks_that_cannot_be_read)
{
	static const struct {
		size_t from, size;
	} parts[] = {{0, 4}, {4, 4}, {8, 4}, {4, 8}, {12, 20}, {0, 32}};
	static const uint8_t fillings[] = {0, 0xff, 'A'};

	for (int kind = 2; kind < NR_KINDS; kind++)
		for (unsigned int part = 0; part < 6; part++)
			for (unsigned int i = 0; i < 3; i++)
				for (unsigned int cpu = 0; cpu < 2; cpu++) {
					struct made_trace trace = sample(7, kinds[kind].codec);
					struct seen seen;

					see_damaged(&trace, cpu, parts[part].from, parts[part].size,
						    fillings[i], &seen);
					expect_reported(&seen, (int32_t)cpu,
							cpu ? "CPU 1: " : "CPU 0: ");
				}
}

/* ---- the CPU table ---- */

static uint8_t *find_number(struct made_file *file, uint64_t number)
{
	return memmem(file->bytes, file->size, &number, sizeof(number));
}

/* Changes where the table says that the pages of CPU 1 are. */
static void see_moved(unsigned int version, uint64_t offset, uint64_t size, struct seen *seen)
{
	struct made_trace trace = sample(version, "none");
	struct made_file file = made_dat(&trace);
	uint8_t *entry = find_number(&file, file.cpu_at[0][1]);

	cr_assert(ne(ptr, entry, NULL));
	made_word(entry, offset == 1 ? file.cpu_at[0][0] : offset, 8);
	made_word(entry + 8, size, 8);
	*seen = see_file(&file, file.size, NULL);
	free(file.bytes);
}

Test(tracedat_damaged, an_entry_of_the_table_is_gone)
{
	for (unsigned int version = 6; version < 8; version++) {
		struct seen seen;

		see_moved(version, 0, 0, &seen);
		cr_expect(eq(u8, seen.records[0].loss, STLB_LOSS_SOMEWHERE));
		expect_reported(&seen, -1, "pages of no CPU");
	}
}

Test(tracedat_damaged, an_entry_leads_out_of_the_file)
{
	for (unsigned int version = 6; version < 8; version++) {
		struct seen seen;

		see_moved(version, UINT64_C(1) << 40, MADE_PAGE, &seen);
		cr_expect(strstr(cut_of(&seen), "CPU 1") != NULL, "%s", cut_of(&seen));
		cr_expect(eq(uint, count_losses(&seen), 2)); /* its own, and the bytes of nobody */
		stlb_source_close(seen.source);
	}
}

Test(tracedat_damaged, two_cpus_share_their_bytes)
{
	for (unsigned int version = 6; version < 8; version++) {
		struct seen seen;

		see_moved(version, 1, 2 * MADE_PAGE, &seen);
		cr_expect(seen.info.truncated);
		cr_expect(ge(uint, count_losses(&seen), 2));
		for (unsigned int i = 0; i < seen.nr; i++)
			cr_expect(ne(u64, seen.records[i].value, 101));
		stlb_source_close(seen.source);
	}
}

/* Tables of version 7 leave CPUs out that recorded nothing: only the statistics tell. */
Test(tracedat_damaged, a_cpu_that_is_not_there)
{
	for (int kind = 0; kind < NR_KINDS; kind++)
		for (int recorded = 0; recorded < 2; recorded++) {
			struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
			struct seen seen;

			trace.cpus[0][1].nr = 0;
			add_option(&trace, 2,
				   recorded ? "CPU: 1\nentries: 3\noverrun: 0\nread events: 2\n"
					    : "CPU: 1\nentries: 0\noverrun: 0\nread events: 0\n");
			seen = see(&trace);
			if (!recorded) {
				expect_sound(&seen);
				continue;
			}
			cr_expect(eq(u64, seen.info.lost_events, 5));
			expect_reported(&seen, 1, "CPU 1: it recorded 5 events");
		}
}

Test(tracedat_damaged, pages_of_a_second_buffer)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
		struct seen seen;

		trace.nr_instances = 2;
		made_event(made_page(&trace.cpus[1][1], 2000), 2000, MADE_ID, 7, 0, 201);
		zero_all(&trace.cpus[1][1].pages[0]);
		seen = see(&trace);
		expect_reported(&seen, 1, "CPU 1 of buffer second: a page");
	}
}

/* ---- the sections of version 7 ---- */

Test(tracedat_damaged, a_buffer_that_no_option_tells_of)
{
	struct made_trace trace = sample(7, "none");
	struct made_file file;
	struct seen seen;
	uint8_t *name;

	trace.nr_instances = 2;
	made_event(made_page(&trace.cpus[1][1], 2000), 2000, MADE_ID, 7, 0, 201);
	file = made_dat(&trace);
	name = memmem(file.bytes, file.size, "second\0global", 13);
	cr_assert(ne(ptr, name, NULL));
	made_word(name - 8 - 6, 99, 2); /* the number of the option */
	seen = see_file(&file, file.size, NULL);
	expect_reported(&seen, -1, "CPU table of the buffer");
	free(file.bytes);
}

/* The last options end the chain, or lead back to themselves. */
Test(tracedat_damaged, options_that_lead_nowhere)
{
	static const uint64_t values[] = {1, 2, 101, 102, 3, 103};

	for (int loop = 0; loop < 2; loop++) {
		struct made_trace trace = sample(7, "none");
		struct made_file file = made_dat(&trace);
		uint8_t *next = find_number(&file, file.last_options);
		struct seen seen;

		cr_assert(ne(ptr, next, NULL));
		made_word(next, loop ? (uint64_t)(next - file.bytes) / 4096 * 4096 : 0, 8);
		seen = see_file(&file, file.size, NULL);
		cr_assert(eq(int, seen.ret, 0), "%s", seen.err.text);
		check_values(&seen, values, 6);
		cr_expect(seen.info.truncated);
		stlb_source_close(seen.source);
		free(file.bytes);
	}
}

Test(tracedat_damaged, compressed_in_a_file_without_compression)
{
	struct made_trace trace = sample(7, "none");
	struct made_file file = made_dat(&trace);
	static const uint8_t head[4] = {3, 0, 0, 0};
	uint8_t *section = memmem(file.bytes + file.formats_end, file.size - file.formats_end, head,
				  sizeof(head));
	struct seen seen;

	while (section &&
	       (section - file.bytes + 16) / MADE_PAGE != (long)(file.cpu_at[0][0] - 1) / MADE_PAGE)
		section = memmem(section + 1, file.size - (size_t)(section + 1 - file.bytes), head,
				 sizeof(head));
	cr_assert(ne(ptr, section, NULL));
	section[2] = 1;
	seen = see_file(&file, file.size, NULL);
	cr_expect(eq(int, seen.ret, -EINVAL));
	cr_expect(strstr(seen.err.text, "is compressed") != NULL, "%s", seen.err.text);
	stlb_source_close(seen.source);
	free(file.bytes);
}

/* ---- events without a format ---- */

static bool knows_other(void *arg, const char *name, size_t size)
{
	(void)arg;
	return size == 5 && !memcmp(name, "other", 5);
}

static bool knows_none(void *arg, const char *name, size_t size)
{
	(void)arg;
	(void)name;
	(void)size;
	return false;
}

Test(tracedat_damaged, events_that_no_format_is_there_for)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
		struct seen seen;

		made_word(trace.cpus[0][0].pages[0].bytes + 16 + 4, 777, 2);
		seen = see(&trace);
		cr_expect(strstr(cut_of(&seen), "event 777") != NULL, "%s", cut_of(&seen));
		expect_reported(&seen, 0, "CPU 0: ");
	}
}

Test(tracedat_damaged, events_whose_format_does_not_parse)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		const struct stlb_source_options needed = {.known = knows_other};
		const struct stlb_source_options not_needed = {.known = knows_none};
		struct made_trace trace = sample(kinds[kind].version, kinds[kind].codec);
		struct made_file file;
		struct seen seen;

		trace.bad_format = true;
		file = made_dat(&trace);
		seen = see_file(&file, file.size, &needed);
		cr_expect(strstr(cut_of(&seen), "made:other") != NULL, "%s", cut_of(&seen));
		expect_reported(&seen, 0, "CPU 0: ");
		seen = see_file(&file, file.size, &not_needed);
		expect_sound(&seen);
		free(file.bytes);
	}
}
