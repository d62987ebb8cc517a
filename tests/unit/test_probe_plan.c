/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of probes: three real kernels, and what page_table_check adds. */
#include <criterion/criterion.h>
#include <string.h>

#include "made_format.h"
#include "planned.h"

/* ---- three kernels ---- */

static char *write_plan(const struct stlb_plan *plan)
{
	const struct stlb_probe *probe;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		fprintf(to, "%s:%s\t%s\t%s\t%s\t%s\t%s\n", probe->system, probe->event,
			stlb_probe_source_name(probe->source), probe->stack ? "stack" : "-",
			probe->scope == STLB_SCOPE_TASKS ? "tasks" : "all",
			probe->definition ? probe->definition : "-",
			probe->filter ? probe->filter : "-");
	fclose(to);
	return text;
}

static void check_lines(char *now, char *wanted)
{
	char *save_now, *save_wanted;
	char *a = strtok_r(now, "\n", &save_now), *b = strtok_r(wanted, "\n", &save_wanted);

	for (; a && b; a = strtok_r(NULL, "\n", &save_now), b = strtok_r(NULL, "\n", &save_wanted))
		cr_expect_str_eq(a, b);
	cr_expect_null(a, "%s", a);
	cr_expect_null(b, "%s", b);
}

/* What these plans define, the kernels have taken: see tests/unit/kernels/README.md. */
static void check_plan(const char *version)
{
	struct made_kernel made = made_new(version);
	char *wanted = made_text(&made, "plan"), *now;
	struct stlb_plan *plan = made_plan(&made, STLB_LOCKS_PTL);

	now = write_plan(plan);
	check_lines(now, wanted);
	free(now);
	free(wanted);
	stlb_plan_free(plan);
}

Test(plan, of_6_1)
{
	check_plan("6.1");
}

Test(plan, of_6_12)
{
	check_plan("6.12");
}

Test(plan, of_7_3)
{
	check_plan("7.3");
}

/* A format whose fields are the arguments of a definition. */
static void make_of(struct made *made, const struct stlb_probe *probe)
{
	char names[256] = "__probe_ret_ip", *copy = strdup(probe->definition), *save = NULL;

	strtok_r(copy, " ", &save);
	strtok_r(NULL, " ", &save);
	for (char *word = strtok_r(NULL, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		cr_assert(strchr(word, ':'), "%s has no type: it would be printed in decimal",
			  word);
		strcat(strcat(names, " "), strtok(word, "="));
	}
	free(copy);
	make(made, probe->system, probe->event, names);
}

static void check_decoded(const struct stlb_plan *plan)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++) {
		struct stlb_decoder *decoder = stlb_decoder_new(NULL, 0);
		struct stlb_event event;
		struct made made;

		if (probe->definition) {
			make_of(&made, probe);
			cr_assert(stlb_decoder_wants(decoder, &made.format), "%s", probe->event);
			cr_assert(stlb_decode(decoder, &made.record, &event), "%s", probe->event);
			cr_expect_eq(event.kind, probe->kind, "%s", probe->event);
		}
		stlb_decoder_free(decoder);
	}
}

static const char check_6_1[] = "func __page_table_check_pte_clear\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpte struct8:pte_t\n"
				"func __page_table_check_pte_set\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tptep ptr:pte_t\n"
				"\tpte struct8:pte_t\n"
				"func __page_table_check_pmd_clear\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpmd struct8:pmd_t\n"
				"func __page_table_check_pmd_set\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpmdp ptr:pmd_t\n"
				"\tpmd struct8:pmd_t\n"
				"func __page_table_check_pte_clear_range\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpmd struct8:pmd_t\n";
static const char check_6_12[] = "func __page_table_check_pte_clear\n"
				 "\tmm ptr:mm_struct\n\tpte struct8:pte_t\n"
				 "func __page_table_check_ptes_set\n"
				 "\tmm ptr:mm_struct\n\tptep ptr:pte_t\n\tpte struct8:pte_t\n"
				 "\tnr int4\n"
				 "func __page_table_check_pmd_clear\n"
				 "\tmm ptr:mm_struct\n\tpmd struct8:pmd_t\n"
				 "func __page_table_check_pmd_set\n"
				 "\tmm ptr:mm_struct\n\tpmdp ptr:pmd_t\n\tpmd struct8:pmd_t\n"
				 "func __page_table_check_pte_clear_range\n"
				 "\tmm ptr:mm_struct\n\taddr int8\n\tpmd struct8:pmd_t\n";

static struct made_kernel checking(const char *version, const char *functions)
{
	struct made_kernel made = made_new(version);

	add_functions(&made, functions);
	made_write(&made, "/proc/cmdline", "quiet page_table_check=off page_table_check=on\n");
	return made;
}

/* Whoever is asked for is seen at the end of each call, everybody only where it is cheap. */
Test(plan, returns_to_user_mode_of_tasks_and_of_everybody)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_kernel *kernel = made_open(&made);
	struct stlb_plan_options options = {.of_tasks = true};
	struct stlb_plan *plan;

	cr_assert_eq(stlb_plan_new(kernel, &options, &plan, NULL), 0);
	planned(plan, "sys_exit", STLB_PROBE_TRACEPOINT, "back in user mode");
	filtered(plan, "sys_exit", NULL);
	cr_expect_eq(made_probe(plan, "sys_exit")->scope, STLB_SCOPE_TASKS);
	stlb_plan_free(plan);
	options.of_tasks = false;
	cr_assert_eq(stlb_plan_new(kernel, &options, &plan, NULL), 0);
	planned(plan, "sys_exit", STLB_PROBE_TRACEPOINT, "for all tasks, only calls");
	cr_expect(strstr(made_probe(plan, "sys_exit")->filter, "id == 11 || "), "munmap");
	stlb_plan_free(plan);
	stlb_kernel_close(kernel);
	made_write(&made, "/proc/sys/kernel/arch", "aarch64\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	cr_expect(strstr(made_probe(plan, "sys_exit")->filter, "id == 215 || "), "munmap");
	stlb_plan_free(plan);
}

Test(plan, returns_of_everybody_where_numbers_of_calls_are_not_known)
{
	struct made_kernel made = made_new("6.12");
	struct stlb_plan *plan;

	made_write(&made, "/proc/sys/kernel/arch", "riscv64\n");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "sys_exit", STLB_PROBE_NONE, "not known on the architecture riscv64");
	stlb_plan_free(plan);
}

Test(plan, mmap_lock_only_where_it_ends_something)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_plan *plan = made_plan(&made, STLB_LOCKS_PTL);

	planned(plan, "mmap_lock_released", STLB_PROBE_NONE, "arch_invalidate_secondary_tlbs");
	stlb_plan_free(plan);
	made = made_new("7.3");
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "mmap_lock_released", STLB_PROBE_TRACEPOINT, "since 6.6");
	filtered(plan, "mmap_lock_acquire_returned", "success != 0");
	stlb_plan_free(plan);
}

static const char check_7_3[] = "func __page_table_check_pte_clear\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpte struct8:pte_t\n"
				"func __page_table_check_ptes_set\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tptep ptr:pte_t\n"
				"\tpte struct8:pte_t\n\tnr int4\n"
				"func __page_table_check_pmd_clear\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpmd struct8:pmd_t\n"
				"func __page_table_check_pmds_set\n"
				"\tmm ptr:mm_struct\n\taddr int8\n\tpmdp ptr:pmd_t\n"
				"\tpmd struct8:pmd_t\n\tnr int4\n";

/* 7.x tells the address again, which 6.12 had lost. */
Test(plan, page_table_check_of_7_3_tells_addresses)
{
	struct made_kernel made = checking("7.3", check_7_3);
	struct stlb_plan *plan = made_plan(&made, STLB_LOCKS_PTL);

	defined(plan, "pte_clear",
		"f:staletlb/pte_clear __page_table_check_pte_clear mm=mm:x64 addr=addr:x64 "
		"old=$arg3:x64");
	defined(plan, "pmd_set",
		"f:staletlb/pmd_set __page_table_check_pmds_set mm=mm:x64 addr=addr:x64 "
		"pmdp=pmdp:x64 new=$arg4:x64 nr=nr:u32 old=pmdp->pmd:x64");
	stlb_plan_free(plan);
}

Test(plan, its_events_decode_without_further_work)
{
	static const enum stlb_locks locks[] = {STLB_LOCKS_PTL, STLB_LOCKS_ALL, STLB_LOCKS_NONE};

	for (size_t i = 0; i < 3; i++) {
		struct made_kernel old = checking("6.1", check_6_1);
		struct made_kernel new = checking("6.12", check_6_12);
		struct stlb_plan *plans[] = {made_plan(&old, locks[i]), made_plan(&new, locks[i])};

		for (size_t j = 0; j < 2; j++) {
			check_decoded(plans[j]);
			stlb_plan_free(plans[j]);
		}
	}
}

Test(plan, page_table_check_tells_of_each_set_and_clear)
{
	struct made_kernel made = checking("6.1", check_6_1);
	struct stlb_plan *plan = made_plan(&made, STLB_LOCKS_PTL);

	defined(plan, "pte_set",
		"p:staletlb/pte_set __page_table_check_pte_set mm=$arg1:x64 addr=$arg2:x64 "
		"ptep=$arg3:x64 new=$arg4:x64 old=+0($arg3):x64");
	defined(plan, "pte_clear",
		"p:staletlb/pte_clear __page_table_check_pte_clear mm=$arg1:x64 "
		"addr=$arg2:x64 old=$arg3:x64");
	stlb_plan_free(plan);
	made = checking("6.12", check_6_12);
	plan = made_plan(&made, STLB_LOCKS_PTL);
	defined(plan, "pte_set",
		"f:staletlb/pte_set __page_table_check_ptes_set mm=mm:x64 ptep=ptep:x64 "
		"new=$arg3:x64 nr=nr:u32 old=ptep->pte:x64");
	defined(plan, "pmd_clear",
		"f:staletlb/pmd_clear __page_table_check_pmd_clear mm=mm:x64 pmd=$arg2:x64");
	stlb_plan_free(plan);
}

static void check_switch(const char *cmdline, const char *config, enum stlb_probe_source source,
			 const char *reason)
{
	struct made_kernel made = checking("6.12", check_6_12);
	struct stlb_plan *plan;

	made_write(&made, "/proc/cmdline", cmdline);
	made_write(&made, "/boot/config-6.12", config);
	plan = made_plan(&made, STLB_LOCKS_PTL);
	planned(plan, "pte_set", source, reason);
	stlb_plan_free(plan);
}

/* A hook that is never called would pass for an entry that was never set. */
Test(plan, page_table_check_has_to_be_on)
{
	static const char built[] = "CONFIG_PAGE_TABLE_CHECK=y\n";
	static const char on[] = "CONFIG_PAGE_TABLE_CHECK=y\nCONFIG_PAGE_TABLE_CHECK_ENFORCED=y\n";
	static const char not [] = "# CONFIG_PAGE_TABLE_CHECK is not set\n";

	check_switch("quiet\n", on, STLB_PROBE_FPROBE, "fprobe of __page_table_check");
	check_switch("quiet\n", built, STLB_PROBE_NONE, "page_table_check is off");
	check_switch("quiet\n", NULL, STLB_PROBE_NONE, "is unknown");
	check_switch("quiet\n", not, STLB_PROBE_NONE, "page_table_check is off");
	check_switch("page_table_check=on\n", built, STLB_PROBE_FPROBE, "fprobe");
	check_switch("page_table_check=1\n", NULL, STLB_PROBE_FPROBE, "fprobe");
	check_switch("page_table_check=on\n", not, STLB_PROBE_NONE, "page_table_check is off");
	check_switch("page_table_check=off\n", on, STLB_PROBE_NONE, "page_table_check is off");
	check_switch("page_table_check=\n", built, STLB_PROBE_NONE, "page_table_check is off");
	check_switch("no_page_table_check=on\n", built, STLB_PROBE_NONE, "is off");
}

/* ---- the group ---- */

Test(plan, the_group_is_that_of_the_events)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_kernel *kernel = made_open(&made);
	static const char *const bad[] = {"", "a b", "a/b", "a-b", "a:b", "\xc3\xa9"};
	struct stlb_plan_options options = {.group = "staletlb_4711"};
	struct stlb_plan *plan;

	cr_assert_eq(stlb_plan_new(kernel, &options, &plan, NULL), 0);
	cr_expect_str_eq(stlb_plan_group(plan), "staletlb_4711");
	defined(plan, "mmfree", "p:staletlb_4711/mmfree __mmdrop mm=$arg1:x64");
	cr_expect_str_eq(made_probe(plan, "mmfree")->system, "staletlb_4711");
	stlb_plan_free(plan);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct stlb_error err = {""};

		options.group = bad[i];
		cr_expect_eq(stlb_plan_new(kernel, &options, &plan, &err), -EINVAL, "%s", bad[i]);
		cr_expect(strstr(err.text, "letters"), "%s", err.text);
		cr_expect_null(plan);
	}
	stlb_kernel_close(kernel);
	made_free(&made);
}
