/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes without a call. Which functions to look at follows from what is known of them: they hold a
 * call that sets an entry, are handed a pointer to one, or call what returns one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "discovery.h"
#include "util/grow.h"

/* The bit of an entry that makes it writable, cleared in its first byte. */
enum { WITHOUT_RW = 0xfd, ENTRY_SIZE = 8 };

/** struct places - addresses of functions, or of calls */
struct places {
	uint64_t *items;
	uint32_t nr, max;
};

static int keep(struct places *places, uint64_t address)
{
	if (stlb_grow((void **)&places->items, places->nr, &places->max, sizeof(address)) < 0)
		return -ENOMEM;
	places->items[places->nr++] = address;
	return 0;
}

static int keep_caller(void *arg, uint64_t place, uint64_t target)
{
	(void)target;
	return keep(arg, place);
}

static int ascending(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;

	return (one > two) - (one < two);
}

/* ---- one instruction ---- */

/* The shape of an instruction that writes an entry; STLB_NR_SHAPES: it does not. */
static enum stlb_shape shape_of(const struct stlb_insn *insn)
{
	const struct stlb_operand *to = &insn->operand[0], *from = &insn->operand[1];

	if (to->kind != STLB_OPERAND_MEM || to->segment || to->base == STLB_RIP ||
	    to->base == STLB_RSP || to->base < 0 || to->value % ENTRY_SIZE)
		return STLB_NR_SHAPES;
	if (insn->op == STLB_INSN_XCHG && to->size == 8 && from->kind == STLB_OPERAND_REG)
		return STLB_SHAPE_XCHG;
	if (insn->op == STLB_INSN_CMPXCHG && insn->prefix && to->size == 8)
		return STLB_SHAPE_CAS;
	if (insn->op == STLB_INSN_AND && insn->prefix && to->size == 1 &&
	    from->kind == STLB_OPERAND_IMM && (from->value & 0xff) == WITHOUT_RW)
		return STLB_SHAPE_WP;
	return STLB_NR_SHAPES;
}

static int add_site(struct stlb_search *search, const struct stlb_insn *insn, enum stlb_shape shape)
{
	const struct stlb_function *function = search->flow.function;
	const struct stlb_operand *to = &insn->operand[0];
	struct stlb_site site = {.address = insn->address,
				 .function = function,
				 .shape = shape,
				 .unusable = stlb_search_refuses(search, function),
				 .denied = stlb_denied(function->name)};

	memset(site.reg, STLB_NO_REGISTER, sizeof(site.reg));
	site.reg[STLB_ROLE_PTEP] = to->base;
	if (shape != STLB_SHAPE_WP)
		site.reg[STLB_ROLE_NEW] = insn->operand[1].reg;
	if (to->index != STLB_NO_REGISTER)
		site.unusable = "its entry is the sum of two registers";
	else if (to->value < INT32_MIN || to->value > INT32_MAX)
		site.unusable = "its entry is too far from the register";
	else
		site.displacement = (int32_t)to->value;
	return stlb_search_add_site(search, &site);
}

/* ---- one function ---- */

/* Whether its bytes may be such an instruction at all: most have none. */
static bool may_write(const struct stlb_functions *functions, const struct stlb_function *function)
{
	size_t size = 0;
	const uint8_t *bytes = stlb_functions_bytes(functions, function->start, &size);

	if (size > function->end - function->start)
		size = function->end - function->start;
	for (size_t i = 0; i + 2 < size; i++)
		if (((bytes[i] & 0xf8) == 0x48 && bytes[i + 1] == 0x87) ||
		    ((bytes[i] & 0xf8) == 0x48 && bytes[i + 1] == 0x0f && bytes[i + 2] == 0xb1) ||
		    ((bytes[i] == 0xf0 || bytes[i] == 0x3e) &&
		     (bytes[i + 1] == 0x80 || bytes[i + 2] == 0x80)))
			return true;
	return false;
}

static int look_into(struct stlb_search *search, const struct stlb_function *function)
{
	int ret;

	if (!may_write(search->functions, function) || stlb_search_is_own(search, function))
		return 0;
	ret = stlb_search_decode(search, function);
	for (uint32_t i = 0; !ret && i < search->flow.nr; i++) {
		enum stlb_shape shape = shape_of(&search->flow.insns[i]);

		if (shape != STLB_NR_SHAPES)
			ret = add_site(search, &search->flow.insns[i], shape);
	}
	return ret;
}

/* ---- which functions ---- */

static int add_holder(struct stlb_search *search, struct places *starts, uint64_t address)
{
	const struct stlb_function *function = stlb_functions_holding(search->functions, address);

	return function ? keep(starts, function->start) : 0;
}

static int add_holders_of_sites(struct stlb_search *search, struct places *starts)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < search->deep->nr; i++)
		ret = add_holder(search, starts, search->deep->sites[i].address);
	return ret;
}

/* Those that BTF tells of, and whoever calls one that returns a pointer to an entry. */
static int add_walkers(struct stlb_search *search, struct places *starts)
{
	const struct stlb_function *function;
	struct places returning = {0}, callers = {0};
	int ret = 0;

	for (uint32_t i = 0; !ret && (function = stlb_functions_at(search->functions, i)); i++) {
		const struct stlb_walker *walker =
			stlb_walkers_named(&search->walkers, function->name);

		if (walker && walker->takes)
			ret = keep(starts, function->start);
		if (!ret && walker && walker->returns)
			ret = keep(&returning, function->start);
	}
	if (!ret)
		ret = stlb_search_calls(search->functions, returning.items, returning.nr, NULL, 0,
					keep_caller, &callers);
	for (uint32_t i = 0; !ret && i < callers.nr; i++)
		ret = add_holder(search, starts, callers.items[i]);
	free(returning.items);
	free(callers.items);
	return ret;
}

int stlb_search_inline(struct stlb_search *search)
{
	struct places starts = {0};
	int ret = add_holders_of_sites(search, &starts);

	if (!ret)
		ret = add_walkers(search, &starts);
	if (starts.nr)
		qsort(starts.items, starts.nr, sizeof(*starts.items), ascending);
	for (uint32_t i = 0; !ret && i < starts.nr; i++)
		if (!i || starts.items[i] != starts.items[i - 1])
			ret = look_into(search,
					stlb_functions_holding(search->functions, starts.items[i]));
	free(starts.items);
	return ret;
}
