// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a driver with a bug would do to the page tables of a process with a secondary TLB, and what
 * a driver without it does. A module for tests, for Linux 6.1 only: it calls inner functions of the
 * kernel, which it finds by a kprobe on kallsyms_lookup_name.
 *
 * "MODE PID ADDRESS" written to debugfs' staletlb-faulty works on the page of anonymous memory at
 * ADDRESS (hexadecimal) of the process PID, 0 for the writer. The process must be subscribed.
 *
 *	wrong-repoint		another page with the same content is set, nobody is notified
 *	wrong-repoint-late	the same, and reported only at the end of the range
 *	right-repoint		the same, reported between clear and set
 *	wrong-free		the page is taken away, and freed before the range's end tells it
 *	right-free		the same, and freed after that
 */
#include <linux/debugfs.h>
#include <linux/highmem.h>
#include <linux/kprobes.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/module.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/uaccess.h>

#define CORE_FUNCTIONS(each)                                                                       \
	each(ptep_clear_flush);                                                                    \
	each(page_add_new_anon_rmap);                                                              \
	each(page_remove_rmap);                                                                    \
	each(lru_cache_add_inactive_or_unevictable);                                               \
	each(lru_add_drain_all);                                                                   \
	each(__mem_cgroup_charge);                                                                 \
	each(__mmu_notifier_invalidate_range_start);                                               \
	each(__mmu_notifier_invalidate_range);                                                     \
	each(__mmu_notifier_invalidate_range_end);                                                 \
	each(__mmu_notifier_change_pte)

#define DECLARE(function) typeof(function) *function

/* The kernel's own functions that it does not export. */
static struct {
	CORE_FUNCTIONS(DECLARE);
} core;

/* One page of a process, and what is done to it. */
struct place {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long addr;
	struct mmu_notifier_range range;
	pte_t *ptep;
	spinlock_t *ptl;
	struct page *old;
	struct page *new; /* only to repoint */
};

static void open_range(struct place *place)
{
	mmu_notifier_range_init(&place->range, MMU_NOTIFY_CLEAR, MMU_NOTIFIER_RANGE_BLOCKABLE,
				place->vma, place->mm, place->addr, place->addr + PAGE_SIZE);
	core.__mmu_notifier_invalidate_range_start(&place->range);
}

static void close_range(struct place *place, bool only_end)
{
	core.__mmu_notifier_invalidate_range_end(&place->range, only_end);
}

static void notify(struct place *place)
{
	core.__mmu_notifier_invalidate_range(place->mm, place->addr, place->addr + PAGE_SIZE);
}

/* Takes the page-table lock if the page is one that nobody else knows of. */
static int lock_page_table(struct place *place)
{
	struct page *page;
	int error = follow_pte(place->mm, place->addr, &place->ptep, &place->ptl);

	if (error)
		return error;
	page = pte_page(*place->ptep);
	if (PageAnon(page) && !PageKsm(page) && !PageCompound(page) && !PageSwapCache(page) &&
	    page_mapcount(page) == 1 && page_count(page) == 1) {
		place->old = page;
		return 0;
	}
	pte_unmap_unlock(place->ptep, place->ptl);
	return -EBUSY;
}

static void unlock_page_table(struct place *place)
{
	pte_unmap_unlock(place->ptep, place->ptl);
}

static void clear_and_flush(struct place *place)
{
	core.ptep_clear_flush(place->vma, place->addr, place->ptep);
}

/* The new page takes the place of the old, which is then this module's to free. */
static void set_new(struct place *place)
{
	pte_t pte = pte_mkdirty(mk_pte(place->new, place->vma->vm_page_prot));

	if (place->vma->vm_flags & VM_WRITE)
		pte = pte_mkwrite(pte);
	copy_highpage(place->new, place->old);
	__SetPageUptodate(place->new);
	core.page_add_new_anon_rmap(place->new, place->vma, place->addr);
	core.lru_cache_add_inactive_or_unevictable(place->new, place->vma);
	core.__mmu_notifier_change_pte(place->mm, place->addr, pte);
	set_pte_at(place->mm, place->addr, place->ptep, pte);
	core.page_remove_rmap(place->old, place->vma, false);
	place->new = NULL;
}

/* The page is mapped no more, and this module's to free. */
static void forget_old(struct place *place)
{
	core.page_remove_rmap(place->old, place->vma, false);
	atomic_long_dec(&place->mm->rss_stat.count[MM_ANONPAGES]);
}

/* None of these ends with a call, so that each is seen in the stack of all that it calls. */
static noinline int faulty_repoint_unnotified(struct place *place)
{
	int error;

	open_range(place);
	error = lock_page_table(place);
	if (!error) {
		clear_and_flush(place);
		set_new(place);
		unlock_page_table(place);
	}
	close_range(place, true);
	if (!error)
		put_page(place->old);
	return error;
}

static noinline int faulty_repoint_late(struct place *place)
{
	int error;

	open_range(place);
	error = lock_page_table(place);
	if (!error) {
		clear_and_flush(place);
		set_new(place);
		unlock_page_table(place);
	}
	close_range(place, false);
	if (!error)
		put_page(place->old);
	return error;
}

static noinline int correct_repoint(struct place *place)
{
	int error;

	open_range(place);
	error = lock_page_table(place);
	if (!error) {
		clear_and_flush(place);
		notify(place);
		set_new(place);
		unlock_page_table(place);
	}
	close_range(place, true);
	if (!error)
		put_page(place->old);
	return error;
}

static noinline int faulty_free_early(struct place *place)
{
	int error;

	open_range(place);
	error = lock_page_table(place);
	if (!error) {
		clear_and_flush(place);
		forget_old(place);
		unlock_page_table(place);
		put_page(place->old);
	}
	close_range(place, false);
	return error;
}

static noinline int correct_free(struct place *place)
{
	int error;

	open_range(place);
	error = lock_page_table(place);
	if (!error) {
		clear_and_flush(place);
		forget_old(place);
		unlock_page_table(place);
	}
	close_range(place, false);
	if (!error)
		put_page(place->old);
	return error;
}

static const struct mode {
	const char *name;
	int (*act)(struct place *place);
	bool repoints;
} modes[] = {
	{"wrong-repoint", faulty_repoint_unnotified, true},
	{"wrong-repoint-late", faulty_repoint_late, true},
	{"right-repoint", correct_repoint, true},
	{"wrong-free", faulty_free_early, false},
	{"right-free", correct_free, false},
};

static int allocate_new(struct place *place)
{
	place->new = alloc_page_vma(GFP_HIGHUSER_MOVABLE, place->vma, place->addr);
	if (!place->new)
		return -ENOMEM;
	if (mem_cgroup_disabled())
		return 0;
	return core.__mem_cgroup_charge(page_folio(place->new), place->mm, GFP_KERNEL);
}

/* With the process' memory map locked. */
static int act_locked(const struct mode *mode, struct place *place)
{
	int error = 0;

	place->vma = find_vma(place->mm, place->addr);
	if (!place->vma || place->vma->vm_start > place->addr || !place->vma->anon_vma)
		return -EFAULT;
	if (!mm_has_notifiers(place->mm))
		return -ENOTCONN;
	if (mode->repoints)
		error = allocate_new(place);
	if (!error)
		error = mode->act(place);
	if (place->new)
		put_page(place->new);
	return error;
}

static int act(const struct mode *mode, pid_t pid, unsigned long addr)
{
	struct task_struct *task =
		get_pid_task(pid ? find_vpid(pid) : task_pid(current), PIDTYPE_PID);
	struct place place = {.addr = addr & PAGE_MASK};
	int error;

	if (!task)
		return -ESRCH;
	place.mm = get_task_mm(task);
	put_task_struct(task);
	if (!place.mm)
		return -ESRCH;
	/* A page just faulted in is known to a list of the CPU too. */
	core.lru_add_drain_all();
	mmap_read_lock(place.mm);
	error = act_locked(mode, &place);
	mmap_read_unlock(place.mm);
	mmput(place.mm);
	return error;
}

static ssize_t door_write(struct file *file, const char __user *from, size_t size, loff_t *at)
{
	unsigned long addr;
	char text[80], name[24];
	int pid, error;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, size))
		return -EFAULT;
	text[size] = '\0';
	if (sscanf(text, "%23s %d %lx", name, &pid, &addr) != 3)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].name, name))
			continue;
		error = act(&modes[i], pid, addr);
		return error ? error : size;
	}
	return -EINVAL;
}

static const struct file_operations door_operations = {
	.owner = THIS_MODULE,
	.write = door_write,
};

static struct dentry *door;

static unsigned long (*find_lookup(void))(const char *name)
{
	struct kprobe probe = {.symbol_name = "kallsyms_lookup_name"};

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return (void *)probe.addr;
}

static int __init faulty_init(void)
{
	unsigned long (*lookup)(const char *name) = find_lookup();

	if (!lookup)
		return -ENOSYS;
#define LOOK_UP(function)                                                                          \
	core.function = (void *)lookup(#function);                                                 \
	if (!core.function) {                                                                      \
		pr_err("no function %s\n", #function);                                             \
		return -ENOSYS;                                                                    \
	}
	CORE_FUNCTIONS(LOOK_UP);
#undef LOOK_UP
	door = debugfs_create_file("staletlb-faulty", 0200, NULL, NULL, &door_operations);
	return PTR_ERR_OR_ZERO(door);
}

static void __exit faulty_exit(void)
{
	debugfs_remove(door);
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("Page-table updates that forget secondary TLBs, for tests of staletlb");
MODULE_LICENSE("GPL");
