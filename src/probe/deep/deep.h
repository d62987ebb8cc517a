/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a running kernel writes page tables: found in its own text, so that each place can be
 * probed. Nothing goes by version: targets are the words of pv_ops, and all else follows from who
 * calls them and from what instructions are there.
 */
#ifndef PROBE_DEEP_DEEP_H
#define PROBE_DEEP_DEEP_H

#include "functions.h"
#include "probe/btf.h"
#include "staletlb/error.h"
#include "util/arena.h"

/** enum stlb_shape - ways to write an entry; the sites of one become one event */
enum stlb_shape {
	STLB_SHAPE_SET,
	STLB_SHAPE_SETN, /* of as many entries as an argument says */
	STLB_SHAPE_COND, /* by a function that sets them, or does not */
	STLB_SHAPE_SET_PMD,
	STLB_SHAPE_SET_PUD,
	STLB_SHAPE_SET_P4D,
	STLB_SHAPE_SET_PGD,
	STLB_SHAPE_POP_PMD, /* by a function that is handed the page of the new table */
	STLB_SHAPE_START,   /* ptep_modify_prot_start */
	STLB_SHAPE_COMMIT,
	STLB_SHAPE_COMMITN,
	STLB_SHAPE_XCHG,
	STLB_SHAPE_CAS,
	STLB_SHAPE_WP, /* lock andb: the bit for writing goes */
	STLB_NR_SHAPES,
};

/** enum stlb_role - what the instruction there, or the function called, has in a register */
enum stlb_role {
	STLB_ROLE_PTEP,
	STLB_ROLE_NEW,
	STLB_ROLE_NR,
	STLB_ROLE_VMA,
	STLB_ROLE_ADDRESS,
	STLB_ROLE_PAGE,
	STLB_NR_ROLES,
};

/** struct stlb_site - an instruction that writes an entry, or calls what does */
struct stlb_site {
	uint64_t address;
	const struct stlb_function *function; /* that holds it */
	enum stlb_shape shape;
	int8_t reg[STLB_NR_ROLES]; /* STLB_NO_REGISTER: none */
	int32_t displacement;	   /* of the entry from what the register has */
	const char *through;	   /* the function called that writes it; NULL: the kernel's own */
	const char *unusable;	   /* why it cannot be probed, and updates are not seen; NULL */
	const char *denied;	   /* why it need not be probed; NULL */
};

/** struct stlb_deep - what was found; zeroed is nothing */
struct stlb_deep {
	struct stlb_arena arena;
	struct stlb_functions *functions;
	struct stlb_site *sites; /* by shape, displacement and address */
	uint32_t nr, max;
	uint64_t direct_start, direct_end; /* the direct map, in which page tables are */
};

/**
 * stlb_deep_find - look through a kernel
 * @tracing, @debugfs: where they are mounted below @root; NULL: nowhere
 * @why: what is missing
 *
 * Returns 0; -ENOENT with @why; -ENOMEM. What was found is to be freed with stlb_deep_free() in
 * any case.
 */
int stlb_deep_find(const char *root, const char *tracing, const char *debugfs,
		   const struct btf *btf, struct stlb_deep *deep, struct stlb_error *why);

/** stlb_deep_free - empty afterwards */
void stlb_deep_free(struct stlb_deep *deep);

/** stlb_denied - why the sites of a function need not, or must not, be probed; NULL: they are */
const char *stlb_denied(const char *function);

#endif
