/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The world that a seed makes, its tasks' turns, and what is spoilt on purpose. */
#include <string.h>

#include "generate_internal.h"

/* splitmix64 */
static uint64_t random_next(struct world *world)
{
	uint64_t z = world->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned int random_below(struct world *world, unsigned int limit)
{
	return (unsigned int)(random_next(world) % limit);
}

bool one_in(struct world *world, unsigned int chances)
{
	return random_below(world, chances) == 0;
}

#define ADD_IF(is, ...)                                                                            \
	do {                                                                                       \
		const struct stlb_kind_list list = STLB_KIND_LIST(__VA_ARGS__);                    \
                                                                                                   \
		for (unsigned int i = 0; (is) && i < list.nr; i++)                                 \
			stlb_kinds_add(&kinds, list.kind[i]);                                      \
	} while (0)

static struct stlb_kinds recorded_kinds(const struct world *world)
{
	struct stlb_kinds kinds = {0};

	ADD_IF(true, STLB_SUBSCRIBE, STLB_UNSUBSCRIBE, STLB_INV_START, STLB_INV_END, STLB_PTE_CLEAR,
	       STLB_PTE_SET, STLB_PMD_SET, STLB_PMD_CLEAR, STLB_PMD_COLLAPSE_FLUSH, STLB_PAGE_ALLOC,
	       STLB_PAGE_FREE, STLB_FORK, STLB_SAME_CONTENT, STLB_EXIT, STLB_PTE_CLEAR_FLUSH,
	       STLB_MM_FREE);
	ADD_IF(!world->blind, STLB_INV_RANGE);
	ADD_IF(world->locks, STLB_LOCK_ACQUIRE, STLB_LOCK_RELEASE);
	ADD_IF(world->locks && world->acquired, STLB_LOCK_ACQUIRED);
	ADD_IF(world->returns, STLB_INV_RANGE_RET);
	ADD_IF(world->sched, STLB_SCHED_SWITCH, STLB_SCHED_WAKING);
	ADD_IF(world->batched, STLB_PAGE_FREE_BATCHED);
	ADD_IF(world->user_mode, STLB_USER_MODE);
	ADD_IF(world->hugetlb, STLB_HUGE_FREE);
	ADD_IF(world->bare, STLB_PTL_MAP);
	ADD_IF(world->has_devices, STLB_DEV_FILL, STLB_DEV_READ, STLB_DEV_WRITE);
	ADD_IF(world->mmap, STLB_MMAP_LOCKED, STLB_MMAP_UNLOCK);
	ADD_IF(world->subscribe_return, STLB_SUBSCRIBE_RET);
	return kinds;
}

static void choose_probes(struct world *world)
{
	struct trace *trace = world->trace;

	world->before_6_6 = one_in(world, 2);
	world->locks = !one_in(world, 5);
	world->acquired = one_in(world, 2);
	world->returns = one_in(world, 3);
	world->blind = one_in(world, 20);
	world->returns &= !world->blind;
	world->echo = one_in(world, 2);
	world->sched = one_in(world, 2);
	world->batched = one_in(world, 3);
	world->subscribe_return = one_in(world, 2);
	world->bare = !world->before_6_6 && world->locks && one_in(world, 3);
	world->echo |= world->bare;
	world->hugetlb = !world->bare && one_in(world, 3);
	trace->bare = world->bare;
	world->has_devices = one_in(world, 4);
	world->mmap = one_in(world, 2);
	world->user_mode = !one_in(world, 4);
	trace->strict = one_in(world, 3);
	trace->facts = (struct stlb_trace_facts){
		.kernel = world->before_6_6 ? "6.1" : "6.12",
		.arch = STLB_ARCH_X86_64,
		.clock = "global",
		.recorded = recorded_kinds(world),
		.irq_flags = true,
	};
}

static uint64_t present_entry(uint64_t pfn, bool writable, uint64_t bits)
{
	return pfn << 12 | X86_PRESENT | X86_USER | X86_ACCESSED | bits | (writable ? X86_RW : 0);
}

void populate(struct world *world, unsigned int index)
{
	struct mm *mm = &world->mm[index];

	if (index >= CHILD_MM) {
		for (unsigned int region = 0; region < NR_REGIONS; region++)
			mm->pmd[region] = present_entry(world->next_pfn++, true, 0);
		return;
	}
	mm->pmd[0] = present_entry(world->next_pfn++, true, 0);
	mm->pmd[1] = present_entry(world->next_huge_pfn, true, X86_PSE);
	world->next_huge_pfn += MAX_PAGES;
	for (unsigned int page = 0; page < NR_PAGES; page++)
		if (!world->bare && !one_in(world, 6))
			mm->pte[0][page] = present_entry(world->next_pfn++, !one_in(world, 4), 0);
}

static void create_tasks(struct world *world)
{
	static const char *const names[NR_TASKS] = {"main", "worker", "khugepaged", "ksmd",
						    "child"};
	unsigned int started = 2 + random_below(world, 3);

	world->nr_tasks = started == 4 ? 4 : started;
	for (unsigned int i = 0; i < NR_TASKS; i++) {
		struct task *task = &world->task[i];

		task->tid = 100 + (int32_t)i;
		task->cpu = (int32_t)(i % NR_CPUS);
		task->comm = i == KSMD && !one_in(world, 3) ? "kcompactd0" : names[i];
		task->started = i < world->nr_tasks;
	}
	world->current[1] = 1;
	world->fake_ksmd = one_in(world, 4) && world->user_mode;
}

/* What each kind is like, shown with an mm that nothing else is about: readers learn what is
 * traced.
 */
static void write_example(struct world *world, struct task *task)
{
	static const struct step steps[] = {
		{.kind = STEP_OTHER_LOCK},
		{.kind = STEP_ALLOC},
		{.kind = STEP_START, .mm = OTHER_MM, .end = UINT64_MAX, .flag = true},
		{.kind = STEP_SET, .mm = OTHER_MM, .how = SET_FAULT},
		{.kind = STEP_CLEAR, .mm = OTHER_MM},
		{.kind = STEP_INV, .mm = OTHER_MM, .end = UINT64_MAX},
		{.kind = STEP_END, .mm = OTHER_MM, .end = UINT64_MAX},
		{.kind = STEP_FREE},
		{.kind = STEP_BEGIN},
	};

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		step_run(world, task, &steps[i]);
}

/* The task called ksmd that is no kernel thread. */
static bool is_fake_ksmd(struct world *world, unsigned int task)
{
	return task == KSMD && world->fake_ksmd;
}

/*
 * Each context shows that it is outside of brackets: it returns to user mode or closes a bracket.
 * The mms are subscribed here, or were before the trace.
 */
static void write_preamble(struct world *world)
{
	bool traced = !one_in(world, 4), examples = !world->bare && !one_in(world, 8);

	for (unsigned int i = 0; i < world->nr_tasks; i++) {
		struct step step = {
			.kind = STEP_START, .mm = OTHER_MM, .end = PAGE_BYTES, .flag = true};

		if (world->user_mode && (one_in(world, 8) || is_fake_ksmd(world, i))) {
			emit(world, &world->task[i], STLB_USER_MODE);
			continue;
		}
		step_run(world, &world->task[i], &step);
		step.kind = STEP_END;
		step.flag = false;
		step_run(world, &world->task[i], &step);
	}
	if (examples)
		write_example(world, &world->task[0]);
	for (unsigned int mm = 0; traced && mm < CHILD_MM; mm++) {
		struct step step = {.kind = STEP_SUBSCRIBE, .mm = mm};

		step_run(world, &world->task[0], &step);
	}
	for (unsigned int mm = 0; world->bare && mm < CHILD_MM; mm++) {
		struct step step = {.kind = STEP_INV, .mm = mm, .end = PAGE_BYTES};

		step_run(world, &world->task[0], &step);
		step = (struct step){.kind = STEP_LOCK, .mm = mm};

		step_run(world, &world->task[0], &step);
		step = (struct step){
			.kind = STEP_SET_BATCH, .mm = mm, .how = NR_PAGES, .flag = true};
		step_run(world, &world->task[0], &step);
		step = (struct step){.kind = STEP_UNLOCK, .mm = mm};
		step_run(world, &world->task[0], &step);
	}
	world->trace->fixed = world->trace->nr;
}

/* Brackets that promise a page less than what is done inside of them. */
static void narrow_brackets(struct program *program, unsigned int from)
{
	for (unsigned int i = from; i < program->nr; i++) {
		struct step *step = &program->steps[i];

		if ((step->kind == STEP_START || step->kind == STEP_END) &&
		    step->end - step->start > PAGE_BYTES)
			step->end -= PAGE_BYTES;
	}
}

static void write_program(struct world *world, struct task *task)
{
	unsigned int operations = 1 + random_below(world, 3);

	for (unsigned int i = 0; i < operations; i++) {
		unsigned int from = task->program.nr;

		bool locked = one_in(world, 2), huge = !world->bare && one_in(world, 3);

		if (locked)
			add_step(&task->program,
				 (struct step){.kind = STEP_MMAP_LOCK, .flag = one_in(world, 4)});
		if (huge)
			add_huge_operation(world, task);
		else
			add_operation(world, task);
		if (locked)
			add_step(&task->program, (struct step){.kind = STEP_MMAP_UNLOCK});
		if (one_in(world, 2))
			add_step(&task->program, (struct step){.kind = STEP_USER_MODE});
		if (one_in(world, 12))
			narrow_brackets(&task->program, from);
	}
	if (one_in(world, 4))
		add_step(&task->program, (struct step){.kind = STEP_EXIT});
}

static bool is_lock_step(const struct step *step)
{
	return step->kind == STEP_LOCK || step->kind == STEP_UNLOCK;
}

static void move_step(struct program *program, unsigned int from, unsigned int to)
{
	struct step step = program->steps[from];

	for (; from < to; from++)
		program->steps[from] = program->steps[from + 1];
	for (; from > to; from--)
		program->steps[from] = program->steps[from - 1];
	program->steps[to] = step;
}

static unsigned int find_inv(struct world *world, const struct program *program)
{
	unsigned int at = random_below(world, program->nr);

	for (unsigned int i = 0; i < program->nr; i++, at = (at + 1) % program->nr)
		if (program->steps[at].kind == STEP_INV)
			break;
	return at;
}

/* What the kernel would have to do wrong; locks stay paired. */
static void spoil(struct world *world, struct program *program)
{
	unsigned int at = random_below(world, program->nr), near;

	if (world->bare || one_in(world, 2))
		at = find_inv(world, program);
	if (is_lock_step(&program->steps[at]) ||
	    (world->bare && program->steps[at].kind != STEP_INV))
		return;
	if (one_in(world, 2)) {
		move_step(program, at, program->nr - 1);
		program->nr -= program->nr > 1;
		return;
	}
	near = at + random_below(world, 9);
	near = near < 4 ? 0 : near - 4;
	move_step(program, at, near < program->nr ? near : program->nr - 1);
}

static bool holds_lock(const struct world *world, const struct task *task)
{
	for (unsigned int i = 0; i < NR_MMS; i++)
		for (unsigned int region = 0; region < NR_REGIONS; region++)
			if (world->mm[i].lock_owner[region] == task->tid)
				return true;
	return false;
}

/* One that spins for a lock keeps its CPU; one that holds it may be preempted. */
static bool can_run(struct world *world, const struct task *task)
{
	const struct task *current = &world->task[world->current[task->cpu]];

	return task->started && !task->exited && task->at < task->program.nr &&
	       (current == task ||
		(!current->waits && (!holds_lock(world, current) || one_in(world, 8))));
}

static void switch_to(struct world *world, struct task *task)
{
	int *current = &world->current[task->cpu];

	if (&world->task[*current] == task)
		return;
	if (world->sched)
		event_put(emit(world, &world->task[*current], STLB_SCHED_SWITCH), STLB_FIELD_NEXT,
			  (uint64_t)task->tid);
	*current = (int)(task - world->task);
}

static void take_turn(struct world *world, struct task *task)
{
	unsigned int steps = 1 + random_below(world, 12);

	switch_to(world, task);
	while (steps-- && !task->exited && task->at < task->program.nr) {
		if (!step_run(world, task, &task->program.steps[task->at]))
			return;
		task->at++;
	}
	if (one_in(world, 15) && !task->exited)
		interrupt(world, task);
}

static void run_tasks(struct world *world)
{
	for (unsigned int turns = 0; turns < 400; turns++) {
		struct task *task = &world->task[random_below(world, NR_TASKS)];

		if (can_run(world, task))
			take_turn(world, task);
		if (world->has_devices && one_in(world, 3))
			device_turn(world);
	}
}

static void remove_event(struct trace *trace, unsigned int at)
{
	memmove(&trace->events[at], &trace->events[at + 1],
		(trace->nr - at - 1) * sizeof(trace->events[0]));
	trace->nr--;
}

static bool may_vanish(uint8_t kind)
{
	return kind == STLB_INV_START || kind == STLB_INV_END || kind == STLB_PAGE_FREE ||
	       kind == STLB_PTE_SET || kind == STLB_PTE_CLEAR || kind == STLB_SAME_CONTENT;
}

/* An event that the recording missed without a word. */
static void lose_silently(struct world *world)
{
	struct trace *trace = world->trace;
	unsigned int at = random_below(world, trace->nr);

	if (at >= trace->fixed && may_vanish(trace->events[at].kind))
		remove_event(trace, at);
}

static void lose_with_record(struct world *world)
{
	struct trace *trace = world->trace;
	unsigned int at = trace->fixed + random_below(world, trace->nr - trace->fixed + 1);
	struct stlb_event loss = {.kind = STLB_LOST, .name = stlb_kind_name(STLB_LOST), .tid = -1};

	if (at >= trace->nr)
		return;
	loss.cpu = trace->events[at].cpu;
	event_put(&loss, STLB_FIELD_MISSED, 1 + random_below(world, 9));
	event_put(&loss, STLB_FIELD_PLACE, STLB_LOSS_HERE);
	memmove(&trace->events[at + 1], &trace->events[at],
		(trace->nr - at) * sizeof(trace->events[0]));
	trace->events[at] = loss;
	trace->nr++;
}

static void write_fork(struct world *world)
{
	struct task *parent = &world->task[0];

	write_program(world, &world->task[NR_TASKS - 1]);
	add_step(&parent->program, (struct step){.kind = STEP_FORK, .how = NR_TASKS - 1});
	move_step(&parent->program, parent->program.nr - 1,
		  random_below(world, parent->program.nr));
}

void generate(uint64_t seed, struct trace *trace)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	memset(trace, 0, sizeof(*trace));
	world.random = seed;
	world.trace = trace;
	world.next_pfn = 0x10000;
	world.next_huge_pfn = 0x200000;
	choose_probes(&world);
	for (unsigned int mm = 0; mm < NR_MMS; mm++)
		populate(&world, mm);
	create_tasks(&world);
	write_preamble(&world);
	for (unsigned int i = 0; i < world.nr_tasks; i++) {
		write_program(&world, &world.task[i]);
		if (one_in(&world, 3))
			spoil(&world, &world.task[i].program);
	}
	if (one_in(&world, 6))
		write_fork(&world);
	run_tasks(&world);
	if (!world.bare && one_in(&world, 6))
		lose_silently(&world);
	if (!world.bare && one_in(&world, 12))
		lose_with_record(&world);
	for (unsigned int i = 0; i < trace->nr; i++)
		trace->events[i].ns = 1000 * (uint64_t)(i + 1);
}
