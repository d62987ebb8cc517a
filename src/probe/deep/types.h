/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel's BTF says of functions that deal with page tables. */
#ifndef PROBE_DEEP_TYPES_H
#define PROBE_DEEP_TYPES_H

#include <stdbool.h>
#include <stdint.h>

struct btf;

/** struct stlb_walkers - functions that are handed entries of page tables, or return them */
struct stlb_walkers {
	struct stlb_walker {
		const char *name; /* BTF's */
		bool takes, returns;
	} * items; /* by name */
	uint32_t nr, max;
};

/** stlb_walkers_find - all that take or return a pte_t *, pmd_t * and the like. 0 or -ENOMEM */
int stlb_walkers_find(const struct btf *btf, struct stlb_walkers *walkers);

/** stlb_walkers_named - that of a symbol, whose suffix (".part.0") does not count; NULL: none */
const struct stlb_walker *stlb_walkers_named(const struct stlb_walkers *walkers,
					     const char *symbol);

/** stlb_walkers_free - empty afterwards */
void stlb_walkers_free(struct stlb_walkers *walkers);

#endif
