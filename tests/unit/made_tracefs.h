/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder that stands for tracefs. What is written to its files can be read afterwards: nothing
 * happens because of it.
 */
#ifndef UNIT_MADE_TRACEFS_H
#define UNIT_MADE_TRACEFS_H

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** struct made_tracefs - its path; made_tracefs_free() takes it away */
struct made_tracefs {
	char path[32];
};

static inline struct made_tracefs made_tracefs(void)
{
	struct made_tracefs made = {"/tmp/staletlb-tracefs-XXXXXX"};
	char path[PATH_MAX];

	cr_assert_not_null(mkdtemp(made.path));
	snprintf(path, sizeof(path), "%s/instances", made.path);
	cr_assert_eq(mkdir(path, 0700), 0);
	return made;
}

static inline void made_tracefs_free(const struct made_tracefs *made)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf '%s'", made->path);
	cr_assert_eq(system(command), 0);
}

static inline void made_tracefs_text(const struct made_tracefs *made, const char *name,
				     const char *text)
{
	char path[PATH_MAX];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", made->path, name);
	to = fopen(path, "w");
	cr_assert_not_null(to, "%s", path);
	fputs(text, to);
	fclose(to);
}

/* A file that refuses what is written. */
static inline void made_tracefs_full(const struct made_tracefs *made, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", made->path, name);
	cr_assert_eq(symlink("/dev/full", path), 0);
}

static inline void made_tracefs_folder(const struct made_tracefs *made, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", made->path, name);
	cr_assert_eq(mkdir(path, 0700), 0, "%s", path);
}

static inline bool made_tracefs_has(const struct made_tracefs *made, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", made->path, name);
	return access(path, F_OK) == 0;
}

/* What a file says now; free it. */
static inline char *made_tracefs_read(const struct made_tracefs *made, const char *name)
{
	char path[PATH_MAX], *text = calloc(1, 65536);
	FILE *from;

	snprintf(path, sizeof(path), "%s/%s", made->path, name);
	from = fopen(path, "r");
	cr_assert_not_null(from, "%s", path);
	cr_assert_lt(fread(text, 1, 65535, from), 65535);
	fclose(from);
	return text;
}

#endif
