/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations on single pages, as the kernel does them and as it should not. */
#include "generate_internal.h"

void add_step(struct program *program, struct step step)
{
	if (program->nr < MAX_STEPS)
		program->steps[program->nr++] = step;
}

void begin_operation(struct program *program)
{
	add_step(program, (struct step){.kind = STEP_BEGIN});
}

void add_bracket(struct program *program, bool end, unsigned int mm, uint64_t start, uint64_t to,
		 unsigned int event, bool flag)
{
	add_step(program, (struct step){.kind = end ? STEP_END : STEP_START,
					.mm = mm,
					.start = start,
					.end = to,
					.how = event,
					.flag = flag});
}

void add_inv(struct program *program, unsigned int mm, uint64_t start, uint64_t end)
{
	add_step(program, (struct step){.kind = STEP_INV, .mm = mm, .start = start, .end = end});
}

void add_page_step(struct program *program, enum step_kind kind, unsigned int mm,
		   unsigned int region, int page, unsigned int how)
{
	add_step(program, (struct step){.kind = kind,
					.mm = mm,
					.region = region,
					.page = page,
					.how = how,
					.flag = how & 0x100});
	program->steps[program->nr - 1].how &= 0xff;
}

/* A flag for add_page_step: a flushing clear, a writable fault. */
enum { WITH_FLAG = 0x100 };

/* What an operation works on. */
struct target {
	struct world *world;
	struct program *program;
	unsigned int mm, region;
	int first, last; /* pages */
	bool nested;	 /* brackets within others: all of them succeed */
	uint64_t start, end;
};

static void choose_target(struct target *target, unsigned int max_pages)
{
	struct world *world = target->world;

	target->mm = one_in(world, 5) ? 1 : 0;
	target->region = one_in(world, 5) ? 1 : 0;
	target->first = (int)random_below(world, NR_PAGES);
	target->last = target->first + (int)random_below(world, max_pages);
	if (target->last >= NR_PAGES)
		target->last = NR_PAGES - 1;
	target->start = region_address(target->region) + (uint64_t)target->first * PAGE_BYTES;
	target->end = region_address(target->region) + (uint64_t)(target->last + 1) * PAGE_BYTES;
}

static void page(const struct target *t, enum step_kind kind, int page, unsigned int how)
{
	add_page_step(t->program, kind, t->mm, t->region, page, how);
}

static void each(const struct target *t, enum step_kind kind, unsigned int how)
{
	for (int i = t->first; i <= t->last; i++)
		page(t, kind, i, how);
}

static void lock(const struct target *t)
{
	page(t, STEP_LOCK, t->first, 0);
}

static void unlock(const struct target *t)
{
	page(t, STEP_UNLOCK, 0, 0);
}

static void start(const struct target *t, unsigned int event)
{
	add_bracket(t->program, false, t->mm, t->start, t->end, event,
		    t->nested || !one_in(t->world, 10));
}

static void finish(const struct target *t, bool only_end)
{
	add_bracket(t->program, true, t->mm, t->start, t->end, 0, only_end);
}

static void inv(const struct target *t)
{
	bool all = one_in(t->world, 6);

	add_inv(t->program, t->mm, all ? 0 : t->start, all ? UINT64_MAX : t->end);
}

static bool faulty(const struct target *t)
{
	return one_in(t->world, 3);
}

static void give_back(const struct target *t)
{
	each(t, one_in(t->world, 3) ? STEP_DEFER : STEP_FREE, 0);
}

static void copy_on_write(struct target *t)
{
	unsigned int clear = one_in(t->world, 2) ? WITH_FLAG : 0;
	bool wrong = faulty(t);

	page(t, STEP_ALLOC, t->first, 0);
	start(t, 1);
	lock(t);
	if (!wrong || !one_in(t->world, 4))
		each(t, STEP_CLEAR, clear);
	if (!wrong)
		inv(t);
	each(t, STEP_SET, one_in(t->world, 8) ? SET_NEW_RO : SET_NEW);
	if (wrong && one_in(t->world, 3))
		inv(t);
	unlock(t);
	if (wrong && one_in(t->world, 3))
		inv(t);
	finish(t, !one_in(t->world, 3));
	if (!one_in(t->world, 3))
		give_back(t);
}

static void zap(struct target *t)
{
	bool wrong = faulty(t), in_lock = one_in(t->world, 5), early = one_in(t->world, 3);

	start(t, one_in(t->world, 2));
	lock(t);
	each(t, STEP_CLEAR, 0);
	if (in_lock)
		inv(t);
	unlock(t);
	if (early)
		inv(t);
	if (early || (wrong && one_in(t->world, 2)))
		give_back(t);
	finish(t, one_in(t->world, 4));
	if (!wrong)
		inv(t);
	give_back(t);
}

static void fault(struct target *t)
{
	unsigned int writable = one_in(t->world, 3) ? 0 : WITH_FLAG;

	t->last = t->first;
	page(t, STEP_ALLOC, t->first, 0);
	lock(t);
	each(t, STEP_SET, SET_FAULT | writable);
	unlock(t);
}

/* A fault that maps neighbours too, over nothing or, wrongly, over what is there. */
static void fault_around(struct target *t)
{
	bool wrong = faulty(t);

	if (!wrong)
		start(t, 1);
	lock(t);
	if (!wrong) {
		each(t, STEP_CLEAR, 0);
		inv(t);
	}
	page(t, STEP_SET_BATCH, t->first,
	     (unsigned int)(t->last - t->first + 1) | (one_in(t->world, 2) ? WITH_FLAG : 0));
	unlock(t);
	if (!wrong)
		finish(t, true);
}

static void mprotect(struct target *t)
{
	unsigned int how = one_in(t->world, 5) ? SET_PROTNONE : SET_SAME_RO;
	bool clears = how == SET_PROTNONE || one_in(t->world, 2), wrong = faulty(t);

	start(t, 2);
	lock(t);
	if (clears)
		each(t, STEP_CLEAR, 0);
	each(t, STEP_SET, how);
	unlock(t);
	finish(t, wrong && one_in(t->world, 2));
	if (one_in(t->world, 3)) {
		start(t, 2);
		finish(t, true);
	}
	if (!wrong)
		inv(t);
	if (one_in(t->world, 2))
		add_step(t->program, (struct step){.kind = STEP_USER_MODE});
}

static void fork_memory(struct target *t)
{
	struct target child = *t;

	child.mm = CHILD_MM;
	start(t, 2);
	lock(t);
	each(t, STEP_SET, SET_SAME_RO);
	unlock(t);
	page(&child, STEP_ALLOC, 0, 0);
	page(&child, STEP_SET, child.first, SET_NEW_RO);
	page(&child, STEP_CLEAR, child.first, 0);
	finish(t, one_in(t->world, 3));
	if (!faulty(t))
		add_inv(t->program, t->mm, 0, UINT64_MAX);
}

static void migrate(struct target *t)
{
	bool wrong = faulty(t), other = one_in(t->world, 3);

	start(t, 1);
	lock(t);
	each(t, STEP_CLEAR, one_in(t->world, 2) ? WITH_FLAG : 0);
	if (!wrong && (!t->world->before_6_6 || one_in(t->world, 2)))
		inv(t);
	each(t, STEP_SET, one_in(t->world, 4) ? SET_SWAP : SET_MIGRATION);
	if (!wrong && one_in(t->world, 3))
		inv(t);
	unlock(t);
	finish(t, wrong && one_in(t->world, 2));
	if (other) {
		give_back(t);
		return;
	}
	page(t, STEP_ALLOC, t->first, 0);
	lock(t);
	each(t, STEP_SET, one_in(t->world, 4) ? SET_SAME : SET_FAULT | WITH_FLAG);
	unlock(t);
	give_back(t);
}

static void ksm(struct target *t)
{
	bool evidence = !one_in(t->world, 3), before = one_in(t->world, 3);

	t->last = t->first;
	t->end = t->start + PAGE_BYTES;
	page(t, STEP_ALLOC, t->first, 0);
	start(t, 1);
	lock(t);
	each(t, STEP_CLEAR, WITH_FLAG);
	if (!t->world->before_6_6 && one_in(t->world, 2))
		inv(t);
	if (evidence && before)
		each(t, STEP_SAME_CONTENT, 0);
	each(t, STEP_SET, one_in(t->world, 6) ? SET_NEW : SET_NEW_RO);
	unlock(t);
	if (!t->world->before_6_6 && one_in(t->world, 2))
		inv(t);
	finish(t, one_in(t->world, 5));
	if (evidence && !before)
		each(t, STEP_SAME_CONTENT, 0);
	give_back(t);
}

/* MADV_COLD and the like: out and in again, no bracket asked for. */
static void restore(struct target *t)
{
	unsigned int how = one_in(t->world, 4) ? SET_SAME_RO : SET_SAME;

	lock(t);
	each(t, STEP_CLEAR, 0);
	if (one_in(t->world, 6)) {
		unlock(t);
		lock(t);
	}
	if (!one_in(t->world, 6))
		each(t, STEP_SET, one_in(t->world, 4) ? SET_SAME_RW : how);
	unlock(t);
	if (one_in(t->world, 2))
		inv(t);
}

static void nested(struct target *t)
{
	struct target outer = *t;

	t->nested = outer.nested = true;

	outer.start = region_address(t->region);
	outer.end = outer.start + PMD_BYTES;
	start(&outer, 0);
	if (one_in(t->world, 3))
		zap(&outer);
	zap(t);
	copy_on_write(t);
	finish(&outer, one_in(t->world, 2));
}

/* Another's invalidation, ordered by a lock or not at all. */
static void foreign(struct target *t)
{
	unsigned int order = random_below(t->world, 3);

	if (order == 0) {
		lock(t);
		unlock(t);
	} else if (order == 1) {
		add_step(t->program, (struct step){.kind = STEP_OTHER_LOCK});
	}
	if (one_in(t->world, 2)) {
		inv(t);
		return;
	}
	start(t, 1);
	inv(t);
	finish(t, false);
}

static void odd_ranges(struct target *t)
{
	uint64_t skew = random_below(t->world, 2) ? 0x123 : 0;

	add_bracket(t->program, false, t->mm, t->start + skew, t->end + skew, 1, true);
	lock(t);
	each(t, STEP_CLEAR, 0);
	unlock(t);
	if (one_in(t->world, 2))
		add_inv(t->program, t->mm, t->start, t->start);
	add_inv(t->program, t->mm, t->start + skew, t->end - skew);
	add_bracket(t->program, true, t->mm, t->start + skew, t->end + skew, 0, false);
	give_back(t);
}

/* Two ranges, one flush after both: MADV_DONTNEED of several mappings from 6.16 on. */
static void gather(struct target *t)
{
	struct target second = *t;
	bool wrong = faulty(t), nested = one_in(t->world, 4);
	unsigned int event = 1 + one_in(t->world, 3), how = one_in(t->world, 4) ? SET_SAME_RO : 0;

	t->nested = second.nested = true;
	choose_target(&second, 3);
	second.mm = t->mm;
	start(t, event);
	lock(t);
	each(t, how ? STEP_SET : STEP_CLEAR, how);
	unlock(t);
	if (!nested)
		finish(t, one_in(t->world, 3));
	start(&second, 1);
	lock(&second);
	each(&second, STEP_CLEAR, 0);
	unlock(&second);
	finish(&second, one_in(t->world, 3));
	if (nested)
		finish(t, one_in(t->world, 3));
	if (!wrong)
		add_inv(t->program, t->mm, 0, UINT64_MAX);
	else if (one_in(t->world, 2))
		inv(&second);
	give_back(t);
	give_back(&second);
}

static void hand_over(struct target *t)
{
	add_step(t->program, (struct step){.kind = STEP_OTHER_LOCK});
	add_step(t->program, (struct step){.kind = STEP_DRAIN});
	add_step(t->program,
		 (struct step){.kind = STEP_WAKE, .how = random_below(t->world, NR_TASKS - 1)});
}

/* Clears here, and has another invalidate; a wake-up or nothing says when. */
static void delegate(struct target *t)
{
	unsigned int other = random_below(t->world, NR_TASKS - 1);

	start(t, 1);
	lock(t);
	each(t, STEP_CLEAR, 0);
	unlock(t);
	if (!one_in(t->world, 4))
		add_step(t->program, (struct step){.kind = STEP_WAKE, .how = other});
	add_inv(&t->world->task[other].program, t->mm, t->start, t->end);
	finish(t, one_in(t->world, 2));
	give_back(t);
}

static void subscription(struct target *t)
{
	if (one_in(t->world, 3))
		add_step(t->program, (struct step){.kind = STEP_RELEASE, .mm = t->mm});
	else if (one_in(t->world, 2))
		add_step(t->program, (struct step){.kind = STEP_MM_FREE, .mm = t->mm});
	else
		add_step(t->program, (struct step){.kind = STEP_SUBSCRIBE, .mm = t->mm});
}

void add_operation(struct world *world, struct task *task)
{
	static void (*const operations[])(struct target *) = {
		copy_on_write, copy_on_write, zap,	    zap,	fault,	  fault,
		mprotect,      fork_memory,   migrate,	    migrate,	ksm,	  restore,
		nested,	       foreign,	      foreign,	    odd_ranges, fault,	  hand_over,
		hand_over,     subscription,  zap,	    delegate,	delegate, gather,
		gather,	       fault_around,  fault_around,
	};
	struct target target = {.world = world, .program = &task->program};
	const unsigned int nr = sizeof(operations) / sizeof(operations[0]);

	begin_operation(&task->program);
	choose_target(&target, 3);
	operations[random_below(world, nr)](&target);
}
