/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls to what writes entries. Where the caller cannot be probed either, its own callers stand for
 * it, if it can be proven which of their arguments are the entry and the new value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "discovery.h"
#include "util/grow.h"

enum { MAX_DEPTH = 3, MAX_CALLS = 1 << 16, MAX_TARGETS = 1024 };

/** struct call - what looks like a call to a target */
struct call {
	uint64_t place, target;
};

struct calls {
	struct call *items;
	uint32_t nr, max;
};

/* ---- a caller that cannot be probed ---- */

/** struct proof - what the caller's arguments are to the instruction that writes */
struct proof {
	struct stlb_target target;
	const char *failure;
};

static bool is_argument(const struct stlb_origin *origin)
{
	static const uint16_t arguments = 1U << STLB_RDI | 1U << STLB_RSI | 1U << STLB_RDX |
					  1U << STLB_RCX | 1U << STLB_R8 | 1U << STLB_R9;

	return origin->kind == STLB_ORIGIN_ARGUMENT && arguments & 1U << origin->argument;
}

/* The register in which the caller was handed what is now in another; none where it is not that. */
static int8_t handed(const struct stlb_state *state, int8_t reg, bool half)
{
	const struct stlb_origin *origin;

	if (reg < 0)
		return STLB_NO_REGISTER;
	origin = &state->of[reg];
	if (!is_argument(origin) || origin->added || origin->stepped || (origin->half && !half))
		return STLB_NO_REGISTER;
	return (int8_t)origin->argument;
}

/* The same of an entry that a loop goes on from, whether it has set it or not. */
static int8_t first_of(const struct stlb_state *state, int8_t reg)
{
	const struct stlb_origin *origin = &state->of[reg];

	return is_argument(origin) && origin->stepped && !origin->half ? (int8_t)origin->argument
								       : STLB_NO_REGISTER;
}

static bool counts(int8_t *nr, int8_t reg)
{
	bool same = *nr == STLB_NO_REGISTER || *nr == reg;

	*nr = reg;
	return same;
}

/*
 * How many entries a loop sets: an argument that is made the end of the entries before it, or that
 * is counted down in it.
 */
static int8_t count_of(const struct stlb_flow *flow, uint32_t site, int8_t ptep)
{
	const struct stlb_state *there = &flow->states[site];
	int8_t nr = STLB_NO_REGISTER;

	for (uint32_t i = 0; i < flow->nr; i++) {
		const struct stlb_insn *insn = &flow->insns[i];
		const struct stlb_operand *to = &insn->operand[0], *from = &insn->operand[1];
		const struct stlb_state *state = &flow->states[i];
		const struct stlb_origin *counted = NULL;

		if (insn->op == STLB_INSN_LEA && from->scale == 8 && from->index >= 0 &&
		    from->base >= 0 && from->base < STLB_NR_REGISTERS &&
		    handed(state, from->base, false) == ptep)
			counted = &state->of[from->index];
		else if (insn->op == STLB_INSN_ADD && from->value == -1 && to->reg >= 0 &&
			 to->reg < STLB_NR_REGISTERS)
			counted = &there->of[to->reg];
		if (counted && is_argument(counted) && counted->argument != ptep &&
		    !counts(&nr, (int8_t)counted->argument))
			return STLB_NO_REGISTER;
	}
	return nr;
}

/* The page of a new table: all that the new entry is made from. */
static int8_t page_of(const struct stlb_state *state, const struct stlb_function *function,
		      const struct stlb_target *target)
{
	const struct stlb_origin *new = &state->of[target->reg[STLB_ROLE_NEW]];

	if (target->shape != STLB_SHAPE_SET_PMD || strcmp(function->name, "pmd_populate") ||
	    new->kind != STLB_ORIGIN_COMPUTED || new->from != 1U << STLB_RDX)
		return STLB_NO_REGISTER;
	return STLB_RDX;
}

static void prove_loop(const struct stlb_flow *flow, uint32_t site, struct proof *proof)
{
	struct stlb_target *target = &proof->target;

	target->reg[STLB_ROLE_NR] = count_of(flow, site, target->reg[STLB_ROLE_PTEP]);
	if (target->shape == STLB_SHAPE_SET)
		target->shape = STLB_SHAPE_SETN;
	else if (target->shape == STLB_SHAPE_COMMIT)
		target->shape = STLB_SHAPE_COMMITN;
	else
		proof->failure = "it loops over what it is handed";
	if (target->reg[STLB_ROLE_NR] == STLB_NO_REGISTER)
		proof->failure = "how many entries it sets is not proven";
}

/* It is seen that the entry may change, but not to what. */
static void make_conditional(struct stlb_target *target)
{
	target->shape = STLB_SHAPE_COND;
	target->reg[STLB_ROLE_NEW] = STLB_NO_REGISTER;
}

static bool is_single_set(const struct stlb_target *target)
{
	return target->shape == STLB_SHAPE_SET || target->shape == STLB_SHAPE_SETN;
}

/* It loops over entries and sets some of them. */
static void prove_some(const struct stlb_flow *flow, uint32_t site, const struct stlb_target *from,
		       struct proof *proof)
{
	struct stlb_target *target = &proof->target;
	int8_t ptep = first_of(&flow->states[site], from->reg[STLB_ROLE_PTEP]);

	proof->failure = "which argument is the entry is not proven";
	if (ptep == STLB_NO_REGISTER || from->shape != STLB_SHAPE_SET ||
	    !stlb_flow_loops(flow, site))
		return;
	target->reg[STLB_ROLE_PTEP] = ptep;
	target->reg[STLB_ROLE_NR] = count_of(flow, site, ptep);
	make_conditional(target);
	proof->failure = target->reg[STLB_ROLE_NR] == STLB_NO_REGISTER
				 ? "how many entries it sets is not proven"
				 : NULL;
}

static void prove(const struct stlb_flow *flow, uint32_t site, const struct stlb_target *from,
		  struct proof *proof)
{
	const struct stlb_state *state = &flow->states[site];
	struct stlb_target *target = &proof->target;

	target->shape = from->shape;
	for (int role = 0; role < STLB_NR_ROLES; role++)
		target->reg[role] = handed(state, from->reg[role], role == STLB_ROLE_NR);
	if (target->reg[STLB_ROLE_PTEP] == STLB_NO_REGISTER) {
		prove_some(flow, site, from, proof);
		return;
	}
	if (from->reg[STLB_ROLE_NEW] != STLB_NO_REGISTER &&
	    target->reg[STLB_ROLE_NEW] == STLB_NO_REGISTER) {
		target->reg[STLB_ROLE_PAGE] = page_of(state, flow->function, from);
		if (target->reg[STLB_ROLE_PAGE] != STLB_NO_REGISTER)
			target->shape = STLB_SHAPE_POP_PMD;
		else
			proof->failure = "which argument is the new entry is not proven";
	}
	if (stlb_flow_loops(flow, site))
		prove_loop(flow, site, proof);
	else if (flow->returns && is_single_set(target))
		make_conditional(target);
	for (int role = STLB_ROLE_NR; !proof->failure && role <= STLB_ROLE_ADDRESS; role++)
		if (from->reg[role] != STLB_NO_REGISTER && target->reg[role] == STLB_NO_REGISTER)
			proof->failure = "which of its arguments are whose is not proven";
}

/* Its callers are looked for instead of it; or it is unusable. */
static int replace(struct stlb_search *search, uint32_t index, const struct stlb_target *from,
		   int depth, struct stlb_site *site)
{
	struct stlb_flow *flow = &search->flow;
	struct proof proof = {.target = *from};
	int ret = 0;

	proof.target.address = flow->function->start;
	proof.target.word = 0;
	proof.target.through = flow->function->name;
	if (depth == MAX_DEPTH)
		proof.failure = "what calls it is too far away";
	else if (!flow->ends)
		proof.failure = "it cannot be decoded";
	else
		ret = stlb_flow_follow(flow, index);
	if (ret == -E2BIG)
		proof.failure = "it is too large to follow its arguments";
	else if (ret)
		return ret;
	if (!proof.failure)
		prove(flow, index, from, &proof);
	if (!proof.failure)
		return stlb_search_add_target(search, &proof.target);
	site->unusable =
		stlb_arena_format(&search->deep->arena, "%s, and %s",
				  stlb_search_refuses(search, flow->function), proof.failure);
	return site->unusable ? stlb_search_add_site(search, site) : -ENOMEM;
}

/* ---- a call ---- */

static int settle(struct stlb_search *search, uint32_t index, const struct stlb_target *target,
		  int depth)
{
	const struct stlb_function *function = search->flow.function;
	struct stlb_site site = {.address = search->flow.insns[index].address,
				 .function = function,
				 .shape = target->shape,
				 .through = target->through,
				 .denied = stlb_denied(function->name)};

	memcpy(site.reg, target->reg, sizeof(site.reg));
	if (!site.denied && stlb_search_refuses(search, function))
		return replace(search, index, target, depth, &site);
	return stlb_search_add_site(search, &site);
}

static bool is_call_to(const struct stlb_insn *insn, uint64_t target)
{
	const struct stlb_operand *to = &insn->operand[0];

	if (insn->op != STLB_INSN_CALL && insn->op != STLB_INSN_JUMP)
		return false;
	if (insn->direct)
		return insn->target == target;
	return to->kind == STLB_OPERAND_MEM && to->base == STLB_RIP &&
	       insn->address + insn->size + (uint64_t)to->value == target;
}

/* What was found by its bytes is a call only where an instruction starts. */
static int confirm(struct stlb_search *search, const struct call *call, uint32_t first,
		   uint32_t end, int depth)
{
	const struct stlb_function *function =
		stlb_functions_holding(search->functions, call->place);
	int64_t index;
	int ret;

	/* one calls another: who calls that one is probed already */
	if (!function || stlb_search_is_own(search, function))
		return 0;
	ret = stlb_search_decode(search, function);
	if (ret < 0)
		return ret;
	index = stlb_flow_find(&search->flow, call->place);
	if (index < 0 || !is_call_to(&search->flow.insns[index], call->target))
		return 0;
	for (uint32_t i = first; !ret && i < end; i++) {
		/* it may move when one is added */
		struct stlb_target target = search->targets[i];

		if (target.address == call->target || target.word == call->target)
			ret = settle(search, (uint32_t)index, &target, depth);
	}
	return ret;
}

static int keep_call(void *arg, uint64_t place, uint64_t target)
{
	struct calls *calls = arg;

	if (calls->nr == MAX_CALLS)
		return -E2BIG;
	if (stlb_grow((void **)&calls->items, calls->nr, &calls->max, sizeof(*calls->items)) < 0)
		return -ENOMEM;
	calls->items[calls->nr++] = (struct call){place, target};
	return 0;
}

static int ascending(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return (one > two) - (one < two);
}

/* The calls to the targets from @first on. */
static int find_calls(struct stlb_search *search, uint32_t first, struct calls *calls)
{
	static uint64_t addresses[MAX_TARGETS], words[MAX_TARGETS];
	uint32_t nr = 0, nr_words = 0;

	for (uint32_t i = first; i < search->nr_targets; i++) {
		addresses[nr++] = search->targets[i].address;
		if (search->targets[i].word)
			words[nr_words++] = search->targets[i].word;
	}
	qsort(addresses, nr, sizeof(addresses[0]), ascending);
	qsort(words, nr_words, sizeof(words[0]), ascending);
	calls->nr = 0;
	return stlb_search_calls(search->functions, addresses, nr, words, nr_words, keep_call,
				 calls);
}

int stlb_search_sites(struct stlb_search *search)
{
	struct calls calls = {0};
	uint32_t first = 0;
	int ret = 0;

	for (int depth = 0; !ret && depth <= MAX_DEPTH && first < search->nr_targets; depth++) {
		uint32_t end = search->nr_targets;

		ret = find_calls(search, first, &calls);
		for (uint32_t i = 0; !ret && i < calls.nr; i++)
			ret = confirm(search, &calls.items[i], first, end, depth);
		first = end;
	}
	free(calls.items);
	return ret;
}

bool stlb_search_is_own(const struct stlb_search *search, const struct stlb_function *function)
{
	for (uint32_t i = 0; i < search->nr_targets; i++)
		if (!search->targets[i].through && search->targets[i].address == function->start)
			return true;
	return false;
}

int stlb_search_add_target(struct stlb_search *search, const struct stlb_target *target)
{
	for (uint32_t i = 0; i < search->nr_targets; i++) {
		const struct stlb_target *one = &search->targets[i];

		if (one->address == target->address && one->shape == target->shape &&
		    !memcmp(one->reg, target->reg, sizeof(one->reg)))
			return 0;
	}
	if (search->nr_targets == MAX_TARGETS)
		return -E2BIG;
	if (stlb_grow((void **)&search->targets, search->nr_targets, &search->max_targets,
		      sizeof(*target)) < 0)
		return -ENOMEM;
	search->targets[search->nr_targets++] = *target;
	return 0;
}
