/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is given back all at once. */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>

/** struct stlb_arena - zeroed is an empty one */
struct stlb_arena {
	struct stlb_arena_block *blocks;
};

/** stlb_arena_alloc - zeroed memory for any type; NULL without memory */
void *stlb_arena_alloc(struct stlb_arena *arena, size_t size);

/** stlb_arena_text - a copy of a string, cleaned by stlb_str_clean(); NULL without memory */
const char *stlb_arena_text(struct stlb_arena *arena, const char *text);

/** stlb_arena_format - a string as printf makes it; NULL without memory */
const char *stlb_arena_format(struct stlb_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** stlb_arena_free - give all of it back; the arena is empty afterwards */
void stlb_arena_free(struct stlb_arena *arena);

#endif
