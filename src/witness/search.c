/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Breadth-first search over the states of the model: the first way to the outcome is a shortest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"
#include "util/map.h"
#include "witness/model.h"

/** struct node - a state that can be reached, and the turn that reached it first */
struct node {
	struct stlb_state state;
	struct stlb_turn turn;
	uint32_t parent;
};

/** struct search - all states met so far; those from @next on were not looked at */
struct search {
	struct stlb_model model;
	struct stlb_map met; /* of the states' bytes; no state looks like another */
	struct node *nodes;
	uint32_t nr, room, next;
};

static uint64_t key_of(const struct stlb_state *state)
{
	uint64_t key;

	_Static_assert(sizeof(key) == sizeof(*state), "a state is its own key");
	memcpy(&key, state, sizeof(key));
	return key;
}

static int add(struct search *search, const struct stlb_state *state, const struct stlb_turn *turn)
{
	uint64_t key = key_of(state);

	if (stlb_map_get(&search->met, key))
		return 0;
	if (stlb_grow((void **)&search->nodes, search->nr, &search->room, sizeof(*search->nodes)))
		return -ENOMEM;
	search->nodes[search->nr] =
		(struct node){.state = *state, .turn = *turn, .parent = search->next};
	search->nr++;
	/* The map keeps no NULL, and needs no more than to know. */
	return stlb_map_put(&search->met, key, search);
}

static int add_next(struct search *search)
{
	for (unsigned int i = 0; i < STLB_MODEL_TURNS; i++) {
		struct stlb_state state = search->nodes[search->next].state;
		struct stlb_turn turn;
		int ret;

		if (!stlb_model_turn(&search->model, i, &state, &turn))
			continue;
		ret = add(search, &state, &turn);
		if (ret)
			return ret;
	}
	return 0;
}

/* Backwards from the outcome to the first state, which no turn has led to. */
static int take_schedule(const struct search *search, struct stlb_witness *witness)
{
	uint32_t at = search->next, nr = 0;

	for (uint32_t i = at; i; i = search->nodes[i].parent)
		nr++;
	if (nr > STLB_WITNESS_MAX_TURNS)
		return -EINVAL;
	witness->nr = nr;
	for (; at; at = search->nodes[at].parent)
		witness->turns[--nr] = search->nodes[at].turn;
	witness->found = true;
	return 0;
}

static int run(struct search *search, struct stlb_witness *witness)
{
	struct stlb_state first = stlb_model_begin(&search->model);
	int ret = add(search, &first, &(struct stlb_turn){0});

	for (; ret == 0 && search->next < search->nr; search->next++) {
		if (search->nodes[search->next].state.seen == STLB_SEEN_OUTCOME)
			return take_schedule(search, witness);
		ret = add_next(search);
	}
	return ret;
}

static int find(const struct stlb_witness_ask *ask, bool both_used, struct stlb_witness *witness)
{
	struct search search = {.model = {.ask = ask, .both_used = both_used}};
	int ret = run(&search, witness);

	stlb_map_free(&search.met);
	free(search.nodes);
	return ret;
}

static bool makes_sense(const struct stlb_witness_ask *ask)
{
	if (ask->nr < 1 || ask->nr > STLB_WITNESS_ADDRS)
		return false;
	for (uint32_t addr = 0; addr < ask->nr; addr++) {
		const struct stlb_operation *operation = &ask->operations[addr];

		if (operation->nr > STLB_WITNESS_MAX_STEPS)
			return false;
		for (uint32_t i = 0; i < operation->nr; i++)
			if ((unsigned int)operation->steps[i] >= STLB_NR_OPERATION_STEPS)
				return false;
	}
	return ask->outcome == STLB_OUTCOME_ORDER || ask->outcome == STLB_OUTCOME_OWNER;
}

int stlb_witness_find(const struct stlb_witness_ask *ask, struct stlb_witness *witness)
{
	int ret = 0;

	memset(witness, 0, sizeof(*witness));
	if (!makes_sense(ask))
		return -EINVAL;
	if (ask->outcome == STLB_OUTCOME_ORDER)
		ret = find(ask, true, witness);
	if (ret == 0 && !witness->found)
		ret = find(ask, false, witness);
	if (ret == 0 && witness->found)
		stlb_layout(ask, witness);
	return ret;
}
