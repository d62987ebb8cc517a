/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An allocator that refuses one allocation of a test, and counts what is not given back: for one
 * file of a program.
 */
#ifndef UNIT_MADE_MEMORY_H
#define UNIT_MADE_MEMORY_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>

/* of the leak sanitizer, where it is there */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

static bool begun;	 /* a test has asked for it */
static int granted = -1; /* how many are granted before that one, -1: none is refused */
static bool refused;
static long held;      /* allocations that were not freed yet */
static size_t largest; /* of the blocks that have grown */

static bool refuses(void)
{
	if (granted < 0 || granted-- > 0)
		return false;
	refused = true;
	return true;
}

static void *next_of(const char *name)
{
	void *next = dlsym(RTLD_NEXT, name);

	if (!next)
		abort();
	return next;
}

static void *counted(void *memory)
{
	held += memory != NULL;
	return memory;
}

void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (!next)
		*(void **)&next = next_of("malloc");
	return refuses() ? NULL : counted(next(size));
}

/* The address sanitizer frees before anything can be looked up, and tells itself what leaks. */
#ifndef __SANITIZE_ADDRESS__
void free(void *memory)
{
	static void (*next)(void *);

	if (!next)
		*(void **)&next = next_of("free");
	held -= memory != NULL;
	next(memory);
}
#endif

/* The sanitizer tells what the dynamic linker takes for its threads by who asks: here it is we. */
static void *unwatched(void *(*take)(size_t, size_t), size_t nr, size_t size)
{
	void *memory;

	if (!__lsan_disable || !__lsan_enable)
		return take(nr, size);
	__lsan_disable();
	memory = take(nr, size);
	__lsan_enable();
	return memory;
}

void *calloc(size_t nr, size_t size)
{
	static void *(*next)(size_t, size_t);

	if (!next)
		*(void **)&next = next_of("calloc");
	if (refuses())
		return NULL;
	return counted(begun ? next(nr, size) : unwatched(next, nr, size));
}

void *realloc(void *memory, size_t size)
{
	static void *(*next)(void *, size_t);
	void *moved;

	if (!next)
		*(void **)&next = next_of("realloc");
	moved = refuses() ? NULL : next(memory, size);
	held += moved && !memory;
	largest = moved && size > largest ? size : largest;
	return moved;
}

static void refuse_after(int nr)
{
	begun = true;
	refused = false;
	granted = nr;
}

/* Whether one was refused; from now on none is. */
static bool was_refused(void)
{
	granted = -1;
	return refused;
}

/* What was taken since then was all given back. The leak sanitizer, where it is there, looks. */
static inline bool holds_no_more_than(long before)
{
	return __lsan_disable || held == before;
}

/* Each of its allocations is refused in turn, up to the first time that it asks for no more. */
#define EACH_REFUSAL(nr) for (int nr = 0, more = 1; more; nr++, more = refused)

#endif
