/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel says of the few of its symbols that matter here. */
#ifndef PROBE_KALLSYMS_H
#define PROBE_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

/** struct stlb_kernel_symbol - a name and what was found of it */
struct stlb_kernel_symbol {
	const char *name; /* not owned */
	uint32_t nr;	  /* how often it is there under this very name */
	uint64_t address; /* of the first; 0: the kernel does not tell */
	bool clone;	  /* there under the name of a compiler's copy: NAME.isra.0 and the like */
	bool traceable;	  /* among the functions that the function tracer can hook */
	bool blacklisted; /* kprobes are refused */
};

/** struct stlb_kallsyms - zeroed, wanted, then read */
struct stlb_kallsyms {
	struct stlb_kernel_symbol *items; /* by name */
	uint32_t nr, max;
	bool readable;	     /* kallsyms could be read */
	int traceable_error; /* of reading available_filter_functions; 0: none */
};

/** stlb_kallsyms_want - a name to look for; it outlives the symbols. 0 or -ENOMEM */
int stlb_kallsyms_want(struct stlb_kallsyms *symbols, const char *name);

/**
 * stlb_kallsyms_read - look for all that are wanted; none may be added any more
 * @tracing, @debugfs: where they are mounted, below @root; NULL: nowhere
 */
void stlb_kallsyms_read(struct stlb_kallsyms *symbols, const char *root, const char *tracing,
			const char *debugfs);

/** stlb_kallsyms_find - the symbol of a name that was wanted, NULL for others */
const struct stlb_kernel_symbol *stlb_kallsyms_find(const struct stlb_kallsyms *symbols,
						    const char *name);

/** stlb_kallsyms_have - whether the kernel has a symbol, once or more often */
bool stlb_kallsyms_have(const struct stlb_kallsyms *symbols, const char *name);

/** stlb_kallsyms_free - empty afterwards */
void stlb_kallsyms_free(struct stlb_kallsyms *symbols);

#endif
