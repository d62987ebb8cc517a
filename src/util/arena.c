/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

enum { BLOCK_SIZE = 16 * 1024 - 64 };

struct stlb_arena_block {
	struct stlb_arena_block *next;
	size_t used, size;
	max_align_t data[];
};

static struct stlb_arena_block *add_block(struct stlb_arena *arena, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct stlb_arena_block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *stlb_arena_alloc(struct stlb_arena *arena, size_t size)
{
	struct stlb_arena_block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	if (!block)
		return NULL;
	memory = (char *)block->data + block->used;
	block->used += size;
	return memory;
}

const char *stlb_arena_text(struct stlb_arena *arena, const char *text)
{
	size_t length = stlb_str_clean(NULL, 0, text);
	char *copy = stlb_arena_alloc(arena, length + 1);

	if (copy)
		stlb_str_clean(copy, length + 1, text);
	return copy;
}

const char *stlb_arena_format(struct stlb_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text, *copy;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	copy = text ? stlb_arena_alloc(arena, strlen(text) + 1) : NULL;
	if (copy)
		strcpy(copy, text);
	free(text);
	return copy;
}

void stlb_arena_free(struct stlb_arena *arena)
{
	while (arena->blocks) {
		struct stlb_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
