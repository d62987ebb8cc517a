/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libFuzzer target: text through the public face of the sources, by way of a file in memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "staletlb/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stlb_error err = {0};
	struct stlb_record record;
	struct stlb_source *source;
	int fd = memfd_create("text", MFD_CLOEXEC);
	char path[40];

	if (fd >= 0 && write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (!stlb_source_open(path, NULL, &source, &err)) {
			while (stlb_source_next(source, &record, &err) > 0)
				;
			stlb_source_close(source);
		}
	}
	close(fd);
	return 0;
}
