// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver that maps pages of its own into processes and updates their page-table entries, rightly
 * or wrongly, by the inline updates that stock kernels are full of or by plain stores. A module for
 * tests, for Linux 6.1 to 7.3: it calls inner functions of the kernel.
 *
 * A process maps /dev/staletlb-inline (shared) and writes to it, one line at a time:
 *
 *	seen|plain MODE small|huge|hugetlb|table ADDRESS PID
 *
 * works on the entry at ADDRESS (hexadecimal) of the writer: of a page that it has touched, of a
 * huge page that is put there, of a page of hugetlbfs, or of a table of ptes, which is emptied
 * first. PID is of a process with an mmu_notifier, as one has that has written "subscribe"; or 0.
 * "tidy" undoes the line before. modes.h has the modes.
 */
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "place.h"

/**
 * struct door - an open file
 * @pages: its pages, by their lru
 * @place: what the last line worked on; its mm is NULL: there is nothing to tidy up
 * @first, @next: what the entries at the place said before
 * @subscription: of the writer of "subscribe"
 */
struct door {
	struct list_head pages;
	struct place place;
	pte_t first, next;
	struct mmu_notifier subscription;
	bool subscribed;
};

static struct page *new_page(struct door *door, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);

	if (page) {
		list_add(&page->lru, &door->pages);
		page->private = order;
	}
	return page;
}

/* ---- where entries are ---- */

static pmd_t *find_pmd(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d = pgd_none(*pgd) ? NULL : p4d_offset(pgd, addr);
	pud_t *pud = !p4d || p4d_none(*p4d) ? NULL : pud_offset(p4d, addr);

	return !pud || pud_none(*pud) ? NULL : pmd_offset(pud, addr);
}

static int find_small(struct door *door, struct place *place, pmd_t *pmd)
{
	if (pmd_none(*pmd))
		return -EFAULT;
	place->size = PAGE_SIZE;
	place->ptep = pte_offset_kernel(pmd, place->addr);
	place->second = place->ptep + 1;
	place->ptl = pte_lockptr(place->mm, pmd);
	place->page = pte_present(*place->ptep) ? pte_page(*place->ptep) : NULL;
	place->spare = new_page(door, 0);
	return place->page && place->spare ? 0 : -EFAULT;
}

static int find_large(struct door *door, struct place *place, pmd_t *pmd)
{
	place->size = PMD_SIZE;
	place->ptep = (pte_t *)pmd;
	place->second = place->ptep + 1;
	place->ptl = pmd_lockptr(place->mm, pmd);
	place->spare = new_page(door, PMD_SHIFT - PAGE_SHIFT);
	return place->spare ? 0 : -ENOMEM;
}

static void set_in_hold(struct place *place, pte_t entry)
{
	spin_lock(place->ptl);
	set_pte(place->ptep, entry);
	spin_unlock(place->ptl);
}

static int find_huge(struct door *door, struct place *place, pmd_t *pmd)
{
	int error = find_large(door, place, pmd);

	if (error || !pmd_none(*pmd))
		return error ? error : -EBUSY;
	place->page = new_page(door, PMD_SHIFT - PAGE_SHIFT);
	if (!place->page)
		return -ENOMEM;
	set_in_hold(place, entry_of(place, place->page));
	return 0;
}

static int find_hugetlb(struct door *door, struct place *place, pmd_t *pmd)
{
	place->page = pte_page(*(pte_t *)pmd);
	return pmd_none(*pmd) ? -EFAULT : find_large(door, place, pmd);
}

/* The entries of a table are taken out before the table is. */
static int find_table(struct door *door, struct place *place, pmd_t *pmd)
{
	spinlock_t *ptl;
	pte_t *ptep;

	if (pmd_none(*pmd) || place->addr & ~PMD_MASK)
		return -EFAULT;
	ptl = pte_lockptr(place->mm, pmd);
	ptep = pte_offset_kernel(pmd, place->addr);
	place->size = PMD_SIZE;
	open_range(place, 1);
	spin_lock(ptl);
	for (unsigned int i = 0; i < PTRS_PER_PTE; i++)
		if (!pte_none(ptep[i]))
			ptep_get_and_clear(place->mm, place->addr + i * PAGE_SIZE, ptep + i);
	flush(place->mm, place->addr, place->addr + PMD_SIZE);
	spin_unlock(ptl);
	close_range(place);
	place->page = pmd_page(*pmd);
	return find_large(door, place, pmd);
}

static const struct {
	const char *name;
	int (*find)(struct door *door, struct place *place, pmd_t *pmd);
} finders[] = {
	{"small", find_small},
	{"huge", find_huge},
	{"hugetlb", find_hugetlb},
	{"table", find_table},
};

static int find(struct door *door, struct place *place, const char *what)
{
	pmd_t *pmd = find_pmd(place->mm, place->addr);

	for (unsigned int i = 0; i < ARRAY_SIZE(finders); i++)
		if (!strcmp(finders[i].name, what))
			return pmd ? finders[i].find(door, place, pmd) : -EFAULT;
	return -EINVAL;
}

/* ---- what is written ---- */

/* The mm of another process, which has a notifier. */
static struct mm_struct *mm_of(pid_t pid)
{
	struct pid *found = pid ? find_get_pid(pid) : NULL;
	struct task_struct *task = found ? get_pid_task(found, PIDTYPE_PID) : NULL;
	struct mm_struct *mm = task ? get_task_mm(task) : NULL;

	put_pid(found);
	if (task)
		put_task_struct(task);
	if (mm && !mm_has_notifiers(mm)) {
		mmput(mm);
		return NULL;
	}
	return mm;
}

static int run(struct door *door, const char *how, const char *name)
{
	const struct mode *mode = strcmp(how, "plain") ? seen_modes : plain_modes;
	struct place *place = &door->place;
	int error = 0;

	while (mode->name && strcmp(mode->name, name))
		mode++;
	if (!mode->name)
		return -EINVAL;
	if (!strcmp(name, "wrong_mm") && !place->other)
		return -ESRCH;
	if (!strcmp(name, "wrong_elsewhere"))
		error = begin_errand(place);
	return error ? error : mode->run(place);
}

static int operate(struct door *door, const char *line)
{
	struct place *place = &door->place;
	char how[8], mode[32], what[8];
	unsigned long addr;
	pid_t pid;
	int error;

	if (place->mm)
		return -EBUSY;
	if (sscanf(line, "%7s %31s %7s %lx %d", how, mode, what, &addr, &pid) != 5)
		return -EINVAL;
	*place = (struct place){.mm = current->mm, .other = mm_of(pid), .addr = addr};
	mmap_read_lock(place->mm);
	place->vma = find_vma(place->mm, addr);
	error = place->vma && place->vma->vm_start <= addr ? find(door, place, what) : -EFAULT;
	if (!error) {
		door->first = *place->ptep;
		door->next = *place->second;
		error = run(door, how, mode);
	}
	mmap_read_unlock(place->mm);
	if (place->other)
		mmput(place->other);
	if (error)
		place->mm = NULL;
	return error;
}

static void free_listed(struct page *page)
{
	list_del(&page->lru);
	__free_pages(page, page->private);
}

/* Entries of pages that are there still say again what they said, but for a huge page. */
static void put_back(struct door *door, bool huge)
{
	struct place *place = &door->place;
	bool two = pte_val(*place->second) != pte_val(door->next);

	open_range(place, two ? 2 : 1);
	spin_lock(place->ptl);
	ptep_get_and_clear(place->mm, place->addr, place->ptep);
	if (two)
		ptep_get_and_clear(place->mm, place->addr + place->size, place->second);
	flush(place->mm, place->addr, place->addr + (two ? 2 : 1) * place->size);
	if (!place->freed && !huge)
		set_pte(place->ptep, door->first);
	if (two && !pte_none(door->next))
		set_pte(place->second, door->next);
	spin_unlock(place->ptl);
	close_range(place);
}

static int tidy(struct door *door)
{
	struct place *place = &door->place;
	bool huge = place->size == PMD_SIZE && !is_vm_hugetlb_page(place->vma);

	if (!place->mm)
		return -EINVAL;
	mmap_read_lock(place->mm);
	put_back(door, huge);
	mmap_read_unlock(place->mm);
	free_listed(place->spare);
	if (huge && !place->freed)
		free_listed(place->page);
	place->mm = NULL;
	return 0;
}

static const struct mmu_notifier_ops nothing;

static int subscribe(struct door *door)
{
	int error = door->subscribed ? -EBUSY : 0;

	if (error)
		return error;
	door->subscription.ops = &nothing;
	error = mmu_notifier_register(&door->subscription, current->mm);
	door->subscribed = !error;
	return error;
}

/* ---- the device ---- */

static ssize_t door_write(struct file *file, const char __user *from, size_t length, loff_t *at)
{
	struct door *door = file->private_data;
	char line[96];
	int error;

	if (length >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, length))
		return -EFAULT;
	line[length] = 0;
	strim(line);
	if (!strcmp(line, "subscribe"))
		error = subscribe(door);
	else if (!strcmp(line, "tidy"))
		error = tidy(door);
	else
		error = operate(door, line);
	return error ? error : length;
}

static vm_fault_t door_fault(struct vm_fault *fault)
{
	struct page *page = new_page(fault->vma->vm_file->private_data, 0);

	return page ? vmf_insert_pfn(fault->vma, fault->address, page_to_pfn(page)) : VM_FAULT_OOM;
}

static const struct vm_operations_struct door_vm_ops = {.fault = door_fault};

static int door_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags |= VM_PFNMAP | VM_DONTEXPAND;
#else
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND);
#endif
	vma->vm_ops = &door_vm_ops;
	return 0;
}

static int door_open(struct inode *inode, struct file *file)
{
	struct door *door = kzalloc(sizeof(*door), GFP_KERNEL);

	if (!door)
		return -ENOMEM;
	INIT_LIST_HEAD(&door->pages);
	file->private_data = door;
	return 0;
}

/* Nothing maps the file any more. */
static int door_release(struct inode *inode, struct file *file)
{
	struct door *door = file->private_data;
	struct page *page, *next;

	if (door->subscribed)
		mmu_notifier_unregister(&door->subscription, door->subscription.mm);
	list_for_each_entry_safe(page, next, &door->pages, lru) free_listed(page);
	kfree(door);
	return 0;
}

static const struct file_operations door_ops = {
	.owner = THIS_MODULE,
	.open = door_open,
	.release = door_release,
	.write = door_write,
	.mmap = door_mmap,
};

static struct miscdevice door_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "staletlb-inline",
	.fops = &door_ops,
};

static int __init inline_init(void)
{
	int error = find_core();

	return error ? error : misc_register(&door_device);
}

static void __exit inline_exit(void)
{
	misc_deregister(&door_device);
}

module_init(inline_init);
module_exit(inline_exit);
MODULE_DESCRIPTION("Page-table updates with and without invalidation, for tests");
MODULE_LICENSE("GPL");
