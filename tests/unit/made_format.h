/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Formats by hand: all fields are 8-byte numbers, one after the other.
 */
#ifndef TEST_MADE_FORMAT_H
#define TEST_MADE_FORMAT_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "staletlb/decode.h"

enum { MAX_FIELDS = 16 };

/** struct made - a format, and a record of it */
struct made {
	char names[256];
	struct stlb_field fields[MAX_FIELDS];
	struct stlb_format format;
	uint64_t data[MAX_FIELDS];
	struct stlb_record record;
};

/** make - a format and a record of it; field i has the value 100 + i */
static inline void make(struct made *made, const char *system, const char *event, const char *names)
{
	char *save = NULL;
	uint32_t nr = 0;

	memset(made, 0, sizeof(*made));
	snprintf(made->names, sizeof(made->names), "%s", names);
	for (char *name = strtok_r(made->names, " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		cr_assert_lt(nr, MAX_FIELDS);
		made->data[nr] = 100 + nr;
		made->fields[nr] = (struct stlb_field){name, nr * 8, 8, STLB_FIELD_UNSIGNED};
		nr++;
	}
	made->format = (struct stlb_format){system, event, 0, nr, made->fields, false};
	made->record = (struct stlb_record){
		.ns = 5,
		.cpu = 3,
		.tid = 7,
		.context = STLB_CONTEXT_SOFTIRQ,
		.comm = "comm",
		.format = &made->format,
		.data = made->data,
		.size = nr * 8,
	};
}

#endif
