/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/target.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MOST_LINKS = 40 };

static int cannot(struct stlb_error *err, int code, const char *path, const char *why)
{
	return stlb_error_set(err, code, "%s: cannot be written: %s", path, why);
}

/* The folder that a name is in, as it is written. */
static void folder_of(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int length = slash == path ? 1 : slash ? (int)(slash - path) : 1;

	snprintf(folder, PATH_MAX, "%.*s", length, slash ? path : ".");
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_in_sticky(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;

	folder_of(path, folder);
	return stat(folder, &st) == 0 && (st.st_mode & S_ISVTX);
}

/* The folders on the way: somebody else's links in a sticky folder. */
static bool has_planted_folder(const char *path)
{
	char part[PATH_MAX];
	struct stat st;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (slash == path)
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (lstat(part, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != geteuid() &&
		    is_in_sticky(part))
			return true;
	}
	return false;
}

/* A link of procfs is no name but an open file: which of this program's, or -1. */
static bool is_open_file(const char *path, int *descriptor)
{
	char folder[PATH_MAX], real[PATH_MAX], own[64];
	struct statfs fs;
	char *end;
	long number;

	folder_of(path, folder);
	if (statfs(folder, &fs) || fs.f_type != PROC_SUPER_MAGIC)
		return false;
	number = strtol(name_of(path), &end, 10);
	snprintf(own, sizeof(own), "/proc/%ld/", (long)getpid());
	*descriptor = -1;
	if (*name_of(path) && !*end && number >= 0 && number <= INT_MAX && realpath(folder, real) &&
	    !strncmp(real, own, strlen(own)) && !strcmp(name_of(real), "fd"))
		*descriptor = (int)number;
	return true;
}

static int follow(char **path)
{
	char to[PATH_MAX], folder[PATH_MAX], *next = NULL;
	ssize_t length = readlink(*path, to, sizeof(to) - 1);

	if (length < 0)
		return -errno;
	to[length] = '\0';
	folder_of(*path, folder);
	if ((to[0] == '/' ? asprintf(&next, "%s", to) : asprintf(&next, "%s/%s", folder, to)) < 0)
		return -ENOMEM;
	free(*path);
	*path = next;
	return 0;
}

/* 1: followed a link, 0: there is none. */
static int step(const char *given, struct stlb_target *target, struct stlb_error *err)
{
	struct stat st;
	int ret;

	if (has_planted_folder(target->path))
		return cannot(err, -ELOOP, given,
			      "it leads through a symbolic link of another user in a sticky "
			      "directory: name the directory itself");
	if (lstat(target->path, &st))
		return errno == ENOENT ? 0 : cannot(err, -errno, given, strerror(errno));
	if (!S_ISLNK(st.st_mode) || is_open_file(target->path, &target->descriptor))
		return 0;
	if (is_in_sticky(target->path))
		return cannot(err, -ELOOP, given,
			      "it is a symbolic link in a sticky directory, where anyone can "
			      "create one: name the file itself");
	ret = follow(&target->path);
	return ret ? cannot(err, ret, given, strerror(-ret)) : 1;
}

int stlb_target_find(const char *path, struct stlb_target *target, struct stlb_error *err)
{
	struct stat st;
	int ret = 1;

	*target = (struct stlb_target){.path = strdup(path), .descriptor = -1};
	if (!target->path)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	for (int i = 0; ret == 1 && i < MOST_LINKS; i++)
		ret = step(path, target, err);
	if (ret == 1)
		ret = cannot(err, -ELOOP, path, strerror(ELOOP));
	if (ret)
		return ret;
	if (stat(target->path, &st))
		return errno == ENOENT ? 0 : cannot(err, -errno, path, strerror(errno));
	target->exists = true;
	/* an open file is written where it stands, whatever it is */
	target->regular = S_ISREG(st.st_mode) && !is_open_file(target->path, &target->descriptor);
	target->mode = st.st_mode & 0777;
	if (S_ISDIR(st.st_mode))
		return cannot(err, -EISDIR, path, strerror(EISDIR));
	return 0;
}

/* ---- the same file? ---- */

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A recording can be a folder of files. */
static bool is_below(const struct stat *input, const char *path)
{
	char folder[PATH_MAX], real[PATH_MAX];
	struct stat st;

	folder_of(path, folder);
	if (!S_ISDIR(input->st_mode) || !realpath(folder, real))
		return false;
	for (char *end = real + strlen(real); end > real; end = strrchr(real, '/')) {
		*end = '\0';
		if (stat(*real ? real : "/", &st) == 0 && same(input, &st))
			return true;
	}
	return false;
}

static bool is_input(const char *path, const struct stat *output, const char *input)
{
	struct stat st;

	if (strcmp(input, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(input, &st))
		return false;
	if (output && same(&st, output))
		return true;
	return path && is_below(&st, path);
}

static int check_all(const char *path, const struct stat *output, const char *const *inputs,
		     unsigned int nr, struct stlb_error *err)
{
	for (unsigned int i = 0; i < nr; i++)
		if (is_input(path, output, inputs[i]))
			return stlb_error_set(
				err, -EINVAL,
				"%s: also an input (%s): the output would overwrite it",
				path ? path : "standard output",
				strcmp(inputs[i], "-") ? inputs[i] : "standard input");
	return 0;
}

int stlb_target_check(const struct stlb_settings *settings, const char *path, bool traces,
		      struct stlb_error *err)
{
	const struct stlb_strings *lists[] = {&settings->profiles, &settings->suppressions,
					      &settings->baselines, &settings->kallsyms};
	struct stat st;
	bool exists = (path ? stat(path, &st) : fstat(STDOUT_FILENO, &st)) == 0;
	const struct stat *output = exists ? &st : NULL;
	int ret = 0;

	/* a terminal, a pipe or /dev/null can be both */
	if (exists && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return 0;
	if (traces)
		ret = check_all(path, output, (const char *const *)settings->arguments,
				(unsigned int)settings->nr_arguments, err);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && ret == 0; i++)
		ret = check_all(path, output, lists[i]->value, lists[i]->nr, err);
	return ret;
}

int stlb_target_check_two(const char *one, const char *other, struct stlb_error *err)
{
	char folder[PATH_MAX];
	struct stat a, b;
	bool alike;

	if (!one || !other)
		return 0;
	if (stat(one, &a) == 0 && stat(other, &b) == 0) {
		alike = same(&a, &b) && S_ISREG(a.st_mode);
	} else {
		folder_of(one, folder);
		alike = stat(folder, &a) == 0 && strcmp(name_of(one), name_of(other)) == 0;
		folder_of(other, folder);
		alike = alike && stat(folder, &b) == 0 && same(&a, &b);
	}
	return alike ? stlb_error_set(err, -EINVAL, "%s and %s are the same file", one, other) : 0;
}
