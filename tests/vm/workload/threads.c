// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of one process that change the same page table at once: each has its part of it, but for
 * what forks, reads and gives back, which is done to the parts of others too.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/* Parts of the table: what is written, protected, unmapped and moved. */
enum { PART = 64 };

enum { CERTAIN = 2 }; /* how often all pages of a part are copied, however the threads met */

static char *table;  /* HUGE bytes, under one lock */
static char *beside; /* where a part moves to and back */
static unsigned int rounds;

static char *part(unsigned int nr)
{
	return table + nr * PART * PAGE;
}

/* The pages that children share are copied. */
static int act_write(unsigned int round)
{
	write_pages(part(0), PART, (char)round);
	return 0;
}

static int act_protect(unsigned int round)
{
	size_t size = PART * PAGE;
	int prot = round & 1 ? PROT_NONE : PROT_READ;

	if (mprotect(part(1), size, prot) || mprotect(part(1), size, PROT_READ | PROT_WRITE))
		return fail("mprotect");
	write_pages(part(1), PART, (char)round);
	return 0;
}

/* Of all parts that stay mapped, across the mappings that they are by now. */
static int act_give_back(unsigned int round)
{
	(void)round;
	if (madvise(part(0), 2 * PART * PAGE, MADV_DONTNEED))
		return fail("madvise(MADV_DONTNEED)");
	return 0;
}

static int act_unmap(unsigned int round)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	size_t size = PART * PAGE;

	write_pages(part(2), PART, (char)round);
	if (munmap(part(2), size) ||
	    mmap(part(2), size, PROT_READ | PROT_WRITE, flags, -1, 0) != part(2))
		return fail("a part was unmapped, and does not come back");
	return madvise(part(2), size, MADV_NOHUGEPAGE) ? fail("madvise(MADV_NOHUGEPAGE)") : 0;
}

static int act_move(unsigned int round)
{
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	size_t size = PART * PAGE;

	write_pages(part(3), PART, (char)round);
	if (mremap(part(3), size, size, flags, beside) != beside ||
	    mremap(beside, size, size, flags, part(3)) != part(3))
		return fail("mremap");
	return 0;
}

static int act_fork(unsigned int round)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		write_pages(part(0), PART, (char)round);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return fail("a child ended badly");
	return 0;
}

/*
 * How often the threads share a page when it is written is chance. A child that lives until all of
 * them are written shares each for sure.
 */
static int copy_part(void)
{
	int gate[2], status = -1;
	char byte;
	pid_t pid;

	if (pipe(gate))
		return fail("pipe");
	write_pages(part(0), PART, 1);
	pid = fork();
	if (pid == 0) {
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) != 0);
	}
	close(gate[0]);
	if (pid > 0)
		write_pages(part(0), PART, 2);
	close(gate[1]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return fail("a child ended badly");
	return 0;
}

static void *repeat(void *arg)
{
	int (*act)(unsigned int round) = *(int (**)(unsigned int round))arg;

	for (unsigned int i = 0; i < rounds; i++)
		if (act(i))
			return arg;
	return NULL;
}

static int run_threads(void)
{
	static int (*acts[])(unsigned int round) = {act_write,	   act_protect, act_give_back,
						    act_give_back, act_unmap,	act_move,
						    act_fork};
	enum { NR = sizeof(acts) / sizeof(acts[0]) };
	pthread_t threads[NR];
	void *failed = NULL, *one;
	unsigned int nr = 0;

	while (nr < NR && !pthread_create(&threads[nr], NULL, repeat, &acts[nr]))
		nr++;
	for (unsigned int i = 0; i < nr; i++) {
		pthread_join(threads[i], &one);
		failed = failed ? failed : one;
	}
	return nr < NR ? fail("pthread_create") : (failed ? -1 : 0);
}

/* The count is one of rounds of each thread. */
int phase_threads(unsigned int count)
{
	int result;

	table = map_huge(1);
	beside = map_pages(PART);
	if (!table || !beside)
		return -1;
	madvise(table, HUGE, MADV_NOHUGEPAGE);
	rounds = count;
	result = run_threads();
	for (int i = 0; !result && i < CERTAIN; i++)
		result = copy_part();
	munmap(table, HUGE);
	munmap(beside, PART * PAGE);
	return result ? -1 : (int)count;
}
