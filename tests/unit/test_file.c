/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole files: those that say how long they are, and those that do not. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"
#include "util/grow.h"

enum { MIB = 1 << 20 };

static char path[] = "/tmp/staletlb-file-XXXXXX";

static void make_file(size_t size)
{
	FILE *file = fdopen(mkstemp(path), "w");

	cr_assert(file);
	for (size_t i = 0; i < size; i++)
		putc('a' + (int)(i % 26), file);
	cr_assert_eq(fclose(file), 0);
}

/* Around the sizes at which the buffer grows. */
Test(file, every_byte_and_a_nul)
{
	static const size_t sizes[] = {0, 1, 4094, 4095, 4096, 8191, 8192, 100000, MIB};
	char *text;
	size_t size;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		strcpy(path, "/tmp/staletlb-file-XXXXXX");
		make_file(sizes[i]);
		cr_assert_eq(stlb_file_read(path, MIB, &text, &size, NULL), 0);
		unlink(path);
		cr_expect_eq(size, sizes[i]);
		cr_expect_eq(strlen(text), sizes[i]);
		cr_expect(!size || text[size - 1] == 'a' + (int)((size - 1) % 26));
		free(text);
	}
}

Test(file, larger_than_allowed_is_refused)
{
	struct stlb_error err = {""};
	char *text = path, wanted[80];

	make_file(MIB + 1);
	cr_expect_eq(stlb_file_read(path, MIB, &text, NULL, &err), -EFBIG);
	unlink(path);
	cr_expect_null(text);
	snprintf(wanted, sizeof(wanted), "%s: is larger than 1 MiB", path);
	cr_expect_str_eq(err.text, wanted);
}

Test(file, errors_name_the_file)
{
	struct stlb_error err = {""};
	char *text = path, word[8] = "before";

	cr_expect_eq(stlb_file_read("/nowhere/at/all", MIB, &text, NULL, &err), -ENOENT);
	cr_expect_str_eq(err.text, "/nowhere/at/all: cannot be read: No such file or directory");
	cr_expect_null(text);
	cr_expect_eq(stlb_file_read("/", MIB, &text, NULL, &err), -EISDIR);
	cr_expect_str_eq(err.text, "/: cannot be read: Is a directory");
	cr_expect_null(text);
	cr_expect_eq(stlb_file_head("/nowhere/at/all", word, sizeof(word)), -ENOENT);
	cr_expect_str_empty(word);
	strcpy(word, "before");
	cr_expect_eq(stlb_file_head("/", word, sizeof(word)), -EISDIR);
	cr_expect_str_empty(word);
}

/* procfs says 0 bytes of each of its files. */
Test(file, files_that_say_no_size)
{
	char *text, comm[32], word[4];
	size_t size;

	cr_assert_eq(stlb_file_read("/proc/self/comm", MIB, &text, &size, NULL), 0);
	cr_expect_gt(size, 1);
	cr_expect_eq(text[size - 1], '\n');
	cr_assert_eq(stlb_file_head("/proc/self/comm", comm, sizeof(comm)), 0);
	cr_expect_eq(strlen(comm), size - 1);
	cr_expect_eq(strncmp(comm, text, size - 1), 0);
	cr_assert_eq(stlb_file_head("/proc/self/comm", word, sizeof(word)), 0);
	cr_expect_eq(strlen(word), 3);
	free(text);
}

Test(grow, one_more_and_so_many)
{
	uint64_t *array = NULL;
	uint32_t max = 0, before;

	for (uint32_t nr = 0; nr < 1000; nr++) {
		cr_assert_eq(stlb_grow((void **)&array, nr, &max, sizeof(*array)), 0);
		cr_assert_gt(max, nr);
		array[nr] = ~(uint64_t)nr;
	}
	before = max;
	cr_assert_eq(stlb_grow_to((void **)&array, 10, &max, sizeof(*array)), 0);
	cr_expect_eq(max, before);
	cr_assert_eq(stlb_grow_to((void **)&array, 100000, &max, sizeof(*array)), 0);
	cr_expect_geq(max, 100000);
	for (uint32_t nr = 0; nr < 1000; nr++)
		cr_assert_eq(array[nr], ~(uint64_t)nr);
	for (uint32_t nr = before; nr < max; nr++)
		cr_assert_eq(array[nr], 0);
	free(array);
}

/* A room that cannot be doubled in its type is not taken for a small one. */
Test(grow, no_overflow)
{
	uint32_t max = UINT32_C(1) << 31;
	char *array = NULL;

	cr_expect_eq(stlb_grow((void **)&array, max, &max, 1), -ENOMEM);
	cr_expect_eq(stlb_grow_to((void **)&array, UINT32_MAX, &max, 1), -ENOMEM);
	cr_expect_eq(max, UINT32_C(1) << 31);
	cr_expect_null(array);
	cr_expect_eq(stlb_resize((void **)&array, SIZE_MAX / 2, 4), -ENOMEM);
	cr_expect_null(array);
}
