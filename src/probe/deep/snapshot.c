/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was there before the first event: the mms that have subscribers, and how their page tables
 * are linked. It is read from a kernel that runs on meanwhile: what is wrong by then was changed by
 * an event, and the event tells what is right.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/kcore.h"
#include "probe/plan.h"
#include "util/grow.h"

enum {
	MAX_TASKS = 1 << 22,
	MAX_MMS = 1 << 16,
	MAX_LINES = 1 << 17, /* some 10 MiB of the trace: page tables of 256 GiB */
	ENTRIES = 512,
	LEVEL_PMD = 1,
	LEVEL_P4D = 3,
	LEVEL_PGD = 4,
};

#define PRESENT	 UINT64_C(1)
#define LARGE	 (UINT64_C(1) << 7)
#define PFN_MASK UINT64_C(0x000ffffffffff000)

struct snapshot {
	const struct stlb_kernel *kernel;
	const struct stlb_kcore *core;
	uint64_t direct, vmemmap, encrypted; /* bases, and the bit of encrypted memory */
	int64_t tasks, mm, pgd, subscriptions, list, has_itree; /* offsets */
	uint64_t *mms;
	uint32_t nr_mms, max_mms;
	unsigned int lines;
	void (*line)(void *arg, const char *text);
	void *arg;
};

/* ---- words ---- */

static uint64_t word(const struct snapshot *snapshot, uint64_t address)
{
	uint64_t value = 0;

	return stlb_kcore_word(snapshot->core, address, &value) == 0 ? value : 0;
}

static uint64_t symbol(const struct stlb_kernel *kernel, const char *name)
{
	const struct stlb_kernel_symbol *found = stlb_kallsyms_find(&kernel->symbols, name);

	return found ? found->address : 0;
}

static uint64_t value_of(const struct snapshot *snapshot, const char *name)
{
	uint64_t address = symbol(snapshot->kernel, name);

	return address ? word(snapshot, address) : 0;
}

/* ---- lines ---- */

static void tell_root(struct snapshot *snapshot, uint64_t mm, uint64_t pgd, const uint64_t *sub)
{
	char text[192], known[48] = "";

	if (sub)
		snprintf(known, sizeof(known), " sub=0x%" PRIx64, *sub);
	snprintf(text, sizeof(text),
		 "staletlb: root mm=0x%" PRIx64 " pgd=0x%" PRIx64 "%s page_offset_base=0x%" PRIx64
		 " vmemmap_base=0x%" PRIx64,
		 mm, pgd, known, snapshot->direct, snapshot->vmemmap);
	snapshot->line(snapshot->arg, text);
}

static void tell_entry(struct snapshot *snapshot, uint64_t ptep, uint64_t entry, int level)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "staletlb: entry_snapshot ptep=0x%" PRIx64 " new=0x%" PRIx64 " level=%d", ptep,
		 entry, level);
	snapshot->line(snapshot->arg, text);
	snapshot->lines++;
}

/* ---- tables ---- */

static bool is_table(uint64_t entry, int level)
{
	return entry & PRESENT && (level >= LEVEL_P4D || !(entry & LARGE));
}

/*
 * The entries of a table and of those below it, but for tables of ptes: writes of a pte tell what
 * was there.
 */
static int tell_table(struct snapshot *snapshot, uint64_t at, int level, unsigned int nr)
{
	uint64_t entries[ENTRIES];
	int ret = stlb_kcore_copy(snapshot->core, at, entries, nr * sizeof(entries[0]));

	for (unsigned int i = 0; !ret && i < nr; i++) {
		uint64_t entry = entries[i];

		if (!entry)
			continue;
		if (snapshot->lines == MAX_LINES)
			return -E2BIG;
		tell_entry(snapshot, at + i * sizeof(entry), entry, level);
		if (level > LEVEL_PMD && is_table(entry, level))
			ret = tell_table(snapshot,
					 snapshot->direct +
						 (entry & PFN_MASK & ~snapshot->encrypted),
					 level - 1, ENTRIES);
	}
	return ret;
}

/* The lower half of the topmost table is the mm's; the mm counts as known once all was reported. */
static int tell_mm(struct snapshot *snapshot, uint64_t mm, uint64_t sub)
{
	bool five = (uint32_t)value_of(snapshot, "__pgtable_l5_enabled") != 0;
	uint64_t pgd = word(snapshot, mm + (uint64_t)snapshot->pgd);
	int ret;

	if (!pgd)
		return 0;
	tell_root(snapshot, mm, pgd, 0);
	ret = tell_table(snapshot, pgd, five ? LEVEL_PGD : LEVEL_P4D, ENTRIES / 2);
	if (!ret)
		tell_root(snapshot, mm, pgd, &sub);
	return ret == -E2BIG ? ret : 0;
}

/* ---- mms ---- */

/* A notifier of it, or what stands for interval notifiers; 0: none. */
static uint64_t subscriber(const struct snapshot *snapshot, uint64_t mm)
{
	uint64_t all = word(snapshot, mm + (uint64_t)snapshot->subscriptions), first;

	if (!all)
		return 0;
	first = word(snapshot, all + (uint64_t)snapshot->list);
	if (first || snapshot->has_itree < 0)
		return first;
	return word(snapshot, all + (uint64_t)snapshot->has_itree) & 0xff ? all : 0;
}

static int add_mm(struct snapshot *snapshot, uint64_t mm)
{
	for (uint32_t i = 0; i < snapshot->nr_mms; i++)
		if (snapshot->mms[i] == mm)
			return 0;
	if (snapshot->nr_mms == MAX_MMS)
		return -E2BIG;
	if (stlb_grow((void **)&snapshot->mms, snapshot->nr_mms, &snapshot->max_mms, sizeof(mm)) <
	    0)
		return -ENOMEM;
	snapshot->mms[snapshot->nr_mms++] = mm;
	return 0;
}

/* Tasks come and go: a list that leads out of the kernel's memory ends there. */
static int tell_tasks(struct snapshot *snapshot, uint64_t first)
{
	uint64_t head = first + (uint64_t)snapshot->tasks, at = word(snapshot, head), next;
	int ret = 0;

	for (unsigned int i = 0; !ret && i < MAX_TASKS && at && at != head; i++) {
		uint64_t task = at - (uint64_t)snapshot->tasks;
		uint64_t mm = word(snapshot, task + (uint64_t)snapshot->mm);
		uint64_t sub = mm ? subscriber(snapshot, mm) : 0;
		uint32_t known = snapshot->nr_mms;

		if (sub)
			ret = add_mm(snapshot, mm);
		if (!ret && snapshot->nr_mms > known)
			ret = tell_mm(snapshot, mm, sub);
		next = word(snapshot, at);
		at = next == at ? 0 : next;
	}
	return ret;
}

/* ---- all of it ---- */

static bool find_places(struct snapshot *snapshot, const struct btf *btf)
{
	snapshot->tasks = stlb_btf_offset(btf, "task_struct", "tasks");
	snapshot->mm = stlb_btf_offset(btf, "task_struct", "mm");
	snapshot->pgd = stlb_btf_offset(btf, "mm_struct", "pgd");
	snapshot->subscriptions = stlb_btf_offset(btf, "mm_struct", "notifier_subscriptions");
	snapshot->list = stlb_btf_offset(btf, "mmu_notifier_subscriptions", "list");
	snapshot->has_itree = stlb_btf_offset(btf, "mmu_notifier_subscriptions", "has_itree");
	snapshot->direct = value_of(snapshot, "page_offset_base");
	snapshot->vmemmap = value_of(snapshot, STLB_VMEMMAP_SYMBOL);
	snapshot->encrypted = value_of(snapshot, "sme_me_mask");
	return snapshot->tasks >= 0 && snapshot->mm >= 0 && snapshot->pgd >= 0 &&
	       snapshot->subscriptions >= 0 && snapshot->list >= 0 && snapshot->direct &&
	       snapshot->vmemmap;
}

static int take(struct snapshot *snapshot, struct stlb_error *err)
{
	static const uint64_t nobody = 0;
	uint64_t init = symbol(snapshot->kernel, "init_task");
	int ret;

	if (!init || !find_places(snapshot, snapshot->kernel->btf))
		return stlb_error_set(err, -ENOENT,
				      "which mms have subscribers already cannot be read: the "
				      "kernel does not tell where its tasks are");
	/*
	 * Of nobody's mm: from here on every write is recorded. It also tells where the direct map
	 * begins, for events that come before any other that does.
	 */
	tell_root(snapshot, symbol(snapshot->kernel, "init_mm"), init, &nobody);
	ret = tell_tasks(snapshot, init);
	if (ret == -E2BIG)
		return stlb_error_set(err, ret,
				      "the page tables of subscribed mms are too many to be "
				      "recorded: updates of some have no place");
	return ret;
}

int stlb_snapshot_take(const struct stlb_kernel *kernel, const struct stlb_plan *plan,
		       void (*line)(void *arg, const char *text), void *arg, struct stlb_error *err)
{
	struct snapshot snapshot = {.kernel = kernel, .line = line, .arg = arg};
	struct stlb_kcore *core;
	int ret;

	if (!plan->deep)
		return 0;
	ret = stlb_kcore_open(kernel->root, &core);
	if (ret)
		return stlb_error_set(err, ret, "/proc/kcore cannot be read");
	snapshot.core = core;
	ret = take(&snapshot, err);
	free(snapshot.mms);
	stlb_kcore_close(core);
	return ret;
}
