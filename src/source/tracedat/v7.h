/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections of version 7 files, and what can be made of a file without its last options. */
#ifndef SOURCE_TRACEDAT_V7_H
#define SOURCE_TRACEDAT_V7_H

#include "source/tracedat/tracedat.h"

struct stlb_dat_section {
	unsigned int id;
	bool compressed;
	uint64_t at, size; /* of the content; may reach past the end of the file */
};

/** stlb_dat_section - the header at @offset; -EINVAL where the file ends before */
int stlb_dat_section(struct stlb_dat *dat, uint64_t offset, struct stlb_dat_section *section);

/** stlb_dat_options_section - take in the options there; @next 0: they are the last */
int stlb_dat_options_section(struct stlb_dat *dat, uint64_t offset, uint64_t *next);

/**
 * stlb_dat_salvage - find the sections of a cut file by walking through it
 * @at: of the first section
 *
 * Everything that the options reported before is forgotten and found anew.
 */
int stlb_dat_salvage(struct stlb_dat *dat, uint64_t at);

#endif
