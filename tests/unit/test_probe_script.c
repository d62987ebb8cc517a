/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan as a shell script: what is in it, what a shell makes of it. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "made_kernel.h"
#include "staletlb/probe.h"

static char *write_script(struct made_kernel *made, enum stlb_locks locks)
{
	struct stlb_plan *plan = made_plan(made, locks);
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	cr_assert_eq(stlb_plan_script(plan, to), 0);
	fclose(to);
	stlb_plan_free(plan);
	return text;
}

/* Runs a command on the script, as $1; what it prints comes back, free it. */
static char *run(const char *script, const char *command, int *status)
{
	char path[] = "/tmp/staletlb-script-XXXXXX", *line, *text = NULL;
	FILE *file = fdopen(mkstemp(path), "w"), *pipe;
	size_t size = 0;

	cr_assert(file && fputs(script, file) >= 0 && fclose(file) == 0);
	cr_assert(asprintf(&line, "set -- %s; { %s; } 2>&1", path, command) > 0);
	pipe = popen(line, "r");
	cr_assert(pipe);
	if (getdelim(&text, &size, '\0', pipe) < 0) {
		free(text);
		text = strdup("");
	}
	*status = WEXITSTATUS(pclose(pipe));
	unlink(path);
	free(line);
	return text;
}

Test(script, shells_and_their_checker_accept_it)
{
	struct made_kernel old = made_new("6.1"), new = made_new("6.12");
	char *scripts[] = {write_script(&old, STLB_LOCKS_PTL), write_script(&new, STLB_LOCKS_ALL)};
	int status;

	for (int i = 0; i < 2; i++) {
		char *reported = run(scripts[i],
				     "sh -n $1 && if command -v shellcheck >/dev/null; "
				     "then shellcheck -s sh $1; fi",
				     &status);

		cr_expect_eq(status, 0, "%s", reported);
		cr_expect_str_empty(reported);
		free(reported);
		free(scripts[i]);
	}
}

/* Of the words that the template leaves open, none is left but the one that the script replaces. */
Test(script, is_filled_in)
{
	struct made_kernel made = made_new("6.12");
	char *script = write_script(&made, STLB_LOCKS_PTL);

	cr_expect_eq(strncmp(script, "#!/bin/sh\n", 10), 0);
	cr_expect(strstr(script, "\nexit $refused\n"));
	cr_expect_null(strstr(script, "@settings@"));
	cr_expect_null(strstr(script, "@definitions@"));
	cr_expect_null(strstr(script, "@events@"));
	cr_expect_null(strstr(script, "@vmemmap_symbol@"));
	cr_expect(strstr(script, "*'@pages@')\n"));
	free(script);
}

/* Where struct pages lie differs from boot to boot. */
Test(script, what_a_boot_decides_is_not_in_it)
{
	struct made_kernel made = made_new("6.12");
	char *script = write_script(&made, STLB_LOCKS_PTL);

	cr_expect_null(strstr(script, "0xffd0b9fc00000000"));
	cr_expect(strstr(script, "\nstaletlb:ptl_acquire - @pages@\n"));
	cr_expect(strstr(script, "\nstaletlb:ptl_trylock - ret != 0 && @pages@\n"));
	cr_expect(strstr(script, "\nstaletlb:pte_clear_flush stack\n"));
	cr_expect(strstr(script, "\nkmem:mm_page_free -\n"));
	cr_expect(strstr(script, "\nf:staletlb/mmfree __mmdrop mm=mm:x64\n"));
	cr_expect_null(strstr(script, "page_table_check"));
	free(script);
}

/* It may run where /proc/kcore can be read, though it could not where it was made. */
Test(script, filters_are_made_where_it_runs)
{
	struct made_kernel made = made_new("6.1");
	char *script;

	made_write(&made, "/proc/kcore", NULL);
	script = write_script(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(script, "\nstaletlb:ptl_acquire - @pages@\n"));
	free(script);
	made = made_new("6.1");
	made_types_add(&made, "struct ptdesc 64\n\tptl 320 ptr:spinlock\n");
	script = write_script(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(script, "\nstaletlb:ptl_acquire -\n"));
	free(script);
	made = made_new("6.1");
	script = write_script(&made, STLB_LOCKS_ALL);
	cr_expect(strstr(script, "\nstaletlb:ptl_acquire -\n"));
	free(script);
}

Test(script, lockdep_classes_are_filters_of_any_boot)
{
	struct made_kernel made = made_new("6.1");
	char *script;

	made_event(&made, "lock:lock_acquire");
	made_event(&made, "lock:lock_release");
	script = write_script(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(script, "\nlock:lock_release - name == \"ptlock_ptr(page)\" || "));
	free(script);
}

/* "All spinlocks" are said to be recorded only where some are, and not all were asked for. */
Test(script, tells_why_locks_are_not_filtered)
{
	struct made_kernel made = made_new("6.12");
	char *script = write_script(&made, STLB_LOCKS_PTL);

	cr_expect(strstr(script, "\nunfiltered=''\n"));
	free(script);
	made = made_new("6.12");
	made_replace(&made, "/proc/kallsyms", "vmemmap_base", "no_such_base");
	script = write_script(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(script, "\nunfiltered='the kernel has no symbol vmemmap_base'\n"));
	free(script);
	made = made_new("6.12");
	made_replace(&made, "/proc/kallsyms", "vmemmap_base", "no_such_base");
	made_replace(&made, "/proc/kallsyms", "_raw_spin_", "_inlined_spin_");
	script = write_script(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(script, "\nunfiltered=''\n"));
	free(script);
}

Test(script, another_kernel_is_refused)
{
	struct made_kernel made = made_new("6.1");
	char *script = write_script(&made, STLB_LOCKS_PTL), *reported;
	int status;

	reported = run(script, "sh $1", &status);
	cr_expect_eq(status, 2);
	cr_expect(strstr(reported, "made for the kernel 6.1, "), "%s", reported);
	free(reported);
	reported = run(script, "sh $1 remove", &status);
	cr_expect_eq(status, 2);
	free(reported);
	free(script);
}

/* The script's own reading of /proc/kcore and /proc/kallsyms, of a kernel made by hand. */
static void check_pages(struct made_kernel *made, const char *symbols, const char *wanted)
{
	char root[64], command[512], *script, *reported;
	struct made_kernel other = made_new("6.1");
	int status;

	snprintf(root, sizeof(root), "%s", made->root);
	if (symbols)
		made_write(made, "/proc/kallsyms", symbols);
	script = write_script(&other, STLB_LOCKS_PTL);
	snprintf(command, sizeof(command),
		 "sed -n '/^# words/,/^# Appended/p; s/.*\\(pages_shift=.*\\)/\\1/p' $1 |"
		 "sed 's,/proc/,%s&,' >$1.part; . $1.part; in_pages; rm $1.part",
		 root);
	reported = run(script, command, &status);
	cr_expect_str_eq(reported, wanted);
	free(reported);
	free(script);
	made_free(made);
}

Test(script, finds_struct_pages_as_the_plan_does)
{
	struct made_kernel made = made_new("6.1");
	uint64_t address = UINT64_C(0xffffffff80000020);

	check_pages(&made, NULL, "lock >= 0xffd0b9fc00000000 && lock < 0xffd0bafc00000000");
	made = made_new("6.12");
	made_kcore(&made, address, UINT64_C(0xffffeafff0000008));
	check_pages(&made, "ffffffff80000020 D vmemmap_base\n",
		    "lock >= 0xffffeafff0000008 && lock < 0xffffebfff0000008");
	made = made_new("6.1");
	check_pages(&made, "0000000000000000 D vmemmap_base\n", "");
	made = made_new("6.1");
	check_pages(&made, "ffffffff80000020 D vmemmap_bases\n", "");
	made = made_new("6.1");
	made_write(&made, "/proc/kcore", NULL);
	check_pages(&made, NULL, "");
}

Test(script, a_full_disk_is_reported)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan = made_plan(&made, STLB_LOCKS_PTL);
	FILE *to = fopen("/dev/full", "w");

	cr_assert(to);
	cr_expect_eq(stlb_plan_script(plan, to), -ENOSPC);
	fclose(to);
	stlb_plan_free(plan);
}
