/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stale-device-access: what makes it sure, and what devices hold and drop. */
#include "made_device.h"
#include "made_reading.h"

#define WAS_SET                                                                                    \
	SETTLE,                                                                                    \
	{                                                                                          \
		SET(0, 0, RO(0xa))                                                                 \
	}
#define INCONCLUSIVE(n) .inconclusive = {[STLB_RULE_STALE_ACCESS] = (n)}

/* ---- what makes it sure ---- */

/* After a loss no table's place is known: a set without one is a doubt more, never one less. */
Test(device_held, a_loss_and_then_a_set_without_a_place)
{
	static const struct made both[] = {WAS_SET,
					   COW(0, 0xa, 0xb),
					   {LOST(HERE)},
					   {SET_AT(TABLE2, 0, RO(0xa))},
					   {READ(0, 0xa)}};
	static const struct made before[] = {WAS_SET,
					     {LOST(HERE)},
					     {SET_AT(TABLE2, 0, RO(0xa))},
					     COW(0, 0xa, 0xb),
					     {READ(0, 0xa)}};

	JUDGE(both, BEFORE_6_6, DEVICES, INCONCLUSIVE(1));
	JUDGE(before, BEFORE_6_6, DEVICES, STALE(1));
}

/* That the page was written to less since does not make surer what became of the one before. */
Test(device_held, a_loss_and_then_a_write_protect)
{
#define REPOINTED                                                                                  \
	WAS_SET, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {SET(0, 0, RW(0xb))},             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define PROTECTED                                                                                  \
	{LOCK(L1)}, {SET(0, RW(0xb), RO(0xb))}, {INV(0, 1)}, {UNLOCK(L1)}, {ONLY_END(0, 1)},       \
	{                                                                                          \
		READ(0, 0xa)                                                                       \
	}
	static const struct made lost[] = {REPOINTED, {LOST(HERE)}, PROTECTED};
	static const struct made not_lost[] = {REPOINTED, PROTECTED};

	JUDGE(lost, BEFORE_6_6, DEVICES, .counts = {[STLB_RULE_REPOINT] = 1}, INCONCLUSIVE(1));
	JUDGE(not_lost, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_STALE_ACCESS] = 1});
}

/* Nobody listens to an mm without subscribers: its sets may go anywhere. */
Test(device_held, a_set_without_a_place_of_another_mm)
{
	static const struct made other[] = {
		WAS_SET,
		COW(0, 0xa, 0xb),
		{OF(PTE_SET, F(MM, MM2), F(PTEP, TABLE2), F(OLD, 0), F(NEW, RO(0xa)))},
		{READ(0, 0xa)}};

	JUDGE(other, BEFORE_6_6, DEVICES, STALE(1));
}

#define BY_TASK(t, c)                                                                              \
	OF(DEV_READ, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa)), .tid = (t), .cpu = (c)

/* Without a common clock: by the CPU and the task of what proves it. */
Test(device_held, clock_of_each_cpu)
{
#define DROPPED_BY_2                                                                               \
	WAS_SET, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RO(0xa))}, {UNLOCK(L1)}, {T2, LOCK(L1)},     \
		{T2, INV(0, 1)}, {T2, UNLOCK(L1)},                                                 \
	{                                                                                          \
		ONLY_END(0, 1)                                                                     \
	}
	static const struct made same_task[] = {WAS_SET, COW(0, 0xa, 0xb), {BY_TASK(100, 3)}};
	static const struct made other_task[] = {WAS_SET, COW(0, 0xa, 0xb), {BY_TASK(400, 3)}};
	static const struct made cpu_of_2[] = {DROPPED_BY_2, {BY_TASK(400, 1)}};
	static const struct made task_2[] = {DROPPED_BY_2, {BY_TASK(200, 3)}};
	static const struct made cpu_of_clear[] = {DROPPED_BY_2, {BY_TASK(400, 0)}};
	static const struct made freed[] = {WAS_SET,	 {START(0, 1)},	    {CLEAR(0, RO(0xa))},
					    {FREE(0xa)}, {BY_TASK(400, 0)}, {END(0, 1)}};
	static const struct made freed_elsewhere[] = {
		WAS_SET,     {START(0, 1)},	{CLEAR(0, RO(0xa))},
		{FREE(0xa)}, {BY_TASK(400, 1)}, {END(0, 1)}};

	JUDGE(same_task, BEFORE_6_6, DEVICES, .clock = "local", STALE(1));
	JUDGE(other_task, BEFORE_6_6, DEVICES, .clock = "local", STALE(0));
	JUDGE(cpu_of_2, BEFORE_6_6, DEVICES, .clock = "local", STALE(1));
	JUDGE(task_2, BEFORE_6_6, DEVICES, .clock = "local", STALE(1));
	JUDGE(cpu_of_clear, BEFORE_6_6, DEVICES, .clock = "local", STALE(0));
	JUDGE(cpu_of_clear, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(freed, BEFORE_6_6, DEVICES, .clock = "local",
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_FREE] = 1});
	JUDGE(freed_elsewhere, BEFORE_6_6, DEVICES, .clock = "local",
	      .counts = {[STLB_RULE_FREE] = 1});
}

/* A level is judged by the sets of that level. */
Test(device_held, sets_of_the_level_that_are_not_recorded)
{
#define WITHOUT(kind) .recorded = MADE_LESS(MADE_WITH(STLB_DEV_READ), STLB_##kind)
	static const struct made huge[] = {SETTLE,
					   {START(512, 1024)},
					   {LOCK(L1)},
					   {PMD_CLEAR(512, HUGE(0x40000))},
					   {INV(512, 1024)},
					   {UNLOCK(L1)},
					   {ONLY_END(512, 1024)},
					   {READ(517, 0x40005)}};
	static const struct made small[] = {
		SETTLE,	     {START(0, 1)}, {LOCK(L1)},	      {CLEAR(0, RO(0xa))},
		{INV(0, 1)}, {UNLOCK(L1)},  {ONLY_END(0, 1)}, {READ(0, 0xa)}};

	JUDGE(huge, BEFORE_6_6, WITHOUT(PTE_SET), STALE(1));
	JUDGE(huge, BEFORE_6_6, WITHOUT(PMD_SET), INCONCLUSIVE(1));
	JUDGE(small, BEFORE_6_6, WITHOUT(PTE_SET), INCONCLUSIVE(1));
	JUDGE(small, BEFORE_6_6, WITHOUT(PMD_SET), STALE(1));
}

/* A clear without a place needs an invalidation, and no update that was seen is known by it. */
Test(device_held, a_clear_without_a_place)
{
	static const struct made first[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},    {CLEAR_AT(RO(0xa))},
		{UNLOCK(L1)}, {END(0, 1)},   {READ(0, 0xa)}};
	static const struct made after[] = {SETTLE,	 {SET(1, 0, RO(0xa))}, {START(0, 9)},
					    {LOCK(L1)},	 {CLEAR_AT(RO(0xc))},  {UNLOCK(L1)},
					    {END(0, 9)}, {READ(1, 0xa)}};

	JUDGE(first, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(after, BEFORE_6_6, DEVICES, STALE(0));
}

/* What was replaced before anybody subscribed, no device can hold. */
Test(device_held, nothing_from_before_the_subscription)
{
#define REPLACED                                                                                   \
	{SET(0, 0, RO(0xa))},                                                                      \
	{                                                                                          \
		SET(0, RO(0xa), RW(0xb))                                                           \
	}
	static const struct made before[] = {REPLACED, SETTLE, {FREE(0xa)}, {READ(0, 0xa)}};
	static const struct made since[] = {SETTLE,	 {START(0, 1)}, {LOCK(L1)},
					    REPLACED,	 {UNLOCK(L1)},	{END(0, 1)},
					    {FREE(0xa)}, {READ(0, 0xa)}};

	JUDGE(before, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(since, BEFORE_6_6, DEVICES,
	      .counts = {[STLB_RULE_STALE_ACCESS] = 1, [STLB_RULE_REPOINT] = 1});
}

/* ---- what a device holds ---- */

/* An event that tells no device is of the same one as any other that tells none. */
Test(device_held, by_a_device_without_a_name)
{
#define NAMELESS(k) OF(DEV_##k, F(MM, MM1), F(ADDR, PAGE(0)))
	static const struct made held[] = {
		WAS_SET,
		{OF(DEV_FILL, F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa))},
		COW(0, 0xa, 0xb),
		{NAMELESS(READ)}};
	static const struct made named[] = {
		WAS_SET, {DEV(FILL, 1, 0, 0xa)}, COW(0, 0xa, 0xb), {NAMELESS(READ)}};
	static const struct made dropped[] = {
		WAS_SET,
		{OF(DEV_FILL, F(MM, MM1), F(ADDR, PAGE(0)), F(PFN, 0xa))},
		COW(0, 0xa, 0xb),
		{OF(DEV_INV, F(MM, MM1))},
		{NAMELESS(READ)}};

	JUDGE(held, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(named, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(dropped, BEFORE_6_6, DEVICES, STALE(0));
}

/* The fill that is reported is that of the page that is used. */
Test(device_held, the_fill_of_another_page_is_not_reported)
{
	struct stlb_kinds recorded = MADE_WITH(STLB_DEV_FILL, STLB_DEV_READ);

	for (int other = 0; other < 2; other++) {
		struct made_reading reading = READING(BEFORE_6_6, .recorded = recorded);
		const struct stlb_finding *finding;
		const struct stlb_result *result;
		unsigned int fills = 0;

		GIVE(&reading, WAS_SET, {FILL(0, other ? 0x99 : 0xa)}, COW(0, 0xa, 0xb),
		     {READ(0, 0xa)});
		result = made_result(&reading);
		cr_assert_eq(result->nr_findings, 1);
		finding = result->findings[0];
		for (uint32_t i = 0; i < finding->nr_events; i++)
			fills += !strcmp(finding->events[i].role, "fill");
		cr_expect_eq(fills, !other);
		stlb_analysis_free(reading.analysis);
	}
}

/* An address within a page is of the page. */
Test(device_held, anywhere_in_a_page)
{
#define AT(k, offset) OF(DEV_##k, F(DEV, 0), F(MM, MM1), F(ADDR, PAGE(0) + (offset)))
	static const struct made held[] = {
		WAS_SET, {FILL(0, 0xa)}, COW(0, 0xa, 0xb), {AT(READ, 0xff8)}, {AT(WRITE, 8)}};
	static const struct made beside[] = {
		WAS_SET, {FILL(0, 0xa)}, COW(0, 0xa, 0xb), {AT(READ, 0x1000)}};

	JUDGE(held, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(beside, BEFORE_6_6, DEVICES, STALE(0));
}

#define DROPS_BYTES(s, e) OF(DEV_INV, F(DEV, 0), F(MM, MM1), F(START, s), F(END, e)), BY(0)
#define THREE                                                                                      \
	SETTLE, {SET(0, 0, RO(0xa))}, {SET(1, 0, RO(0x1a))}, {SET(2, 0, RO(0x2a))},                \
		{FILL(0, 0xa)}, {FILL(1, 0x1a)}, {FILL(2, 0x2a)}, COW(0, 0xa, 0xb),                \
		COW(1, 0x1a, 0x1b), COW(2, 0x2a, 0x2b)
#define ALL_READ                                                                                   \
	{USE(READ, 0, 0)}, {USE(READ, 0, 1)},                                                      \
	{                                                                                          \
		USE(READ, 0, 2)                                                                    \
	}

/* What is dropped is what lies in the range, be it smaller or larger than what the device holds. */
Test(device_held, drops_a_range)
{
	static const struct made none[] = {THREE, ALL_READ};
	static const struct made two[] = {THREE, {DROPS(0, 2)}, ALL_READ};
	static const struct made first[] = {THREE, {DROPS(0, 1)}, ALL_READ};
	static const struct made last[] = {THREE, {DROPS(2, 3)}, ALL_READ};
	static const struct made many[] = {THREE, {DROPS(1, 100)}, ALL_READ};
	static const struct made before[] = {
		THREE, {DROPS_BYTES(PAGE(0) - 0x100000, PAGE(2))}, ALL_READ};
	static const struct made beside[] = {THREE, {DROPS(3, 100)}, ALL_READ};
	static const struct made empty[] = {THREE, {DROPS(1, 1)}, ALL_READ};
	static const struct made swapped[] = {THREE, {DROPS(2, 0)}, ALL_READ};
	static const struct made bytes[] = {
		THREE, {DROPS_BYTES(PAGE(0) + 8, PAGE(1) + 8)}, ALL_READ};

	static const struct made nothing_held[] = {SETTLE, {DROPS(0, 3)}, {DROPS(3, 0)}};

	JUDGE(nothing_held, BEFORE_6_6, DEVICES, STALE(0));
	JUDGE(none, BEFORE_6_6, DEVICES, STALE(3));
	JUDGE(two, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(first, BEFORE_6_6, DEVICES, STALE(2));
	JUDGE(last, BEFORE_6_6, DEVICES, STALE(2));
	JUDGE(many, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(before, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(beside, BEFORE_6_6, DEVICES, STALE(3));
	JUDGE(empty, BEFORE_6_6, DEVICES, STALE(3));
	JUDGE(swapped, BEFORE_6_6, DEVICES, STALE(3));
	JUDGE(bytes, BEFORE_6_6, DEVICES, STALE(1));
}

/* A drop concerns what was dropped: of another page it is the same translation as before. */
Test(device_held, reported_once_until_it_is_dropped)
{
	static const struct made other_dropped[] = {THREE,	   {READ(0, 0xa)}, {READ(1, 0x1a)},
						    {DROPS(1, 2)}, {READ(0, 0xa)}, {READ(1, 0x1a)}};
	static const struct made all_dropped[] = {THREE,	   {READ(0, 0xa)}, {READ(1, 0x1a)},
						  {DROPS(0, 512)}, {READ(0, 0xa)}, {READ(1, 0x1a)}};

	JUDGE(other_dropped, BEFORE_6_6, DEVICES, STALE(3));
	JUDGE(all_dropped, BEFORE_6_6, DEVICES, STALE(4));
}

/* ---- what devices there are ---- */

/* An mm ends, and with it what any number of devices knew of it; they make room for others. */
Test(device_held, nothing_of_an_mm_that_is_gone)
{
	enum { MANY = 100, ROOM = 64 * 1024 };
	struct made_reading reading = READING(BEFORE_6_6, DEVICES);
	const struct stlb_result *result;

	GIVE(&reading, WAS_SET);
	for (int i = 0; i < MANY; i++)
		GIVE(&reading, {DEV(FILL, i, 0, 0xa)});
	for (int i = MANY; i < ROOM; i++)
		GIVE(&reading, {DEV(FILL, 0, i, 0xc)});
	GIVE(&reading, {.kind = STLB_MM_FREE, .fields = {F(MM, MM1)}}, WAS_SET, COW(0, 0xa, 0xb));
	for (int i = 0; i < MANY; i++)
		GIVE(&reading, {USE(READ, i, 0)});
	for (int i = MANY; i < ROOM; i++)
		GIVE(&reading, {DEV(FILL, 0, i, 0xc)});
	result = made_result(&reading);
	cr_expect_eq(result->rules[STLB_RULE_STALE_ACCESS].occurrences, 0);
	cr_expect_eq(result->dropped, 0);
	stlb_analysis_free(reading.analysis);
}

Test(device_held, what_is_of_another_mm)
{
#define OF_2 F(DEV, 0), F(MM, MM2), F(ADDR, PAGE(0)), F(PFN, 0x1a)
	static const struct made other_goes[] = {WAS_SET,
						 {FILL(0, 0xa)},
						 {OF(DEV_FILL, OF_2), BY(0)},
						 {.kind = STLB_MM_FREE, .fields = {F(MM, MM2)}},
						 COW(0, 0xa, 0xb),
						 {USE(READ, 0, 0)}};
	static const struct made other_holds[] = {
		WAS_SET, {OF(DEV_FILL, OF_2), BY(0)}, COW(0, 0xa, 0xb), {USE(READ, 0, 0)}};

	JUDGE(other_goes, BEFORE_6_6, DEVICES, STALE(1));
	JUDGE(other_holds, BEFORE_6_6, DEVICES, STALE(0));
}

/* Text does not say what was recorded: a device may come that holds a page from before. */
Test(device_held, in_a_trace_that_does_not_say_what_was_recorded)
{
	static const struct made rows[] = {WAS_SET, COW(0, 0xa, 0xb), {READ(0, 0xa)}};
	struct stlb_trace_facts facts = {
		.kernel = "6.1.0", .clock = "global", .arch = STLB_ARCH_X86_64, .irq_flags = true};
	struct stlb_analysis_options options = {0};
	struct made_reading reading = {0};

	stlb_analysis_defaults(&options);
	reading.analysis = stlb_analysis_new(&options, &facts);
	cr_assert_not_null(reading.analysis);
	made_give(&reading, rows, sizeof(rows) / sizeof(*rows));
	cr_expect_eq(made_result(&reading)->rules[STLB_RULE_STALE_ACCESS].occurrences, 1);
	stlb_analysis_free(reading.analysis);
}

/* Nor does what was given up for want of room, however many events were lost before. */
Test(device_held, a_loss_and_then_brackets_past_the_limit)
{
	struct made_reading reading = READING(BEFORE_6_6, DEVICES);
	const struct stlb_result *result;

	GIVE(&reading, WAS_SET, COW(0, 0xa, 0xb), {LOST(HERE)});
	for (unsigned int i = 0; i < 9; i++)
		GIVE(&reading, {START(0x100 + i, 0x200)});
	GIVE(&reading, {READ(0, 0xa)});
	result = made_result(&reading);
	cr_expect_eq(result->dropped, 1);
	cr_expect_eq(result->rules[STLB_RULE_STALE_ACCESS].inconclusive, 1);
	cr_expect_eq(result->rules[STLB_RULE_STALE_ACCESS].occurrences, 0);
	stlb_analysis_free(reading.analysis);
}
