/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of kinds, written down. */
#ifndef MADE_KINDS_H
#define MADE_KINDS_H

#include <string.h>

#include "staletlb/kind.h"

static inline struct stlb_kinds made_changed(struct stlb_kinds set,
					     const struct stlb_kind_list *list, bool in)
{
	for (unsigned int i = 0; i < list->nr; i++)
		(in ? stlb_kinds_add : stlb_kinds_remove)(&set, list->kind[i]);
	return set;
}

static inline struct stlb_kinds made_all_kinds(void)
{
	struct stlb_kinds all = {0};

	for (unsigned int kind = 0; kind < STLB_NR_KINDS; kind++)
		stlb_kinds_add(&all, kind);
	return all;
}

static inline bool made_same_kinds(struct stlb_kinds one, struct stlb_kinds other)
{
	return !memcmp(&one, &other, sizeof(one));
}

/* Those named; a set and more; a set without some; all but some. */
#define MADE_LIST(...)	    (&(const struct stlb_kind_list)STLB_KIND_LIST(__VA_ARGS__))
#define MADE_MORE(set, ...) made_changed(set, MADE_LIST(__VA_ARGS__), true)
#define MADE_LESS(set, ...) made_changed(set, MADE_LIST(__VA_ARGS__), false)
#define MADE_KINDS(...)	    MADE_MORE((struct stlb_kinds){0}, __VA_ARGS__)
#define MADE_ALL_BUT(...)   MADE_LESS(made_all_kinds(), __VA_ARGS__)

#endif
