// SPDX-License-Identifier: GPL-2.0-or-later
/* Phases on entries of all sizes: of several mappings at once, the huge zero page, mTHP. */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload.h"

#define THP   "/sys/kernel/mm/transparent_hugepage/"
#define SMALL THP "hugepages-64kB/enabled"
#define WHOLE THP "hugepages-2048kB/enabled"

/* Kernels whose khugepaged makes pages of this size count them; others make whole ones only. */
#define SMALL_COLLAPSES THP "hugepages-64kB/stats/collapse_alloc"

/* One call for two mappings, whose border is in the middle of a huge page. */
static int across_mappings(char *memory)
{
	size_t size = 2 * HUGE;
	char *second = memory + HUGE / 2;

	write_pages(memory, size / PAGE, 1);
	if (mprotect(second, size - HUGE / 2, PROT_READ) ||
	    mprotect(second, size - HUGE / 2, PROT_READ | PROT_WRITE | PROT_EXEC))
		return fail("mprotect");
	write_pages(memory, size / PAGE, 2);
	if (mprotect(memory, size, PROT_NONE))
		return fail("mprotect(PROT_NONE) of two mappings");
	if (mprotect(memory, HUGE / 2, PROT_READ | PROT_WRITE) ||
	    mprotect(second, size - HUGE / 2, PROT_READ | PROT_WRITE | PROT_EXEC))
		return fail("mprotect");
	write_pages(memory, size / PAGE, 3);
	if (madvise(memory, size, MADV_DONTNEED))
		return fail("madvise(MADV_DONTNEED) of two mappings");
	return 0;
}

/* Once with small pages, once with huge ones. */
int phase_several(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		char *memory = map_huge(2);

		if (!memory)
			return -1;
		if (madvise(memory, 2 * HUGE, i & 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
			return fail("madvise(MADV_HUGEPAGE)");
		if (across_mappings(memory))
			return -1;
		munmap(memory, 2 * HUGE);
	}
	return (int)count;
}

/* ---- the huge zero page ---- */

/* Its entry is set again, write-protected or not, without a split. */
static int protect_from_outside(int fd, char *memory)
{
	struct uffdio_register reg = {
		.range = {(uintptr_t)memory, HUGE},
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect protect = {.range = reg.range};

	if (ioctl(fd, UFFDIO_REGISTER, &reg))
		return fail("UFFDIO_REGISTER");
	protect.mode = UFFDIO_WRITEPROTECT_MODE_WP;
	if (ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		return fail("UFFDIO_WRITEPROTECT");
	protect.mode = 0;
	if (ioctl(fd, UFFDIO_WRITEPROTECT, &protect) || ioctl(fd, UFFDIO_UNREGISTER, &reg.range))
		return fail("UFFDIO_WRITEPROTECT");
	return 0;
}

static int protect_zero(int fd, char *memory)
{
	if (madvise(memory, HUGE, MADV_HUGEPAGE))
		return fail("madvise(MADV_HUGEPAGE)");
	if (read_pages(memory, 1))
		return fail("fresh memory is not zero");
	if (mprotect(memory, HUGE, PROT_NONE) || mprotect(memory, HUGE, PROT_READ | PROT_WRITE))
		return fail("mprotect of the huge zero page");
	return protect_from_outside(fd, memory);
}

int phase_hugezeroprotect(unsigned int count)
{
	int fd = uffd_open();

	for (unsigned int i = 0; fd >= 0 && i < count; i++) {
		char *memory = map_huge(1);

		if (!memory || protect_zero(fd, memory))
			return -1;
		munmap(memory, HUGE);
	}
	if (fd < 0)
		return -1;
	close(fd);
	return (int)count;
}

/* ---- huge pages smaller than a table's worth ---- */

/* The word in brackets of a setting "always [madvise] never". */
static int read_setting(const char *path, char *word, size_t size)
{
	FILE *file = fopen(path, "re");
	char text[128] = "", *open, *end;

	if (!file || !fgets(text, sizeof(text), file))
		fail(path);
	if (file)
		fclose(file);
	open = strchr(text, '[');
	end = open ? strchr(open, ']') : NULL;
	if (!end)
		return -1;
	*end = '\0';
	snprintf(word, size, "%s", open + 1);
	return 0;
}

/* Until khugepaged has been through all memory once from the beginning to the end. */
static int wait_for_scan(void)
{
	long first = read_number(THP "khugepaged/full_scans"), now = first;

	for (int tries = 0; first >= 0 && now < first + 2 && tries < 12000; tries++) {
		usleep(50000);
		now = read_number(THP "khugepaged/full_scans");
	}
	errno = 0;
	return first >= 0 && now >= first + 2 ? 0 : fail("khugepaged does not scan");
}

static int use_pieces(char *memory)
{
	struct holder holder;

	write_pages(memory, HUGE / PAGE, 1);
	if (holder_start(&holder))
		return -1;
	write_pages(memory, HUGE / PAGE, 2);
	if (holder_release(&holder))
		return -1;
	if (mprotect(memory + 3 * PAGE, 40 * PAGE, PROT_READ) ||
	    mprotect(memory + 3 * PAGE, 40 * PAGE, PROT_READ | PROT_WRITE))
		return fail("mprotect");
	if (madvise(memory + 5 * PAGE, 20 * PAGE, MADV_DONTNEED))
		return fail("madvise(MADV_DONTNEED)");
	return 0;
}

/* Pages of 64 KiB at the first touch; then small ones, which khugepaged may put together. */
static int run_pieces(void)
{
	char *memory = map_huge(2);

	if (!memory)
		return -1;
	if (madvise(memory, HUGE, MADV_HUGEPAGE) || madvise(memory + HUGE, HUGE, MADV_NOHUGEPAGE))
		return fail("madvise(MADV_HUGEPAGE)");
	if (use_pieces(memory))
		return -1;
	write_pages(memory + HUGE, HUGE / PAGE / 2, 5);
	if (access(SMALL_COLLAPSES, F_OK) && write_text(WHOLE, "madvise"))
		return -1;
	if (madvise(memory + HUGE, HUGE, MADV_HUGEPAGE) || wait_for_scan())
		return fail("khugepaged");
	if (read_pages(memory + HUGE, HUGE / PAGE / 2) != 5 * HUGE / PAGE / 2)
		return fail("collapsing changed a page");
	write_pages(memory + HUGE, HUGE / PAGE / 2, 6);
	munmap(memory, 2 * HUGE);
	return write_text(WHOLE, "never");
}

static int with_pieces(unsigned int count)
{
	char small[16], whole[16];
	int result = 0;

	if (read_setting(SMALL, small, sizeof(small)) ||
	    read_setting(WHOLE, whole, sizeof(whole)) ||
	    write_text(THP "khugepaged/scan_sleep_millisecs", "10") ||
	    write_text(THP "khugepaged/alloc_sleep_millisecs", "10") ||
	    write_text(SMALL, "always") || write_text(WHOLE, "never"))
		return -1;
	for (unsigned int i = 0; !result && i < count; i++)
		result = run_pieces();
	if (write_text(WHOLE, whole) || write_text(SMALL, small))
		return -1;
	return result ? -1 : (int)count;
}

/* Kernels before 6.8 have none: nothing is done then. */
int phase_mthp(unsigned int count)
{
	struct stat st;

	return stat(SMALL, &st) ? 0 : with_pieces(count);
}
