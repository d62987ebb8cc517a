/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "staletlb/decode.h"
#include "text_sample.h"

#define HEAD "# tracer: nop\n#\n"

TestSuite(text, .fini = sample_drop);

Test(text, heads)
{
	sample_expect("          <idle>-0       [001] d.h2.     3.667105: e: a=1\n"
		      "          <idle>-0       [001] dNH2.     3.667105: e: a=1\n"
		      "  sh-102 [000] d.s1.     3.667106: e: a=1\n"
		      "  sh-102 [000] d.Z1.     3.667106: e: a=1\n"
		      "  sh-102 [000]     3.667107: e: a=1\n"
		      "  Web Content-77    (     70) [011] d..2.   12.000001: e: a=1\n"
		      "  x-78    (-------) [011] d..2   12.000001: e: a=1\n"
		      "  kworker/0:1-events-123 [000] .....   12.000000002: e: a=1\n"
		      "  we[ir]d [01] x-99 [002] .....     9999999999: e: a=1\n"
		      "  a: b-5 [002] .....     1.000000: e:a=1\n"
		      "trace-cmd-159     1..s2.     5.972102957: e:    a=1\n"
		      "  <idle>-0       0d..2.   12us+: e: a=1\n"
		      "workload-75      0-0x0     7.000000: e: a=1\n"
		      "  sh-102 [000]     7.000000: (+534)   e: a=1\n"
		      "  my buffer:              sh-102 [000]     7.000000: e: a=1\n",
		      "3667105000 1 0 2 <idle>|e a=0x1\n"
		      "3667105000 1 0 2 <idle>|e a=0x1\n"
		      "3667106000 0 102 1 sh|e a=0x1\n"
		      "3667106000 0 102 3 sh|e a=0x1\n"
		      "3667107000 0 102 0 sh|e a=0x1\n"
		      "12000001000 11 77 0 Web Content|e a=0x1\n"
		      "12000001000 11 78 0 x|e a=0x1\n"
		      "12000000002 0 123 0 kworker/0:1-events|e a=0x1\n"
		      "9999999999 loss 1 cpu -1 lost 0\n" /* the time goes back */
		      "9999999999 2 99 0 we[ir]d [01] x|e a=0x1\n"
		      "1000000000 loss 1 cpu -1 lost 0\n"
		      "1000000000 2 5 0 a: b|e a=0x1\n"
		      "5972102957 1 159 1 trace-cmd|e a=0x1\n"
		      "12000 loss 1 cpu -1 lost 0\n"
		      "12000 0 0 0 <idle>|e a=0x1\n"
		      "7000000000 0 75 0 workload|e a=0x1\n"
		      "7000000000 0 102 0 sh|e a=0x1\n"
		      "7000000000 0 102 0 sh|e a=0x1\n");
}

#define LINE(fields) "a-1 [000] 1.000000: " fields "\n"
#define SAYS(fields) "1000000000 0 1 0 a|" fields "\n"

Test(text, pairs)
{
	sample_expect(
		LINE("e: mm=0xffff888041ce70b8, addr=0x1000 , new=-1 old=18446744073709551615")
			LINE("e: s=\"a b=c\" t=foo bar baz=3 u=12ns v=0x1|0x2")
				LINE("e: prose first k=1 and last") LINE("e:"),
		SAYS("e mm=0xffff888041ce70b8 addr=0x1000 new=-1 old=0xffffffffffffffff")
			SAYS("e s='a b=c' t='foo bar' baz=0x3 u='12ns' v='0x1|0x2'") SAYS("e k=0x1")
				SAYS("e"));
}

Test(text, numbers_too_big_are_strings)
{
	sample_expect(LINE("e: a=18446744073709551616 b=0x10000000000000000 "
			   "c=-9223372036854775808 d=-9223372036854775809"),
		      SAYS("e a='18446744073709551616' b='0x10000000000000000' "
			   "c=-9223372036854775808 d='-9223372036854775809'"));
}

Test(text, numbers_without_0x)
{
	/* what cannot be decimal is hexadecimal, and so is all that the key has from then on */
	sample_expect(LINE("e: a=7f26 b=00000000ca6b2b76 c=ffff888041aa0000 d=12 e=10ab")
			      LINE("e: a=1000 b=10 c=1000 d=12 e=5"),
		      SAYS("e a=0x7f26 b=0xca6b2b76 c=0xffff888041aa0000 d=0xc e=0x10ab")
			      SAYS("e a=0x1000 b=0x10 c=0x1000 d=0xc e=0x5"));
	sample_expect(LINE("e: a=beef b=12ns c=cafe d=10,e=1 f=18446612683318857728"),
		      SAYS("e a='beef' b='12ns' c='cafe' d=0xa e=0x1 f=0xffff88804a6f9000"));
}

Test(text, numbers_that_were_read_as_decimal)
{
	struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
	struct stlb_source_options options = {.known = stlb_decoder_knows, .arg = decoder};
	static const char first[] = LINE("pte_clear: mm=0x1 addr=100000 old=0x1"),
			  second[] = LINE("pte_clear: mm=0x1 addr=7f2664 old=0x1"),
			  other[] = LINE("e: addr=1000") LINE("e: addr=7f26");
	struct stlb_source *source;
	char text[400], *got;

	snprintf(text, sizeof(text), "%s%s", first, second);
	sample_put(text, strlen(text));
	cr_assert_eq(stlb_source_open(sample_path, &options, &source, NULL), 0);
	got = sample_dump(source);
	cr_expect_str_eq(got,
			 SAYS("pte_clear mm=0x1 addr=0x186a0 old=0x1")
				 SAYS("pte_clear mm=0x1 addr=0x7f2664 old=0x1") "1000000000 loss 4 "
										"cpu -1 lost 0\n");
	free(got);
	stlb_source_close(source);
	sample_put(other, strlen(other));
	cr_assert_eq(stlb_source_open(sample_path, &options, &source, NULL), 0);
	got = sample_dump(source);
	cr_expect_str_eq(got, SAYS("e addr=0x3e8") SAYS("e addr=0x7f26"));
	free(got);
	stlb_source_close(source);
	stlb_decoder_free(decoder);
}

Test(text, probes)
{
	sample_expect(LINE("e: (ffffffff81a5a090) lock=0x1")
			      LINE("e: (ffffffff81cf2724 <- ffffffff811ca945) lock=0x1")
				      LINE("e: (_raw_spin_unlock+0x0/0x30) lock=0x1") LINE(
					      "e: (do_fault+0x12/0x40 <- _raw_spin_lock) lock=0x1")
					      LINE("e: (lock+0x0/0x2 <- fault+0x3/0x4) lock=0x1"),
		      SAYS("e __probe_ip=0xffffffff81a5a090 lock=0x1")
			      SAYS("e __probe_func=0xffffffff81cf2724 "
				   "__probe_ret_ip=0xffffffff811ca945 lock=0x1") SAYS("e lock=0x1")
				      SAYS("e __probe_ret_sym='do_fault+0x12/0x40' lock=0x1")
					      SAYS("e __probe_ret_sym='fault+0x3/0x4' lock=0x1"));
}

Test(text, locks)
{
	sample_expect(LINE("lock_acquire: ffff888041ce70b8 try read &mm->page_table_lock")
			      LINE("lock_acquire:  0xffff888041ce70b8 ptlock_ptr(page)#2")
				      LINE("lock_acquired: 0x10 &rq->__lock")
					      LINE("contention_begin: 0x10 (flags=SPIN|READ)"),
		      SAYS("lock_acquire flags=0x3 name='&mm->page_table_lock' "
			   "lockdep_addr=0xffff888041ce70b8")
			      SAYS("lock_acquire flags=0x0 name='ptlock_ptr(page)#2' "
				   "lockdep_addr=0xffff888041ce70b8")
				      SAYS("lock_acquired lockdep_addr=0x10 name='&rq->__lock'")
					      SAYS("contention_begin lock_addr=0x10 "
						   "flags='SPIN|READ'"));
}

Test(text, sched)
{
	sample_expect(
		LINE("sched_switch: prev_comm=kworker/0:1 prev_pid=7 prev_prio=120 prev_state=R+ "
		     "==> next_comm=a ==> b next_pid=16 next_prio=98")
			LINE("sched_switch:  kworker/0:1:18 [120] S|W ==> Web [1] C:16 [-1]")
				LINE("sched_waking: comm=x pid=1 y pid=4 prio=1 target_cpu=010")
					LINE("sched_wakeup: a:1:18 [120] success=1 CPU:003")
						LINE("sched_wakeup: a:1:18 [120]<CPU:003>"),
		SAYS("sched_switch prev_comm='kworker/0:1' prev_pid=0x7 prev_prio=0x78 "
		     "prev_state=0x100 next_comm='a ==> b' next_pid=0x10 next_prio=0x62")
			SAYS("sched_switch prev_comm='kworker/0:1' prev_pid=0x12 prev_prio=0x78 "
			     "prev_state=0x81 next_comm='Web [1] C' next_pid=0x10 next_prio=-1")
				SAYS("sched_waking comm='x pid=1 y' pid=0x4 prio=0x1 "
				     "target_cpu=0xa")
					SAYS("sched_wakeup comm='a:1' pid=0x12 prio=0x78 "
					     "target_cpu=0x3")
						SAYS("sched_wakeup comm='a:1' pid=0x12 prio=0x78 "
						     "target_cpu=0x3"));
	sample_expect(LINE("sched_process_fork: comm=a b pid=1 child_comm=c d child_pid=2")
			      LINE("sched_process_exit: comm=a pid=1 prio=120"),
		      SAYS("sched_process_fork parent_comm='a b' parent_pid=0x1 child_comm='c d' "
			   "child_pid=0x2") SAYS("sched_process_exit comm='a' pid=0x1 prio=0x78"));
}

Test(text, memory)
{
	sample_expect(
		LINE("set_migration_pte: addr=7f2664524000, pte=10 order=10")
			LINE("mm_page_free: page=00000000ca6b2b76 pfn=0x581e order=1")
				LINE("mm_page_free: [FAILED TO PARSE] pfn=0x41e5b order=0")
					LINE("mm_migrate_pages: nr_succeeded=9 mode=MIGRATE_SYNC"),
		SAYS("set_migration_pte addr=0x7f2664524000 pte=0x10 order=0xa")
			SAYS("mm_page_free pfn=0x581e order=0x1")
				SAYS("mm_page_free pfn=0x41e5b order=0x0")
					SAYS("mm_migrate_pages succeeded=0x9 mode='MIGRATE_SYNC'"));
	sample_expect(
		LINE("tlb_flush: pages:-1 reason:flush on task switch (0)")
			LINE("tlb_flush: pages=4 reason=remote shootdown (1)")
				LINE("ksm_merge_one_page: ksm pfn 5 rmap_item 0x1 mm 2 error -14")
					LINE("ksm_merge_with_ksm_page: pfn 5 rmap_item 0x1 mm 0x2 "
					     "error 0") LINE("ksm_remove_ksm_page: pfn 15465"),
		SAYS("tlb_flush pages=-1 reason=0x0") SAYS("tlb_flush pages=0x4 reason=0x1")
			SAYS("ksm_merge_one_page pfn=0x5 rmap_item=0x1 mm=0x2 err=-14")
				SAYS("ksm_merge_with_ksm_page pfn=0x5 rmap_item=0x1 mm=0x2 err=0x0")
					SAYS("ksm_remove_ksm_page pfn=0x3c69"));
}

Test(text, prints)
{
	sample_expect(LINE("tracing_mark_write: phase cow: x [1] y")
			      LINE("print:     tracing_mark_write: phase cow")
				      LINE("print:     ip=tracing_mark_write buf=phase cow")
					      LINE("0xffffffff81234567: phase cow")
						      LINE("bprint:    some_function: phase=cow"),
		      SAYS("print buf='phase cow: x [1] y'") SAYS("print buf='phase cow'")
			      SAYS("print buf='phase cow'") SAYS("print buf='phase cow'")
				      SAYS("bprint buf='phase=cow'"));
}

/* The functions at the addresses of a stack. */
static void expect_callers(struct stlb_source *source, const struct stlb_record *record,
			   const char *wanted)
{
	const struct stlb_format *format = record->format;
	uint64_t size = 0, callers[8];
	char got[400] = "";

	for (uint32_t i = 0; i < format->nr_fields; i++) {
		const struct stlb_field *field = &format->fields[i];

		if (!strcmp(field->name, "size"))
			size = sample_number(record, field);
		if (!strcmp(field->name, "caller"))
			memcpy(callers, (const char *)record->data + field->offset,
			       sizeof(callers));
	}
	cr_assert_leq(size, 8);
	for (uint64_t i = 0; i < size; i++) {
		uint64_t offset = 0;
		const char *name = stlb_source_symbol(source, callers[i], &offset);

		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s", name ? name : "?");
		if (!name || offset != STLB_NO_OFFSET)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "+0x%" PRIx64,
				 offset);
		strcat(got, " ");
	}
	cr_expect_str_eq(got, wanted);
}

Test(text, stacks_by_name)
{
	struct stlb_source *source =
		sample_open(LINE("<stack trace>") " => func_a+0x12/0x40 [mod]\n"
						  " =>  <ffffffff81234567>\n"
						  " => func_b+0x1/0x2 <ffffffff81234568>\n"
						  " => func_b [mod] <ffffffff81234569>\n"
						  " => func_a+0x12/0x40 [mod]\n"
						  " => func_a+0x13/0x40 [mod]\n"
						  " => 0xffffffff8123456a\n");
	struct stlb_record record;

	cr_assert_eq(stlb_source_next(source, &record, NULL), 1);
	expect_callers(source, &record,
		       "func_a [mod]+0x12 ?+0x0 func_b+0x1 func_b [mod] func_a [mod]+0x12 "
		       "func_a [mod]+0x13 ?+0x0 ");
	stlb_source_close(source);
}

Test(text, stacks)
{
	struct stlb_source *source = sample_open(
		LINE("<stack trace>") " => func_a\n"
				      " => func_b+0x1/0x2\n" LINE(
					      "kernel_stack:     <stack trace "
					      ">") "=> func_a "
						   "(ffffffff81234567)\n"
						   "=> func_b "
						   "(ffffffff81234568)\n" LINE("e: a=1"));
	struct stlb_error err = {0};
	struct stlb_record record;
	const struct stlb_field *fields;
	uint64_t callers[2];

	cr_assert_eq(stlb_source_next(source, &record, &err), 1);
	cr_assert_str_eq(record.format->name, "kernel_stack");
	cr_assert_str_eq(sample_string(&record, record.format->fields), "func_a func_b+0x1/0x2");
	expect_callers(source, &record, "func_a func_b+0x1 ");
	cr_assert_eq(stlb_source_next(source, &record, &err), 1);
	fields = record.format->fields;
	cr_assert_str_eq(fields[0].name, "size");
	cr_assert_eq(sample_number(&record, &fields[0]), 2);
	cr_assert_str_eq(fields[1].name, "caller");
	cr_assert_eq(fields[1].type, STLB_FIELD_OTHER);
	memcpy(callers, (const char *)record.data + fields[1].offset, sizeof(callers));
	cr_assert_eq(callers[0], 0xffffffff81234567);
	cr_assert_eq(callers[1], 0xffffffff81234568);
	cr_assert_str_eq(sample_string(&record, &fields[2]), "func_a func_b");
	expect_callers(source, &record, "func_a func_b ");
	cr_assert_eq(stlb_source_next(source, &record, &err), 1);
	cr_assert_str_eq(record.format->name, "e");
	stlb_source_close(source);
}

Test(text, losses)
{
	sample_expect(HEAD "# entries-in-buffer/entries-written: 100/250   #P:4\n"
			   "a-1 [000] 1.000000: e: a=1\n"
			   "CPU:1 [LOST 123 EVENTS]\n"
			   "a-1 [001] 2.000000: e: a=1\n"
			   "CPU:2 [EVENTS DROPPED]\n"
			   "a-1 [002] 3.000000: e: a=1\n"
			   "  my buffer: CPU:3 [45 EVENTS DROPPED]\n"
			   "a-1 [003] 4.000000: e: a=1\n",
		      "1000000000 loss 2 cpu -1 lost 150\n"
		      "1000000000 0 1 0 a|e a=0x1\n"
		      "2000000000 loss 1 cpu 1 lost 123\n"
		      "2000000000 1 1 0 a|e a=0x1\n"
		      "3000000000 loss 1 cpu 2 lost 0\n"
		      "3000000000 2 1 0 a|e a=0x1\n"
		      "4000000000 loss 1 cpu 3 lost 45\n"
		      "4000000000 3 1 0 a|e a=0x1\n");
	sample_expect(HEAD "# entries-in-buffer/entries-written: 250/250   #P:4\n" LINE("e: a=1"),
		      SAYS("e a=0x1"));
	sample_expect(HEAD "# entries-in-buffer/entries-written: 251/250   #P:4\n" LINE("e: a=1"),
		      SAYS("e a=0x1"));
	sample_expect(HEAD "# entries-in-buffer/entries-written: 0/5   #P:4\n",
		      "0 loss 2 cpu -1 lost 5\n");
}

Test(text, info)
{
	struct stlb_source *source =
		sample_open(HEAD "# entries-in-buffer/entries-written: 3/5   #P:8\n"
				 "a-1 [000] ..... 5.000000: e: a=1\n"
				 "a-1 [000] ..... 4.000000: e: a=1\n"
				 "a-1 [000] ..... 4.500000: f: a=1\n");
	const struct stlb_source_info *info = stlb_source_info(source);

	cr_assert(info->irq_flags && info->text);
	cr_assert_eq(info->cpus, 8);
	free(sample_dump(source));
	cr_assert_str_eq(info->format, "ftrace text");
	cr_assert_eq(info->events, 3);
	cr_assert_eq(info->lost_events, 2);
	cr_assert_eq(info->first_ns, 4000000000);
	cr_assert_eq(info->last_ns, 5000000000);
	cr_assert_eq(info->bytes_done, info->bytes_total);
	cr_assert_not(info->truncated);
	cr_assert_null(info->cut);
	cr_assert_eq(stlb_source_nr_formats(source), 2);
	cr_assert_str_eq(stlb_source_comm(source, 1), "a");
	stlb_source_close(source);
}

static void expect_irq_flags(const char *text, bool at_first, bool at_last)
{
	struct stlb_source *source = sample_open(text);

	cr_expect_eq(stlb_source_info(source)->irq_flags, at_first, "%s", text);
	free(sample_dump(source));
	cr_expect_eq(stlb_source_info(source)->irq_flags, at_last, "%s", text);
	stlb_source_close(source);
}

Test(text, irq_flags)
{
	expect_irq_flags(LINE("e: a=1"), false, false);
	expect_irq_flags("a-1 0-0x0 1.000000: e: a=1\n", false, false);
	expect_irq_flags("a-1 0..... 1.000000: e: a=1\n", true, true);
	expect_irq_flags(LINE("e: a=1") "a-1 [000] ..... 1.000000: e: a=1\n", false, true);
}

Test(text, tasks_change_their_names)
{
	sample_expect("a-1 [000] 1.000000: e: a=1\nb-1 [000] 1.000000: e: a=1\r\n"
		      "<...>-1 [000] 1.000000: e: a=1\n",
		      "1000000000 0 1 0 a|e a=0x1\n1000000000 0 1 0 b|e a=0x1\n"
		      "1000000000 0 1 0 b|e a=0x1\n");
}

/* What the reader says of a text, and how many events it found. */
static void expect_end(const char *text, uint64_t events, bool truncated, const char *cut)
{
	struct stlb_source *source = sample_open(text);
	const struct stlb_source_info *info = stlb_source_info(source);

	free(sample_dump(source));
	cr_expect_eq(info->events, events, "%s", text);
	cr_expect_eq(info->truncated, truncated, "%s", text);
	if (cut)
		cr_expect(info->cut && strstr(info->cut, cut), "%s", info->cut);
	else
		cr_expect_null(info->cut);
	stlb_source_close(source);
}

Test(text, ends)
{
	expect_end(LINE("e: a=1 b=2") LINE("e: a=1 b=2"), 2, false, NULL);
	expect_end(LINE("e: a=1 b=2") "a-1 [000] 1.000000: e: a=1 b=2", 1, true, "line 2");
	expect_end(LINE("e: a=1 b=2") "a-1 [000] 1.000000: e: a=1", 1, true, "line 2");
	expect_end(LINE("e: a=1 b=2") "a-1 [000] 1.000000: e: a=1 b", 1, true, "line 2");
	expect_end(LINE("e: a=1") "a-1 [000] 1.000000: e: a=1 b", 1, true, "line 2");
	expect_end(LINE("e: a=1 b=2") "a-1 [000] 1.000000: ksm_enter: m", 1, true, "line 2");
	expect_end(LINE("e: a=1 b=2") "a-1 [000] 1.00", 1, true, "line 2");
	expect_end(LINE("e: a=1 b=2") "a-1 [0", 1, true, "line 2");
	expect_end(LINE("<stack trace>") " => func_a\n => fun", 1, true, "line 3");
}

Test(text, unparsed_lines_are_reported)
{
	expect_end("# a comment\n\nstrange\n" LINE("e: a=1") "more\na-1 [000] 1.x: e: a=1\n", 1,
		   false, "3, the first is line 3");
	expect_end("a.dat: cpus=2\nCPU 0 is empty\r\na-1 [000] 1.000000: e: a=1\r\n", 1, false,
		   NULL);
}

Test(text, long_line_is_skipped)
{
	size_t size = 300000;
	char *text = malloc(size + 1);
	static const char first[] = LINE("e: a=1"), last[] = "\n" LINE("e: a=2");

	memset(text, 'x', size);
	memcpy(text, first, sizeof(first) - 1);
	strcpy(text + size - (sizeof(last) - 1), last);
	expect_end(text, 2, false, "1, the first is line 2");
	free(text);
}

static void expect_refused(const char *text, const char *says)
{
	struct stlb_error err = {0};
	struct stlb_source *source;

	sample_put(text, strlen(text));
	cr_expect_eq(stlb_source_open(sample_path, NULL, &source, &err), -EINVAL, "%s", text);
	cr_expect_null(source);
	cr_expect(strstr(err.text, sample_path) && strstr(err.text, says), "%s", err.text);
}

Test(text, what_is_no_trace)
{
	expect_refused("#!/bin/sh\necho hello\n", "line 2");
	expect_refused("# only a comment\n", "expected");
	expect_refused("Dear reader,\n\nhello.\n", "known format");
}

static bool want_f(void *arg, const struct stlb_format *format)
{
	++*(int *)arg;
	return format->name[0] == 'f';
}

Test(text, unwanted_events_are_counted)
{
	int asked = 0;
	struct stlb_source_options options = {.wanted = want_f, .arg = &asked};
	struct stlb_error err = {0};
	struct stlb_source *source;
	static const char text[] = LINE("e: a=1") LINE("f: a=1") LINE("e: a=1") LINE("f: b=1");
	char *got;

	sample_put(text, strlen(text));
	cr_assert_eq(stlb_source_open(sample_path, &options, &source, &err), 0);
	got = sample_dump(source);
	cr_assert_str_eq(got, SAYS("f a=0x1") SAYS("f b=0x1"));
	cr_assert_eq(stlb_source_info(source)->events, 4);
	cr_assert_eq(asked, 3);
	free(got);
	stlb_source_close(source);
}

Test(text, formats_are_bounded)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < 1000; i++)
		fprintf(out, LINE("e: k%d=1"), i);
	for (int i = 0; i < 9000; i++)
		fprintf(out, LINE("e%d: k=1"), i);
	fclose(out);
	expect_end(text, 256 + 4095, false, "not events: 5649");
	free(text);
}
