/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of kinds and fields.
 */
#include <string.h>

#include "staletlb/event.h"

_Static_assert(STLB_NR_KINDS <= 64, "kinds are bits of a uint64_t");
_Static_assert(STLB_NR_FIELDS <= 64, "fields are bits of a uint64_t");

enum { DECIMAL, HEX };

static const struct {
	const char *name;
	const char *help;
	uint64_t needs;
} kinds[STLB_NR_KINDS] = {
#define F(field)		 STLB_BIT(field)
#define X(id, name, needs, help) {name, help, needs},
	STLB_EVENT_KINDS(X)
#undef X
#undef F
};

static const struct {
	const char *name;
	bool hex;
} fields[STLB_NR_FIELDS] = {
#define X(id, name, print, help) {name, (print) == HEX},
	STLB_EVENT_FIELDS(X)
#undef X
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
	switch (kind) {
	case STLB_PHASE:
	case STLB_STACK:
	case STLB_SUBSCRIBER:
	case STLB_LOST:
	case STLB_OTHER:
		return false;
	default:
		return (unsigned int)kind < STLB_NR_KINDS;
	}
}

enum stlb_kind stlb_kind_find(const char *name)
{
	unsigned int kind = 0;

	while (kind < STLB_NR_KINDS && strcmp(kinds[kind].name, name) != 0)
		kind++;
	return (enum stlb_kind)kind;
}

const char *stlb_field_name(enum stlb_field_id field)
{
	return (unsigned int)field < STLB_NR_FIELDS ? fields[field].name : NULL;
}

enum stlb_field_id stlb_field_find(const char *name)
{
	unsigned int field = 0;

	while (field < STLB_NR_FIELDS && strcmp(fields[field].name, name) != 0)
		field++;
	return (enum stlb_field_id)field;
}

bool stlb_field_is_hex(enum stlb_field_id field)
{
	return (unsigned int)field < STLB_NR_FIELDS && fields[field].hex;
}
