/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of perf.data, on files that are made here. */
#include <sys/stat.h>

#include "seen_perf.h"

TestSuite(perfdata, .init = reset);

static void check_everything(const struct seen *seen)
{
	static const struct {
		enum stlb_perfdata_kind kind;
		uint64_t ns, number;
		int32_t cpu, tid;
		const char *comm;
	} expected[] = {
		{STLB_PERFDATA_SAMPLE, 1000, 1, 0, 7, "first"},
		{STLB_PERFDATA_SAMPLE, 2000, 2, 1, 8, "first"},
		{STLB_PERFDATA_SAMPLE, 3000, 3, 0, 7, "first"},
		{STLB_PERFDATA_LOST, 4500, 33, 1, 1, "-"},
		{STLB_PERFDATA_SAMPLE, 4600, 4, 1, 8, "second"},
		{STLB_PERFDATA_SAMPLE, 5000, 5, 0, 7, "first"},
		{STLB_PERFDATA_THROTTLED, 5600, 0, 0, 7, "first"},
		{STLB_PERFDATA_SAMPLE, 6000, 6, 1, 8, "second"},
		{STLB_PERFDATA_LOST_SAMPLES, 0, 40, 0, 0, "swapper"},
	};

	cr_expect(eq(int, seen->ret, 0), "%s", seen->err.text);
	cr_assert(eq(uint, seen->nr, sizeof(expected) / sizeof(expected[0])));
	for (unsigned int i = 0; i < seen->nr; i++) {
		cr_expect(eq(int, seen->records[i].kind, expected[i].kind), "record %u", i);
		cr_expect(eq(u64, seen->records[i].ns, expected[i].ns), "record %u", i);
		cr_expect(
			eq(u64, seen->records[i].value + seen->records[i].lost, expected[i].number),
			"record %u", i);
		cr_expect(eq(i32, seen->records[i].cpu, expected[i].cpu), "record %u", i);
		cr_expect(eq(i32, seen->records[i].tid, expected[i].tid), "record %u", i);
		cr_expect(eq(str, (char *)seen->records[i].comm, (char *)expected[i].comm),
			  "record %u", i);
	}
	cr_expect(eq(u64, seen->info.samples, 6));
	cr_expect(eq(u64, seen->info.first_ns, 1000));
	cr_expect(eq(u64, seen->info.last_ns, 6000));
	cr_expect(eq(u64, seen->info.kernel_text, 0xffffffff81000000));
	cr_expect(eq(u32, seen->info.cpus, 2));
	cr_expect(not(seen->info.truncated));
}

Test(perfdata, both_forms_and_byte_orders)
{
	for (int i = 0; i < 4; i++) {
		reset();
		made.swap = i & 1;
		made.pipe = i & 2;
		made_everything(&made);
		check_everything(see_made());
	}
}

Test(perfdata, without_rounds_all_is_sorted)
{
	made.no_rounds = true;
	made_everything(&made);
	check_everything(see_made());
}

Test(perfdata, samples_reported_by_id_without_identifier)
{
	made.sample_type = (MADE_PLAIN & ~(1 << 16)) | 1 << 6;
	made_everything(&made);
	check_everything(see_made());
}

Test(perfdata, samples_that_cannot_be_distinguished_are_refused)
{
	made.sample_type = MADE_PLAIN & ~(1 << 16);
	made_everything(&made);
	cr_expect(eq(int, see_made()->ret, -22));
}

Test(perfdata, samples_without_time_are_refused)
{
	struct seen *seen;

	made.sample_type = MADE_PLAIN & ~(1 << 2);
	made_everything(&made);
	seen = see_made();
	cr_expect(eq(int, seen->ret, -22));
	cr_expect(strstr(seen->err.text, "-T") != NULL);
}

/* Each part alone, and all together: what stands after it is found all the same. */
static void check_parts(uint64_t bits)
{
	const struct stlb_perfdata_sample *sample;
	struct seen *seen;

	reset();
	made.sample_type = MADE_PLAIN | bits;
	made.read_format = 4 | 8 | 16;
	made.branch_type = 1 << 17;
	made.regs_user = 0xff0f;
	made.regs_intr = 0x7;
	made_everything(&made);
	seen = see_made();
	check_everything(seen);
	sample = &seen->records[0].sample;
	cr_expect(eq(u64, sample->ip, 100));
	cr_expect(eq(u64, sample->id, 10));
	cr_expect(eq(u32, sample->raw_size, MADE_RAW));
	cr_expect(eq(u32, sample->left, 0), "bits %lx", (unsigned long)bits);
	cr_expect(eq(u64, sample->addr, bits & 1 << 3 ? 3 : 0));
	cr_expect(eq(u64, sample->read_nr, bits & 1 << 4 ? 2 : 0));
	cr_expect(eq(u64, sample->nr_chain, bits & 1 << 5 ? 5 : 0));
	cr_expect(eq(u64, sample->period, bits & 1 << 8 ? 8 : 0));
	cr_expect(eq(u64, sample->stream, bits & 1 << 9 ? 9 : 0));
	cr_expect(eq(u64, sample->nr_branches, bits & 1 << 11 ? 2 : 0));
	cr_expect(eq(u64, sample->user_regs, bits & 1 << 12 ? 12 : 0));
	cr_expect(eq(u64, sample->stack_used, bits & 1 << 13 ? 13 : 0));
	cr_expect(eq(u64, sample->weight, bits & (1 << 14 | 1 << 24) ? 14 : 0));
	cr_expect(eq(u64, sample->data_src, bits & 1 << 15 ? 15 : 0));
	cr_expect(eq(u64, sample->transaction, bits & 1 << 17 ? 17 : 0));
	cr_expect(eq(u64, sample->interrupted_regs, bits & 1 << 18 ? 3 : 0));
	cr_expect(eq(u64, sample->phys_addr, bits & 1 << 19 ? 19 : 0));
	cr_expect(eq(u64, sample->aux_size, bits & 1 << 20 ? 24 : 0));
	cr_expect(eq(u64, sample->cgroup, bits & 1 << 21 ? 21 : 0));
	cr_expect(eq(u64, sample->data_page_size, bits & 1 << 22 ? 22 : 0));
	cr_expect(eq(u64, sample->code_page_size, bits & 1 << 23 ? 23 : 0));
}

Test(perfdata, every_part_of_a_sample)
{
	check_parts(0);
	for (int bit = 0; bit < 25; bit++)
		check_parts(UINT64_C(1) << bit);
	check_parts((1 << 24) - 1);
}

Test(perfdata, every_form_of_counters)
{
	for (uint64_t format = 0; format < 32; format++) {
		reset();
		made.sample_type = MADE_PLAIN | 1 << 4;
		made.read_format = format;
		made_everything(&made);
		check_everything(see_made());
	}
}

Test(perfdata, attributes_of_every_kernel)
{
	for (uint32_t size = 64; size <= 200; size += 8) {
		reset();
		made.attr_size = size;
		made_everything(&made);
		check_everything(see_made());
	}
}

Test(perfdata, compressed_records_may_be_split_anywhere)
{
	static const struct {
		uint32_t type;
		size_t piece;
	} kinds[] = {{81, 60000}, {81, 7}, {81, 1}, {83, 60000}, {83, 13}};

	for (int i = 0; i < 5; i++) {
		size_t from;

		reset();
		made.features = 1 << 27;
		made_perf_begin(&made);
		from = made.size;
		for (unsigned int n = 0; n < 40; n++)
			made_sample(&made, (struct made_sample){n & 1, 0, 7, 1000 + n, n, 0, 0});
		made_pack(&made, from, kinds[i].type, kinds[i].piece);
		made_round(&made);
		made_perf_end(&made);
		cr_assert(eq(uint, see_made()->nr, 40));
		cr_expect(eq(u64, see_made()->records[39].value, 39));
		cr_expect(see_made()->info.compressed);
		cr_expect(not(see_made()->info.truncated));
	}
}

Test(perfdata, a_record_that_comes_a_few_rounds_late_is_put_into_order)
{
	struct seen *seen;

	made_perf_begin(&made);
	for (unsigned int n = 0; n < 4; n++) {
		made_sample(&made, (struct made_sample){0, 0, 7, 1000 * (n + 1), n, 0, 0});
		made_round(&made);
	}
	made_sample(&made, (struct made_sample){0, 1, 7, 1500, 9, 0, 0});
	made_perf_end(&made);
	seen = see_made();
	cr_assert(eq(uint, seen->nr, 5));
	cr_expect(eq(u64, seen->records[1].value, 9));
	cr_expect(eq(u64, seen->info.unordered, 0));
}

Test(perfdata, a_record_that_comes_long_after_its_round_is_reported)
{
	struct seen *seen;

	made_perf_begin(&made);
	for (unsigned int n = 0; n < 7; n++) {
		made_sample(&made, (struct made_sample){0, 0, 7, 1000 * (n + 1), n, 0, 0});
		made_round(&made);
	}
	made_sample(&made, (struct made_sample){0, 1, 7, 1500, 9, 0, 0});
	made_perf_end(&made);
	seen = see_made();
	cr_assert(eq(uint, seen->nr, 9));
	cr_expect(eq(int, seen->records[3].kind, STLB_PERFDATA_UNORDERED));
	cr_expect(eq(u64, seen->records[4].value, 9));
	cr_expect(eq(u64, seen->info.unordered, 1));
}

Test(perfdata, equal_times_keep_the_order_of_a_cpu)
{
	static const uint64_t values[] = {1, 2, 3, 11, 12};
	struct seen *seen;

	made_perf_begin(&made);
	made_sample(&made, (struct made_sample){0, 1, 7, 1000, 11, 0, 0});
	made_sample(&made, (struct made_sample){0, 0, 7, 1000, 1, 0, 0});
	made_sample(&made, (struct made_sample){0, 1, 7, 1000, 12, 0, 0});
	made_sample(&made, (struct made_sample){0, 0, 7, 1000, 2, 0, 0});
	made_sample(&made, (struct made_sample){0, 0, 7, 1000, 3, 0, 0});
	made_perf_end(&made);
	seen = see_made();
	cr_assert(eq(uint, seen->nr, 5));
	for (int i = 0; i < 5; i++)
		cr_expect(eq(u64, seen->records[i].value, values[i]));
}

static void write_part(const char *folder, const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	cr_assert(file && fwrite(data, 1, size, file) == size);
	fclose(file);
}

static void remove_parts(const char *folder)
{
	static const char *const names[] = {"data", "data.0", "data.1"};
	char path[128];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

Test(perfdata, directory_with_a_file_for_each_thread)
{
	static struct made_perf part;
	char folder[] = "/tmp/perfdata-XXXXXX", path[128];
	struct stlb_perfdata *perf;
	struct seen seen = {0};
	FILE *data;

	cr_assert(mkdtemp(folder) != NULL);
	part.sample_type = MADE_PLAIN;
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		part.size = 0;
		for (unsigned int n = 0; n < 5; n++)
			made_sample(&part, (struct made_sample){0, cpu, 7, 1000 + 10 * n + cpu,
								10 * n + cpu, 0, 0});
		write_part(folder, cpu ? "data.1" : "data.0", part.bytes, part.size);
	}
	made.features = 1 << 24;
	made_perf_begin(&made);
	made_comm(&made, 7, "of all", 0);
	made_perf_end(&made);
	write_part(folder, "data", made.bytes, made.size);
	snprintf(path, sizeof(path), "%s/data", folder);
	data = fopen(path, "r");
	cr_assert(eq(int, stlb_perfdata_open_fd(fileno(data), folder, &perf, &seen.err), 0), "%s",
		  seen.err.text);
	read_all(perf, &seen);
	fclose(data);
	remove_parts(folder);
	cr_assert(eq(uint, seen.nr, 10));
	for (unsigned int i = 0; i < 10; i++)
		cr_expect(eq(u64, seen.records[i].value, i / 2 * 10 + i % 2));
	cr_expect(eq(str, (char *)seen.records[9].comm, "of all"));
	cr_expect(not(seen.info.truncated));
}

Test(perfdata, unwanted_samples_are_counted_only)
{
	struct stlb_perfdata *perf;
	struct seen seen = {0};

	made_everything(&made);
	cr_assert(
		eq(int, stlb_perfdata_open_memory(made.bytes, made.size, "made", &perf, NULL), 0));
	stlb_perfdata_want(perf, 0, false);
	read_all(perf, &seen);
	cr_expect(eq(u64, seen.info.samples, 6));
	cr_expect(eq(uint, seen.nr, 2 + 3));
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

enum { RANDOM_SAMPLES = 300 };

static void make_random(uint64_t *state)
{
	reset();
	made_perf_begin(&made);
	for (unsigned int n = 0; n < RANDOM_SAMPLES; n++) {
		uint64_t ns = 1000 + 10 * n - next_random(state) % 500;

		made_sample(&made, (struct made_sample){next_random(state) & 1,
							next_random(state) & 1, 7, ns, n, 0, 0});
		if (next_random(state) % 40 == 0)
			made_round(&made);
	}
	made_perf_end(&made);
}

/* However late samples come and wherever rounds end: none is left out, none comes twice. */
Test(perfdata, each_sample_is_given_out_once)
{
	uint64_t state = 1;

	for (int run = 0; run < 300; run++) {
		bool given[RANDOM_SAMPLES] = {false};
		struct stlb_perfdata_record record;
		struct stlb_perfdata *perf;
		unsigned int nr = 0;

		make_random(&state);
		cr_assert(eq(int,
			     stlb_perfdata_open_memory(made.bytes, made.size, "made", &perf, NULL),
			     0));
		while (stlb_perfdata_next(perf, &record, NULL) > 0) {
			uint64_t value;

			if (record.kind != STLB_PERFDATA_SAMPLE)
				continue;
			value = number(record.raw + 8, 8);
			cr_assert(lt(u64, value, RANDOM_SAMPLES));
			cr_expect(not(given[value]), "run %d: %u twice", run, (unsigned int)value);
			given[value] = true;
			nr++;
		}
		cr_expect(eq(uint, nr, RANDOM_SAMPLES), "run %d", run);
		stlb_perfdata_close(perf);
	}
}
