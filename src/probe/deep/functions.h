/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of a running kernel and of its modules: their names, and their bytes. */
#ifndef PROBE_DEEP_FUNCTIONS_H
#define PROBE_DEEP_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/kcore.h"
#include "staletlb/error.h"

/** struct stlb_function - a function; one of them where several names stand for it */
struct stlb_function {
	uint64_t start, end; /* end: where the next one starts */
	const char *name;
	const char *module; /* NULL: the kernel itself */
	bool unique;	    /* no other symbol of the kernel or a module has this name */
	bool listed;	    /* the function tracer lists one of its names */
};

/** struct stlb_region - text that lies together */
struct stlb_region {
	uint64_t start;
	size_t size;
	uint8_t *bytes;
	const char *module; /* NULL: the kernel itself */
};

struct stlb_functions;

/**
 * stlb_functions_read - what /proc/kallsyms and a kcore say
 * @tracing: where tracefs is mounted below @root; NULL: nowhere
 * @why: what is missing
 *
 * Returns 0; -ENOENT with @why; -ENOMEM. Free it with stlb_functions_free().
 */
int stlb_functions_read(const char *root, const char *tracing, const struct stlb_kcore *core,
			struct stlb_functions **functions, struct stlb_error *why);

/** stlb_functions_free - NULL is fine */
void stlb_functions_free(struct stlb_functions *functions);

/** stlb_functions_at - by index, in the order of their addresses; NULL past the last */
const struct stlb_function *stlb_functions_at(const struct stlb_functions *functions,
					      uint32_t index);

/** stlb_functions_holding - the function that an address lies in; NULL: none */
const struct stlb_function *stlb_functions_holding(const struct stlb_functions *functions,
						   uint64_t address);

/** stlb_functions_lists - whether the function tracer lists any function */
bool stlb_functions_lists(const struct stlb_functions *functions);

/** stlb_functions_region - the pieces of text by index; NULL past the last */
const struct stlb_region *stlb_functions_region(const struct stlb_functions *functions,
						uint32_t index);

/**
 * stlb_functions_bytes - the text from an address on
 * @size: gets how much of it there is in its piece
 *
 * NULL where there is none.
 */
const uint8_t *stlb_functions_bytes(const struct stlb_functions *functions, uint64_t address,
				    size_t *size);

/** stlb_functions_named - a function of the kernel by its name; the first, NULL: none */
const struct stlb_function *stlb_functions_named(const struct stlb_functions *functions,
						 const char *name);

/** stlb_functions_data - where a symbol of the kernel itself is, of any type; 0: nowhere */
uint64_t stlb_functions_data(const struct stlb_functions *functions, const char *name);

#endif
