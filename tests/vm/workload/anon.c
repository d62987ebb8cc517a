// SPDX-License-Identifier: GPL-2.0-or-later
/* Phases on small anonymous pages. Their count is one of pages. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

/* Copy-on-write: a child holds the pages while they are written. */
int phase_cow(unsigned int count)
{
	char *memory = map_pages(count);
	struct holder holder;

	if (!memory)
		return -1;
	write_pages(memory, count, 1);
	if (holder_start(&holder))
		return -1;
	write_pages(memory, count, 2);
	if (holder_release(&holder) || read_pages(memory, count) != 2 * count)
		return fail("copy-on-write");
	munmap(memory, count * PAGE);
	return (int)count;
}

/* The zero page gives way to a page of its own. */
int phase_zero(unsigned int count)
{
	char *memory = map_pages(count);

	if (!memory)
		return -1;
	if (read_pages(memory, count))
		return fail("fresh memory is not zero");
	write_pages(memory, count, 1);
	munmap(memory, count * PAGE);
	return (int)count;
}

int phase_mprotect(unsigned int count)
{
	size_t size = count * PAGE;
	char *memory = map_pages(count);

	if (!memory)
		return -1;
	write_pages(memory, count, 1);
	if (mprotect(memory, size, PROT_READ) || mprotect(memory, size, PROT_NONE) ||
	    mprotect(memory, size, PROT_READ | PROT_WRITE))
		return fail("mprotect");
	write_pages(memory, count, 2);
	munmap(memory, size);
	return (int)count;
}

int phase_dontneed(unsigned int count)
{
	size_t size = count * PAGE;
	char *memory = map_pages(count);

	if (!memory)
		return -1;
	write_pages(memory, count, 1);
	if (madvise(memory, size, MADV_DONTNEED))
		return fail("madvise(MADV_DONTNEED)");
	if (read_pages(memory, count))
		return fail("the pages are still there");
	write_pages(memory, count, 2);
	munmap(memory, size);
	return (int)count;
}

/* Moves a table's worth of pages, which may move as one table. */
static int move_table(void)
{
	char *from = map_huge(1);
	char *to = map_huge(1);

	if (!from || !to)
		return -1;
	madvise(from, HUGE, MADV_NOHUGEPAGE);
	write_pages(from, 16, 1);
	if (mremap(from, HUGE, HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return fail("mremap of a table");
	munmap(to, HUGE);
	return 0;
}

int phase_mremap(unsigned int count)
{
	char *from = map_pages(count), *to = map_pages(count);

	if (!from || !to)
		return -1;
	write_pages(from, count, 1);
	write_pages(to, count, 2);
	if (mremap(from, count * PAGE, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		return fail("mremap");
	if (read_pages(to, count) != count)
		return fail("mremap lost a page");
	munmap(to, count * PAGE);
	return move_table() ? -1 : (int)count;
}

/* A child of the storm: writes what it shares with its parent and with a child of its own. */
static int storm_child(char *memory, size_t pages)
{
	int status;
	pid_t pid = fork();

	write_pages(memory, pages, 3);
	if (pid <= 0)
		return pid < 0;
	return waitpid(pid, &status, 0) != pid || status;
}

/* Many short-lived children while the parent writes; the count is one of children. */
int phase_fork(unsigned int count)
{
	const size_t pages = 16;
	char *memory = map_pages(pages);
	unsigned int done = 0;
	int status;

	if (!memory)
		return -1;
	for (unsigned int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return fail("fork");
		if (!pid)
			_exit(storm_child(memory, pages));
		write_pages(memory, pages, (char)i);
	}
	while (wait(&status) > 0)
		done += !status;
	munmap(memory, pages * PAGE);
	errno = 0;
	return done == count ? (int)count : fail("a child ended badly");
}
