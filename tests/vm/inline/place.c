// SPDX-License-Identifier: GPL-2.0-or-later
#include "place.h"

#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/pgalloc.h>
#include <linux/version.h>

#define CORE_FUNCTIONS(each)                                                                       \
	each(__mmu_notifier_invalidate_range_start);                                               \
	each(__mmu_notifier_invalidate_range_end)

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define SECONDARY __mmu_notifier_invalidate_range
#else
#define SECONDARY __mmu_notifier_arch_invalidate_secondary_tlbs
#endif

#define DECLARE(function) typeof(function) *function

static struct {
	CORE_FUNCTIONS(DECLARE);
	DECLARE(SECONDARY);
	/* headers hide it from modules */
	void (*flush_tlb_mm_range)(struct mm_struct *mm, unsigned long start, unsigned long end,
				   unsigned int stride_shift, bool freed_tables);
} core;

#define FIND(function)                                                                             \
	do {                                                                                       \
		core.function = (void *)find(#function);                                           \
		if (!core.function) {                                                              \
			pr_err("staletlb_inline: the kernel has no %s\n", #function);              \
			return -ENOENT;                                                            \
		}                                                                                  \
	} while (0)
#define FIND_NAMED(function) FIND(function)

int find_core(void)
{
	struct kprobe probe = {.symbol_name = "kallsyms_lookup_name"};
	unsigned long (*find)(const char *name);
	int error = register_kprobe(&probe);

	if (error)
		return error;
	find = (void *)probe.addr;
	unregister_kprobe(&probe);
	CORE_FUNCTIONS(FIND);
	FIND_NAMED(SECONDARY);
	FIND(flush_tlb_mm_range);
	return 0;
}

void open_range(struct place *place, unsigned int pages)
{
	mmu_notifier_range_init(&place->range, MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE,
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
				place->vma,
#endif
				place->mm, place->addr, place->addr + pages * place->size);
	core.__mmu_notifier_invalidate_range_start(&place->range);
}

/* Before 6.6 the end would invalidate if it were not notified that this was done. */
void close_range(struct place *place)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	core.__mmu_notifier_invalidate_range_end(&place->range, true);
#else
	core.__mmu_notifier_invalidate_range_end(&place->range);
#endif
}

void notify(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	core.SECONDARY(mm, start, end);
}

/* Since 6.6 this invalidates the secondary TLBs itself. */
void flush(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	core.flush_tlb_mm_range(mm, start, end, PAGE_SHIFT, true);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	notify(mm, start, end);
#endif
}

/*
 * Flags in memory, no lock and no wake-up: the thread is there before anything is updated, and
 * waits.
 */
static struct errand {
	const struct place *place;
	bool ready, go, done;
} errand;

static int run_errand(void *unused)
{
	const struct place *place = errand.place;

	WRITE_ONCE(errand.ready, true);
	while (!READ_ONCE(errand.go))
		cpu_relax();
	notify(place->mm, place->addr, place->addr + place->size);
	smp_store_release(&errand.done, true);
	return 0;
}

int begin_errand(const struct place *place)
{
	struct task_struct *thread;
	unsigned int cpu = cpumask_any_but(cpu_online_mask, raw_smp_processor_id());

	if (cpu >= nr_cpu_ids)
		return -ENODEV;
	errand = (struct errand){.place = place};
	thread = kthread_create(run_errand, NULL, "staletlb-errand");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, cpu);
	wake_up_process(thread);
	while (!READ_ONCE(errand.ready))
		cond_resched();
	return 0;
}

void notify_elsewhere(void)
{
	WRITE_ONCE(errand.go, true);
	while (!smp_load_acquire(&errand.done))
		cpu_relax();
}

pte_t entry_of(const struct place *place, struct page *page)
{
	pte_t entry = pfn_pte(page_to_pfn(page), place->vma->vm_page_prot);

	entry = pte_mkspecial(pte_mkdirty(pte_mkyoung(entry)));
	if (place->vma->vm_flags & VM_WRITE)
		entry = __pte(pte_val(entry) | _PAGE_RW);
	return place->size == PAGE_SIZE ? entry : __pte(pte_val(entry) | _PAGE_PSE);
}

void free_page_of(struct place *place)
{
	list_del(&place->page->lru);
	__free_pages(place->page, get_order(place->size));
	place->freed = true;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
/* Modules cannot reach it, and pte_free() calls it for the tables of the kernel: this is not one.
 */
void pagetable_free_kernel(struct ptdesc *table)
{
}
#endif

void free_table_of(struct place *place)
{
	mm_dec_nr_ptes(place->mm);
	pte_free(place->mm, place->page);
	place->freed = true;
}
