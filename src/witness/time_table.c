/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of mmu_notifier.rst: a block for each time step, a row for each thread. */
#include <string.h>

#include "witness/model.h"

enum { RULER_COLUMNS = 77, NAME_COLUMNS = 14, MAX_ROWS = 6, MAX_TEXT = 128 };

/** struct row - one thread of the table */
struct row {
	const char *name;
	enum stlb_witness_context context;
	uint32_t addr;
};

/** struct table - what the rows need to know */
struct table {
	FILE *to;
	const struct stlb_witness_ask *ask;
	const struct stlb_witness *witness;
	struct stlb_witness_words words;
	unsigned int indent;
	struct row rows[MAX_ROWS];
	uint32_t nr_rows;
};

static const struct row order_rows[] = {
	{"CPU-thread-0", STLB_WITNESS_UPDATER, STLB_ADDR_A},
	{"CPU-thread-1", STLB_WITNESS_UPDATER, STLB_ADDR_B},
	{"CPU-thread-2", STLB_WITNESS_WRITER, STLB_ADDR_A},
	{"CPU-thread-3", STLB_WITNESS_WRITER, STLB_ADDR_B},
	{"DEV-thread-0", STLB_WITNESS_DEVICE, STLB_ADDR_A},
	{"DEV-thread-2", STLB_WITNESS_DEVICE, STLB_ADDR_B},
};

static const struct row owner_rows[] = {
	{"CPU-thread-0", STLB_WITNESS_UPDATER, STLB_ADDR_A},
	{"CPU-thread-1", STLB_WITNESS_OWNER, STLB_ADDR_A},
	{"DEV-thread-0", STLB_WITNESS_DEVICE, STLB_ADDR_A},
};

static char letter(const struct stlb_turn *turn)
{
	return turn->addr == STLB_ADDR_A ? 'A' : 'B';
}

/* ---- the texts of turns ---- */

static void say_device(const struct table *table, const struct stlb_turn *turn, char *text)
{
	bool owner = table->ask->outcome == STLB_OUTCOME_OWNER;
	const char *does = owner && !table->words.reads ? "write to" : "read";
	const char *page = turn->old_page ? "from old page" : "from new page";

	if (turn->addr == STLB_ADDR_B && table->ask->nr == 1)
		page = "with its new value";
	if (turn->last && owner)
		snprintf(text, MAX_TEXT, "%s addr%c through old %s, which is not its own", does,
			 letter(turn), table->words.page);
	else if (turn->last)
		snprintf(text, MAX_TEXT, "read addr%c %s", letter(turn), page);
	else if (turn->fills)
		snprintf(text, MAX_TEXT, "%s addr%c and populate device TLB", does, letter(turn));
	else
		snprintf(text, MAX_TEXT, "%s addr%c", does, letter(turn));
}

static void say_other(const struct table *table, const struct stlb_turn *turn, char *text)
{
	bool faults = turn->addr < table->ask->nr;

	if (turn->step == STLB_STEP_WRITE)
		snprintf(text, MAX_TEXT, "write to addr%c%s", letter(turn),
			 faults ? " which is a write to new page" : "");
	else if (turn->step == STLB_STEP_TAKE)
		snprintf(text, MAX_TEXT, "allocate the %s that addr%c had", table->words.page,
			 letter(turn));
	else
		snprintf(text, MAX_TEXT, "try to write to addr%c", letter(turn));
}

/** struct update - what an updater does in one time step */
struct update {
	char letter;
	unsigned int steps; /* as bits, that of a hold together */
	bool after_end;	    /* of its bracket */
};

/* The document's numbers: 0 start, 1 update, 3 end; what comes between and after gets the others.
 */
static unsigned int number_of(const struct update *update)
{
	if (update->steps & 1U << STLB_STEP_RANGE_START)
		return 0;
	if (update->steps & (1U << STLB_STEP_RANGE_END | 1U << STLB_STEP_RANGE_END_NOTIFY))
		return 3;
	if (update->after_end)
		return 4;
	return update->steps & (1U << STLB_STEP_CLEAR | 1U << STLB_STEP_SET) ? 1 : 2;
}

static void say_update(const struct table *table, const struct update *update, char *text)
{
	bool notified = update->steps & 1U << STLB_STEP_NOTIFY;
	const char *name = table->words.operation;
	char what[MAX_TEXT - 32], c = update->letter;

	if (update->steps & 1U << STLB_STEP_RANGE_START)
		snprintf(what, sizeof(what), "mmu_notifier_invalidate_range_start(addr%c)", c);
	else if (update->steps & 1U << STLB_STEP_SET)
		snprintf(what, sizeof(what), "%supdate page table to point to new page for addr%c",
			 notified ? "notify, " : "", c);
	else if (update->steps & 1U << STLB_STEP_CLEAR)
		snprintf(what, sizeof(what), "clear page table entry for addr%c%s", c,
			 notified ? ", notify" : "");
	else if (notified)
		snprintf(what, sizeof(what), "mmu_notifier_invalidate_range(addr%c)", c);
	else if (update->steps & 1U << STLB_STEP_FREE)
		snprintf(what, sizeof(what), "free old %s of addr%c", table->words.page, c);
	else
		snprintf(what, sizeof(what), "mmu_notifier_invalidate_range_end(addr%c)", c);
	snprintf(text, MAX_TEXT, "%.16s%sstep%u: {%s}", name, *name ? "_" : "", number_of(update),
		 what);
}

/* ---- the rows ---- */

static bool is_of_row(const struct table *table, const struct row *row,
		      const struct stlb_turn *turn)
{
	uint32_t addr = turn->addr;

	if (turn->context == STLB_WITNESS_UPDATER && table->ask->one_thread)
		addr = STLB_ADDR_A;
	return turn->context == row->context && addr == row->addr;
}

static bool is_after_end(const struct table *table, const struct row *row, uint32_t before)
{
	const struct stlb_turn *turns = table->witness->turns;
	bool after = false;

	/* The one thread that does both operations begins again with the second. */
	for (uint32_t i = 0; i < before; i++)
		if (is_of_row(table, row, &turns[i]))
			after = turns[i].step == STLB_STEP_RANGE_END ||
				turns[i].step == STLB_STEP_RANGE_END_NOTIFY ||
				(after && turns[i].step != STLB_STEP_RANGE_START);
	return after;
}

static uint32_t all_steps(const struct table *table, const struct row *row)
{
	const struct stlb_witness_ask *ask = table->ask;

	if (row->context != STLB_WITNESS_UPDATER || row->addr >= ask->nr)
		return 0;
	if (!ask->one_thread || ask->nr == 1)
		return ask->operations[row->addr].nr;
	return row->addr == STLB_ADDR_A ? ask->operations[0].nr + ask->operations[1].nr : 0;
}

/* Who has begun and is not at its end was interrupted, whatever by. */
static bool is_preempted(const struct table *table, const struct row *row, uint32_t before)
{
	uint32_t done = 0;
	bool begun = false;

	for (uint32_t i = 0; i < before; i++) {
		const struct stlb_turn *turn = &table->witness->turns[i];

		if (!is_of_row(table, row, turn))
			continue;
		done++;
		begun |= turn->step != STLB_STEP_TRY;
	}
	return begun && done < all_steps(table, row);
}

static void write_row(const struct table *table, const struct row *row, uint32_t from, uint32_t to)
{
	const struct stlb_turn *turn = NULL;
	char text[MAX_TEXT] = "";
	unsigned int steps = 0;

	for (uint32_t i = from; i < to; i++) {
		const struct stlb_turn *at = &table->witness->turns[i];

		if (!is_of_row(table, row, at))
			continue;
		turn = at;
		steps |= 1U << at->step;
	}
	if (turn && turn->context == STLB_WITNESS_DEVICE)
		say_device(table, turn, text);
	else if (turn && turn->context == STLB_WITNESS_UPDATER && turn->step != STLB_STEP_TRY)
		say_update(table,
			   &(struct update){.letter = letter(turn),
					    .steps = steps,
					    .after_end = is_after_end(table, row, from)},
			   text);
	else if (turn)
		say_other(table, turn, text);
	else if (is_preempted(table, row, from))
		snprintf(text, sizeof(text), "preempted");
	fprintf(table->to, "%*s%-*s{%s}\n", (int)table->indent, "", NAME_COLUMNS, row->name, text);
}

static void write_ruler(const struct table *table, uint32_t number)
{
	char head[32];
	int columns;

	if (number)
		columns = snprintf(head, sizeof(head), "[Time N+%u] ", number);
	else
		columns = snprintf(head, sizeof(head), "[Time N] ");
	fprintf(table->to, "%*s%s", (int)table->indent, "", head);
	for (; columns < RULER_COLUMNS; columns++)
		putc('-', table->to);
	putc('\n', table->to);
}

static void write_block(const struct table *table, uint32_t number, uint32_t from, uint32_t to)
{
	write_ruler(table, number);
	for (uint32_t i = 0; i < table->nr_rows; i++)
		write_row(table, &table->rows[i], from, to);
}

/* Two CPU writes in a row share their number, as in the document: only their order matters. */
static uint32_t next_number(const struct stlb_witness *witness, uint32_t number, uint32_t from,
			    uint32_t to)
{
	if (from == 0)
		return 0;
	for (uint32_t i = from - 1; i < to; i++)
		if (witness->turns[i].step != STLB_STEP_WRITE)
			return number + 1;
	return number;
}

static void write_blocks(const struct table *table)
{
	const struct stlb_witness *witness = table->witness;
	uint32_t number = 0;

	for (uint32_t from = 0, to; from < witness->nr; from = to) {
		to = from + 1;
		while (to < witness->nr && witness->turns[to].time == witness->turns[from].time)
			to++;
		number = next_number(witness, number, from, to);
		write_block(table, number, from, to);
	}
}

void stlb_witness_write(FILE *to, const struct stlb_witness_ask *ask,
			const struct stlb_witness *witness, const struct stlb_witness_words *words,
			unsigned int indent)
{
	struct table table = {.to = to, .ask = ask, .witness = witness, .indent = indent};

	table.words.operation = words && words->operation ? words->operation : "";
	table.words.reads = words && words->reads;
	table.words.page = words && words->page ? words->page : "page";
	if (ask->outcome == STLB_OUTCOME_OWNER) {
		table.nr_rows = sizeof(owner_rows) / sizeof(*owner_rows);
		memcpy(table.rows, owner_rows, sizeof(owner_rows));
	} else {
		table.nr_rows = sizeof(order_rows) / sizeof(*order_rows);
		memcpy(table.rows, order_rows, sizeof(order_rows));
	}
	write_blocks(&table);
}
