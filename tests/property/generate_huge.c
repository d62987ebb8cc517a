/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations on huge pages and page tables. */
#include "generate_internal.h"

struct huge {
	struct world *world;
	struct program *program;
	unsigned int mm, region;
	uint64_t start, end;
};

static void pmd(const struct huge *h, enum step_kind kind, unsigned int how)
{
	add_page_step(h->program, kind, h->mm, h->region, PMD_SLOT, how);
}

static void start(const struct huge *h, unsigned int event)
{
	add_bracket(h->program, false, h->mm, h->start, h->end, event, true);
}

static void finish(const struct huge *h, bool only_end)
{
	add_bracket(h->program, true, h->mm, h->start, h->end, 0, only_end);
}

/* All of it, in two halves, one page of it, or nothing. */
static void inv(const struct huge *h)
{
	switch (random_below(h->world, 6)) {
	case 0:
		add_inv(h->program, h->mm, h->start, h->start + PAGE_BYTES);
		break;
	case 1:
		add_inv(h->program, h->mm, h->start, h->start + PMD_BYTES / 2);
		add_inv(h->program, h->mm, h->start + PMD_BYTES / 2, h->end);
		break;
	case 2:
		break;
	case 3:
		add_inv(h->program, h->mm, 0, UINT64_MAX);
		break;
	default:
		add_inv(h->program, h->mm, h->start, h->end);
	}
}

static void split(struct huge *h)
{
	start(h, 1);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_CLEAR, 0);
	if (!h->world->before_6_6 && !one_in(h->world, 3))
		add_inv(h->program, h->mm, 0, UINT64_MAX);
	add_page_step(h->program, STEP_SET, h->mm, h->region, 0,
		      one_in(h->world, 4) ? SET_FREEZE
					  : SET_SPLIT | (one_in(h->world, 4) ? 0x100 : 0));
	pmd(h, STEP_SET, SET_TABLE | 0x100);
	pmd(h, STEP_UNLOCK, 0);
	finish(h, true);
}

static void zap_huge(struct huge *h)
{
	bool in_lock = one_in(h->world, 3), late = one_in(h->world, 2);

	start(h, 1);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_CLEAR, 0);
	if (in_lock)
		inv(h);
	pmd(h, STEP_UNLOCK, 0);
	if (!late) {
		inv(h);
		pmd(h, STEP_FREE, 0);
	}
	finish(h, !one_in(h->world, 3));
	if (late)
		inv(h);
	pmd(h, STEP_FREE, 0);
}

static void copy_huge(struct huge *h)
{
	pmd(h, STEP_ALLOC, 0);
	start(h, 1);
	pmd(h, STEP_LOCK, 0);
	if (!one_in(h->world, 5))
		pmd(h, STEP_CLEAR, 0);
	inv(h);
	pmd(h, STEP_SET, SET_NEW);
	pmd(h, STEP_UNLOCK, 0);
	finish(h, one_in(h->world, 2));
	pmd(h, STEP_FREE, 0);
}

static void protect_huge(struct huge *h)
{
	start(h, 2);
	pmd(h, STEP_LOCK, 0);
	if (!one_in(h->world, 3))
		pmd(h, STEP_CLEAR, 0);
	inv(h);
	pmd(h, STEP_SET, one_in(h->world, 3) ? SET_MIGRATION : SET_SAME_RO);
	pmd(h, STEP_UNLOCK, 0);
	finish(h, one_in(h->world, 4));
	inv(h);
}

static void fault_huge(struct huge *h)
{
	pmd(h, STEP_ALLOC, 0);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_SET, SET_FAULT | 0x100);
	pmd(h, STEP_UNLOCK, 0);
}

static void late_clears(struct huge *h)
{
	for (int i = 0; i < NR_PAGES; i++)
		if (one_in(h->world, 2))
			add_page_step(h->program, STEP_LATE_CLEAR, h->mm, h->region, i, 0);
}

static void late_frees(struct huge *h)
{
	for (int i = 0; i < NR_PAGES; i += 2)
		add_page_step(h->program, STEP_FREE, h->mm, h->region, i, 0);
}

static void collapse(struct huge *h)
{
	bool bracketed = !one_in(h->world, 5);
	unsigned int how = SET_FAULT | 0x100;

	if (one_in(h->world, 5))
		how = one_in(h->world, 2) ? SET_TABLE : SET_BACK;

	pmd(h, STEP_ALLOC, 0);
	if (bracketed)
		start(h, 1);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_CLEAR, one_in(h->world, 4) ? 0 : 0x100);
	if (!one_in(h->world, 4))
		add_inv(h->program, h->mm, h->start, h->end);
	pmd(h, STEP_UNLOCK, 0);
	if (bracketed)
		finish(h, one_in(h->world, 2));
	if (how != SET_BACK)
		late_clears(h);
	if (one_in(h->world, 3))
		late_frees(h);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_SET, how);
	pmd(h, STEP_UNLOCK, 0);
	late_frees(h);
}

/* Some pages of a table, which is taken out for that, and put back: khugepaged from 7.x on. */
static void collapse_part(struct huge *h)
{
	int first = (int)random_below(h->world, NR_PAGES - 1);
	struct huge part = *h;

	part.start = h->start + (uint64_t)first * PAGE_BYTES;
	part.end = part.start + 2 * PAGE_BYTES;
	start(one_in(h->world, 4) ? h : &part, 1);
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_CLEAR, one_in(h->world, 4) ? 0 : 0x100);
	if (!one_in(h->world, 4))
		add_inv(h->program, h->mm, h->start, h->end);
	pmd(h, STEP_UNLOCK, 0);
	finish(&part, one_in(h->world, 2));
	for (int i = first; i < first + 2; i++) {
		if (!one_in(h->world, 4))
			add_page_step(h->program, STEP_LATE_CLEAR, h->mm, h->region, i, 0);
		add_page_step(h->program, STEP_ALLOC, h->mm, h->region, i, 0);
		if (!one_in(h->world, 4))
			add_page_step(h->program, STEP_LATE_SET, h->mm, h->region, i, 0x100);
	}
	pmd(h, STEP_LOCK, 0);
	pmd(h, STEP_SET, SET_BACK);
	pmd(h, STEP_UNLOCK, 0);
	late_frees(h);
}

/* munmap: the pages inside of the bracket, the table after it. */
static void unmap_table(struct huge *h)
{
	start(h, 0);
	pmd(h, STEP_LOCK, 0);
	for (int i = 0; i < NR_PAGES; i++)
		add_page_step(h->program, STEP_CLEAR, h->mm, h->region, i, 0);
	pmd(h, STEP_UNLOCK, 0);
	finish(h, one_in(h->world, 4));
	pmd(h, STEP_CLEAR, 0);
	if (!one_in(h->world, 3))
		add_inv(h->program, h->mm, h->start, h->end);
	late_frees(h);
	pmd(h, STEP_FREE, 0);
}

void add_huge_operation(struct world *world, struct task *task)
{
	static void (*const operations[])(struct huge *) = {
		split,	  zap_huge,    copy_huge, protect_huge,	 fault_huge,
		collapse, unmap_table, zap_huge,  collapse_part,
	};
	const unsigned int nr = sizeof(operations) / sizeof(operations[0]);
	void (*operation)(struct huge *) = operations[random_below(world, nr)];
	struct huge huge = {.world = world, .program = &task->program};

	huge.mm = one_in(world, 6) ? 1 : 0;
	huge.region =
		operation == collapse || operation == unmap_table || operation == collapse_part ? 0
												: 1;
	huge.region ^= one_in(world, 4);
	if (world->hugetlb && huge.region == HUGETLB_REGION &&
	    (operation == split || operation == collapse || operation == unmap_table ||
	     operation == collapse_part))
		operation = copy_huge;
	huge.start = region_address(huge.region);
	huge.end = huge.start + PMD_BYTES;
	begin_operation(&task->program);
	operation(&huge);
}
