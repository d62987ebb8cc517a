/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A made-up tracefs and procfs for the writer of trace.dat, and a folder that it writes to. */
#ifndef UNIT_MADE_TREE_H
#define UNIT_MADE_TREE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "made_dat.h"
#include "seen_records.h"
#include "source/tracedat/datwrite.h"

/** struct tree - a folder with tracing/ and proc/ in it, and out/ for what is written */
struct tree {
	char dir[32], tracing[64], proc[64], out[64], path[96];
	struct stlb_dat_writer *writer;
	struct stlb_error err;
};

static const char header_page[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				  "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
				  "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

static inline void tree_put(const struct tree *tree, const char *name, const void *data,
			    size_t size)
{
	char path[PATH_MAX], *slash;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", tree->dir, name);
	for (slash = path + strlen(tree->dir) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(path, 0700);
	}
	file = fopen(path, "w");
	cr_assert(ne(ptr, file, NULL), "%s", path);
	cr_assert(eq(sz, fwrite(data, 1, size, file), size));
	fclose(file);
}

static inline void tree_text(const struct tree *tree, const char *name, const char *text)
{
	tree_put(tree, name, text, strlen(text));
}

static inline void tree_format(const struct tree *tree, const char *folder, const char *name,
			       unsigned int id)
{
	struct made_file file = {0};
	char path[128];

	made_format(&file, name, id);
	snprintf(path, sizeof(path), "tracing/events/%s/%s/format", folder, name);
	tree_put(tree, path, file.bytes + 8, file.size - 8); /* without the size in front */
	free(file.bytes);
}

static inline void tree_remove(const struct tree *tree, const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s/%s'", tree->dir, name);
	cr_assert(eq(int, system(command), 0));
}

static inline void tree_make(struct tree *tree)
{
	*tree = (struct tree){.dir = "/tmp/datwrite-XXXXXX"};
	cr_assert(ne(ptr, mkdtemp(tree->dir), NULL));
	snprintf(tree->tracing, sizeof(tree->tracing), "%s/tracing", tree->dir);
	snprintf(tree->proc, sizeof(tree->proc), "%s/proc", tree->dir);
	snprintf(tree->out, sizeof(tree->out), "%s/out", tree->dir);
	snprintf(tree->path, sizeof(tree->path), "%s/trace.dat", tree->out);
	mkdir(tree->out, 0700);
	tree_text(tree, "tracing/events/header_page", header_page);
	tree_text(tree, "tracing/events/header_event", "# compressed entry header\n");
	tree_text(tree, "tracing/events/ftrace/enable", "0\n");
	tree_format(tree, "ftrace", "print", 5);
	tree_format(tree, "made", "number", MADE_ID);
	tree_format(tree, "other", "other", MADE_OTHER);
	tree_text(tree, "tracing/printk_formats", "");
	tree_text(tree, "tracing/saved_cmdlines", "7 seven\n8 eight nine\n");
	tree_text(tree, "proc/kallsyms", "ffffffff81000000 T first\nffffffff81000100 t second\n");
	tree_text(tree, "proc/sys/kernel/osrelease", "6.1.0-made\n");
	tree_text(tree, "proc/sys/kernel/arch", "arm128\n");
}

static inline void tree_open(struct tree *tree)
{
	int ret = stlb_dat_writer_open(tree->path, tree->tracing, tree->proc, &tree->writer,
				       &tree->err);

	cr_assert(eq(int, ret, 0), "%s", tree->err.text);
	stlb_dat_writer_event(tree->writer, "other", "other", NULL);
	stlb_dat_writer_event(tree->writer, "made", "number", NULL);
	stlb_dat_writer_event(tree->writer, "other", "other", NULL);
}

static inline void tree_free(struct tree *tree)
{
	stlb_dat_writer_close(tree->writer);
	tree_remove(tree, "");
}

static inline unsigned int entries(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr - 2;
}

static inline void add_instance(struct tree *tree, const char *name, int index)
{
	int ret = stlb_dat_writer_instance(tree->writer, name, "global", &tree->err);

	cr_assert(eq(int, ret, index), "%s", tree->err.text);
}

/* A page with one event in it, of which there are the first @size bytes only. */
static inline int add_page(struct tree *tree, unsigned int instance, uint32_t cpu, uint64_t ns,
			   uint64_t flags, size_t size)
{
	struct made_cpu made = {0};
	struct made_page *page = made_page(&made, ns);
	void *bytes = malloc(size);
	int ret;

	made_event(page, ns, MADE_ID, 8, 0, ns);
	made_commit(page, flags);
	made_word(page->bytes + 16 + page->at, 3, 8); /* missed, if the flags say so */
	memcpy(bytes, page->bytes, size);
	ret = stlb_dat_writer_page(tree->writer, instance, cpu, bytes, size, &tree->err);
	free(bytes);
	return ret;
}

static inline void add_pages(struct tree *tree)
{
	cr_assert(eq(int, add_page(tree, 0, 0, 1000, 0, MADE_PAGE), 0));
	cr_assert(eq(int, add_page(tree, 0, 0, 3000, 0, MADE_PAGE), 0));
	cr_assert(eq(int, add_page(tree, 0, 1, 2000, 0, MADE_PAGE), 0));
}

static inline struct seen commit(struct tree *tree)
{
	int ret = stlb_dat_writer_commit(tree->writer, &tree->err);
	struct seen seen;

	cr_assert(eq(int, ret, 0), "%s", tree->err.text);
	seen = see_path(tree->path, NULL);
	cr_assert(eq(int, seen.ret, 0), "%s", seen.err.text);
	cr_expect(not(seen.info.truncated), "%s", seen.info.cut);
	return seen;
}

static inline void check_values(const struct seen *seen, const uint64_t *values, unsigned int nr)
{
	cr_assert(eq(uint, seen->nr, nr));
	for (unsigned int i = 0; i < nr; i++)
		cr_expect(eq(u64, seen->records[i].value, values[i]));
}

/* It failed, says so of @about again and again, and leaves the folder as it was. */
static inline void check_failed(struct tree *tree, int ret, int code, const char *about)
{
	struct stlb_error again = {0};

	cr_expect(eq(int, ret, code));
	cr_expect(ne(ptr, strstr(tree->err.text, about), NULL), "%s", tree->err.text);
	cr_expect(eq(int, stlb_dat_writer_commit(tree->writer, &again), code));
	cr_expect(eq(str, again.text, tree->err.text));
	cr_expect(eq(int, add_page(tree, 0, 0, 9000, 0, MADE_PAGE), code));
	stlb_dat_writer_close(tree->writer);
	tree->writer = NULL;
	cr_expect(eq(uint, entries(tree->out), 0));
}

#endif
