/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perf.data as a source: pipes of all ages, and that nothing of a file is left out in silence. */
#include "read_perf.h"

TestSuite(perf_losses, .init = reset, .fini = drop);

static const struct made_sample first = {0, 0, 7, 1000, 1, 0, 0};
static const struct made_sample second = {0, 1, 8, 2000, 2, 0, 0};
static const struct made_sample third = {1, 0, 7, 3000, 3, 0, 0};

static bool knows_mark(void *arg, const char *name, size_t size)
{
	(void)arg;
	return size == 4 && !memcmp(name, "mark", 4);
}

static bool knows_none(void *arg, const char *name, size_t size)
{
	(void)arg;
	(void)name;
	(void)size;
	return false;
}

static const struct stlb_source_options mark_is_needed = {.known = knows_mark};
static const struct stlb_source_options nothing_is_needed = {.known = knows_none};

/* The values of the records that are no losses, in one number: 1, 2, 3 is 123. */
static unsigned int values(void)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < seen.nr; i++)
		if (!seen.records[i].loss)
			all = all * 10 + (unsigned int)seen.records[i].value;
	return all;
}

static unsigned int find_loss(enum stlb_loss loss)
{
	for (unsigned int i = 0; i < seen.nr; i++)
		if (seen.records[i].loss == loss)
			return i;
	cr_assert(false, "no loss of kind %d", loss);
	return 0;
}

static void expect_loss(enum stlb_loss loss, int32_t cpu, const char *gap)
{
	unsigned int at = find_loss(loss);

	cr_expect(eq(uint, count_loss(loss), 1));
	cr_expect(eq(i32, seen.records[at].cpu, cpu));
	cr_expect(strstr(seen.records[at].gap, gap) != NULL, "%s", seen.records[at].gap);
	cr_expect(seen.info.truncated);
	cr_expect(strstr(seen.info.cut, gap) != NULL, "%s", seen.info.cut);
}

static void expect_no_loss(void)
{
	for (unsigned int i = 0; i < seen.nr; i++)
		cr_expect(eq(u8, seen.records[i].loss, STLB_LOSS_NONE));
	cr_expect(not(seen.info.truncated));
}

/* ---- pipes ---- */

Test(perf_losses, the_record_of_the_formats_has_12_or_16_bytes)
{
	for (int i = 0; i < 4; i++) {
		drop();
		reset();
		made.pipe = true;
		made.swap = i & 1;
		made.short_tracing = i & 2;
		made_perf_begin(&made);
		made_sample(&made, first);
		made_perf_end(&made);
		read_made(NULL);
		cr_expect(eq(uint, values(), 1));
		expect_no_loss();
	}
}

Test(perf_losses, a_pipe_without_formats_is_refused)
{
	made.pipe = true;
	made.no_tracing = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	made_perf_end(&made);
	cr_expect(eq(int, open_made(NULL), -22));
	cr_expect(strstr(seen.err.text, "formats") && strstr(seen.err.text, "pipe"), "%s",
		  seen.err.text);
}

static void put_after(uint64_t said, size_t real)
{
	made_record(&made, 71, 0); /* a hardware trace, which stands after its record */
	made_u64(&made, said);
	made_fill(&made, 32);
	made_record_end(&made);
	made_fill(&made, real);
}

Test(perf_losses, hardware_traces_are_passed_over)
{
	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	put_after(1000, 1000);
	made_sample(&made, second);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 12));
	expect_no_loss();
}

Test(perf_losses, what_is_said_to_follow_and_does_not_is_reported)
{
	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	put_after(100000, 1000);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 1));
	expect_loss(STLB_LOSS_AFTER, -1, "is incomplete");
}

Test(perf_losses, a_record_too_short_to_say_what_follows_is_reported)
{
	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	made_record(&made, 71, 0);
	made_u32(&made, 0);
	made_record_end(&made);
	made_sample(&made, second);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 1));
	expect_loss(STLB_LOSS_AFTER, -1, "is incomplete");
}

/* ---- samples that cannot be read ---- */

/* Its id is not one of those that the attributes list. */
Test(perf_losses, a_sample_of_no_event_is_a_loss_somewhere)
{
	char place[32];
	size_t at;

	made_perf_begin(&made);
	made_sample(&made, first);
	at = made.size;
	made_sample(&made, second);
	made_patch(&made, at + 8, 99, 8);
	made_sample(&made, third);
	snprintf(place, sizeof(place), "at byte %zu:", at);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 13));
	expect_loss(STLB_LOSS_SOMEWHERE, -1, "a sample of no event");
	cr_expect(strstr(seen.info.cut, place) != NULL, "%s", seen.info.cut);
}

Test(perf_losses, many_that_follow_each_other_are_one_loss)
{
	made_perf_begin(&made);
	made_sample(&made, first);
	for (int i = 0; i < 50; i++) {
		size_t at = made.size;

		made_sample(&made, second);
		made_patch(&made, at + 8, 99, 8);
	}
	made_sample(&made, third);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 13));
	cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), 1));
}

Test(perf_losses, a_sample_shorter_than_it_says_is_a_loss_on_its_cpu)
{
	made_perf_begin(&made);
	made_sample(&made, first);
	made_sample(&made, second);
	made_patch(&made, made.size - MADE_RAW - 4, 1000, 4);
	made_sample(&made, third);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 13));
	expect_loss(STLB_LOSS_HERE, 1, "shorter than its header says");
	cr_expect(eq(u64, seen.records[find_loss(STLB_LOSS_HERE)].ns, 2000));
}

Test(perf_losses, a_record_of_another_event_is_a_loss_on_its_cpu)
{
	made_perf_begin(&made);
	made_sample(&made, first);
	made_sample(&made, second);
	made_patch(&made, made.size - MADE_RAW, MADE_OTHER_MARK, 2);
	made_sample(&made, third);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 13));
	expect_loss(STLB_LOSS_HERE, 1, "without a record of its event");
}

Test(perf_losses, events_whose_format_cannot_be_read)
{
	for (int pipe = 0; pipe < 2; pipe++) {
		drop();
		reset();
		made.pipe = pipe;
		made.bad_format = true;
		made_perf_begin(&made);
		made_sample(&made, first);
		made_sample(&made, second);
		made_sample(&made, third);
		made_perf_end(&made);
		read_made(&mark_is_needed);
		cr_expect(eq(uint, values(), 3));
		cr_expect(eq(uint, count_loss(STLB_LOSS_HERE), 2)); /* one on each CPU */
		cr_expect(strstr(seen.info.cut, "staletlb:mark") != NULL, "%s", seen.info.cut);
		drop();
		read_made(&nothing_is_needed);
		cr_expect(eq(uint, values(), 3));
		expect_no_loss();
	}
}

/* Who asked for the events before the first sample goes on using what was returned. */
Test(perf_losses, an_event_described_after_the_first_sample_is_not_read)
{
	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	made_record(&made, 64, 0);
	made_attr(&made, 1);
	made_u64(&made, made_id(5, 0));
	made_record_end(&made);
	made_sample(&made, (struct made_sample){5, 0, 7, 1500, 9, 0, 0});
	made_sample(&made, second);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 12));
	cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), 1));
	cr_expect(strstr(seen.info.cut, "after the first sample") != NULL, "%s", seen.info.cut);
}

/* ---- what was lost ---- */

/* The counters of a task, read as it ends: value, id and samples lost. */
static void put_read(uint64_t lost)
{
	made_record(&made, 8, 0);
	made_u32(&made, 7);
	made_u32(&made, 7);
	made_u64(&made, 4);
	made_u64(&made, made_id(0, 0));
	made_u64(&made, lost);
	made_end_id(&made, made_id(0, 0), 0, 7, 2500);
}

Test(perf_losses, counters_say_how_many_samples_were_lost)
{
	for (uint64_t lost = 0; lost < 6; lost += 5) {
		drop();
		reset();
		made.read_format = 4 | 16;
		made_perf_begin(&made);
		made_sample(&made, first);
		put_read(lost);
		made_perf_end(&made);
		read_made(NULL);
		cr_expect(eq(uint, count_loss(STLB_LOSS_SOMEWHERE), lost != 0));
		cr_expect(eq(u64, seen.info.lost_events, lost));
	}
}

Test(perf_losses, after_a_break_all_may_be_lost)
{
	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	made_sample(&made, second);
	made_perf_end(&made);
	made.size -= 4;
	read_made(NULL);
	cr_expect(eq(uint, values(), 1));
	expect_loss(STLB_LOSS_AFTER, -1, "is truncated at byte");
}

static void pack_samples(uint32_t type, unsigned int nr)
{
	size_t from;

	made.pipe = true;
	made_perf_begin(&made);
	from = made.size;
	for (unsigned int i = 0; i < nr; i++)
		made_sample(&made, (struct made_sample){0, 0, 7, 1000, 1, 0, 0});
	made_pack(&made, from, type, 60000);
}

Test(perf_losses, compressed_data_shorter_than_they_say_are_reported)
{
	pack_samples(83, 3);
	made_patch(&made, made.record_at + 8, 60000, 8);
	made_perf_end(&made);
	read_made(NULL);
	cr_expect(eq(uint, values(), 0));
	expect_loss(STLB_LOSS_AFTER, -1, "shorter than its header says");
}

/* Records of 8 bytes that nobody knows: 64 MiB in a few KiB. */
Test(perf_losses, compressed_data_that_become_far_too_many_are_reported)
{
	const size_t size = 64 << 20;
	uint8_t *plain = malloc(size), *packed = malloc(ZSTD_compressBound(size));
	const uint8_t head[8] = {77, 0, 0, 0, 0, 0, 8, 0};
	size_t left;

	made.pipe = true;
	made_perf_begin(&made);
	made_sample(&made, first);
	for (size_t i = 0; i < size; i += sizeof(head))
		memcpy(plain + i, head, sizeof(head));
	left = ZSTD_compress(packed, ZSTD_compressBound(size), plain, size, 1);
	cr_assert(lt(sz, left, 60000));
	made_record(&made, 81, 0);
	made_raw(&made, packed, left);
	made_record_end(&made);
	made_perf_end(&made);
	free(plain);
	free(packed);
	read_made(NULL);
	cr_expect(eq(uint, values(), 1));
	expect_loss(STLB_LOSS_AFTER, -1, "expands far too much");
}
