/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ring buffers of a running kernel as a source, on a made-up tracefs: files take the place of
 * the pipes, and grow as buffers do. That real buffers behave so is for tests/vm to show.
 */
#include <errno.h>

#include "made_tree.h"
#include "staletlb/live.h"

#define SECOND UINT64_C(1000000000)

/** struct live - a source on a tree with two CPUs */
struct live {
	struct tree tree;
	struct stlb_source *source;
	struct seen seen;
	unsigned int pages; /* handed to the callback */
	int settled;	    /* the answer of whoever waits for the kernel's writers */
};

static const char *const names[] = {"all", "tasks"};

static void set_stats(const struct live *live, unsigned int instance, unsigned int cpu,
		      const char *now, unsigned int overrun, unsigned int dropped)
{
	char path[96], text[256];

	snprintf(path, sizeof(path), "tracing/instances/%s/per_cpu/cpu%u/stats", names[instance],
		 cpu);
	snprintf(text, sizeof(text),
		 "entries: 0\noverrun: %u\ncommit overrun: 0\nbytes: 0\n"
		 "oldest event ts:     0.000000\nnow ts:  %s\ndropped events: %u\n",
		 overrun, now, dropped);
	tree_text(&live->tree, path, text);
}

static void all_stats(const struct live *live, const char *now)
{
	for (unsigned int i = 0; i < 4; i++)
		set_stats(live, i / 2, i % 2, now, 0, 0);
}

/* One page with one record, as the buffer of a CPU comes to hold it. */
static void fill(const struct live *live, unsigned int instance, unsigned int cpu, uint64_t ns,
		 uint64_t flags)
{
	struct made_cpu made = {0};
	struct made_page *page = made_page(&made, ns);
	char path[PATH_MAX];
	FILE *file;

	made_event(page, ns, MADE_ID, 8, 0, ns);
	made_commit(page, flags);
	made_word(page->bytes + 16 + page->at, 3, 8); /* missed, if the flags say so */
	snprintf(path, sizeof(path), "%s/instances/%s/per_cpu/cpu%u/trace_pipe_raw",
		 live->tree.tracing, names[instance], cpu);
	file = fopen(path, "a");
	cr_assert(eq(sz, fwrite(page->bytes, MADE_PAGE, 1, file), 1));
	fclose(file);
}

static int count_page(void *arg, unsigned int instance, uint32_t cpu, const void *page, size_t size,
		      struct stlb_error *err)
{
	struct live *live = arg;

	(void)err;
	live->pages += instance < 2 && cpu < 2 && page && size == MADE_PAGE;
	return 0;
}

static int has_settled(void *arg)
{
	const struct live *live = arg;

	return live->settled;
}

static int open_buffers(struct live *live)
{
	static const struct stlb_live_event events[] = {{"made", "number"}, {"not", "there"}};
	const struct stlb_live_options options = {
		.tracing = live->tree.tracing,
		.instances = names,
		.nr_instances = 2,
		.events = events,
		.nr_events = 2,
		.proc = live->tree.proc,
		.page = count_page,
		.settled = has_settled,
		.arg = live,
	};

	return stlb_live_open(&options, NULL, &live->source, &live->seen.err);
}

static void make(struct live *live)
{
	char path[96];

	*live = (struct live){0};
	tree_make(&live->tree);
	for (unsigned int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "tracing/instances/%s/per_cpu/cpu%u/trace_pipe_raw",
			 names[i / 2], i % 2);
		tree_text(&live->tree, path, "");
	}
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "tracing/instances/%s/trace_clock", names[i]);
		tree_text(&live->tree, path, "local [global] mono\n");
	}
	all_stats(live, "1.000000");
}

static void start(struct live *live)
{
	make(live);
	cr_assert(eq(int, open_buffers(live), 0), "%s", live->seen.err.text);
}

/* All that can be had now; the last answer. */
static int look(struct live *live)
{
	struct stlb_record record;
	int ret, quiet = 0;

	live->seen.nr = 0;
	while (quiet < 2) { /* the first one may only say that it looked a moment ago */
		ret = stlb_source_next(live->source, &record, &live->seen.err);
		if (ret > 0)
			see_record(&live->seen, &record);
		if (ret == 0 || (ret < 0 && ret != -EAGAIN))
			break;
		quiet = ret > 0 ? 0 : quiet + 1;
		if (ret < 0)
			usleep(6000);
	}
	return ret;
}

static void end(struct live *live)
{
	stlb_source_close(live->source);
	tree_free(&live->tree);
}

#define RECORD_AT(i, time, on)                                                                     \
	do {                                                                                       \
		cr_expect(eq(u64, live.seen.records[i].ns, time));                                 \
		cr_expect(eq(i32, live.seen.records[i].cpu, on));                                  \
		cr_expect(eq(int, live.seen.records[i].loss, STLB_LOSS_NONE));                     \
	} while (0)

Test(ring, one_order_of_all_buffers)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 3 * SECOND, 0);
	fill(&live, 0, 1, 2 * SECOND, 0);
	fill(&live, 1, 0, 1 * SECOND, 0);
	fill(&live, 1, 0, 4 * SECOND, 0);
	all_stats(&live, "5.000000");
	cr_expect(eq(int, look(&live), -EAGAIN));
	cr_assert(eq(uint, live.seen.nr, 4));
	RECORD_AT(0, 1 * SECOND, 0);
	RECORD_AT(1, 2 * SECOND, 1);
	RECORD_AT(2, 3 * SECOND, 0);
	RECORD_AT(3, 4 * SECOND, 0);
	cr_expect(eq(str, (char *)live.seen.records[0].comm, "eight nine"));
	cr_expect(eq(uint, live.pages, 4));
	end(&live);
}

Test(ring, held_back_until_all_cpus_are_past_it)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 3 * SECOND, 0);
	all_stats(&live, "3.000500"); /* less behind it than clocks may differ */
	cr_expect(eq(int, look(&live), -EAGAIN));
	cr_expect(eq(uint, live.seen.nr, 0), "handed out too early");
	fill(&live, 0, 1, 3 * SECOND - 5, 0);
	all_stats(&live, "3.500000");
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 2));
	RECORD_AT(0, 3 * SECOND - 5, 1);
	RECORD_AT(1, 3 * SECOND, 0);
	end(&live);
}

Test(ring, one_cpu_that_was_not_read_holds_back_all)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 3 * SECOND, 0);
	all_stats(&live, "3.500000");
	set_stats(&live, 1, 1, "2.000000", 0, 0);
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0));
	set_stats(&live, 1, 1, "3.500000", 0, 0);
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 1));
	end(&live);
}

/* The current record hides how far its CPU was read: it counts again once that is given out. */
Test(ring, a_cpu_that_ran_empty_holds_back_again)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 1 * SECOND, 0);
	fill(&live, 0, 1, 2 * SECOND, 0);
	all_stats(&live, "5.000000");
	set_stats(&live, 0, 0, "1.500000", 0, 0);
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 1), "CPU 0 may have more before that");
	all_stats(&live, "5.000000");
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 1));
	end(&live);
}

/* A writer took its time, and has not come to write since: as on a virtual CPU that waits. */
Test(ring, a_record_that_comes_late_is_put_in_its_place)
{
	struct live live;

	start(&live);
	live.settled = -EAGAIN;
	fill(&live, 0, 0, 3 * SECOND, 0);
	fill(&live, 1, 0, 4 * SECOND, 0);
	all_stats(&live, "5.000000");
	look(&live);
	all_stats(&live, "60.000000"); /* however long it takes */
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0), "a writer may be at work still");
	fill(&live, 0, 1, 2 * SECOND, 0);
	live.settled = 0;
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 3));
	RECORD_AT(0, 2 * SECOND, 1);
	RECORD_AT(1, 3 * SECOND, 0);
	RECORD_AT(2, 4 * SECOND, 0);
	cr_expect(eq(u64, stlb_live_late(live.source), 0));
	cr_expect(eq(u64, stlb_source_info(live.source)->lost_events, 0));
	end(&live);
}

/* What counts is the clock when they were asked to leave, not when they had left. */
Test(ring, who_began_to_write_after_the_question_is_waited_for)
{
	struct live live;

	start(&live);
	live.settled = -EAGAIN;
	all_stats(&live, "2.500000");
	look(&live);
	fill(&live, 0, 0, 2 * SECOND, 0);
	fill(&live, 0, 0, 3 * SECOND, 0);
	all_stats(&live, "5.000000");
	look(&live);
	live.settled = 0;
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 2), "the second by the next question");
	live.settled = -EAGAIN;
	fill(&live, 0, 0, 6 * SECOND, 0);
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0));
	fill(&live, 1, 1, 5 * SECOND + 1, 0); /* read empty before it was there */
	look(&live);
	live.settled = 0;
	all_stats(&live, "7.000000");
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 2));
	RECORD_AT(0, 5 * SECOND + 1, 1);
	RECORD_AT(1, 6 * SECOND, 0);
	end(&live);
}

/* Of equal times the CPUs' order decides, as in a file: a record at the floor waits. */
Test(ring, equal_times_in_the_order_of_a_file)
{
	struct live live;

	start(&live);
	fill(&live, 0, 1, 3 * SECOND, 0);
	all_stats(&live, "3.001000"); /* so that all before 3 s is there */
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0));
	fill(&live, 0, 0, 3 * SECOND, 0);
	all_stats(&live, "4.000000");
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 2));
	RECORD_AT(0, 3 * SECOND, 0);
	RECORD_AT(1, 3 * SECOND, 1);
	end(&live);
}

Test(ring, the_last_writers_are_waited_for_after_the_stop)
{
	struct live live;

	start(&live);
	live.settled = -EAGAIN;
	fill(&live, 0, 0, 3 * SECOND, 0);
	look(&live);
	stlb_live_stop(live.source);
	cr_expect(eq(int, look(&live), -EAGAIN));
	live.settled = 0; /* of the question before the stop, and then of the one after it */
	fill(&live, 0, 1, 2 * SECOND, 0);
	for (unsigned int i = 0; i < 4 && live.seen.nr < 2; i++)
		look(&live);
	cr_assert(eq(uint, live.seen.nr, 2));
	RECORD_AT(0, 2 * SECOND, 1);
	RECORD_AT(1, 3 * SECOND, 0);
	end(&live);
}

/* ---- where the kernel does not tell when its writers have left ---- */

static void start_by_delay(struct live *live)
{
	start(live);
	live->settled = -EINVAL;
	look(live);
}

/* One after all the others have been handed out, at that time. */
static void be_late(struct live *live, unsigned int at, const char *now)
{
	fill(live, 0, 0, at * SECOND, 0);
	all_stats(live, now);
	look(live);
	cr_assert(eq(uint, live->seen.nr, 1));
	fill(live, 0, 1, at * SECOND - 1, 0);
	look(live);
}

Test(ring, without_knowing_a_delay_does)
{
	struct live live;

	start_by_delay(&live);
	fill(&live, 0, 0, 3 * SECOND, 0);
	all_stats(&live, "3.010000"); /* less than the delay behind it */
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0), "handed out too early");
	all_stats(&live, "3.021000");
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 1));
	end(&live);
}

Test(ring, a_record_that_comes_too_late_is_counted)
{
	struct live live;

	start_by_delay(&live);
	be_late(&live, 3, "4.000000");
	cr_assert(eq(uint, live.seen.nr, 2));
	cr_expect(eq(int, live.seen.records[0].loss, STLB_LOSS_HERE));
	cr_expect(eq(i32, live.seen.records[0].cpu, 1));
	RECORD_AT(1, 3 * SECOND, 1);
	cr_expect(eq(u64, live.seen.records[1].value, 3 * SECOND - 1));
	cr_expect(eq(u64, stlb_live_late(live.source), 1));
	cr_expect(eq(u64, stlb_source_info(live.source)->lost_events, 0));
	end(&live);
}

Test(ring, the_delay_grows_with_what_comes_too_late)
{
	struct live live;

	start_by_delay(&live);
	be_late(&live, 3, "4.000000");
	fill(&live, 0, 0, 5 * SECOND, 0);
	all_stats(&live, "5.030000"); /* enough before */
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 0));
	all_stats(&live, "5.041000");
	look(&live);
	cr_expect(eq(uint, live.seen.nr, 1));
	for (unsigned int i = 0; i < 20; i++) { /* it has an end */
		char now[32];

		snprintf(now, sizeof(now), "%u.000000", 10 + 10 * i);
		be_late(&live, 6 + 10 * i, now);
	}
	cr_expect(eq(u64, stlb_live_late(live.source), 21));
	end(&live);
}

Test(ring, the_delay_shrinks_where_the_memory_is_full)
{
	struct live live;

	start_by_delay(&live);
	be_late(&live, 3, "4.000000");
	be_late(&live, 5, "6.000000");	   /* 80 ms now */
	for (uint64_t i = 0; i < 300; i++) /* more than is taken in at a time */
		fill(&live, 1, 1, 7 * SECOND + i, 0);
	all_stats(&live, "7.025000");
	for (unsigned int i = 0; i < 4; i++)
		look(&live);
	cr_expect(gt(u64, stlb_source_info(live.source)->last_ns, 7 * SECOND));
	end(&live);
}

#define MISSED UINT64_C(0xc0000000)

Test(ring, losses_are_reported_once)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 1 * SECOND, 0);
	fill(&live, 0, 0, 2 * SECOND, MISSED);
	set_stats(&live, 0, 0, "3.000000", 3, 0); /* the same three */
	set_stats(&live, 0, 1, "3.000000", 7, 1); /* of these no page tells */
	set_stats(&live, 1, 0, "3.000000", 0, 0);
	set_stats(&live, 1, 1, "3.000000", 0, 0);
	look(&live);
	cr_assert(eq(uint, live.seen.nr, 3));
	cr_expect(eq(int, live.seen.records[1].loss, STLB_LOSS_HERE));
	cr_expect(eq(u64, live.seen.records[1].lost, 3));
	stlb_live_lost(live.source, 2);
	stlb_live_stop(live.source);
	cr_expect(eq(int, look(&live), 0));
	cr_assert(eq(uint, live.seen.nr, 2));
	cr_expect(eq(int, live.seen.records[0].loss, STLB_LOSS_SOMEWHERE));
	cr_expect(eq(u64, live.seen.records[0].lost, 2));
	cr_expect(eq(u64, live.seen.records[1].lost, 8));
	cr_expect(eq(u64, stlb_source_info(live.source)->lost_events, 13));
	end(&live);
}

Test(ring, after_the_stop_the_rest_comes_at_once)
{
	struct live live;

	start(&live);
	fill(&live, 0, 0, 8 * SECOND, 0);
	for (uint64_t i = 0; i < 600; i++) /* more than is taken in at a time */
		fill(&live, 1, 1, SECOND + i, 0);
	stlb_live_stop(live.source);
	cr_expect(eq(int, look(&live), 0));
	cr_expect(eq(u64, stlb_source_info(live.source)->events, 601));
	cr_expect(eq(u64, stlb_source_info(live.source)->last_ns, 8 * SECOND));
	cr_expect(eq(u64, stlb_source_info(live.source)->lost_events, 0));
	cr_expect(eq(uint, live.pages, 601));
	end(&live);
}

Test(ring, what_cannot_be_opened)
{
	struct live live;

	make(&live);
	tree_text(&live.tree, "tracing/instances/tasks/trace_clock", "[local] global\n");
	cr_expect(eq(int, open_buffers(&live), -EINVAL));
	cr_expect(ne(ptr, strstr(live.seen.err.text, "clocks global and local"), NULL));
	tree_remove(&live.tree, "tracing/instances/tasks");
	cr_expect(lt(int, open_buffers(&live), 0));
	cr_expect(ne(ptr, strstr(live.seen.err.text, "instances/tasks"), NULL));
	cr_expect(eq(ptr, live.source, NULL));
	end(&live);
}
