/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of kinds, and sets of them. */
#include <string.h>

#include "staletlb/event.h"

_Static_assert(STLB_NR_KINDS <= 64 * STLB_KINDS_WORDS, "a set has a bit for each kind");

static const struct {
	enum stlb_class about;
	const char *name;
	const char *help;
	uint64_t needs;
} kinds[STLB_NR_KINDS] = {
#define F(field)			STLB_BIT(field)
#define X(id, about, name, needs, help) {STLB_CLASS_##about, name, help, needs},
	STLB_EVENT_KINDS(X)
#undef X
#undef F
};

const char *stlb_kind_name(enum stlb_kind kind)
{
	return (unsigned int)kind < STLB_NR_KINDS ? kinds[kind].name : "other";
}

const char *stlb_kind_help(enum stlb_kind kind)
{
	return kinds[(unsigned int)kind < STLB_NR_KINDS ? kind : STLB_OTHER].help;
}

uint64_t stlb_kind_needs(enum stlb_kind kind)
{
	return (unsigned int)kind < STLB_NR_KINDS ? kinds[kind].needs : 0;
}

uint64_t stlb_kind_lacks(enum stlb_kind kind, uint64_t has)
{
	const uint64_t page = STLB_BIT(PFN) | STLB_BIT(PAGE);

	if ((kind == STLB_PAGE_FREE || kind == STLB_HUGE_FREE) && !(has & page))
		return page;
	return stlb_kind_needs(kind) & ~has;
}

bool stlb_kind_decides(enum stlb_kind kind)
{
	return stlb_kind_class(kind) != STLB_CLASS_NOTE;
}

enum stlb_kind stlb_kind_find(const char *name)
{
	unsigned int kind = 0;

	while (kind < STLB_NR_KINDS && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return (enum stlb_kind)kind;
}

enum stlb_class stlb_kind_class(enum stlb_kind kind)
{
	return (unsigned int)kind < STLB_NR_KINDS ? kinds[kind].about : STLB_CLASS_NOTE;
}

bool stlb_kind_clears(enum stlb_kind kind)
{
	return stlb_kind_class(kind) == STLB_CLASS_CLEAR || kind == STLB_MIGRATION_SET;
}

bool stlb_kind_sets(enum stlb_kind kind)
{
	return stlb_kind_class(kind) == STLB_CLASS_SET || kind == STLB_MAP ||
	       kind == STLB_MIGRATION_REMOVE;
}

bool stlb_kind_is_update(enum stlb_kind kind)
{
	return stlb_kind_clears(kind) || stlb_kind_sets(kind) ||
	       stlb_kind_class(kind) == STLB_CLASS_ENTRY;
}

bool stlb_kind_acquires(enum stlb_kind kind)
{
	return stlb_kind_class(kind) == STLB_CLASS_LOCK && kind != STLB_LOCK_RELEASE;
}

bool stlb_kind_frees(enum stlb_kind kind)
{
	return stlb_kind_class(kind) == STLB_CLASS_PAGE && kind != STLB_PAGE_ALLOC;
}

bool stlb_kinds_any(const struct stlb_kinds *set, const struct stlb_kind_list *list)
{
	for (unsigned int i = 0; i < list->nr; i++)
		if (stlb_kinds_has(set, list->kind[i]))
			return true;
	return false;
}

bool stlb_kinds_has_class(const struct stlb_kinds *set, enum stlb_class about)
{
	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		if (kinds[kind].about == about && stlb_kinds_has(set, kind))
			return true;
	return false;
}

struct stlb_kinds stlb_kinds_union(const struct stlb_kinds *one, const struct stlb_kinds *other)
{
	struct stlb_kinds both;

	for (unsigned int i = 0; i < STLB_KINDS_WORDS; i++)
		both.word[i] = one->word[i] | other->word[i];
	return both;
}

void stlb_kinds_imply(struct stlb_kinds *set)
{
	if (!stlb_kinds_has(set, STLB_ENTRY_SET) || !stlb_kinds_has(set, STLB_ENTRY_XCHG))
		return;
	stlb_kinds_add(set, STLB_PTE_SET);
	stlb_kinds_add(set, STLB_PTE_CLEAR);
	stlb_kinds_add(set, STLB_PMD_SET);
	stlb_kinds_add(set, STLB_PMD_CLEAR);
}

bool stlb_kinds_is_empty(const struct stlb_kinds *set)
{
	for (unsigned int i = 0; i < STLB_KINDS_WORDS; i++)
		if (set->word[i])
			return false;
	return true;
}
