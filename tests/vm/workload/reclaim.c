// SPDX-License-Identifier: GPL-2.0-or-later
/* Phases where the kernel changes pages behind the process' back: KSM, reclaim, userfaultfd. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define KSM "/sys/kernel/mm/ksm/"

/* Until ksmd has merged all pages of this process that are alike; it scans each twice first. */
static int ksm_wait(unsigned int count)
{
	for (int tries = 0; tries < 6000; tries++) {
		long merged = read_number("/proc/self/ksm_merging_pages");

		if (merged < 0 || merged >= (long)count)
			return merged < 0 ? -1 : 0;
		usleep(100000);
	}
	errno = 0;
	return fail("ksmd did not merge the pages within ten minutes");
}

static int ksm_merge(char *memory, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		memset(memory + i * PAGE, 'k', PAGE);
	if (madvise(memory, count * PAGE, MADV_MERGEABLE))
		return fail("madvise(MADV_MERGEABLE)");
	return ksm_wait(count);
}

int phase_ksm(unsigned int count)
{
	char *memory = map_pages(count);
	int status;

	if (!memory || write_text(KSM "pages_to_scan", "2000") ||
	    write_text(KSM "sleep_millisecs", "5") || write_text(KSM "run", "1"))
		return -1;
	status = ksm_merge(memory, count);
	write_pages(memory, count, 2);
	munmap(memory, count * PAGE);
	return write_text(KSM "run", "0") || status ? -1 : (int)count;
}

int uffd_open(void)
{
	struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		return fail("userfaultfd");
	return fd;
}

/* Fills the memory from outside, write-protects it and gives it back. */
static int uffd_fill_protect(int fd, char *memory, char *filling, size_t size)
{
	struct uffdio_register reg = {
		.range = {(uintptr_t)memory, size},
		.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_copy copy = {
		.dst = (uintptr_t)memory, .src = (uintptr_t)filling, .len = size};
	struct uffdio_writeprotect protect = {.range = reg.range};

	if (ioctl(fd, UFFDIO_REGISTER, &reg) || ioctl(fd, UFFDIO_COPY, &copy))
		return fail("UFFDIO_COPY");
	protect.mode = UFFDIO_WRITEPROTECT_MODE_WP;
	if (ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		return fail("UFFDIO_WRITEPROTECT");
	protect.mode = 0;
	if (ioctl(fd, UFFDIO_WRITEPROTECT, &protect))
		return fail("UFFDIO_WRITEPROTECT");
	return 0;
}

static int advise_cold_and_free(char *memory, unsigned int count)
{
	size_t size = count * PAGE;

	write_pages(memory, count, 2);
	if (madvise(memory, size, MADV_COLD))
		return fail("madvise(MADV_COLD)");
	write_pages(memory, count / 2, 3);
	if (madvise(memory, size, MADV_FREE))
		return fail("madvise(MADV_FREE)");
	write_pages(memory, count / 2, 4);
	return 0;
}

int phase_uffd(unsigned int count)
{
	size_t size = count * PAGE;
	char *memory = map_pages(count), *filling = map_pages(count);
	int fd = uffd_open();

	if (!memory || !filling || fd < 0)
		return -1;
	write_pages(filling, count, 1);
	if (uffd_fill_protect(fd, memory, filling, size) || read_pages(memory, count) != count ||
	    advise_cold_and_free(memory, count))
		return -1;
	close(fd);
	munmap(memory, size);
	munmap(filling, size);
	return (int)count;
}

/* How many of the pages are in memory and not in swap; -1 after it said why that is not known. */
static int pages_present(const char *memory, unsigned int count)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	int present = 0;
	uint64_t entry;

	if (fd < 0)
		return fail("/proc/self/pagemap");
	for (unsigned int i = 0; i < count; i++) {
		off_t at = (off_t)(((uintptr_t)memory / PAGE + i) * sizeof(entry));

		if (pread(fd, &entry, sizeof(entry), at) != sizeof(entry)) {
			close(fd);
			return fail("/proc/self/pagemap");
		}
		present += (int)(entry >> 63);
	}
	close(fd);
	return present;
}

/* Pages go out to swap and come back; the machine must have some. */
int phase_swap(unsigned int count)
{
	char *memory = map_pages(count);
	int present;

	if (!memory)
		return -1;
	write_pages(memory, count, 5);
	if (madvise(memory, count * PAGE, MADV_PAGEOUT))
		return fail("madvise(MADV_PAGEOUT)");
	present = pages_present(memory, count);
	errno = 0;
	if (present < 0 || present > (int)count / 2)
		return fail("the pages did not go out; is there swap?");
	if (read_pages(memory, count) != 5 * count)
		return fail("a page came back as another");
	munmap(memory, count * PAGE);
	return (int)count - present;
}
