/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the name of an output stands for, and whether that is an input. */
#ifndef CMD_TARGET_H
#define CMD_TARGET_H

#include "cmd/settings.h"

/** struct stlb_target - where a name leads */
struct stlb_target {
	char *path;	/* with no symbolic link at its end; NULL: a descriptor */
	int descriptor; /* of this program, -1: none */
	bool exists, regular;
	unsigned int mode;
};

/**
 * stlb_target_find - follow the name of an output
 *
 * A symbolic link at its end is followed, but not one in a sticky folder, where anybody may have
 * put it. Returns 0 or a negative errno; free @target->path in any case.
 */
int stlb_target_find(const char *path, struct stlb_target *target, struct stlb_error *err);

/**
 * stlb_target_check - an output must not be an input, under whatever name
 * @path: of the output; NULL: standard output
 * @traces: whether the arguments are files that are read
 */
int stlb_target_check(const struct stlb_settings *settings, const char *path, bool traces,
		      struct stlb_error *err);

/** stlb_target_check_two - nor may two outputs be the same file */
int stlb_target_check_two(const char *one, const char *other, struct stlb_error *err);

#endif
