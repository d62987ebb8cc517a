/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry that a mode works on, and the steps that modes are made of. */
#ifndef PLACE_H
#define PLACE_H

#include <linux/mm.h>
#include <linux/mmu_notifier.h>

/**
 * struct place - an entry of a process, and what is done to it
 * @other: another mm, with a notifier; NULL: there is none
 * @size: what the entry maps, in bytes
 * @ptep: the entry; of a huge page and of a table it is that of the pmd table
 * @second: the next entry of the same table
 * @ptl: the lock of both
 * @page: what @ptep maps, or the table that it points to
 * @spare: another page of that size
 * @freed: @page is not there any more
 */
struct place {
	struct mm_struct *mm, *other;
	struct vm_area_struct *vma;
	unsigned long addr, size;
	pte_t *ptep, *second;
	spinlock_t *ptl;
	struct page *page, *spare;
	bool freed;
	struct mmu_notifier_range range;
};

/** struct mode - what can be asked for; @run returns 0 or -errno */
struct mode {
	const char *name;
	int (*run)(struct place *place);
};

/** seen_modes, plain_modes - the same modes, by the kernel's inline updates and by plain stores */
extern const struct mode seen_modes[], plain_modes[];

/** find_core - look up what the kernel does not export; 0 or -errno */
int find_core(void);

/** open_range, close_range - a bracket over @pages of the place's size */
void open_range(struct place *place, unsigned int pages);
void close_range(struct place *place);

/** notify - the secondary TLBs of an mm drop a range */
void notify(struct mm_struct *mm, unsigned long start, unsigned long end);

/** begin_errand - a thread of another CPU stands ready to notify; -ENODEV: there is no other CPU */
int begin_errand(const struct place *place);

/** notify_elsewhere - it does; nothing that a trace can show orders it after what was done here */
void notify_elsewhere(void);

/** flush - all TLBs drop a range */
void flush(struct mm_struct *mm, unsigned long start, unsigned long end);

/** entry_of - the entry that maps a page at the place */
pte_t entry_of(const struct place *place, struct page *page);

/** free_page_of, free_table_of - free what the entry had */
void free_page_of(struct place *place);
void free_table_of(struct place *place);

#endif
