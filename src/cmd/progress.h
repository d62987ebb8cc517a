/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line that tells how far the work is: on a terminal, and only when it takes a while. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdint.h>

#include "cmd/settings.h"

/** struct stlb_progress - how far the work is; only progress.c looks inside */
struct stlb_progress {
	bool on;
	uint64_t start_ns, shown_ns;
	uint64_t bytes_total;		      /* of all files; 0: not known */
	uint64_t bytes_before, events_before; /* of the files that are done */
	uint64_t file_bytes;		      /* of the file at work */
};

/** stlb_progress_init - @paths are the files to come, for the share that is done */
void stlb_progress_init(struct stlb_progress *progress, enum stlb_when when, char *const *paths,
			int nr);

/** stlb_progress_file - the next file; the one before is done, with that many events */
void stlb_progress_file(struct stlb_progress *progress, const char *path, uint64_t events_before);

/** stlb_progress_update - to be called every few thousand records */
void stlb_progress_update(struct stlb_progress *progress, const struct stlb_source_info *info);

/** stlb_progress_end - take the line away */
void stlb_progress_end(struct stlb_progress *progress);

#endif
