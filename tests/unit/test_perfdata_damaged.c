/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of perf.data, on files that are cut or damaged. */
#include "seen_perf.h"

TestSuite(perfdata_damaged, .init = reset, .timeout = 300);

Test(perfdata_damaged, killed_before_its_end)
{
	struct seen *seen;

	made.killed = true;
	made_everything(&made);
	seen = see_made();
	cr_expect(eq(u64, seen->info.samples, 6));
	cr_expect(seen->info.truncated);
}

Test(perfdata_damaged, compressed_data_that_break_off_are_reported)
{
	size_t from;

	made.pipe = true;
	made_perf_begin(&made);
	from = made.size;
	for (unsigned int n = 0; n < 40; n++)
		made_sample(&made, (struct made_sample){0, 0, 7, 1000 + n, n, 0, 0});
	made_pack(&made, from, 81, 64);
	for (size_t size = from + 1; size < made.size; size++) {
		struct seen seen;

		see(size, false, &seen);
		cr_expect(lt(uint, seen.nr, 40));
		cr_expect(seen.info.truncated || seen.nr == 0);
	}
}

/* Damage: nothing crashes, an error has a text, and what is read is what stood before the damage.
 */
static void check_damaged(size_t size)
{
	struct seen seen;

	see(size, false, &seen);
	cr_expect(seen.ret == 0 || seen.err.text[0]);
}

Test(perfdata_damaged, cut_at_every_byte)
{
	for (int form = 0; form < 2; form++) {
		struct seen seen;

		reset();
		made.pipe = form;
		made_everything(&made);
		for (size_t size = 0; size < made.size; size++) {
			see(size, size % 64 == 0, &seen);
			cr_expect(seen.ret == 0 || seen.err.text[0]);
			cr_expect(seen.ret || seen.info.truncated || form == 1,
				  "%zu bytes of %zu are not told as cut", size, made.size);
		}
	}
}

static const uint64_t odd_values[] = {0,	  1,
				      3,	  7,
				      8,	  9,
				      63,	  65,
				      4097,	  0x7fffffff,
				      0xffffffff, UINT64_C(1) << 40,
				      INT64_MAX,  UINT64_MAX - 7,
				      UINT64_MAX};

static void put_odd_values(size_t at, unsigned int size)
{
	uint8_t held[8];

	memcpy(held, made.bytes + at, size);
	for (size_t i = 0; i < sizeof(odd_values) / sizeof(odd_values[0]); i++) {
		made_patch(&made, at, odd_values[i], size);
		check_damaged(made.size);
	}
	memcpy(made.bytes + at, held, size);
}

/* Every number there is in the header, the attributes, the records and the tables. */
Test(perfdata_damaged, odd_numbers_everywhere)
{
	for (int form = 0; form < 4; form++) {
		reset();
		made.pipe = form & 1;
		made.swap = form & 2;
		made.sample_type = MADE_PLAIN | ((1 << 24) - 1);
		made.read_format = 4 | 8;
		made_everything(&made);
		for (size_t at = 0; at + 8 <= made.size; at += 8)
			put_odd_values(at, 8);
		for (size_t at = 0; at + 8 <= made.size; at += 4)
			put_odd_values(at + (at & 4 ? 2 : 0), 2);
	}
}

Test(perfdata_damaged, records_of_no_size_end_the_reading)
{
	struct seen *seen;

	made_everything(&made);
	made_patch(&made, made.data_at + 6, 0, 2);
	seen = see_made();
	cr_expect(eq(uint, seen->nr, 0));
	cr_expect(seen->info.truncated);
}
