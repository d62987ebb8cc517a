/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "witness/model.h"

static bool has(const struct stlb_state *state, uint32_t addr, unsigned int fact)
{
	return state->facts >> 4 * addr & fact;
}

static void note(struct stlb_state *state, uint32_t addr, unsigned int fact)
{
	state->facts |= (uint8_t)(fact << 4 * addr);
}

struct stlb_state stlb_model_begin(const struct stlb_model *model)
{
	struct stlb_state state = {.entry = {STLB_TARGET_OLD, STLB_TARGET_OLD}};

	/* A page that was writable all along: the one that the model calls new. */
	if (model->ask->nr == 1)
		state.entry[STLB_ADDR_B] = STLB_TARGET_NEW;
	return state;
}

static bool update(const struct stlb_model *model, uint32_t addr, struct stlb_state *state,
		   struct stlb_turn *turn)
{
	const struct stlb_operation *operation = &model->ask->operations[addr];

	if (addr >= model->ask->nr || state->pc[addr] == operation->nr)
		return false;
	if (addr && model->ask->one_thread && state->pc[0] < model->ask->operations[0].nr)
		return false;
	*turn = (struct stlb_turn){.context = STLB_WITNESS_UPDATER,
				   .addr = addr,
				   .step = operation->steps[state->pc[addr]++]};
	switch (turn->step) {
	case STLB_STEP_CLEAR:
		state->entry[addr] = STLB_TARGET_NONE;
		break;
	case STLB_STEP_SET:
		state->entry[addr] = STLB_TARGET_NEW;
		break;
	case STLB_STEP_NOTIFY:
	case STLB_STEP_RANGE_END_NOTIFY:
		state->tlb[addr] = STLB_TARGET_NONE;
		break;
	case STLB_STEP_FREE:
		note(state, addr, STLB_FACT_FREED);
		break;
	default:
		break;
	}
	return true;
}

/* The old page is write-protected: who writes to it faults, and waits for the new one. */
static bool write_value(const struct stlb_model *model, uint32_t addr, struct stlb_state *state,
			struct stlb_turn *turn)
{
	if (model->ask->outcome != STLB_OUTCOME_ORDER || has(state, addr, STLB_FACT_WRITTEN) ||
	    state->entry[addr] != STLB_TARGET_NEW)
		return false;
	if (addr == STLB_ADDR_B && !has(state, STLB_ADDR_A, STLB_FACT_WRITTEN))
		return false;
	note(state, addr, STLB_FACT_WRITTEN);
	*turn = (struct stlb_turn){
		.context = STLB_WITNESS_WRITER, .addr = addr, .step = STLB_STEP_WRITE};
	return true;
}

static bool take(struct stlb_state *state, struct stlb_turn *turn)
{
	if (!has(state, STLB_ADDR_A, STLB_FACT_FREED) || has(state, STLB_ADDR_A, STLB_FACT_TAKEN))
		return false;
	note(state, STLB_ADDR_A, STLB_FACT_TAKEN);
	*turn = (struct stlb_turn){
		.context = STLB_WITNESS_OWNER, .addr = STLB_ADDR_A, .step = STLB_STEP_TAKE};
	return true;
}

/* What the device has learned by a read. */
static bool see(const struct stlb_model *model, uint32_t addr, struct stlb_state *state)
{
	bool written = has(state, addr, STLB_FACT_WRITTEN);
	bool old = state->tlb[addr] == STLB_TARGET_OLD;

	if (!written && (old || addr >= model->ask->nr))
		note(state, addr, STLB_FACT_USED);
	if (addr == STLB_ADDR_B && written && !old && state->seen == STLB_SEEN_NOTHING &&
	    (!model->both_used || has(state, addr, STLB_FACT_USED))) {
		state->seen = STLB_SEEN_NEW_B;
		return true;
	}
	if (addr == STLB_ADDR_A && old && state->seen == STLB_SEEN_NEW_B) {
		state->seen = STLB_SEEN_OUTCOME;
		return true;
	}
	return false;
}

static bool use(const struct stlb_model *model, uint32_t addr, struct stlb_state *state,
		struct stlb_turn *turn)
{
	bool owner = model->ask->outcome == STLB_OUTCOME_OWNER;
	bool fills = state->tlb[addr] == STLB_TARGET_NONE;

	if ((owner && addr != STLB_ADDR_A) || (fills && state->entry[addr] == STLB_TARGET_NONE))
		return false;
	if (fills)
		state->tlb[addr] = state->entry[addr];
	*turn = (struct stlb_turn){.context = STLB_WITNESS_DEVICE,
				   .addr = addr,
				   .step = STLB_STEP_USE,
				   .fills = fills,
				   .old_page = state->tlb[addr] == STLB_TARGET_OLD};
	if (!owner) {
		turn->last = see(model, addr, state);
	} else if (turn->old_page && has(state, addr, STLB_FACT_TAKEN)) {
		state->seen = STLB_SEEN_OUTCOME;
		turn->last = true;
	}
	return true;
}

bool stlb_model_turn(const struct stlb_model *model, unsigned int index, struct stlb_state *state,
		     struct stlb_turn *turn)
{
	uint32_t addr = index & 1;

	switch (index >> 1) {
	case 0:
		return use(model, addr, state, turn);
	case 1:
		return update(model, addr, state, turn);
	case 2:
		return write_value(model, addr, state, turn);
	default:
		return take(state, turn);
	}
}
