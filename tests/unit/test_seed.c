/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The random numbers that tables hash with: nothing of a report may hang on them. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "staletlb/pass.h"
#include "staletlb/report.h"

/* The first makes the hash of a key the key itself. */
static const uint64_t seeds[][2] = {
	{0, 1},
	{0x0123456789abcdef, 0xfedcba9876543211},
	{UINT64_MAX, 0x8000000000000001},
};

static const uint64_t *seed;
static unsigned int drawn;

/* In place of the C library's. */
ssize_t getrandom(void *buffer, size_t size, unsigned int flags)
{
	(void)flags;
	cr_assert_eq(size, sizeof(*seeds));
	memcpy(buffer, seed, size);
	drawn++;
	return (ssize_t)size;
}

static void report_on(const char *path, FILE *to)
{
	struct stlb_report *report = stlb_report_new("0", NULL);
	struct stlb_pass *pass = NULL;
	struct stlb_analysis_options options = {0};
	const struct stlb_result *result;
	struct stlb_source *source;

	stlb_analysis_defaults(&options);
	cr_assert_eq(stlb_pass_open(path, NULL, &pass, NULL), 0, "%s", path);
	cr_assert_eq(stlb_pass_analyze(pass, &options, NULL), 0);
	stlb_pass_run(pass, NULL, NULL);
	result = stlb_pass_finish(pass, NULL);
	source = stlb_pass_source(pass);
	cr_assert_not_null(result);
	cr_assert_eq(stlb_report_add_trace(report, stlb_source_info(source), result, source), 0);
	stlb_report_finish(report, STLB_ERROR);
	cr_assert_eq(stlb_report_writer_find("json")->write(report, to, NULL, NULL), 0);
	stlb_report_free(report);
	stlb_pass_close(pass);
}

/* Of all samples, by a process of its own: the numbers are drawn once. */
static char *report_with(const uint64_t *with, const glob_t *samples, size_t *size)
{
	FILE *file = tmpfile();
	char *text;
	int status;
	pid_t pid;

	cr_assert_not_null(file);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		seed = with;
		for (size_t i = 0; i < samples->gl_pathc; i++)
			report_on(samples->gl_pathv[i], file);
		_exit(fflush(file) || drawn != 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	text = malloc(*size + 1);
	cr_assert_not_null(text);
	cr_assert_eq(fread(text, 1, *size, file), *size);
	fclose(file);
	return text;
}

Test(seed, reports_are_the_same_with_any)
{
	size_t size, other_size;
	char *text, *other;
	glob_t samples;

	cr_assert_eq(glob("samples/*.txt", 0, NULL, &samples), 0);
	text = report_with(seeds[0], &samples, &size);
	cr_expect_gt(size, 100000);
	for (size_t i = 1; i < sizeof(seeds) / sizeof(*seeds); i++) {
		other = report_with(seeds[i], &samples, &other_size);
		cr_expect(size == other_size && memcmp(text, other, size) == 0, "seed %zu", i);
		free(other);
	}
	free(text);
	globfree(&samples);
}
