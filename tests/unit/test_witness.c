/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model finds a bad outcome exactly for the operations that break the rule. The rule is written
 * down here a second time, as a predicate on the order of an operation's steps.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "staletlb/witness.h"

#define OPERATION(...)                                                                             \
	{                                                                                          \
		.steps = {__VA_ARGS__},                                                            \
		.nr = sizeof((enum stlb_step[]){__VA_ARGS__}) / sizeof(enum stlb_step)             \
	}

#define TRY	   STLB_STEP_TRY
#define START	   STLB_STEP_RANGE_START
#define CLEAR	   STLB_STEP_CLEAR
#define NOTIFY	   STLB_STEP_NOTIFY
#define SET	   STLB_STEP_SET
#define END	   STLB_STEP_RANGE_END
#define END_NOTIFY STLB_STEP_RANGE_END_NOTIFY
#define FREE	   STLB_STEP_FREE

/* ---- the rule ---- */

static int place(const struct stlb_operation *operation, enum stlb_step step)
{
	for (uint32_t i = 0; i < operation->nr; i++)
		if (operation->steps[i] == step)
			return (int)i;
	return -1;
}

static bool notified_between(const struct stlb_operation *operation, int from, int to)
{
	for (int i = from + 1; i < to; i++)
		if (operation->steps[i] == STLB_STEP_NOTIFY ||
		    operation->steps[i] == STLB_STEP_RANGE_END_NOTIFY)
			return true;
	return false;
}

/* Case B: "clear page table entry and notify; set page table entry to point to new page". */
static bool breaks_order(const struct stlb_operation *operation)
{
	int clear = place(operation, STLB_STEP_CLEAR), set = place(operation, STLB_STEP_SET);

	return set >= 0 && (clear < 0 || !notified_between(operation, clear, set));
}

/* Case A: "page backing address is free before" the invalidation of what pointed to it. */
static bool breaks_owner(const struct stlb_operation *operation)
{
	int clear = place(operation, STLB_STEP_CLEAR), set = place(operation, STLB_STEP_SET);
	int gone = clear >= 0 ? clear : set, at = place(operation, STLB_STEP_FREE);

	return at >= 0 && (gone < 0 || gone > at || !notified_between(operation, gone, at));
}

/* ---- all operations ---- */

/** struct all - every order of every choice of steps */
struct all {
	struct stlb_operation *operations;
	uint32_t nr;
};

static const enum stlb_step parts[] = {CLEAR, NOTIFY, SET, FREE, END, END_NOTIFY, NOTIFY};
enum { NR_PARTS = sizeof(parts) / sizeof(*parts), MAX_PARTS = 5, MAX_ALL = 6000 };

static bool is_plausible(const struct stlb_operation *operation)
{
	int clear = place(operation, CLEAR), set = place(operation, SET);

	return !(clear >= 0 && set >= 0 && clear > set) &&
	       !(place(operation, END) >= 0 && place(operation, END_NOTIFY) >= 0);
}

/* @digits: which part comes at each place, in base NR_PARTS + 1, 0 for the end */
static bool spell(unsigned int digits, struct stlb_operation *operation)
{
	unsigned int used = 0;

	operation->nr = 0;
	operation->steps[operation->nr++] = TRY;
	operation->steps[operation->nr++] = START;
	for (; digits; digits /= NR_PARTS + 1) {
		unsigned int part = digits % (NR_PARTS + 1);

		if (!part || used & 1U << part)
			return false;
		used |= 1U << part;
		operation->steps[operation->nr++] = parts[part - 1];
	}
	/* The two notifications are alike: the second only with the first. */
	return !(used & 1U << NR_PARTS) || used & 1U << 2;
}

static void enumerate(struct all *all)
{
	unsigned int end = 1;

	for (int i = 0; i < MAX_PARTS; i++)
		end *= NR_PARTS + 1;
	all->operations = calloc(MAX_ALL, sizeof(*all->operations));
	all->nr = 0;
	for (unsigned int digits = 1; digits < end; digits++) {
		struct stlb_operation operation = {.nr = 0};

		if (!spell(digits, &operation) || !is_plausible(&operation))
			continue;
		cr_assert_lt(all->nr, MAX_ALL);
		all->operations[all->nr++] = operation;
	}
	cr_assert_gt(all->nr, 500);
}

static void spelled(const struct stlb_operation *operation, char *text)
{
	static const char *const names[] = {"try", "start", "clear",	  "notify",
					    "set", "end",   "end+notify", "free"};

	*text = '\0';
	for (uint32_t i = 0; i < operation->nr; i++)
		strcat(strcat(text, names[operation->steps[i]]), " ");
}

/* The outcome must be where the rule says it is, and nowhere else. */
static void compare(const struct stlb_witness_ask *ask, bool broken)
{
	struct stlb_witness witness;
	char text[256];

	cr_assert_eq(stlb_witness_find(ask, &witness), 0);
	spelled(&ask->operations[0], text);
	cr_expect_eq(witness.found, broken, "%s: outcome %d %s", text, ask->outcome,
		     witness.found ? "found, but the rule is kept" : "not found");
}

Test(witness, order_exactly_where_the_rule_is_broken)
{
	static const struct stlb_operation others[] = {
		OPERATION(TRY, START, CLEAR, SET, END_NOTIFY),
		OPERATION(TRY, START, CLEAR, NOTIFY, SET, END),
		OPERATION(TRY, START, CLEAR, SET, END),
	};
	struct all all;

	enumerate(&all);
	for (uint32_t i = 0; i < all.nr; i++) {
		struct stlb_witness_ask ask = {.nr = 1, .outcome = STLB_OUTCOME_ORDER};

		ask.operations[0] = all.operations[i];
		compare(&ask, breaks_order(&ask.operations[0]));
		ask.nr = 2;
		ask.operations[1] = others[i % 3];
		compare(&ask, breaks_order(&ask.operations[0]));
	}
	free(all.operations);
}

Test(witness, owner_exactly_where_the_rule_is_broken)
{
	struct all all;

	enumerate(&all);
	for (uint32_t i = 0; i < all.nr; i++) {
		struct stlb_witness_ask ask = {.nr = 1, .outcome = STLB_OUTCOME_OWNER};

		ask.operations[0] = all.operations[i];
		compare(&ask, breaks_owner(&ask.operations[0]));
	}
	free(all.operations);
}

/* One thread after the other: whether A's own end invalidates decides. */
Test(witness, one_thread)
{
	struct stlb_witness_ask ask = {.nr = 2, .one_thread = true, .outcome = STLB_OUTCOME_ORDER};
	struct stlb_operation deferred = OPERATION(TRY, START, CLEAR, SET, END_NOTIFY);
	struct stlb_operation never = OPERATION(TRY, START, CLEAR, SET, END);

	ask.operations[0] = ask.operations[1] = deferred;
	compare(&ask, false);
	ask.operations[0] = never;
	compare(&ask, true);
	ask.operations[1] = never;
	compare(&ask, true);
}

/* ---- the schedule itself ---- */

static char *table(const struct stlb_witness_ask *ask, const struct stlb_witness *witness)
{
	struct stlb_witness_words words = {.operation = "COW"};
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	cr_assert_not_null(to);
	stlb_witness_write(to, ask, witness, &words, 1);
	cr_assert_eq(fclose(to), 0);
	return text;
}

static const char seed[] =
	" [Time N] --------------------------------------------------------------------\n"
	" CPU-thread-0  {try to write to addrA}\n"
	" CPU-thread-1  {try to write to addrB}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {read addrA and populate device TLB}\n"
	" DEV-thread-2  {read addrB and populate device TLB}\n"
	" [Time N+1] ------------------------------------------------------------------\n"
	" CPU-thread-0  {COW_step0: {mmu_notifier_invalidate_range_start(addrA)}}\n"
	" CPU-thread-1  {COW_step0: {mmu_notifier_invalidate_range_start(addrB)}}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {}\n"
	" DEV-thread-2  {}\n"
	" [Time N+2] ------------------------------------------------------------------\n"
	" CPU-thread-0  {COW_step1: {update page table to point to new page for addrA}}\n"
	" CPU-thread-1  {COW_step1: {update page table to point to new page for addrB}}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {}\n"
	" DEV-thread-2  {}\n"
	" [Time N+3] ------------------------------------------------------------------\n"
	" CPU-thread-0  {preempted}\n"
	" CPU-thread-1  {preempted}\n"
	" CPU-thread-2  {write to addrA which is a write to new page}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {}\n"
	" DEV-thread-2  {}\n"
	" [Time N+3] ------------------------------------------------------------------\n"
	" CPU-thread-0  {preempted}\n"
	" CPU-thread-1  {preempted}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {write to addrB which is a write to new page}\n"
	" DEV-thread-0  {}\n"
	" DEV-thread-2  {}\n"
	" [Time N+4] ------------------------------------------------------------------\n"
	" CPU-thread-0  {preempted}\n"
	" CPU-thread-1  {COW_step3: {mmu_notifier_invalidate_range_end(addrB)}}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {}\n"
	" DEV-thread-2  {}\n"
	" [Time N+5] ------------------------------------------------------------------\n"
	" CPU-thread-0  {preempted}\n"
	" CPU-thread-1  {}\n"
	" CPU-thread-2  {}\n"
	" CPU-thread-3  {}\n"
	" DEV-thread-0  {read addrA from old page}\n"
	" DEV-thread-2  {read addrB from new page}\n";

Test(witness, the_kernels_own_table)
{
	struct stlb_operation cow = OPERATION(TRY, START, CLEAR, SET, END_NOTIFY);
	struct stlb_witness_ask ask = {.operations = {cow, cow}, .nr = 2};
	struct stlb_witness witness;
	char *text;

	cr_assert_eq(stlb_witness_find(&ask, &witness), 0);
	cr_assert(witness.found);
	text = table(&ask, &witness);
	cr_expect_str_eq(text, seed);
	free(text);
}

/* Each turn that is no step of an operation does something that the outcome needs. */
Test(witness, shortest)
{
	struct stlb_witness_ask ask = {.operations = {OPERATION(START, CLEAR, FREE, END_NOTIFY)},
				       .nr = 1,
				       .outcome = STLB_OUTCOME_OWNER};
	struct stlb_witness witness;

	cr_assert_eq(stlb_witness_find(&ask, &witness), 0);
	cr_assert(witness.found);
	cr_expect_eq(witness.nr, 6, "fill, start, clear, free, take, write: %u", witness.nr);
	cr_expect(witness.turns[witness.nr - 1].last && witness.turns[witness.nr - 1].old_page);
	for (uint32_t i = 1; i < witness.nr; i++)
		cr_expect_leq(witness.turns[i - 1].time, witness.turns[i].time);
}

Test(witness, nonsense_is_refused)
{
	struct stlb_witness_ask ask = {.nr = 3};
	struct stlb_witness witness;

	cr_expect_eq(stlb_witness_find(&ask, &witness), -EINVAL);
	ask = (struct stlb_witness_ask){.operations = {{.nr = STLB_WITNESS_MAX_STEPS + 1}},
					.nr = 1};
	cr_expect_eq(stlb_witness_find(&ask, &witness), -EINVAL);
	ask = (struct stlb_witness_ask){.operations = {OPERATION(STLB_STEP_USE)}, .nr = 1};
	cr_expect_eq(stlb_witness_find(&ask, &witness), -EINVAL);
	cr_expect_not(witness.found);
}
