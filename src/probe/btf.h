/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the kernel's own type information says that a function's arguments are. */
#ifndef PROBE_BTF_H
#define PROBE_BTF_H

#include <stdbool.h>
#include <stdint.h>

#include "staletlb/error.h"

enum { STLB_MAX_STEPS = 4, STLB_MAX_NAME = 64 };

struct btf;

/** struct stlb_place - where a value is at the entry of a function */
struct stlb_place {
	char parameter[STLB_MAX_NAME];
	uint32_t slot; /* argument register, from 0 */
	bool by_name;  /* a scalar, and the register follows from the position among parameters */
	uint32_t nr_steps; /* from pointer to pointer */
	struct {
		char member[STLB_MAX_NAME];
		uint32_t offset;
	} steps[STLB_MAX_STEPS];
	uint32_t size; /* of the value, in bytes */
};

/** stlb_btf_open - load /sys/kernel/btf/vmlinux below a root; free it with btf__free(). 0, -errno
 */
int stlb_btf_open(const char *root, struct btf **btf);

/**
 * stlb_btf_place - find a value by names
 * @path: a parameter, then members: "range->mm". "a|b" is the first of the two that there is.
 *	"*p" is what a pointer points at.
 * @why: what is wrong, without the function's name
 *
 * Returns 0; -ENOENT: the kernel has no such function, parameter or member; -EINVAL: it has, but
 * the value cannot be had.
 */
int stlb_btf_place(const struct btf *btf, const char *function, const char *path,
		   struct stlb_place *place, struct stlb_error *why);

/**
 * stlb_btf_member_is_pointer - whether a member of a structure is a pointer
 *
 * Returns 1 or 0; -ENOENT: there is no such structure or member.
 */
int stlb_btf_member_is_pointer(const struct btf *btf, const char *structure, const char *member);

/**
 * stlb_btf_offset - where a member is in a structure, in bytes
 * @member: "a|b" is the first of the two that there is
 *
 * Returns a negative errno where there is no such structure or member.
 */
int64_t stlb_btf_offset(const struct btf *btf, const char *structure, const char *member);

#endif
