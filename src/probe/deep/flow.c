/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

/* The largest functions of a kernel have some 30 KiB; those that need following, some hundred
 * bytes. */
enum { MAX_BYTES = 1 << 17, MAX_FOLLOWED = 4096, MAX_STEPS = 1 << 18 };

static const uint16_t lost_in_calls = 1U << STLB_RAX | 1U << STLB_RCX | 1U << STLB_RDX |
				      1U << STLB_RSI | 1U << STLB_RDI | 1U << STLB_R8 |
				      1U << STLB_R9 | 1U << STLB_R10 | 1U << STLB_R11;

/* ---- decoding ---- */

int stlb_flow_decode(struct stlb_flow *flow, struct stlb_disasm *disasm,
		     const struct stlb_functions *functions, const struct stlb_function *function)
{
	uint64_t length = function->end - function->start;
	size_t size = 0, at = 0;
	const uint8_t *bytes = stlb_functions_bytes(functions, function->start, &size);
	struct stlb_insn insn;

	flow->function = function;
	flow->nr = 0;
	if (size > length)
		size = length;
	flow->ends = size <= MAX_BYTES;
	if (size > MAX_BYTES)
		size = MAX_BYTES;
	for (; at < size; at += insn.size) {
		if (!stlb_disasm_one(disasm, bytes + at, size - at, function->start + at, &insn))
			break;
		if (stlb_grow((void **)&flow->insns, flow->nr, &flow->max, sizeof(insn)) < 0)
			return -ENOMEM;
		flow->insns[flow->nr++] = insn;
	}
	flow->ends &= at >= size;
	/* what is between it and the next one */
	while (flow->nr && flow->insns[flow->nr - 1].op == STLB_INSN_STOP)
		flow->nr--;
	return 0;
}

int64_t stlb_flow_find(const struct stlb_flow *flow, uint64_t address)
{
	uint32_t low = 0, high = flow->nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (flow->insns[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < flow->nr && flow->insns[low].address == address ? (int64_t)low : -1;
}

/* ---- origins ---- */

static bool is_register(const struct stlb_operand *operand)
{
	return operand->kind == STLB_OPERAND_REG && operand->reg >= 0 &&
	       operand->reg < STLB_NR_REGISTERS;
}

static struct stlb_origin computed(uint16_t from)
{
	if (!from)
		return (struct stlb_origin){.kind = STLB_ORIGIN_UNKNOWN};
	return (struct stlb_origin){.kind = STLB_ORIGIN_COMPUTED, .from = from};
}

static uint16_t arguments_in(const struct stlb_state *state, int8_t reg)
{
	const struct stlb_origin *origin;

	if (reg < 0 || reg >= STLB_NR_REGISTERS)
		return 0;
	origin = &state->of[reg];
	if (origin->kind == STLB_ORIGIN_ARGUMENT)
		return (uint16_t)(1U << origin->argument);
	return origin->kind == STLB_ORIGIN_COMPUTED ? origin->from : 0;
}

static uint16_t arguments_of(const struct stlb_state *state, const struct stlb_operand *operand)
{
	if (operand->kind == STLB_OPERAND_REG)
		return arguments_in(state, operand->reg);
	if (operand->kind != STLB_OPERAND_MEM)
		return 0;
	return arguments_in(state, operand->base) | arguments_in(state, operand->index);
}

static bool is_same(const struct stlb_origin *a, const struct stlb_origin *b)
{
	return a->kind == b->kind && a->argument == b->argument && a->half == b->half &&
	       a->stepped == b->stepped && a->added == b->added && a->from == b->from;
}

static uint16_t sources(const struct stlb_origin *origin)
{
	return origin->kind == STLB_ORIGIN_ARGUMENT ? (uint16_t)(1U << origin->argument)
						    : origin->from;
}

/* What it is where two ways meet. */
static struct stlb_origin meet(const struct stlb_origin *a, const struct stlb_origin *b)
{
	if (a->kind == STLB_ORIGIN_NOWHERE || is_same(a, b))
		return *b;
	if (a->kind == STLB_ORIGIN_UNKNOWN || b->kind == STLB_ORIGIN_UNKNOWN)
		return (struct stlb_origin){.kind = STLB_ORIGIN_UNKNOWN};
	if (a->kind == STLB_ORIGIN_ARGUMENT && b->kind == STLB_ORIGIN_ARGUMENT &&
	    a->argument == b->argument && a->half == b->half)
		return (struct stlb_origin){.kind = STLB_ORIGIN_ARGUMENT,
					    .argument = a->argument,
					    .half = a->half,
					    .stepped = true};
	return computed(sources(a) | sources(b));
}

/* ---- what an instruction does to them ---- */

static struct stlb_origin copied(const struct stlb_state *state, const struct stlb_insn *insn)
{
	const struct stlb_operand *to = &insn->operand[0], *from = &insn->operand[1];
	struct stlb_origin origin;

	if (!is_register(from) || to->size < 4)
		return computed(arguments_of(state, from));
	origin = state->of[from->reg];
	if (origin.kind == STLB_ORIGIN_ARGUMENT)
		origin.half |= to->size == 4 || from->size == 4;
	return origin;
}

static struct stlb_origin shifted(const struct stlb_origin *origin, int64_t by, uint8_t size)
{
	struct stlb_origin to = *origin;

	if (to.kind != STLB_ORIGIN_ARGUMENT)
		return to;
	if (!to.stepped)
		to.added = (int64_t)((uint64_t)to.added + (uint64_t)by);
	to.half |= size == 4;
	return size < 4 ? computed(sources(origin)) : to;
}

static struct stlb_origin result(const struct stlb_state *state, const struct stlb_insn *insn)
{
	const struct stlb_operand *to = &insn->operand[0], *from = &insn->operand[1];

	if (insn->op == STLB_INSN_MOV)
		return copied(state, insn);
	if (insn->op == STLB_INSN_ADD && is_register(to))
		return shifted(&state->of[to->reg], from->value, to->size);
	if (insn->op == STLB_INSN_LEA && from->index == STLB_NO_REGISTER && from->base >= 0 &&
	    from->base < STLB_NR_REGISTERS)
		return shifted(&state->of[from->base], from->value, to->size);
	if (insn->op == STLB_INSN_LEA)
		return computed(arguments_of(state, from));
	return computed(arguments_of(state, to) | arguments_of(state, from));
}

static void run(struct stlb_state *state, const struct stlb_insn *insn)
{
	const struct stlb_operand *to = &insn->operand[0], *from = &insn->operand[1];
	struct stlb_state before = *state;
	uint16_t lost = insn->op == STLB_INSN_CALL ? lost_in_calls : insn->writes;

	for (int i = 0; i < STLB_NR_REGISTERS; i++)
		if (lost & 1U << i)
			state->of[i] = (struct stlb_origin){.kind = STLB_ORIGIN_UNKNOWN};
	if (insn->op == STLB_INSN_CALL || !is_register(to) || !(lost & 1U << to->reg))
		return;
	if (insn->op != STLB_INSN_XCHG) {
		state->of[to->reg] = result(&before, insn);
	} else if (is_register(from) && to->size == 8) {
		state->of[to->reg] = before.of[from->reg];
		state->of[from->reg] = before.of[to->reg];
	}
}

/* ---- ways ---- */

/** struct walk - instructions that are to be looked at, again where what leads there has changed */
struct walk {
	struct stlb_flow *flow;
	uint32_t *queue, nr, to;
	bool *queued;
};

static void go(struct walk *walk, uint32_t index, const struct stlb_state *state)
{
	struct stlb_state *there = &walk->flow->states[index];
	bool changed = false;

	for (int i = 0; i < STLB_NR_REGISTERS; i++) {
		struct stlb_origin origin = meet(&there->of[i], &state->of[i]);

		changed |= !is_same(&origin, &there->of[i]);
		there->of[i] = origin;
	}
	if (!changed || walk->queued[index])
		return;
	walk->queued[index] = true;
	walk->queue[walk->nr++] = index;
}

static void jump(struct walk *walk, const struct stlb_insn *insn, const struct stlb_state *state)
{
	int64_t index = insn->direct ? stlb_flow_find(walk->flow, insn->target) : -1;

	if (index >= 0)
		go(walk, (uint32_t)index, state);
	else
		walk->flow->returns = true;
}

static void step(struct walk *walk, uint32_t index)
{
	const struct stlb_insn *insn = &walk->flow->insns[index];
	struct stlb_state state = walk->flow->states[index];

	if (index == walk->to || insn->op == STLB_INSN_STOP)
		return;
	run(&state, insn);
	if (insn->op == STLB_INSN_RETURN)
		walk->flow->returns = true;
	if (insn->op == STLB_INSN_JUMP || insn->op == STLB_INSN_BRANCH)
		jump(walk, insn, &state);
	if (insn->op != STLB_INSN_JUMP && insn->op != STLB_INSN_RETURN &&
	    index + 1 < walk->flow->nr)
		go(walk, index + 1, &state);
}

static int walk_all(struct walk *walk)
{
	struct stlb_state entry;

	for (uint8_t i = 0; i < STLB_NR_REGISTERS; i++)
		entry.of[i] = (struct stlb_origin){.kind = STLB_ORIGIN_ARGUMENT, .argument = i};
	go(walk, 0, &entry);
	for (uint32_t steps = 0; walk->nr; steps++) {
		uint32_t index = walk->queue[--walk->nr];

		if (steps == MAX_STEPS)
			return -E2BIG;
		walk->queued[index] = false;
		step(walk, index);
	}
	return 0;
}

int stlb_flow_follow(struct stlb_flow *flow, uint32_t to)
{
	struct walk walk = {.flow = flow, .to = to};
	int ret = -ENOMEM;

	flow->returns = false;
	if (!flow->nr || flow->nr > MAX_FOLLOWED)
		return -E2BIG;
	if (stlb_resize((void **)&flow->states, flow->nr, sizeof(*flow->states)) < 0)
		return -ENOMEM;
	memset(flow->states, 0, flow->nr * sizeof(*flow->states));
	walk.queue = calloc(flow->nr, sizeof(*walk.queue));
	walk.queued = calloc(flow->nr, sizeof(*walk.queued));
	if (walk.queue && walk.queued)
		ret = walk_all(&walk);
	free(walk.queue);
	free(walk.queued);
	return ret;
}

bool stlb_flow_loops(const struct stlb_flow *flow, uint32_t over)
{
	for (uint32_t i = over; i < flow->nr; i++) {
		const struct stlb_insn *insn = &flow->insns[i];

		if ((insn->op == STLB_INSN_JUMP || insn->op == STLB_INSN_BRANCH) && insn->direct &&
		    insn->target <= flow->insns[over].address &&
		    insn->target >= flow->function->start)
			return true;
	}
	return false;
}

void stlb_flow_free(struct stlb_flow *flow)
{
	free(flow->insns);
	free(flow->states);
	*flow = (struct stlb_flow){0};
}
