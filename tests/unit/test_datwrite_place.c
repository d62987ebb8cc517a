/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the writer of trace.dat writes to, what it leaves there, and disks that are too small. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "made_tree.h"

static void write_trace(struct tree *tree)
{
	struct seen seen;

	tree_open(tree);
	add_instance(tree, "", 0);
	add_pages(tree);
	seen = commit(tree);
	cr_expect(eq(uint, seen.nr, 3));
	stlb_source_close(seen.source);
}

Test(datwrite_place, what_is_there_stays_until_the_end)
{
	struct tree tree;
	struct stat st;

	tree_make(&tree);
	tree_text(&tree, "out/trace.dat", "old");
	chmod(tree.path, 0640);
	tree_open(&tree);
	add_instance(&tree, "", 0);
	add_pages(&tree);
	stlb_dat_writer_close(tree.writer);
	tree.writer = NULL;
	cr_expect(eq(uint, entries(tree.out), 1));
	stat(tree.path, &st);
	cr_expect(eq(int, (int)st.st_size, 3));
	write_trace(&tree);
	stat(tree.path, &st);
	cr_expect(eq(int, (int)st.st_mode & 0777, 0640));
	cr_expect(eq(uint, entries(tree.out), 1));
	tree_free(&tree);
}

Test(datwrite_place, permissions_are_the_usual_ones)
{
	struct tree tree;
	struct stat st;

	tree_make(&tree);
	umask(027);
	write_trace(&tree);
	stat(tree.path, &st);
	cr_expect(eq(int, (int)st.st_mode & 0777, 0640));
	tree_free(&tree);
}

Test(datwrite_place, a_link_stays_one)
{
	struct tree tree;
	struct stat st;

	tree_make(&tree);
	tree_text(&tree, "out/real.dat", "old");
	cr_assert(eq(int, symlink("real.dat", tree.path), 0));
	write_trace(&tree);
	lstat(tree.path, &st);
	cr_expect(eq(uint, st.st_mode & S_IFMT, S_IFLNK));
	cr_expect(eq(uint, entries(tree.out), 2));
	tree_free(&tree);
}

Test(datwrite_place, only_files_are_replaced)
{
	struct tree tree;
	struct stlb_error err = {0};

	tree_make(&tree);
	cr_expect(eq(int, stlb_dat_writer_open(tree.out, tree.tracing, NULL, &tree.writer, &err),
		     -EISDIR));
	cr_assert(eq(int, mkfifo(tree.path, 0600), 0));
	cr_expect(eq(int, stlb_dat_writer_open(tree.path, tree.tracing, NULL, &tree.writer, &err),
		     -EINVAL));
	cr_expect(ne(ptr, strstr(err.text, tree.path), NULL));
	cr_expect(eq(
		int,
		stlb_dat_writer_open("/tmp/no/such/folder", tree.tracing, NULL, &tree.writer, &err),
		-ENOENT));
	cr_expect(eq(str, err.text,
		     "/tmp/no/such/folder: cannot be written: No such file or "
		     "directory"));
	cr_expect(eq(uint, entries(tree.out), 1));
	tree_free(&tree);
}

Test(datwrite_place, no_tracefs)
{
	struct tree tree;

	tree_make(&tree);
	cr_expect(eq(int,
		     stlb_dat_writer_open(tree.path, "/nowhere", NULL, &tree.writer, &tree.err),
		     -ENOENT));
	cr_expect(ne(ptr, strstr(tree.err.text, "/nowhere/events/header_page"), NULL));
	cr_expect(eq(uint, entries(tree.out), 0));
	tree_free(&tree);
}

/* ---- no room ---- */

/* Adds pages until it fails; a commit that fails counts as well. */
static int write_too_much(struct tree *tree, unsigned int pages)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < pages; i++)
		ret = add_page(tree, 0, 0, 1000 + i, 0, MADE_PAGE);
	return ret ? ret : stlb_dat_writer_commit(tree->writer, &tree->err);
}

/* The pages fit and the file does not, or the pages do not fit either. */
Test(datwrite_place, file_too_large)
{
	static const unsigned int pages[] = {16, 1000};

	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		struct rlimit limit, small;
		struct tree tree;

		tree_make(&tree);
		tree_open(&tree);
		add_instance(&tree, "", 0);
		getrlimit(RLIMIT_FSIZE, &limit);
		small = limit;
		small.rlim_cur = 16 * MADE_PAGE;
		setrlimit(RLIMIT_FSIZE, &small);
		check_failed(&tree, write_too_much(&tree, pages[i]), -EFBIG, tree.path);
		setrlimit(RLIMIT_FSIZE, &limit);
		tree_free(&tree);
	}
}

/* The head of the file alone is too large. */
Test(datwrite_place, head_too_large)
{
	struct rlimit limit, small;
	char *symbols = calloc(1, 100 * MADE_PAGE + 1);
	struct tree tree;

	signal(SIGXFSZ, SIG_IGN);
	tree_make(&tree);
	tree_text(&tree, "proc/kallsyms", memset(symbols, '\n', 100 * MADE_PAGE));
	tree_open(&tree);
	add_instance(&tree, "", 0);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = limit;
	small.rlim_cur = 16 * MADE_PAGE;
	setrlimit(RLIMIT_FSIZE, &small);
	check_failed(&tree, stlb_dat_writer_metadata(tree.writer, &tree.err), -EFBIG, tree.path);
	setrlimit(RLIMIT_FSIZE, &limit);
	free(symbols);
	tree_free(&tree);
}

/* A file system of 128 KiB of which others see nothing; false where that may not be mounted. */
static bool mount_small(const struct tree *tree)
{
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("none", tree->out, "tmpfs", 0, "size=128k");
}

Test(datwrite_place, full_disk)
{
	static const unsigned int pages[] = {20, 1000};
	struct tree tree;

	for (int i = 0; i < 2; i++) {
		tree_make(&tree);
		if (!mount_small(&tree)) {
			tree_free(&tree);
			cr_skip("no file system can be mounted for a full disk");
		}
		tree_open(&tree);
		add_instance(&tree, "", 0);
		check_failed(&tree, write_too_much(&tree, pages[i]), -ENOSPC,
			     "trace.dat: cannot be written: No space left on device; choose a "
			     "directory with more space");
		umount(tree.out);
		tree_free(&tree);
	}
}
