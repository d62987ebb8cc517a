// SPDX-License-Identifier: GPL-2.0-or-later
/* Phases on huge pages. */
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

/* A huge page that a child shares is written: split, then copied page by page. */
static int thp_cow(char *memory)
{
	struct holder holder;

	write_pages(memory, HUGE / PAGE, 1);
	if (holder_start(&holder))
		return -1;
	write_pages(memory, 8, 2);
	return holder_release(&holder);
}

/* Splits by protecting and by giving back a page in the middle. */
static int thp_split(char *memory)
{
	char *middle = memory + HUGE / 2;

	write_pages(memory, 1, 1);
	if (mprotect(middle, PAGE, PROT_READ) || mprotect(middle, PAGE, PROT_READ | PROT_WRITE))
		return fail("mprotect of a huge page's part");
	write_pages(memory + HUGE, 1, 1);
	if (madvise(middle + HUGE, PAGE, MADV_DONTNEED))
		return fail("madvise(MADV_DONTNEED) of a huge page's part");
	return 0;
}

/* Small pages become one huge page. */
static int thp_collapse(char *memory)
{
	madvise(memory, HUGE, MADV_NOHUGEPAGE);
	write_pages(memory, HUGE / PAGE, 7);
	madvise(memory, HUGE, MADV_HUGEPAGE);
	if (collapse(memory))
		return -1;
	if (read_pages(memory, HUGE / PAGE) != 7 * HUGE / PAGE)
		return fail("collapsing changed a page");
	write_pages(memory, 4, 1);
	return 0;
}

int phase_thp(unsigned int count)
{
	const size_t parts = 4;

	for (unsigned int i = 0; i < count; i++) {
		char *memory = map_huge(parts);

		if (!memory)
			return -1;
		if (madvise(memory, parts * HUGE, MADV_HUGEPAGE))
			return fail("madvise(MADV_HUGEPAGE)");
		if (thp_cow(memory) || thp_split(memory + HUGE) || thp_collapse(memory + 3 * HUGE))
			return -1;
		munmap(memory, parts * HUGE);
	}
	return (int)count;
}

/* The huge zero page is read, and split when it is written. */
int phase_hugezero(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		char *memory = map_huge(1);

		if (!memory)
			return -1;
		if (madvise(memory, HUGE, MADV_HUGEPAGE))
			return fail("madvise(MADV_HUGEPAGE)");
		if (read_pages(memory, 1))
			return fail("fresh memory is not zero");
		write_pages(memory, 4, 1);
		munmap(memory, HUGE);
	}
	return (int)count;
}

/* Maps the file where its first page may be a huge one. */
static char *map_file(int file)
{
	char *memory = map_huge(1);
	int flags = MAP_SHARED | MAP_FIXED;

	if (!memory || mmap(memory, HUGE, PROT_READ | PROT_WRITE, flags, file, 0) != memory)
		return NULL;
	return memory;
}

/* The file's pages become one; the second mapping, which is not collapsed, loses its table. */
static int shm_collapse(int file)
{
	char *first = map_file(file), *second = map_file(file);

	if (!first || !second)
		return fail("mmap of shared memory");
	write_pages(first, HUGE / PAGE, 1);
	write_pages(second, HUGE / PAGE, 2);
	if (collapse(first))
		return -1;
	if (read_pages(second, HUGE / PAGE) != 2 * HUGE / PAGE)
		return fail("collapsing changed a page");
	write_pages(first, HUGE / PAGE, 3);
	munmap(first, HUGE);
	munmap(second, HUGE);
	return 0;
}

int phase_shmcollapse(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		int file = memfd_create("workload", MFD_CLOEXEC);

		if (file < 0 || ftruncate(file, HUGE))
			return fail("memfd_create");
		if (shm_collapse(file))
			return -1;
		close(file);
	}
	return (int)count;
}

/* Copy-on-write of pages from the pool. */
int phase_hugetlb(unsigned int count)
{
	size_t size = count * HUGE;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	struct holder holder;

	if (memory == MAP_FAILED)
		return fail("mmap(MAP_HUGETLB)");
	for (unsigned int i = 0; i < count; i++)
		write_pages(memory + i * HUGE, 1, 1);
	if (holder_start(&holder))
		return -1;
	for (unsigned int i = 0; i < count; i++)
		write_pages(memory + i * HUGE, 1, 2);
	if (holder_release(&holder))
		return -1;
	munmap(memory, size);
	return (int)count;
}
