/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libFuzzer target: perf.data through its reader, and through the public face of the sources. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "staletlb/perfdata.h"
#include "staletlb/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_memory(const uint8_t *data, size_t size)
{
	struct stlb_perfdata_sample sample;
	struct stlb_perfdata_record record;
	struct stlb_perfdata *perf;
	uint64_t offset;

	if (stlb_perfdata_open_memory(data, size, "fuzz", &perf, NULL))
		return;
	while (stlb_perfdata_next(perf, &record, NULL) > 0) {
		stlb_perfdata_sample(perf, &record, &sample);
		stlb_perfdata_comm(perf, record.tid);
	}
	stlb_perfdata_symbol(perf, 0xffffffffa0000010, &offset);
	stlb_perfdata_close(perf);
}

static void read_file(const uint8_t *data, size_t size)
{
	struct stlb_record record;
	struct stlb_source *source;
	int fd = memfd_create("perf", MFD_CLOEXEC);
	char path[40];

	if (fd >= 0 && write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (!stlb_source_open(path, NULL, &source, NULL)) {
			while (stlb_source_next(source, &record, NULL) > 0)
				;
			stlb_source_symbol(source, 0xffffffff81000100, NULL);
			stlb_source_close(source);
		}
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_memory(data, size);
	read_file(data, size);
	return 0;
}
