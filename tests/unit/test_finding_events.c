/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events that prove a finding are reported as they were; what it cannot tell it leaves out. */
#include <stdio.h>

#include "made_device.h"
#include "made_reading.h"

static const struct stlb_finding *finding_of(const struct stlb_result *result, enum stlb_rule rule)
{
	for (uint32_t i = 0; i < result->nr_findings; i++)
		if (result->findings[i]->rule == rule)
			return result->findings[i];
	cr_assert_fail("none of %s", stlb_rule_info(rule)->id);
	return NULL;
}

static void expect_event(int line, const struct stlb_evidence *got, const char *role,
			 const struct stlb_event *want)
{
	const struct stlb_event *event = &got->event;

	cr_expect_str_eq(got->role, role, "%d: %s", line, got->role);
	cr_expect_eq(event->ns, want->ns, "%d: %s at %lu", line, role, event->ns);
	cr_expect_eq(event->kind, want->kind, "%d: %s", line, role);
	cr_expect_eq(event->cpu, want->cpu, "%d: %s on %d", line, role, event->cpu);
	cr_expect_eq(event->tid, want->tid, "%d: %s by %d", line, role, event->tid);
	cr_expect_eq(event->context, want->context, "%d: %s in %d", line, role, event->context);
	cr_expect_eq(event->level, want->level, "%d: %s", line, role);
	cr_expect_str_eq(event->name, want->name, "%d: %s", line, role);
	cr_assert(event->comm && want->comm, "%d: %s", line, role);
	cr_expect_str_eq(event->comm, want->comm, "%d: %s", line, role);
	cr_expect_eq(event->has, want->has, "%d: %s", line, role);
	for (int id = 0; id < 64; id++)
		if (want->has >> id & 1)
			cr_expect_eq(event->value[id], want->value[id], "%d: %s", line, role);
	cr_expect(!event->text && !event->stack && !event->nr_stack, "%d: %s", line, role);
}

/** struct reported - an event of a finding: its role, and the row that it was */
struct reported {
	const char *role;
	unsigned int row;
};

/* Rows that differ in their context's name and CPU, given with a stack each. */
static void tells(int line, const struct made *rows, size_t nr, const struct made_how *how,
		  enum stlb_rule rule, const struct reported *reported, size_t nr_reported)
{
	static const uint64_t stack[] = {UINT64_C(0xffffffff81000000)};
	struct made_reading reading = made_begin(how);
	const struct stlb_finding *finding;
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		event.stack = stack;
		event.nr_stack = 1;
		event.text = event.text ? event.text : "";
		cr_assert_eq(stlb_analysis_event(reading.analysis, &event), 0);
	}
	finding = finding_of(made_result(&reading), rule);
	cr_assert_eq(finding->nr_events, nr_reported, "%d: %u events", line, finding->nr_events);
	for (size_t i = 0; i < nr_reported; i++) {
		made_fill(&event, &rows[reported[i].row], 1000 * (reported[i].row + 1));
		expect_event(line, &finding->events[i], reported[i].role, &event);
	}
	stlb_analysis_free(reading.analysis);
}

#define HOW(...) (&(struct made_how){__VA_ARGS__})
#define TELLS(rows, how, rule, ...)                                                                \
	tells(__LINE__, rows, sizeof(rows) / sizeof((rows)[0]), how, rule,                         \
	      (const struct reported[]){__VA_ARGS__},                                              \
	      sizeof((const struct reported[]){__VA_ARGS__}) / sizeof(struct reported))

/* With the CPU, the task and the context of each, and no more fields than it had. */
Test(finding_events, each_as_it_was)
{
#define ZAPPER(n) .tid = 300, .cpu = (n), .comm = "zapper"
	static const struct made freed[] = {
		SETTLE,
		{ZAPPER(1), START(0, 4)},
		{ZAPPER(2), LOCK(L1)},
		{ZAPPER(3), CLEAR(3, RW(0xa))},
		{ZAPPER(4), UNLOCK(L1)},
		{.tid = 200, .cpu = 5, .comm = "faulter", LOCK(L1)},
		{.tid = 200, .cpu = 6, .comm = "faulter", SET(3, 0, RW(0xb))},
		{.tid = 200, .cpu = 6, .comm = "faulter", UNLOCK(L1)},
		{.tid = 400, .cpu = 7, .comm = "freer", FREE(0xa)},
		{ZAPPER(2), END(0, 4)},
	};

	TELLS(freed, HOW(BEFORE_6_6), STLB_RULE_FREE, {"bracket", 2}, {"lock", 3}, {"clear", 4},
	      {"set", 7}, {"free", 9});
}

/* An interrupt's, its lock as well, are reported as an interrupt's. */
Test(finding_events, of_an_interrupt)
{
	static const enum stlb_context_kind contexts[] = {
		STLB_CONTEXT_SOFTIRQ, STLB_CONTEXT_SOFTIRQ, STLB_CONTEXT_SOFTIRQ,
		STLB_CONTEXT_TASK,    STLB_CONTEXT_HARDIRQ,
	};
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

#define SOFT .cpu = 1, .context = STLB_CONTEXT_SOFTIRQ
	GIVE(&reading, SETTLE, {SOFT, START(0, 1)}, {SOFT, LOCK(L1)}, {SOFT, CLEAR(0, RW(0xa))},
	     {.tid = 200, .cpu = 2, INV(0, 1)}, {SOFT, UNLOCK(L1)}, {IRQ, .cpu = 3, FREE(0xa)},
	     {SOFT, END(0, 1)});
	finding = finding_of(made_result(&reading), STLB_RULE_RACY);
	cr_assert_eq(finding->nr_events, sizeof(contexts) / sizeof(*contexts));
	for (uint32_t i = 0; i < finding->nr_events; i++)
		cr_expect_eq(finding->events[i].event.context, contexts[i], "%u", i);
	stlb_analysis_free(reading.analysis);
}

/* A rule about locks shows the acquisition, with the context that made it. */
Test(finding_events, a_hold_that_should_not_be)
{
	static const struct made trace[] = {
		SETTLE,
		{.tid = 300, .cpu = 1, .comm = "zapper", LOCK(L1)},
		{.tid = 300, .cpu = 1, .comm = "zapper", START(0, 1)},
		{.tid = 300, .cpu = 2, .comm = "zapper", END(0, 1)},
		{.tid = 300, .cpu = 2, .comm = "zapper", UNLOCK(L1)},
	};

	TELLS(trace, HOW(BEFORE_6_6, .recorded = MADE_WITH(STLB_LOCK_RELEASE)),
	      STLB_RULE_UNBALANCED, {"lock", 2}, {"start", 3});
}

/* What ended the operation, without an invalidation, is the last of them. */
Test(finding_events, the_end_of_an_operation)
{
	static const struct made unlocks[] = {SETTLE_66,      {MMAP_LOCK(1)},
					      {START(0, 1)},  {CLEARF(0, RW(0xa))},
					      {END_66(0, 1)}, {MMAP_UNLOCK(1)}};
	static const struct made leaves[] = {
		SETTLE_66, {START(0, 1)}, {CLEARF(0, RW(0xa))}, {END_66(0, 1)}, {USER_MODE}};

	TELLS(unlocks, HOW(SINCE_6_6), STLB_RULE_NEVER, {"bracket", 3}, {"clear", 4},
	      {"mmap_lock", 6});
	TELLS(leaves, HOW(SINCE_6_6), STLB_RULE_NEVER, {"bracket", 2}, {"clear", 3}, {"leave", 5});
}

/* A set that replaces a page or takes its rights away is no clear. */
Test(finding_events, named_after_what_was_done)
{
	static const struct made pmd[] = {SETTLE,	{START(0, 512)},
					  {LOCK(L1)},	{PMD_SET(0, HUGERO(0x200), HUGE(0x400))},
					  {UNLOCK(L1)}, {END(0, 512)}};
	static const struct made pmd_protected[] = {
		SETTLE,	      {START(0, 512)},
		{LOCK(L1)},   {PMD_SET(0, HUGE(0x200), HUGERO(0x200))},
		{UNLOCK(L1)}, {ONLY_END(0, 512)}};
	static const struct made change_pte[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{OF(CHANGE_PTE, F(MM, MM1), F(ADDR, PAGE(0)), F(OLD, RO(0xa)), F(NEW, RW(0xb)))},
		{UNLOCK(L1)},
		{END(0, 1)}};

	TELLS(pmd, HOW(BEFORE_6_6), STLB_RULE_REPOINT, {"bracket", 2}, {"lock", 3}, {"update", 4},
	      {"set", 4});
	TELLS(pmd_protected, HOW(BEFORE_6_6), STLB_RULE_NEVER, {"bracket", 2}, {"lock", 3},
	      {"write-protect", 4}, {"end", 6});
	TELLS(change_pte, HOW(BEFORE_6_6), STLB_RULE_REPOINT, {"bracket", 2}, {"lock", 3},
	      {"update", 4}, {"set", 4});
}

static void says(int line, enum stlb_rule rule, const struct made *rows, size_t nr,
		 const struct made_how *how, const char *action, bool has_old)
{
	struct made_reading reading = made_begin(how);
	const struct stlb_finding *finding;

	made_give(&reading, rows, nr);
	finding = finding_of(made_result(&reading), rule);
	cr_expect(strstr(finding->action, action), "%d: %s", line, finding->action);
	cr_expect_eq(finding->has_old, has_old, "%d", line);
	stlb_analysis_free(reading.analysis);
}

#define SAYS(rows, ...)                                                                            \
	says(__LINE__, STLB_RULE_REPOINT, rows, sizeof(rows) / sizeof((rows)[0]), __VA_ARGS__)

/* A clear and a set of one operation replace a page; what is set after its end came too late. */
Test(finding_events, of_a_clear_and_a_set)
{
#define REPLACED(...)                                                                              \
	{LOCK(L1)}, {CLEAR(0, RO(0xa))}, __VA_ARGS__, {INV(0, 1)},                                 \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made no_bracket[] = {SETTLE, REPLACED({SET(0, 0, RW(0xb))})};
	static const struct made inside[] = {
		SETTLE_66, {START(0, 1)}, REPLACED({SET(0, 0, RW(0xb))}), {END_66(0, 1)}};
	static const struct made behind[] = {
		SETTLE_66, {START(0, 1)}, REPLACED({END_66(0, 1)}, {SET(0, 0, RW(0xb))})};

	SAYS(no_bracket, HOW(BEFORE_6_6), "page pfn 0xa replaced by another page", true);
	SAYS(inside, HOW(SINCE_6_6), "page pfn 0xa replaced by another page", true);
	SAYS(behind, HOW(SINCE_6_6), "page pfn 0xa cleared", true);
}

/* Which page was replaced is known from before; what the entry said, no event reported. */
Test(finding_events, of_a_set_that_tells_no_old_entry)
{
	static const struct made trace[] = {
		SETTLE_66,
		{SET(0, 0, RW(0xc))},
		{START(9, 10)},
		{CLEAR(9, RW(0x99))},
		{INV(9, 10)},
		{END_66(9, 10)},
		{START(0, 1)},
		{LOCK(L1)},
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RW(0xd)))},
		{UNLOCK(L1)},
		{INV(0, 1)},
		{END_66(0, 1)}};

	SAYS(trace, HOW(SINCE_6_6), "page pfn 0xc replaced by another page", false);
}

/* Of one nanosecond, they are in the order in which they are reported of. */
Test(finding_events, of_one_time)
{
	static const struct made rows[] = {SETTLE,
					   {.ns = 5000, START(0, 1)},
					   {.ns = 5000, LOCK(L1)},
					   {.ns = 5000, CLEAR(0, RO(0xa))},
					   {.ns = 5000, SET(0, 0, RW(0xb))},
					   {.ns = 5000, UNLOCK(L1)},
					   {.ns = 6000, END(0, 1)}};
	static const char *const roles[] = {"bracket", "lock", "clear", "set"};
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	made_give(&reading, rows, sizeof(rows) / sizeof(*rows));
	finding = finding_of(made_result(&reading), STLB_RULE_REPOINT);
	cr_assert_eq(finding->nr_events, 4);
	for (int i = 0; i < 4; i++)
		cr_expect_str_eq(finding->events[i].role, roles[i]);
	stlb_analysis_free(reading.analysis);
}

/* ---- what is not known is left out ---- */

static void reads_without_names(struct made_reading *reading, const struct made *rows, size_t nr)
{
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		event.comm = NULL;
		event.name = NULL;
		cr_assert_eq(stlb_analysis_event(reading->analysis, &event), 0);
	}
}

/* A task whose name is not recorded is a task; an event without a name is called after its kind. */
Test(finding_events, of_a_task_without_a_name)
{
	static const struct made rows[] = {SETTLE,	{START(0, 1)}, {CLEAR(0, RW(0xa))},
					   {FREE(0xa)}, {END(0, 1)},   {BYTES(0x1008, 0x2000)}};
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_result *result;
	const struct stlb_finding *finding;

	reads_without_names(&reading, rows, sizeof(rows) / sizeof(*rows));
	result = made_result(&reading);
	finding = finding_of(result, STLB_RULE_FREE);
	cr_expect_str_eq(finding->comm, "");
	cr_expect_str_eq(finding->message, "pte at 0x7f0000000000: page pfn 0xa cleared, by "
					   "task-100 in mm 0xffff888041aa0000");
	cr_assert_eq(finding->nr_events, 3);
	cr_expect_str_eq(finding->events[0].event.name, "inv_start");
	cr_expect_str_eq(finding->events[2].event.name, "page_free");
	stlb_analysis_free(reading.analysis);
}

/* A name of one letter is a name. */
Test(finding_events, of_a_task_with_a_short_name)
{
	struct made_reading reading = READING(BEFORE_6_6);
	const struct stlb_finding *finding;

	GIVE(&reading, SETTLE, {.comm = "a", BYTES(0x1008, 0x2000)});
	finding = finding_of(made_result(&reading), STLB_RULE_UNALIGNED);
	cr_expect_str_eq(finding->message, "inv_range of 0x1008 to 0x2000, by a-100 in mm "
					   "0xffff888041aa0000");
	cr_expect(finding->has_addr && finding->addr == 0x1008);
	stlb_analysis_free(reading.analysis);
}

/* Half of a range is no range. */
Test(finding_events, of_a_range_that_is_not_reported)
{
	struct made_reading start = READING(BEFORE_6_6), end = READING(BEFORE_6_6);

	GIVE(&start, SETTLE, {OF(INV_RANGE, F(MM, MM1), F(START, PAGE(1)))});
	cr_expect_str_eq(finding_of(made_result(&start), STLB_RULE_EMPTY)->action, "inv_range");
	stlb_analysis_free(start.analysis);
	GIVE(&end, SETTLE, {OF(INV_START, F(MM, MM1), F(END, 8))});
	cr_expect_str_eq(finding_of(made_result(&end), STLB_RULE_UNALIGNED)->action, "inv_start");
	stlb_analysis_free(end.analysis);
}

/* ---- the functions that it is known by ---- */

static const char *by_address(void *names, uint64_t address)
{
	return ((char(*)[8])names)[address & 0xff];
}

/* Of a page freed too early, with a stack of @nr functions of the kernel. */
static void fingerprint_of(uint32_t nr, uint64_t callback, char to[STLB_FINGERPRINT])
{
	static const struct made rows[] = {SETTLE, {START(0, 1)}, {CLEAR(0, RW(0xa))}};
	struct stlb_trace_facts facts = {.kernel = "6.1.0", .recorded = MADE_RECORDED};
	struct stlb_analysis_options options = {.symbol = by_address};
	uint64_t stack[STLB_MAX_STACK + 1];
	struct made_reading reading = {.recorded = MADE_RECORDED};
	struct stlb_event event = {.kind = STLB_STACK, .tid = 100, .stack = stack, .nr_stack = nr};
	char names[256][8];

	for (unsigned int i = 0; i < 256; i++)
		snprintf(names[i], sizeof(names[i]), "f%u", i);
	for (uint32_t i = 0; i <= STLB_MAX_STACK; i++)
		stack[i] = UINT64_C(0xffffffff81000000) + i;
	stlb_analysis_defaults(&options);
	options.symbol_arg = names;
	reading.analysis = stlb_analysis_new(&options, &facts);
	GIVE(&reading, {OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(CALLBACK, callback))},
	     {SUBSCRIBED(0)});
	made_give(&reading, rows, sizeof(rows) / sizeof(*rows));
	event.ns = 1000 * reading.nr;
	cr_assert_eq(stlb_analysis_event(reading.analysis, &event), 0);
	GIVE(&reading, {FREE(0xa)}, {END(0, 1)});
	strcpy(to, finding_of(made_result(&reading), STLB_RULE_FREE)->fingerprint);
	stlb_analysis_free(reading.analysis);
}

/* It is of the functions that are kept, be they as many as there is room for, and of no more. */
Test(finding_events, of_as_many_functions_as_are_kept)
{
	char full[STLB_FINGERPRINT], other[STLB_FINGERPRINT];

	fingerprint_of(STLB_MAX_STACK, UINT64_C(0xffffffff81000040), full);
	/* baselines know it by that for ever */
	cr_expect_str_eq(full, "2:bd08548d7c933177", "%s", full);
	fingerprint_of(STLB_MAX_STACK, UINT64_C(0xffffffff81000050), other);
	cr_expect_str_eq(full, other);
	fingerprint_of(STLB_MAX_STACK + 1, UINT64_C(0xffffffff81000040), other);
	cr_expect_str_eq(full, other);
	fingerprint_of(STLB_MAX_STACK - 1, UINT64_C(0xffffffff81000040), other);
	cr_expect_str_neq(full, other);
}
