// SPDX-License-Identifier: GPL-2.0-or-later
/* Has the module of ../inline update entries of this process, wrongly or rightly, each marked. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define DOOR "/dev/staletlb-inline"
#define GIB  (1UL << 30)

static const struct request {
	const char *mode, *what;
	unsigned int pages; /* that are touched first, at the place */
} requests[] = {
	{"right_repoint", "small", 1},	   {"wrong_never", "small", 1},
	{"wrong_after_set", "small", 1},   {"wrong_after_unlock", "small", 1},
	{"wrong_address", "small", 1},	   {"wrong_mm", "small", 1},
	{"wrong_empty", "small", 1},	   {"right_length", "small", 2},
	{"wrong_length", "small", 2},	   {"right_two_holds", "small", 1},
	{"wrong_two_holds", "small", 1},   {"wrong_elsewhere", "small", 1},
	{"right_free", "small", 1},	   {"wrong_free", "small", 1},
	{"wrong_free_mapped", "small", 1}, {"right_free", "huge", 0},
	{"wrong_free", "huge", 0},	   {"right_free_table", "table", 1},
	{"wrong_free_table", "table", 1},  {"right_repoint", "huge", 0},
	{"wrong_never", "huge", 0},	   {"right_repoint", "hugetlb", 1},
	{"wrong_never", "hugetlb", 1},	   {"right_zap", "small", 1},
	{"wrong_zap", "small", 1},	   {"right_move", "small", 1},
	{"wrong_move", "small", 1},	   {"right_swap_out", "small", 1},
	{"wrong_swap_out", "small", 1},	   {"right_migration", "small", 1},
	{"wrong_migration", "small", 1},   {"right_protect", "small", 1},
	{"wrong_protect", "small", 1},	   {"right_fork", "small", 1},
	{"wrong_fork", "small", 1},
};

/* Another process whose page tables somebody mirrors. */
static pid_t start_other(void)
{
	static const char word[] = "subscribe";
	int ready[2];
	pid_t child;
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	child = fork();
	if (!child) {
		int door = open(DOOR, O_RDWR | O_CLOEXEC);

		if (door < 0 || write(door, word, strlen(word)) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (child > 0 && read(ready[0], &byte, 1) != 1) {
		waitpid(child, NULL, 0);
		child = -1;
	}
	close(ready[0]);
	return child;
}

static int say(int door, const char *text)
{
	return write(door, text, strlen(text)) < 0 ? fail(text) : 0;
}

/* Of two huge pages' worth in one GiB, and so of one pmd table, the beginning. */
static char *in_one_gib(char *memory)
{
	uintptr_t at = ((uintptr_t)memory + HUGE - 1) & ~(HUGE - 1);

	return (char *)((at + HUGE) % GIB ? at : at + HUGE);
}

/* Memory of the door, or of hugetlbfs, of which nothing is touched, but after it. */
static char *map_place(const struct request *request, int door, char *memory)
{
	bool hugetlb = !strcmp(request->what, "hugetlb");
	char *place = in_one_gib(memory);

	if (mmap(place, HUGE, PROT_READ | PROT_WRITE,
		 MAP_FIXED | (hugetlb ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB : MAP_SHARED),
		 hugetlb ? -1 : door, 0) == MAP_FAILED ||
	    mmap(place + HUGE, HUGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, door, 0) ==
		    MAP_FAILED)
		return NULL;
	write_pages(place + HUGE, 1, 7);
	write_pages(place, request->pages, 7);
	return place;
}

static int request_at(const struct request *request, const char *how, int door, pid_t other)
{
	char *memory = mmap(NULL, 4 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[96], *place = memory == MAP_FAILED ? NULL : map_place(request, door, memory);
	int failed;

	if (!place)
		return fail(request->what);
	snprintf(text, sizeof(text), "%s %s %s %lx %d", how, request->mode, request->what,
		 (unsigned long)place, other);
	failed = say(door, text);
	/* without another CPU there is nobody who could notify */
	if (failed && errno == ENODEV)
		failed = 0;
	else if (!failed)
		failed = say(door, "tidy");
	munmap(memory, 4 * HUGE);
	return failed;
}

static int run_requests(const char *how, unsigned int count, int door, pid_t other)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const struct request *request = &requests[i];
		char name[64];

		snprintf(name, sizeof(name), "%s:%s:%s", how, request->mode, request->what);
		mark(name);
		for (unsigned int n = 0; n < count; n++)
			if (request_at(request, how, door, other))
				return -1;
	}
	return (int)count;
}

static int run_all(const char *how, unsigned int count)
{
	int door = open(DOOR, O_RDWR | O_CLOEXEC), done = -1;
	pid_t other = door < 0 ? -1 : start_other();

	if (door < 0)
		return fail(DOOR ": is the module loaded?");
	if (other < 0)
		fail("another process");
	else
		done = run_requests(how, count, door, other);
	if (other > 0) {
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
	}
	close(door);
	return done;
}

int phase_inline(unsigned int count)
{
	return run_all("seen", count);
}

int phase_inline_plain(unsigned int count)
{
	return run_all("plain", count);
}
