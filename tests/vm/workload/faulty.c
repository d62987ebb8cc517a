// SPDX-License-Identifier: GPL-2.0-or-later
/* Has the module of ../faulty change pages of this process, wrongly or rightly. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define DOOR "/sys/kernel/debug/staletlb-faulty"

static int ask(int door, const char *mode, const char *page)
{
	char text[80];
	int length = snprintf(text, sizeof(text), "%s 0 %p\n", mode, (const void *)page);

	return write(door, text, (size_t)length) == length ? 0 : fail(mode);
}

/* The module works on each page; it must hold `value` after that. */
static int act(const char *mode, unsigned int count, char value)
{
	char *memory = map_pages(count);
	int door = open(DOOR, O_WRONLY | O_CLOEXEC);
	unsigned int done = 0;

	if (door < 0)
		return fail(DOOR ": is the module loaded?");
	if (!memory)
		return -1;
	write_pages(memory, count, 6);
	while (done < count && !ask(door, mode, memory + done * PAGE))
		done++;
	close(door);
	if (done == count && read_pages(memory, count) != count * (unsigned int)value)
		return fail("the module left wrong content");
	munmap(memory, count * PAGE);
	return done == count ? (int)count : -1;
}

int phase_faulty_repoint(unsigned int count)
{
	return act("wrong-repoint", count, 6);
}

int phase_faulty_late(unsigned int count)
{
	return act("wrong-repoint-late", count, 6);
}

int phase_faulty_free(unsigned int count)
{
	return act("wrong-free", count, 0);
}

int phase_faulty_right(unsigned int count)
{
	if (act("right-repoint", count, 6) < 0)
		return -1;
	return act("right-free", count, 0);
}
