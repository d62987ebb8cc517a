/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generator's machine: tasks run programs of steps on simulated page tables and locks, so that
 * entries and lock waits in the trace fit each other however the tasks interleave.
 */
#ifndef PROPERTY_GENERATE_INTERNAL_H
#define PROPERTY_GENERATE_INTERNAL_H

#include "generate.h"

enum {
	NR_MMS = 4,
	CHILD_MM = 2,	/* a forked child's, never subscribed */
	OTHER_MM = 3,	/* of the preamble only */
	NR_REGIONS = 2, /* pmds: the first begins with a table, the second with a huge page */
	HUGETLB_REGION = 1,
	NR_PAGES = 6, /* pages of a region that operations use */
	NR_TASKS = 5, /* the last is forked by another */
	KSMD = 3,     /* the task that is named so, if it is */
	NR_CPUS = 2,
	MAX_STEPS = 96,
	MAX_FREE = 32,
	PMD_SLOT = -1, /* step.page: the pmd itself */
};

enum step_kind {
	STEP_BEGIN, /* of an operation: nothing cleared yet */
	STEP_START,
	STEP_END,
	STEP_LOCK,
	STEP_UNLOCK,
	STEP_OTHER_LOCK, /* taken and released at once: order, no hold */
	STEP_CLEAR,	 /* only what is present; remembers the entry for the steps after it */
	STEP_LATE_CLEAR, /* an entry of a table that was taken out before */
	STEP_LATE_SET,	 /* the page allocated last, into a table that was taken out before */
	STEP_SET,
	STEP_SET_BATCH, /* of @how pages from @page on, by one event */
	STEP_INV,
	STEP_ALLOC,
	STEP_FREE,  /* what this task cleared there */
	STEP_DEFER, /* the same, left to whoever drains */
	STEP_DRAIN,
	STEP_SAME_CONTENT,
	STEP_FORK,
	STEP_WAKE,
	STEP_USER_MODE,
	STEP_EXIT,
	STEP_SUBSCRIBE,
	STEP_RELEASE,
	STEP_MM_FREE, /* and another mm at the same address */
	STEP_MMAP_LOCK,
	STEP_MMAP_UNLOCK,
};

enum set_what {
	SET_NEW,     /* the page allocated last, writable */
	SET_NEW_RO,  /* the same, write-protected */
	SET_FAULT,   /* the same, where nothing is present */
	SET_SAME,    /* what was cleared */
	SET_SAME_RO, /* what was cleared or is there, write-protected */
	SET_SAME_RW,
	SET_SWAP,
	SET_MIGRATION,
	SET_PROTNONE,
	SET_SPLIT,  /* 512 ptes of the huge page that was cleared */
	SET_FREEZE, /* the same as migration entries */
	SET_TABLE,
	SET_BACK, /* the table that was taken out, with its entries */
};

struct step {
	enum step_kind kind;
	unsigned int mm, region;
	int page;
	uint64_t start, end;
	unsigned int how; /* set_what, notifier event, or other argument */
	bool flag;	  /* only_end, blockable, flushing clear, direct set */
};

struct program {
	struct step steps[MAX_STEPS];
	unsigned int nr;
};

struct task {
	struct program program;
	unsigned int at;
	int32_t tid;
	int32_t cpu;
	const char *comm;
	bool started;
	bool waits; /* asked for a lock that another task holds */
	bool exited;
	unsigned int mmap_locked; /* how: 0, STEP_MMAP_LOCK with @flag: 2, without: 1 */
	unsigned int mmap_mm;
	uint64_t old[NR_REGIONS][NR_PAGES + 1]; /* last: of the pmd */
	bool cleared[NR_REGIONS][NR_PAGES + 1];
	uint64_t new_pfn, new_huge_pfn;
};

struct mm {
	uint64_t pmd[NR_REGIONS];
	uint64_t pte[NR_REGIONS][NR_PAGES];
	uint64_t detached[NR_REGIONS][NR_PAGES]; /* entries of a table that was taken out */
	uint64_t detached_pmd[NR_REGIONS];	 /* what the pmd said of it */
	int readers;				 /* tasks that hold mmap_lock */
	int writer;				 /* tid of the one that holds it for writing */
	unsigned int brackets;			 /* open ones */
	int lock_owner[NR_REGIONS];
};

struct freed {
	uint64_t pfn;
	unsigned int order;
	bool hugetlb;
};

/* What a device's TLB holds, by device, mm and page. */
struct devices {
	uint64_t pfn[NR_DEVICES][CHILD_MM][NR_REGIONS][NR_PAGES];
};

struct world {
	uint64_t random;
	struct trace *trace;
	bool before_6_6;
	bool locks, acquired, returns, echo, sched, batched, subscribe_return, mmap, user_mode,
		fake_ksmd, bare, hugetlb, blind;
	bool has_devices;
	struct devices devices;
	struct mm mm[NR_MMS];
	struct task task[NR_TASKS];
	unsigned int nr_tasks;
	int current[NR_CPUS];
	uint64_t next_pfn, next_huge_pfn;
	struct freed deferred[MAX_FREE], spare[MAX_FREE];
	unsigned int nr_deferred, nr_spare;
};

/* ---- generate.c ---- */
void populate(struct world *world, unsigned int mm);
unsigned int random_below(struct world *world, unsigned int limit);
bool one_in(struct world *world, unsigned int chances);

/* ---- generate_step.c ---- */
struct stlb_event *emit(struct world *world, const struct task *task, enum stlb_kind kind);
bool step_run(struct world *world, struct task *task, const struct step *step);
void interrupt(struct world *world, const struct task *task);

/* ---- generate_entry.c ---- */
uint64_t region_address(unsigned int region);
bool entry_present(uint64_t raw);
uint64_t entry_pfn(uint64_t raw);
void clear_run(struct world *world, struct task *task, const struct step *step);
void late_clear_run(struct world *world, struct task *task, const struct step *step);
void late_set_run(struct world *world, struct task *task, const struct step *step);
void batch_run(struct world *world, const struct task *task, const struct step *step);
void ptl_map_run(struct world *world, const struct task *task, const struct step *step);
void set_run(struct world *world, struct task *task, const struct step *step);

/* ---- generate_device.c ---- */
void device_turn(struct world *world);
void devices_invalidate(struct world *world, const struct step *step);

/* ---- generate_ops.c, generate_huge.c ---- */
void add_step(struct program *program, struct step step);
void begin_operation(struct program *program);
void add_operation(struct world *world, struct task *task);
void add_huge_operation(struct world *world, struct task *task);
void add_bracket(struct program *program, bool end, unsigned int mm, uint64_t start, uint64_t to,
		 unsigned int event, bool flag);
void add_inv(struct program *program, unsigned int mm, uint64_t start, uint64_t end);
void add_page_step(struct program *program, enum step_kind kind, unsigned int mm,
		   unsigned int region, int page, unsigned int how);

/** lock_pointer - the address of the PTL that a step is about */
uint64_t lock_pointer(const struct step *step);

/** mm_pointer - the mm_struct pointer of an mm of the generator */
uint64_t mm_pointer(unsigned int mm);

#endif
