/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The writer of trace.dat on a made-up tracefs; what it wrote is read back. */
#include <errno.h>

#include "made_tree.h"

enum { MISSED_EVENTS = 1U << 31, MISSED_STORED = 1 << 30 };

Test(datwrite, is_read_back)
{
	static const uint64_t values[] = {1000, 2000, 3000};
	struct tree tree;
	struct seen seen;
	uint64_t offset;

	tree_make(&tree);
	tree_open(&tree);
	cr_expect(eq(u32, stlb_dat_writer_page_size(tree.writer), MADE_PAGE));
	add_instance(&tree, "whatever", 0);
	add_pages(&tree);
	cr_expect(eq(uint, entries(tree.out), 1)); /* the pages have no name */
	seen = commit(&tree);
	cr_expect(eq(uint, entries(tree.out), 1));
	check_values(&seen, values, 3);
	cr_expect(eq(int, seen.records[1].cpu, 1));
	cr_expect(eq(str, (char *)seen.records[1].comm, "eight nine"));
	cr_expect(eq(u32, seen.info.cpus, 2));
	cr_expect(eq(u64, seen.info.lost_events, 0));
	cr_expect(eq(str, (char *)seen.info.format, "trace.dat v6"));
	cr_expect(eq(str, (char *)seen.info.clock, "global"));
	cr_expect(eq(str, (char *)seen.info.kernel, "6.1.0-made"));
	cr_expect(eq(str, (char *)seen.info.arch, "arm128"));
	cr_expect(eq(str, (char *)stlb_source_symbol(seen.source, 0xffffffff81000110, &offset),
		     "second"));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, formats_of_the_named_events)
{
	static const char *const names[] = {"print", "number", "other"};
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_format(&tree, "made", "nobody", 502);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	seen = commit(&tree);
	cr_assert(eq(u32, stlb_source_nr_formats(seen.source), 3));
	for (uint32_t i = 0; i < 3; i++)
		cr_expect(eq(str, (char *)stlb_source_format(seen.source, i)->name,
			     (char *)names[i]));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, instances)
{
	static const uint64_t values[] = {1000, 1500, 2000, 3000, 4000};
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "a", 0);
	add_instance(&tree, "b", 1);
	add_instance(&tree, "c", 2);
	add_page(&tree, 2, 3, 4000, 0, MADE_PAGE);
	add_pages(&tree);
	add_page(&tree, 1, 1, 1500, 0, MADE_PAGE);
	stlb_dat_writer_stats(tree.writer, 1, 1, "overrun: 0\ndropped events: 5\n", NULL);
	seen = commit(&tree);
	cr_expect(eq(u32, seen.info.cpus, 4));
	cr_expect(eq(u64, seen.info.lost_events, 5));
	cr_assert(eq(uint, seen.nr, 6));
	cr_expect(eq(u64, seen.records[2].lost, 5)); /* after the only record of instance b */
	memmove(&seen.records[2], &seen.records[3], 3 * sizeof(seen.records[0]));
	seen.nr--;
	check_values(&seen, values, 5);
	cr_expect(eq(int, seen.records[4].cpu, 3));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, losses_of_pages_and_of_statistics)
{
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_page(&tree, 0, 0, 1000, 0, MADE_PAGE);
	add_page(&tree, 0, 0, 2000, MISSED_EVENTS | MISSED_STORED, MADE_PAGE);
	stlb_dat_writer_stats(tree.writer, 0, 0, "overrun: 99\n", NULL);
	stlb_dat_writer_stats(tree.writer, 0, 0, "overrun: 3\ndropped events: 4\n", NULL);
	stlb_dat_writer_stats(tree.writer, 0, 1, "overrun: 2\n", NULL);
	seen = commit(&tree);
	cr_expect(eq(u64, seen.info.lost_events, 3 + 4 + 2));
	cr_expect(eq(u32, seen.info.cpus, 2));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, short_pages_are_padded)
{
	static const uint64_t values[] = {1000, 2000, 3000};
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_page(&tree, 0, 0, 1000, 0, 16 + 20);
	add_page(&tree, 0, 0, 2000, 0, MADE_PAGE);
	add_page(&tree, 0, 0, 3000, 0, 16 + 20);
	seen = commit(&tree);
	check_values(&seen, values, 3);
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, kernel_without_symbols_and_names)
{
	struct tree tree;
	struct seen seen;
	uint64_t offset;

	tree_make(&tree);
	tree_remove(&tree, "proc");
	tree_remove(&tree, "tracing/saved_cmdlines");
	tree_remove(&tree, "tracing/printk_formats");
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_pages(&tree);
	seen = commit(&tree);
	cr_expect(eq(uint, seen.nr, 3));
	cr_expect(eq(ptr, (void *)seen.records[0].comm, NULL));
	cr_expect(ne(ptr, (void *)seen.info.kernel, NULL)); /* what uname(2) says */
	cr_expect(eq(ptr, (void *)stlb_source_symbol(seen.source, 0xffffffff81000110, &offset),
		     NULL));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

/* More than one block, and more than one read. */
Test(datwrite, many_symbols)
{
	enum { SYMBOLS = 20000 };
	char *text = malloc(SYMBOLS * 40), *end = text;
	struct tree tree;
	struct seen seen;
	uint64_t offset;

	tree_make(&tree);
	for (int i = 0; i < SYMBOLS; i++)
		end += sprintf(end, "%016x T function_%d\n", 0x1000 + i * 16, i);
	tree_text(&tree, "proc/kallsyms", text);
	free(text);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	seen = commit(&tree);
	cr_expect(eq(str, (char *)stlb_source_symbol(seen.source, 0x1000 + 19999 * 16, &offset),
		     "function_19999"));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, probes_may_go_after_the_metadata)
{
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_pages(&tree);
	cr_assert(eq(int, stlb_dat_writer_metadata(tree.writer, &tree.err), 0));
	tree_remove(&tree, "tracing/events/made");
	seen = commit(&tree);
	cr_expect(eq(uint, seen.nr, 3));
	stlb_source_close(seen.source);
	tree_free(&tree);
}

Test(datwrite, probes_must_not_go_before)
{
	struct tree tree;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	tree_remove(&tree, "tracing/events/made");
	check_failed(&tree, stlb_dat_writer_metadata(tree.writer, &tree.err), -ENOENT,
		     "/events/made/number/format");
	tree_free(&tree);
}

Test(datwrite, metadata_twice)
{
	struct tree tree;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	cr_assert(eq(int, stlb_dat_writer_metadata(tree.writer, &tree.err), 0));
	check_failed(&tree, stlb_dat_writer_metadata(tree.writer, &tree.err), -EINVAL, tree.path);
	tree_free(&tree);
}

Test(datwrite, pages_of_another_size)
{
	static const size_t sizes[] = {0, 15, MADE_PAGE + 1};

	for (int i = 0; i < 3; i++) {
		static char page[MADE_PAGE + 1];
		struct tree tree;

		tree_make(&tree);
		tree_open(&tree);
		add_instance(&tree, "", 0);
		check_failed(&tree,
			     stlb_dat_writer_page(tree.writer, 0, 0, page, sizes[i], &tree.err),
			     -EINVAL, "buffer_subbuf_size_kb");
		tree_free(&tree);
	}
}

Test(datwrite, unknown_instance_and_cpu)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct tree tree;

		tree_make(&tree);
		tree_open(&tree);
		add_instance(&tree, "", 0);
		check_failed(&tree, add_page(&tree, i, i ? 0 : UINT32_MAX, 1000, 0, MADE_PAGE),
			     -EINVAL, tree.path);
		tree_free(&tree);
	}
}

Test(datwrite, clocks_must_be_the_same)
{
	struct tree tree;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	check_failed(&tree, stlb_dat_writer_instance(tree.writer, "b", "mono", &tree.err), -EINVAL,
		     "mono");
	tree_free(&tree);
}

Test(datwrite, no_instance_is_no_trace)
{
	struct tree tree;

	tree_make(&tree);
	tree_open(&tree);
	check_failed(&tree, stlb_dat_writer_commit(tree.writer, &tree.err), -EINVAL, tree.path);
	tree_free(&tree);
}

Test(datwrite, is_committed_once)
{
	struct tree tree;
	struct seen seen;

	tree_make(&tree);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_pages(&tree);
	seen = commit(&tree);
	stlb_source_close(seen.source);
	cr_expect(eq(int, stlb_dat_writer_commit(tree.writer, &tree.err), -EINVAL));
	stlb_dat_writer_close(tree.writer);
	tree.writer = NULL;
	cr_expect(eq(uint, entries(tree.out), 1));
	tree_free(&tree);
}

Test(datwrite, pages_as_large_as_the_kernel_says)
{
	static const struct {
		const char *text;
		unsigned int size; /* 0: refused */
	} headers[] = {
		{"\tfield: char data;\toffset:16;\tsize:65520;\tsigned:0;\n", 65536},
		{"\tfield: char data;\toffset:16;\tsize:4294967295;\tsigned:0;\n", 0},
		{"\tfield: char data;\toffset:4294967295;\tsize:4097;\tsigned:0;\n", 0},
		{"\tfield: char data;\toffset:16;\tsize:0;\tsigned:0;\n", 0},
		{"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n", 0},
		{"", 0},
	};

	for (unsigned int i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct tree tree;
		int ret;

		tree_make(&tree);
		tree_text(&tree, "tracing/events/header_page", headers[i].text);
		ret = stlb_dat_writer_open(tree.path, tree.tracing, tree.proc, &tree.writer,
					   &tree.err);
		cr_expect(eq(int, ret, headers[i].size ? 0 : -EINVAL), "%s", headers[i].text);
		if (headers[i].size)
			cr_expect(eq(u32, stlb_dat_writer_page_size(tree.writer), headers[i].size));
		else
			cr_expect(eq(ptr, tree.writer, NULL));
		tree_free(&tree);
	}
}
