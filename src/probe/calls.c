/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls that take page tables of a process apart. Who is asked for is seen at the end of
 * each call; of everybody else the ends of these are enough, and rare.
 */
#include <stdio.h>
#include <string.h>

#include "plan.h"

enum { NONE = -1 };

/* By the name of the call: its number on x86_64, and where numbers are asm-generic's. */
static const struct {
	const char *name;
	short x86_64, generic;
} calls[] = {
	{"mmap", 9, 222},
	{"mprotect", 10, 226},
	{"munmap", 11, 215},
	{"brk", 12, 214},
	{"mremap", 25, 216},
	{"madvise", 28, 233},
	{"clone", 56, 220},
	{"fork", 57, NONE},
	{"vfork", 58, NONE},
	{"shmdt", 67, 197},
	{"ptrace", 101, 117},
	{"remap_file_pages", 216, 234},
	{"mbind", 237, 235},
	{"migrate_pages", 256, 238},
	{"move_pages", 279, 239},
	{"pkey_mprotect", 329, 288},
	{"clone3", 435, 435},
	{"process_madvise", 440, 440},
	{"process_mrelease", 448, 448},
};

bool stlb_calls_known(const char *arch)
{
	return !strcmp(arch, "x86_64") || !strcmp(arch, "aarch64");
}

const char *stlb_calls_filter(struct stlb_arena *arena, const char *arch)
{
	bool x86 = !strcmp(arch, "x86_64");
	char text[512] = "";
	size_t length = 0;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		short number = x86 ? calls[i].x86_64 : calls[i].generic;

		if (number != NONE)
			length += snprintf(text + length, sizeof(text) - length, "%sid == %d",
					   length ? " || " : "", number);
	}
	return stlb_arena_text(arena, text);
}
