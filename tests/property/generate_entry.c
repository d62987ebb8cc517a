/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that change entries, and the events that probes make of them. */
#include <string.h>

#include "generate_internal.h"

static const uint64_t pfn_bits = (UINT64_C(1) << 40) - 1;

uint64_t region_address(unsigned int region)
{
	return UINT64_C(0x7f0000000000) + region * PMD_BYTES;
}

bool entry_present(uint64_t raw)
{
	return raw & X86_PRESENT;
}

uint64_t entry_pfn(uint64_t raw)
{
	return raw >> 12 & pfn_bits;
}

static uint64_t leaf(uint64_t pfn, bool writable, bool huge)
{
	return pfn << 12 | X86_PRESENT | X86_USER | X86_ACCESSED |
	       (writable ? X86_RW | X86_DIRTY : 0) | (huge ? X86_PSE : 0);
}

static uint64_t protnone(uint64_t raw)
{
	return (~raw & pfn_bits << 12) | (raw & X86_PSE) | X86_PROTNONE | X86_ACCESSED;
}

/* x86 keeps the type in the highest bits and the offset inverted below it. */
static uint64_t swap_entry(uint64_t type, uint64_t offset)
{
	return type << 59 | (~offset << 14 >> 5);
}

static uint64_t *entry_at(struct world *world, const struct step *step)
{
	struct mm *mm = &world->mm[step->mm];

	return step->page == PMD_SLOT ? &mm->pmd[step->region] : &mm->pte[step->region][step->page];
}

static bool is_table(uint64_t pmd)
{
	return entry_present(pmd) && !(pmd & X86_PSE);
}

static bool reachable(const struct world *world, const struct step *step)
{
	return step->page == PMD_SLOT || is_table(world->mm[step->mm].pmd[step->region]);
}

static uint64_t slot_address(const struct step *step)
{
	uint64_t page = step->page == PMD_SLOT ? 0 : (uint64_t)step->page;

	return region_address(step->region) + page * PAGE_BYTES;
}

/* The kernel address of an entry of a page table. */
static uint64_t ptep_of(const struct step *step)
{
	return UINT64_C(0xffff888004000000) + (step->mm * NR_REGIONS + step->region) * PAGE_BYTES +
	       (uint64_t)step->page * 8;
}

void ptl_map_run(struct world *world, const struct task *task, const struct step *step)
{
	struct stlb_event *event;

	if (!world->bare)
		return;
	event = emit(world, task, STLB_PTL_MAP);
	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(event, STLB_FIELD_ADDR, slot_address(step));
	event_put(event, STLB_FIELD_PTEP, ptep_of(step));
	event_put(event, STLB_FIELD_PTL, lock_pointer(step));
}

/* The second region is a mapping of hugetlb: its pmds are set and cleared as if they were ptes. */
static bool is_hugetlb(const struct world *world, const struct step *step)
{
	return world->hugetlb && step->region == HUGETLB_REGION && step->page == PMD_SLOT;
}

static enum stlb_kind clear_kind(const struct world *world, const struct step *step)
{
	return step->page == PMD_SLOT && !is_hugetlb(world, step) ? STLB_PMD_CLEAR : STLB_PTE_CLEAR;
}

static void emit_clear(struct world *world, const struct task *task, const struct step *step,
		       enum stlb_kind kind, uint64_t old)
{
	struct stlb_event *event = emit(world, task, kind);

	event->level = step->page == PMD_SLOT ? STLB_LEVEL_PMD : STLB_LEVEL_PTE;
	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(event, STLB_FIELD_ADDR, slot_address(step));
	event_put(event, STLB_FIELD_OLD, old);
}

static void emit_set(struct world *world, const struct task *task, const struct step *step,
		     uint64_t old, uint64_t new, unsigned int nr)
{
	bool pmd = step->page == PMD_SLOT;
	struct stlb_event *event =
		emit(world, task, pmd && !is_hugetlb(world, step) ? STLB_PMD_SET : STLB_PTE_SET);

	event->level = pmd ? STLB_LEVEL_PMD : STLB_LEVEL_PTE;
	event_put(event, STLB_FIELD_MM, mm_pointer(step->mm));
	event_put(event, STLB_FIELD_ADDR, slot_address(step));
	if (nr == 1)
		event_put(event, STLB_FIELD_OLD, old);
	event_put(event, STLB_FIELD_NEW, new);
	if (!pmd) {
		event_put(event, STLB_FIELD_NR, nr);
		event_put(event, STLB_FIELD_PTEP, ptep_of(step));
	}
	if (world->echo && nr == 1)
		emit_clear(world, task, step, clear_kind(world, step), old);
}

static void remember(struct task *task, const struct step *step, uint64_t old)
{
	int page = step->page == PMD_SLOT ? NR_PAGES : step->page;

	task->old[step->region][page] = old;
	task->cleared[step->region][page] = true;
}

static void detach_table(struct world *world, const struct step *step)
{
	struct mm *mm = &world->mm[step->mm];

	mm->detached_pmd[step->region] = mm->pmd[step->region];
	memcpy(mm->detached[step->region], mm->pte[step->region], sizeof(mm->detached[0]));
	memset(mm->pte[step->region], 0, sizeof(mm->pte[0]));
}

void clear_run(struct world *world, struct task *task, const struct step *step)
{
	uint64_t *entry = entry_at(world, step), old = *entry;
	bool pmd = step->page == PMD_SLOT;

	remember(task, step, 0);
	if (!reachable(world, step) || !entry_present(old))
		return;
	remember(task, step, old);
	if (pmd && is_table(old))
		detach_table(world, step);
	if (step->flag && (!pmd || is_table(old)))
		emit_clear(world, task, step, pmd ? STLB_PMD_COLLAPSE_FLUSH : STLB_PTE_CLEAR_FLUSH,
			   old);
	if (!step->flag || world->echo || (pmd && !is_table(old)))
		emit_clear(world, task, step, clear_kind(world, step), old);
	*entry = 0;
}

void late_clear_run(struct world *world, struct task *task, const struct step *step)
{
	uint64_t *entry = &world->mm[step->mm].detached[step->region][step->page];

	if (!entry_present(*entry))
		return;
	emit_clear(world, task, step, STLB_PTE_CLEAR, *entry);
	remember(task, step, *entry);
	*entry = 0;
}

void late_set_run(struct world *world, struct task *task, const struct step *step)
{
	struct mm *mm = &world->mm[step->mm];
	uint64_t *entry = &mm->detached[step->region][step->page], new;

	if (!task->new_pfn || is_table(mm->pmd[step->region]) || entry_present(*entry))
		return;
	new = leaf(task->new_pfn, step->flag, false);
	emit_set(world, task, step, *entry, new, 1);
	*entry = new;
}

/* The entry that a step puts there, 0 where it has nothing to go on. */
static uint64_t new_entry(struct world *world, struct task *task, const struct step *step)
{
	bool pmd = step->page == PMD_SLOT;
	int page = pmd ? NR_PAGES : step->page;
	uint64_t now = *entry_at(world, step), pfn = pmd ? task->new_huge_pfn : task->new_pfn;
	uint64_t old = task->cleared[step->region][page] ? task->old[step->region][page] : now;
	bool kept = entry_present(old) && !(pmd && is_table(old));
	bool replaces = !task->cleared[step->region][page] || entry_present(old);

	switch ((enum set_what)step->how) {
	case SET_NEW:
	case SET_NEW_RO:
		return replaces && pfn ? leaf(pfn, step->how == SET_NEW, pmd) : 0;
	case SET_FAULT:
		return entry_present(now) || !pfn ? 0 : leaf(pfn, step->flag, pmd);
	case SET_SAME:
		return kept ? old : 0;
	case SET_SAME_RO:
		return kept ? leaf(entry_pfn(old), false, pmd) : 0;
	case SET_SAME_RW:
		return kept ? leaf(entry_pfn(old), true, pmd) : 0;
	case SET_SWAP:
		return kept ? swap_entry(1, entry_pfn(old)) : 0;
	case SET_MIGRATION:
		return kept ? swap_entry(world->before_6_6 ? 28 : 29, entry_pfn(old)) : 0;
	case SET_PROTNONE:
		return kept ? protnone(old) : 0;
	case SET_SPLIT:
		return kept ? leaf(entry_pfn(old), old & X86_RW, false) : 0;
	case SET_FREEZE:
		return kept ? swap_entry(world->before_6_6 ? 28 : 29, entry_pfn(old)) : 0;
	case SET_BACK:
		return entry_present(old) && !now &&
				       old == world->mm[step->mm].detached_pmd[step->region]
			       ? old
			       : 0;
	case SET_TABLE:
		if (!kept && step->flag)
			return 0;
		return leaf(world->next_pfn++, true, false);
	}
	return 0;
}

static void split_run(struct world *world, struct task *task, const struct step *step)
{
	struct step first = *step;
	uint64_t new, old;

	first.page = PMD_SLOT;
	old = task->old[step->region][NR_PAGES];
	if (!entry_present(old) || is_table(old))
		return;
	new = new_entry(world, task, &first);
	if (step->flag && entry_present(new))
		new &= ~(uint64_t)X86_RW;
	for (unsigned int i = 0; i < NR_PAGES; i++)
		world->mm[step->mm].pte[step->region][i] =
			entry_present(new) ? new + i *PAGE_BYTES
					   : swap_entry(new >> 59, entry_pfn(old) + i);
	first.page = 0;
	emit_set(world, task, &first, 0, new, MAX_PAGES);
}

void set_run(struct world *world, struct task *task, const struct step *step)
{
	uint64_t *entry = entry_at(world, step), new;
	int page = step->page == PMD_SLOT ? NR_PAGES : step->page;

	if (step->how == SET_SPLIT || step->how == SET_FREEZE) {
		split_run(world, task, step);
		return;
	}
	if (!reachable(world, step))
		return;
	new = new_entry(world, task, step);
	if (!new || (step->page == PMD_SLOT && is_table(*entry)))
		return;
	if (!task->cleared[step->region][page] && entry_present(*entry))
		task->old[step->region][page] = *entry;
	emit_set(world, task, step, *entry, new, 1);
	*entry = new;
	if (step->how == SET_BACK)
		memcpy(world->mm[step->mm].pte[step->region],
		       world->mm[step->mm].detached[step->region], sizeof(world->mm[0].pte[0]));
}

/* Neighbours set by one event, whatever was there before. */
void batch_run(struct world *world, const struct task *task, const struct step *step)
{
	uint64_t old[NR_PAGES], new = leaf(world->next_pfn, step->flag, false);
	unsigned int nr = step->how;
	struct step each = *step;

	if (!reachable(world, step) || step->page + (int)nr > NR_PAGES || nr < 2)
		return;
	world->next_pfn += nr;
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t *entry = &world->mm[step->mm].pte[step->region][step->page + (int)i];

		old[i] = *entry;
		*entry = new + i *PAGE_BYTES;
	}
	emit_set(world, task, step, 0, new, nr);
	for (unsigned int i = 0; world->echo && i < nr; i++, each.page++)
		emit_clear(world, task, &each, STLB_PTE_CLEAR, old[i]);
}
