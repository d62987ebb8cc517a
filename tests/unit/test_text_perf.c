/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of perf script, in the forms that its options give it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/text/perf_script.h"
#include "staletlb/source.h"

static struct stlb_text_head head;

static bool read_head(const char *line)
{
	memset(&head, 0, sizeof(head));
	return stlb_text_perf_head(line, line + strlen(line), &head);
}

static char *text(const char *at, size_t size)
{
	static char buffers[4][128];
	static int next;
	char *to = buffers[next++ % 4];

	snprintf(to, sizeof(buffers[0]), "%.*s", (int)size, at);
	return to;
}

static void expect(const char *line, const char *comm, int32_t tid, int32_t cpu, uint64_t ns,
		   const char *name, const char *rest)
{
	cr_assert(read_head(line), "%s", line);
	cr_expect(eq(str, text(head.comm, head.comm_size), (char *)comm));
	cr_expect(eq(i32, head.tid, tid));
	cr_expect(eq(i32, head.cpu, cpu));
	cr_expect(eq(u64, head.ns, ns));
	cr_expect(eq(str, text(head.name, head.name_size), (char *)name));
	cr_expect(eq(str, text(head.rest, (size_t)(head.end - head.rest)), (char *)rest));
	cr_expect(not(head.irq_flags));
}

Test(text_perf, lines_that_are_events)
{
	expect("            perf   115 [000]     4.045613:           staletlb:ptl_release: "
	       "(ffffffff81a5a090) lock=0xffff88803ec38308",
	       "perf", 115, 0, 4045613000, "ptl_release",
	       "(ffffffff81a5a090) lock=0xffff88803ec38308");
	expect("perf 6081 [011] 927.812630099: kmem:mm_page_free: page=0x1 pfn=0x1 order=0", "perf",
	       6081, 11, 927812630099, "mm_page_free", "page=0x1 pfn=0x1 order=0");
	expect("  perf-exec  6071/6072  [001]   925.563776:          1 kmem:mm_page_free: pfn=0x1",
	       "perf-exec", 6072, 1, 925563776000, "mm_page_free", "pfn=0x1");
	expect(" Web [1] Content -1  -1 [001] 5.000001: sched:sched_switch: prev_comm=a",
	       "Web [1] Content -1", -1, 1, 5000001000, "sched_switch", "prev_comm=a");
	expect("a 1 [000] 5.000001: probe:some/call-graph=fp/: (1) x=2", "a", 1, 0, 5000001000,
	       "some", "(1) x=2");
	expect("a 1 [000] 5.000001: kmem:none: ", "a", 1, 0, 5000001000, "none", "");
}

Test(text_perf, lines_that_are_none)
{
	static const char *const lines[] = {
		"",
		"a-1 [000] 5.000001: event: x=1",
		"a-1 [000] d..1. 5.000001: event: x=1",
		"a 1 [000] 5.000001: event: x=1",
		"a 1 [000] 5.000001: PERF_RECORD_COMM: a:1/1",
		"1 [000] 5.000001: kmem:event: x=1",
		"a 1 000 5.000001: kmem:event: x=1",
		"a 1 [000] 5.000001 kmem:event: x=1",
		"a 1 [000] kmem:event: x=1",
		"a 1 [99999999999] 5.000001: kmem:event: x=1",
		"\tffffffff8161deb4 free_unref_folios+0x454 ([kernel.kallsyms])",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		cr_expect(not(read_head(lines[i])), "%s", lines[i]);
}

Test(text_perf, lost_events)
{
	static const char lost[] = "perf 115 [003] 4.045613: PERF_RECORD_LOST lost 12";
	static const char cut[] = "perf 115 [003] 4.045613: PERF_RECORD_LOST lo";
	static const char none[] = "perf 115 [003] 4.045613: PERF_RECORD_LOST_SAMPLES lost 0";
	static const char other[] = "perf 115 [003] 4.045613: PERF_RECORD_FORK(1:1):(0:0)";
	uint64_t number;
	bool loss;

	cr_assert(stlb_text_perf_sideband(lost, lost + strlen(lost), &head, &loss, &number));
	cr_expect(loss);
	cr_expect(eq(u64, number, 12));
	cr_expect(eq(i32, head.cpu, 3));
	cr_assert(stlb_text_perf_sideband(cut, cut + strlen(cut), &head, &loss, &number));
	cr_expect(loss);
	cr_expect(eq(u64, number, 0));
	cr_assert(stlb_text_perf_sideband(none, none + strlen(none), &head, &loss, &number));
	cr_expect(not(loss));
	cr_assert(stlb_text_perf_sideband(other, other + strlen(other), &head, &loss, &number));
	cr_expect(not(loss));
	cr_expect(eq(u64, number, 0));
}

static const char script[] =
	"# ========\n"
	"# os release : 6.1.0-made\n"
	"# perf version : 6.1.187\n"
	"# arch : x86_64\n"
	"# ========\n"
	"#\n"
	"first     7 [000]     1.000001: staletlb:mark: (ffffffff81000000) value=0x10\n"
	"\tffffffff81000100 one+0x4 ([kernel.kallsyms])\n"
	"\tffffffff81000200 two+0x8 ([kernel.kallsyms])\n"
	"\t          401000 main+0x1 (/bin/first)\n"
	"\n"
	"swapper     0 [001]     1.000002: staletlb:mark: value=0x20\n"
	"first     7 [001]     1.000003: PERF_RECORD_COMM: first:7/7\n"
	"first     7 [001]     1.000003: PERF_RECORD_LOST lost 5\n"
	"first     7 [000]     1.000004: staletlb:other: value=0x30\n"
	"\tffffffff81000300 [unknown] ([kernel.kallsyms])\n";

static struct stlb_source *open_script(const char *what)
{
	char path[] = "/tmp/perf-script-XXXXXX";
	struct stlb_source *source;
	struct stlb_error err = {""};
	int fd = mkstemp(path);

	cr_assert(eq(i64, write(fd, what, strlen(what)), (ssize_t)strlen(what)));
	close(fd);
	cr_assert(eq(int, stlb_source_open(path, NULL, &source, &err), 0), "%s", err.text);
	unlink(path);
	return source;
}

static void expect_record(struct stlb_source *source, const char *name, uint64_t ns, int32_t tid,
			  uint64_t first)
{
	struct stlb_record record;
	uint64_t value;

	cr_assert(eq(int, stlb_source_next(source, &record, NULL), 1), "%s", name);
	cr_assert(record.format != NULL);
	cr_expect(eq(str, (char *)record.format->name, (char *)name));
	cr_expect(eq(u64, record.ns, ns));
	cr_expect(eq(i32, record.tid, tid));
	memcpy(&value, (const char *)record.data + record.format->fields[0].offset, 8);
	if (first)
		cr_expect(eq(u64, value, first));
}

Test(text_perf, a_script_with_stacks_and_losses)
{
	struct stlb_source *source = open_script(script);
	const struct stlb_source_info *info = stlb_source_info(source);
	struct stlb_record record;
	uint64_t offset = 0;

	cr_expect(eq(str, (char *)info->format, "perf script"));
	cr_expect(eq(str, (char *)info->kernel, "6.1.0-made"));
	cr_expect(eq(str, (char *)info->arch, "x86_64"));
	expect_record(source, "mark", 1000001000, 7, 0xffffffff81000000);
	expect_record(source, "kernel_stack", 1000001000, 7, 2);
	expect_record(source, "mark", 1000002000, 0, 0x20);
	cr_assert(eq(int, stlb_source_next(source, &record, NULL), 1));
	cr_expect(eq(u8, record.loss, STLB_LOSS_HERE));
	cr_expect(eq(u64, record.lost, 5));
	cr_expect(eq(i32, record.cpu, 1));
	expect_record(source, "other", 1000004000, 7, 0x30);
	expect_record(source, "kernel_stack", 1000004000, 7, 1);
	cr_expect(eq(int, stlb_source_next(source, &record, NULL), 0));
	cr_expect(eq(u64, info->events, 3));
	cr_expect(eq(u64, info->lost_events, 5));
	cr_expect(info->cut == NULL, "%s", info->cut);
	cr_expect(eq(str, (char *)stlb_source_symbol(source, 0xffffffff81000200, &offset), "two"));
	cr_expect(eq(u64, offset, 8));
	cr_expect(stlb_source_symbol(source, 0xffffffff81000300, &offset) == NULL);
	stlb_source_close(source);
}

/* Functions of modules are other functions than those of the core kernel of the same name. */
Test(text_perf, modules_of_callers)
{
	static const struct {
		const char *line, *name;
	} callers[] = {
		{"func+0x12 ([kernel.kallsyms])", "func"},
		{"func+0x12 ([guest.kernel.kallsyms.7])", "func"},
		{"func+0x12 ([kernel.kallsyms]_stext)", "func"},
		{"func+0x12 (/usr/lib/debug/boot/vmlinux-6.1.0)", "func"},
		{"func+0x12 (/proc/kcore)", "func"},
		{"func+0x12 ([unknown])", "func"},
		{"func+0x12", "func"},
		{"func+0x12 (inlined)", "func"},
		{"func+0x12 ([mod])", "func [mod]"},
		{"func+0x12 ([kernel_mod])", "func [kernel_mod]"},
		{"func ([mod])", "func [mod]"},
		{"func+0x12 (/lib/modules/6.1.0/a b/my-mod.ko)", "func [my_mod]"},
		{"func+0x12 (/lib/modules/6.1.0/my_mod.ko.zst)", "func [my_mod]"},
		{"func+0x12 (/srv/mod.kotlin/file)", "func"},
	};

	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
		char text[400];
		struct stlb_source *source;
		struct stlb_record record;

		snprintf(text, sizeof(text),
			 "a 7 [001] 1.000001: staletlb:mark: (ffffffff81000000) a=0x1\n"
			 "\tffffffff81000200 %s\n\n",
			 callers[i].line);
		source = open_script(text);
		while (stlb_source_next(source, &record, NULL) > 0)
			;
		cr_expect(eq(str, (char *)stlb_source_symbol(source, 0xffffffff81000200, NULL),
			     (char *)callers[i].name),
			  "%s", callers[i].line);
		stlb_source_close(source);
	}
}

/* The text of ftrace stays what it was, also where a line looks like the other's. */
Test(text_perf, text_of_ftrace_is_not_taken_for_it)
{
	struct stlb_source *source = open_script("a 1 [000]-5 [001] d..1. 5.000001: e: x=1\n");

	cr_expect(eq(str, (char *)stlb_source_info(source)->format, "ftrace text"));
	stlb_source_close(source);
}

Test(text_perf, cut_anywhere)
{
	char cut[sizeof(script)];

	for (size_t size = 1; size < sizeof(script); size++) {
		struct stlb_source *source;
		struct stlb_record record;
		char path[] = "/tmp/perf-script-XXXXXX";
		int fd = mkstemp(path);

		memcpy(cut, script, size);
		cr_assert(eq(i64, write(fd, cut, size), (ssize_t)size));
		close(fd);
		if (!stlb_source_open(path, NULL, &source, NULL)) {
			while (stlb_source_next(source, &record, NULL) > 0)
				;
			cr_expect(le(u64, stlb_source_info(source)->events, 3));
			stlb_source_close(source);
		}
		unlink(path);
	}
}
