/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of fields and levels. */
#include <string.h>

#include "staletlb/event.h"

_Static_assert(STLB_NR_FIELDS <= 64, "fields are bits of a uint64_t");

enum { DECIMAL, HEX };

static const struct {
	const char *name;
	bool hex;
} fields[STLB_NR_FIELDS] = {
#define X(id, name, print, help) {name, (print) == HEX},
	STLB_EVENT_FIELDS(X)
#undef X
};

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

const char *stlb_level_name(enum stlb_level level)
{
	static const char *const names[STLB_NR_LEVELS] = {"pte", "pmd", "pud", "p4d", "pgd"};

	return (unsigned int)level < STLB_NR_LEVELS ? names[level] : NULL;
}
