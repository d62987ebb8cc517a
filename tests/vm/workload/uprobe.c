// SPDX-License-Identifier: GPL-2.0-or-later
/* A breakpoint in this program's own text, by perf: no dynamic event, nothing of others is touched.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define SOURCE "/sys/bus/event_source/devices/uprobe/type"

static unsigned int probed(unsigned int value)
{
	return value + 1;
}

/* So that what is called is what has the address. */
static unsigned int (*volatile call)(unsigned int) = probed;

/* Where in the program's file an address of it comes from; -1 after it said why that is not known.
 */
static int64_t file_offset(uintptr_t address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t start, end, offset;
	int64_t found = -1;

	if (!maps)
		return fail("/proc/self/maps");
	while (found < 0 && fscanf(maps, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 "%*[^\n]", &start,
				   &end, &offset) == 3)
		if (address >= start && address < end)
			found = (int64_t)(address - start + offset);
	fclose(maps);
	return found < 0 ? fail("this program is not in its own maps") : found;
}

static int probe_open(void)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};
	long type = read_number(SOURCE);
	int64_t offset = file_offset((uintptr_t)call);
	int fd;

	if (type < 0 || offset < 0)
		return -1;
	attr.type = (uint32_t)type;
	attr.uprobe_path = (uintptr_t) "/proc/self/exe";
	attr.probe_offset = (uint64_t)offset;
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? fail("perf_event_open of a uprobe") : fd;
}

int phase_uprobe(unsigned int count)
{
	uint64_t hits = 0;

	for (unsigned int i = 0; i < count; i++) {
		int fd = probe_open();

		if (fd < 0)
			return -1;
		call(i);
		if (read(fd, &hits, sizeof(hits)) != sizeof(hits))
			hits = 0;
		close(fd);
		errno = 0;
		if (hits != 1)
			return fail("the breakpoint was not hit once");
		call(i);
	}
	return (int)count;
}
