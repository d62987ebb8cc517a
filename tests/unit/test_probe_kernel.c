/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a kernel: each there, not there, or not known. */
#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

#include "made_kernel.h"
#include "made_kinds.h"
#include "staletlb/probe.h"

static void check_fact(const struct stlb_kernel *kernel, const char *id, enum stlb_answer answer,
		       const char *value)
{
	const struct stlb_fact *fact = stlb_kernel_find_fact(kernel, id);

	cr_assert(fact, "%s", id);
	cr_expect_eq(fact->answer, answer, "%s: %s", id, stlb_answer_name(fact->answer));
	cr_expect(strstr(fact->value, value), "%s: %s", id, fact->value);
	cr_expect_gt(strlen(fact->title), 0, "%s", id);
	if (answer == STLB_YES) {
		cr_expect_str_empty(fact->effect, "%s", id);
		cr_expect_str_empty(fact->remedy, "%s", id);
	} else {
		cr_expect_gt(strlen(fact->effect), 0, "%s", id);
	}
}

/* What one file of a kernel says decides one of the facts. */
static void check_file(const char *version, const char *file, const char *text, const char *id,
		       enum stlb_answer answer, const char *value)
{
	struct made_kernel made = made_new(version);
	struct stlb_kernel *kernel;

	made_write(&made, file, text);
	kernel = made_open(&made);
	check_fact(kernel, id, answer, value);
	stlb_kernel_close(kernel);
	made_free(&made);
}

static void check_remedy(const char *file, const char *text, const char *id, const char *remedy)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_kernel *kernel;
	const struct stlb_fact *fact;

	made_write(&made, file, text);
	kernel = made_open(&made);
	fact = stlb_kernel_find_fact(kernel, id);
	cr_expect_neq(fact->answer, STLB_YES, "%s", id);
	cr_expect(strstr(fact->remedy, remedy), "%s: %s", id, fact->remedy);
	stlb_kernel_close(kernel);
	made_free(&made);
}

Test(kernel, what_two_kernels_offer)
{
	static const struct {
		const char *id;
		enum stlb_answer old, new;
	} facts[] = {
		{"kernel", STLB_YES, STLB_YES},		 {"root", STLB_YES, STLB_YES},
		{"tracefs", STLB_YES, STLB_YES},	 {"lockdown", STLB_YES, STLB_YES},
		{"kprobe_events", STLB_YES, STLB_YES},	 {"fprobe", STLB_NO, STLB_YES},
		{"ftrace", STLB_YES, STLB_YES},		 {"probe_arguments", STLB_YES, STLB_YES},
		{"return_arguments", STLB_NO, STLB_YES}, {"btf", STLB_YES, STLB_YES},
		{"kallsyms", STLB_YES, STLB_YES},	 {"kcore", STLB_YES, STLB_YES},
		{"page_table_check", STLB_NO, STLB_NO},	 {"deep_probes", STLB_NO, STLB_NO},
		{"lockdep", STLB_NO, STLB_NO},		 {"swap_types", STLB_YES, STLB_YES},
		{"mmu_notifier", STLB_YES, STLB_YES},	 {"kvm_events", STLB_YES, STLB_YES},
		{"ksm_events", STLB_NO, STLB_YES},	 {"trace_clock", STLB_YES, STLB_YES},
	};
	struct made_kernel old = made_new("6.1"), new = made_new("6.12");
	struct stlb_kernel *before = made_open(&old), *after = made_open(&new);
	unsigned int i;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		check_fact(before, facts[i].id, facts[i].old, "");
		check_fact(after, facts[i].id, facts[i].new, "");
		cr_expect_str_eq(stlb_kernel_fact(before, i)->id, facts[i].id);
	}
	cr_expect_null(stlb_kernel_fact(before, i), "a fact that no test knows");
	cr_expect_null(stlb_kernel_find_fact(before, "none"));
	check_fact(before, "probe_arguments", STLB_YES, "by number");
	check_fact(after, "probe_arguments", STLB_YES, "by name");
	check_fact(before, "swap_types", STLB_YES, "without device entries");
	cr_expect_str_eq(stlb_kernel_release(after), "6.12");
	cr_expect_str_eq(stlb_kernel_arch(after), "x86_64");
	stlb_kernel_close(before);
	stlb_kernel_close(after);
	made_free(&old);
	made_free(&new);
}

Test(kernel, an_empty_directory_tells_nothing_and_is_no_error)
{
	struct made_kernel made = {"/tmp/staletlb-kernel-XXXXXX", ""};
	struct stlb_kernel *kernel;
	struct stlb_plan *plan;

	cr_assert(mkdtemp(made.root));
	kernel = made_open(&made);
	cr_expect_str_empty(stlb_kernel_release(kernel));
	cr_expect_str_empty(stlb_kernel_arch(kernel));
	cr_expect_null(stlb_kernel_tracing(kernel));
	for (unsigned int i = 0; stlb_kernel_fact(kernel, i); i++)
		cr_expect_neq(stlb_kernel_fact(kernel, i)->answer, STLB_YES, "%s",
			      stlb_kernel_fact(kernel, i)->id);
	check_fact(kernel, "root", STLB_UNKNOWN, "");
	check_fact(kernel, "tracefs", STLB_NO, "not mounted");
	check_fact(kernel, "kprobe_events", STLB_UNKNOWN, "");
	cr_assert_eq(stlb_plan_new(kernel, NULL, &plan, NULL), 0);
	cr_expect(made_same_kinds(stlb_plan_kinds(plan), (struct stlb_kinds){0}));
	stlb_plan_free(plan);
	stlb_kernel_close(kernel);
	made_free(&made);
}

/* ---- tracefs ---- */

static void check_tracing(const char *mounts, const char *where)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_kernel *kernel;
	const char *tracing;

	made_write(&made, "/with blank/README", "");
	made_write(&made, "/sys/kernel/debug/tracing/README", "");
	made_write(&made, "/proc/mounts", mounts);
	kernel = made_open(&made);
	tracing = stlb_kernel_tracing(kernel);
	if (where)
		cr_expect(tracing && !strcmp(tracing + strlen(made.root), where), "%s", tracing);
	else
		cr_expect_null(tracing, "%s", tracing);
	stlb_kernel_close(kernel);
	made_free(&made);
}

Test(kernel, tracefs_is_where_it_is_mounted)
{
	check_tracing("t /sys/kernel/tracing tracefs rw 0 0\n"
		      "t /sys/kernel/debug/tracing tracefs rw 0 0\n",
		      "/sys/kernel/tracing");
	check_tracing("t /with\\040blank tracefs rw 0 0\n", "/with blank");
	check_tracing("d /sys/kernel/debug debugfs rw 0 0\n", "/sys/kernel/debug/tracing");
	check_tracing("d /sys/kernel/tracing tmpfs rw 0 0\n", NULL);
	check_tracing("tracefs\nx tracefs\n\n tracefs tracefs\n", NULL);
	check_tracing("t /nowhere tracefs rw 0 0\n", NULL);
	check_tracing("t /nowhere\\04 tracefs rw 0 0\n", NULL);
}

Test(kernel, tracefs_that_is_not_there_has_a_remedy)
{
	check_remedy("/proc/mounts", "", "tracefs", "mount -t tracefs");
	check_remedy("/proc/mounts", "t /nowhere tracefs rw 0 0\n", "tracefs", "as root");
	check_remedy("/proc/filesystems", "nodev\tproc\n", "lockdep", "CONFIG_PROVE_LOCKING");
}

Test(kernel, a_kernel_without_tracing_is_distinguished_from_one_that_has_not_mounted_it)
{
	struct made_kernel made = made_new("6.1");
	struct stlb_kernel *kernel;

	made_write(&made, "/proc/filesystems", "nodev\tproc\n");
	made_write(&made, "/proc/mounts", "");
	kernel = made_open(&made);
	cr_expect_str_eq(stlb_kernel_find_fact(kernel, "tracefs")->remedy,
			 "a kernel with CONFIG_FTRACE");
	stlb_kernel_close(kernel);
	made_free(&made);
}

/* ---- rights and switches ---- */

Test(kernel, rights_and_switches)
{
	check_file("6.1", "/proc/self/status", "Uid:\t0\t1000\t0\t0\n", "root", STLB_NO,
		   "uid 1000");
	check_file("6.1", "/proc/self/status", "Uid:\t1000\t0\t0\t0\n", "root", STLB_YES, "");
	check_file("6.1", "/proc/self/status", "Gid:\t0\t0\n", "root", STLB_UNKNOWN, "");
	check_file("6.1", "/sys/kernel/security/lockdown", "none [integrity] confidentiality\n",
		   "lockdown", STLB_YES, "[integrity]");
	check_file("6.1", "/sys/kernel/security/lockdown", "none integrity [confidentiality]\n",
		   "lockdown", STLB_NO, "[confidentiality]");
	check_file("6.1", "/sys/kernel/security/lockdown", NULL, "lockdown", STLB_YES, "");
	check_file("6.1", "/sys/kernel/debug/kprobes/enabled", "0\n", "kprobe_events", STLB_NO,
		   "disarmed");
	check_file("6.1", "/sys/kernel/debug/kprobes/enabled", "1\n", "kprobe_events", STLB_YES,
		   "");
	check_file("6.1", "/proc/sys/kernel/ftrace_enabled", "0\n", "ftrace", STLB_NO,
		   "ftrace_enabled");
	check_file("6.1", "/proc/sys/kernel/ftrace_enabled", "1\n", "ftrace", STLB_YES, "");
	check_file("6.1", MADE_TRACING "/available_filter_functions", NULL, "ftrace", STLB_NO,
		   "No such file");
	check_file("6.1", MADE_TRACING "/trace_clock", "[local] counter\n", "trace_clock", STLB_NO,
		   "counter");
	check_file("6.1", "/sys/kernel/btf/vmlinux", "no BTF\n", "btf", STLB_NO, "cannot be read");
	check_file("6.1", "/sys/kernel/btf/vmlinux", NULL, "btf", STLB_NO, "");
	check_file("6.1", "/proc/kallsyms", NULL, "kallsyms", STLB_NO, "");
	check_file("6.1", "/proc/kcore", NULL, "kcore", STLB_NO, "/proc/kcore");
}

Test(kernel, lockdep_without_statistics_says_so)
{
	check_file("6.1", MADE_TRACING "/events/lock/lock_acquire/format", "", "lockdep", STLB_YES,
		   "CONFIG_LOCK_STAT");
}

/* ---- page table locks, where a kernel is not x86 ---- */

/* arm64 inlines its spinlocks up to 6.12; where struct pages lie has no name. */
static struct made_kernel arm64(bool inlined)
{
	struct made_kernel made = made_new("6.12");

	made_write(&made, "/proc/sys/kernel/arch", "aarch64\n");
	made_replace(&made, "/proc/kallsyms", "vmemmap_base", "no_such_base");
	if (inlined)
		made_replace(&made, "/proc/kallsyms", "_raw_spin_", "_inlined_spin_");
	return made;
}

/* Some words that a fact says, and some that it does not. */
static void check_words(const struct made_kernel *made, const char *id, const char *effect,
			const char *remedy)
{
	struct stlb_kernel *kernel = made_open(made);
	const struct stlb_fact *fact = stlb_kernel_find_fact(kernel, id);

	cr_expect_eq(fact->answer, STLB_NO, "%s", id);
	cr_expect(strstr(fact->effect, effect), "%s: %s", id, fact->effect);
	cr_expect(*remedy ? strstr(fact->remedy, remedy) != NULL : !*fact->remedy, "%s: %s", id,
		  fact->remedy);
	cr_expect_null(strstr(fact->remedy, "RANDOMIZE_MEMORY"), "an option of x86");
	stlb_kernel_close(kernel);
}

Test(kernel, inlined_spinlocks_are_not_said_to_be_recorded)
{
	struct made_kernel made = arm64(true);

	check_words(&made, "kcore", "no lock is recorded anyway", "");
	check_words(&made, "lockdep", "no page table lock is seen", "CONFIG_PROVE_LOCKING");
	made_free(&made);
}

Test(kernel, spinlocks_that_cannot_be_distinguished_are_all_recorded)
{
	struct made_kernel made = arm64(false);

	check_words(&made, "kcore", "all spinlocks are recorded", "CONFIG_PROVE_LOCKING");
	check_words(&made, "lockdep", "all are recorded", "CONFIG_PROVE_LOCKING");
	made_event(&made, "lock:lock_acquire");
	check_words(&made, "kcore", "lockdep names", "");
	made_free(&made);
}

/* ---- which swap types are migration entries ---- */

Test(kernel, device_entries_by_configuration_or_by_name)
{
	struct made_kernel made = made_new("6.12");

	check_file("7.3", "/proc/cmdline", "", "swap_types", STLB_YES, "DEVICE_PRIVATE");
	check_file("7.3", "/proc/kallsyms", NULL, "swap_types", STLB_UNKNOWN, "");
	check_file("7.3", "/boot/config-7.3", "CONFIG_SWAP=y\n", "swap_types", STLB_YES, "without");
	check_file("6.1", "/boot/config-6.1", "CONFIG_DEVICE_PRIVATE=y\n", "swap_types", STLB_YES,
		   "below");
	/* before 5.14 no name tells */
	check_file("6.1", "/proc/sys/kernel/osrelease", "5.10.0", "swap_types", STLB_UNKNOWN, "");
	made_free(&made);
}

/* ---- the configuration ---- */

static void write_zipped(const struct made_kernel *made, const char *name, const char *text)
{
	char path[256];
	gzFile file;

	made_path(made, path, sizeof(path), name);
	file = gzopen(path, "wb");
	cr_assert(file && gzputs(file, text) >= 0 && gzclose(file) == Z_OK);
}

Test(kernel, the_configuration_is_read_from_where_it_is)
{
	static const char without[] = "# CONFIG_MMU_NOTIFIER is not set\nCONFIG_MMU_NOTIFIERS=y\n";
	static const char with[] = "CONFIG_MMU_NOTIFIER=y\n";
	struct made_kernel made = made_new("6.1");
	struct stlb_kernel *kernel;

	check_file("6.1", "/boot/config-6.1", without, "mmu_notifier", STLB_NO, "");
	check_file("6.1", "/boot/config-6.12", without, "mmu_notifier", STLB_YES, "");
	check_file("6.1", "/lib/modules/6.1/config", without, "mmu_notifier", STLB_NO, "");
	made_write(&made, "/boot/config-6.1", with);
	write_zipped(&made, "/proc/config.gz", without);
	kernel = made_open(&made);
	check_fact(kernel, "mmu_notifier", STLB_NO, "");
	stlb_kernel_close(kernel);
	made_free(&made);
}

Test(kernel, page_table_check_that_waits_for_a_switch)
{
	check_remedy("/boot/config-6.1", "CONFIG_PAGE_TABLE_CHECK=y\n", "page_table_check",
		     "boot with page_table_check=on");
	check_remedy("/boot/config-6.1", "", "page_table_check", "CONFIG_PAGE_TABLE_CHECK");
	check_file("6.1", "/boot/config-6.1",
		   "CONFIG_PAGE_TABLE_CHECK=y\nCONFIG_PAGE_TABLE_CHECK_ENFORCED=y\n",
		   "page_table_check", STLB_YES, "");
}

/* ---- files that are not what they should be ---- */

Test(kernel, odd_lines_are_passed_over)
{
	static const char symbols[] = "\n \nffffffff\nzzz T x\nffffffff81000000 T\n"
				      "ffffffff81000000  __mmdrop\n"
				      "ffffffff81000000 T __mmdrop\t[module]\nffffffff81000000 T ";
	struct made_kernel made = made_new("6.1");
	char *lengthy = malloc(5000);
	struct stlb_kernel *kernel;
	struct stlb_plan *plan;

	memset(lengthy, 'a', 4999);
	lengthy[4999] = '\0';
	made_write(&made, "/proc/kallsyms", symbols);
	made_write(&made, "/proc/cmdline", lengthy);
	made_write(&made, MADE_TRACING "/README", lengthy);
	made_write(&made, "/sys/kernel/debug/kprobes/blacklist", "\n\t\nx\n0x1-0x2\t\n");
	kernel = made_open(&made);
	cr_assert_eq(stlb_plan_new(kernel, NULL, &plan, NULL), 0);
	cr_expect_eq(stlb_kernel_find_fact(kernel, "kprobe_events")->answer, STLB_NO);
	stlb_plan_free(plan);
	stlb_kernel_close(kernel);
	made_free(&made);
	free(lengthy);
}
