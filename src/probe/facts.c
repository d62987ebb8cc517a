/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What decides how much of a kernel can be seen, and what to do where it is little. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "kernel.h"
#include "probe/deep/disasm.h"

/* What a look found. @effect and @remedy replace those of the row where it is a case of its own. */
struct finding {
	enum stlb_answer answer;
	char value[256];
	const char *effect, *remedy;
};

struct fact_row {
	const char *id, *title, *effect, *remedy;
	void (*look)(const struct stlb_kernel *kernel, struct finding *found);
};

/* What makes locks seen wherever they are. */
#define LOCKDEP_KERNEL "a kernel with CONFIG_PROVE_LOCKING and CONFIG_LOCK_STAT"

static enum stlb_answer answer_of(bool yes)
{
	return yes ? STLB_YES : STLB_NO;
}

static void say(struct finding *found, const char *value)
{
	snprintf(found->value, sizeof(found->value), "%s", value);
}

/* ---- which kernel, whose rights ---- */

static void look_kernel(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = kernel->release[0] ? STLB_YES : STLB_UNKNOWN;
	snprintf(found->value, sizeof(found->value), "%s%s%s", kernel->release,
		 kernel->release[0] && kernel->arch[0] ? ", " : "", kernel->arch);
}

struct owner {
	bool known;
	unsigned long uid;
};

static void status_line(void *context, char *text)
{
	struct owner *owner = context;

	if (sscanf(text, "Uid: %*u %lu", &owner->uid) == 1)
		owner->known = true;
}

static void look_root(const struct stlb_kernel *kernel, struct finding *found)
{
	struct owner owner = {false, 0};

	stlb_root_lines(kernel->root, "/proc/self/status", status_line, &owner);
	found->answer = owner.known ? answer_of(owner.uid == 0) : STLB_UNKNOWN;
	if (owner.known && owner.uid)
		snprintf(found->value, sizeof(found->value), "uid %lu", owner.uid);
}

static void filesystem_line(void *context, char *text)
{
	bool *there = context;

	*there |= strstr(text, "tracefs") != NULL;
}

/* Mounted and of no use: for want of rights, or emptied by a lockdown. */
static void say_unreadable(const struct stlb_kernel *kernel, struct finding *found)
{
	char text[8];
	int ret = stlb_kernel_tracing_file(kernel, "/README", text, sizeof(text));

	snprintf(found->value, sizeof(found->value), "%s: %s", kernel->tracing,
		 ret == -ENOENT ? "is empty" : strerror(ret ? -ret : EACCES));
}

static void look_tracefs(const struct stlb_kernel *kernel, struct finding *found)
{
	bool supported = false;
	int ret = stlb_root_lines(kernel->root, "/proc/filesystems", filesystem_line, &supported);

	found->answer = answer_of(kernel->tracing_path != NULL && kernel->offers.readme);
	say(found, kernel->tracing ? kernel->tracing : "not mounted");
	if (kernel->tracing && found->answer == STLB_NO)
		say_unreadable(kernel, found);
	if (kernel->tracing && kernel->locked_down)
		found->remedy = "see below: tracing is locked down";
	else if (kernel->tracing)
		found->remedy = "run it as root, or mount tracefs with gid= of a group of yours";
	if (!ret && !supported)
		found->remedy = "a kernel with CONFIG_FTRACE";
}

static void look_lockdown(const struct stlb_kernel *kernel, struct finding *found)
{
	char text[128];

	found->answer = answer_of(!kernel->locked_down);
	if (stlb_root_read(kernel->root, "/sys/kernel/security/lockdown", text, sizeof(text)) == 0)
		say(found, text);
	else if (!kernel->offers.readme) /* tracefs can be read: it cannot be locked down */
		found->answer = STLB_UNKNOWN;
}

/* ---- dynamic events ---- */

static void look_kprobes(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = kernel->offers.readme ? answer_of(kernel->offers.kprobes) : STLB_UNKNOWN;
	if (!kernel->offers.disarmed)
		return;
	say(found, "disarmed");
	found->remedy = "write 1 into kprobes/enabled of debugfs";
}

static void look_fprobes(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = kernel->offers.readme ? answer_of(kernel->offers.fprobes) : STLB_UNKNOWN;
	if (!kernel->offers.kprobes)
		found->effect = "kprobes would be needed, and there are none";
}

static void look_ftrace(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = answer_of(!kernel->symbols.traceable_error && !kernel->offers.ftrace_off);
	if (!kernel->tracing_path || !kernel->offers.readme ||
	    kernel->symbols.traceable_error != -ENOENT)
		found->answer = found->answer == STLB_YES ? STLB_YES : STLB_UNKNOWN;
	if (kernel->tracing_path && kernel->offers.readme && kernel->symbols.traceable_error)
		snprintf(found->value, sizeof(found->value), "available_filter_functions: %s",
			 strerror(-kernel->symbols.traceable_error));
	if (!kernel->offers.ftrace_off)
		return;
	found->answer = STLB_NO;
	say(found, "kernel.ftrace_enabled is 0");
	found->effect = "probes at function entries exist but are never hit";
	found->remedy = "sysctl kernel.ftrace_enabled=1";
}

static void look_arguments(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = kernel->offers.readme ? answer_of(kernel->offers.arguments) : STLB_UNKNOWN;
	if (kernel->offers.arguments)
		say(found, kernel->offers.named_arguments ? "by name" : "by number");
}

static void look_return_arguments(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer =
		kernel->offers.readme ? answer_of(kernel->offers.return_arguments) : STLB_UNKNOWN;
}

static void look_btf(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = answer_of(kernel->btf != NULL);
	if (!kernel->btf && stlb_root_exists(kernel->root, "/sys/kernel/btf/vmlinux"))
		say(found, "/sys/kernel/btf/vmlinux cannot be read");
}

static void look_kallsyms(const struct stlb_kernel *kernel, struct finding *found)
{
	found->answer = answer_of(kernel->symbols.readable);
}

/* How page table locks can be seen at all: by lockdep, or where spinlocks are functions. */
static bool has_lockdep(const struct stlb_kernel *kernel)
{
	return kernel->tracing_path && stlb_kernel_has_event(kernel, "lock:lock_acquire");
}

static bool spinlocks_are_functions(const struct stlb_kernel *kernel)
{
	return !kernel->symbols.readable ||
	       (stlb_kallsyms_have(&kernel->symbols, "_raw_spin_lock") &&
		stlb_kallsyms_have(&kernel->symbols, "_raw_spin_unlock"));
}

static void look_kcore(const struct stlb_kernel *kernel, struct finding *found)
{
	bool x86 = !strcmp(kernel->arch, "x86_64");

	found->answer = answer_of(kernel->vmemmap.known);
	if (kernel->vmemmap.known)
		return;
	say(found, kernel->vmemmap.unknown);
	if (!stlb_kallsyms_have(&kernel->symbols, STLB_VMEMMAP_SYMBOL))
		found->remedy = x86 ? "a kernel with CONFIG_RANDOMIZE_MEMORY" : LOCKDEP_KERNEL;
	if (has_lockdep(kernel)) {
		found->effect = "lockdep names the page table locks: nothing is missed";
		found->remedy = "";
	} else if (!spinlocks_are_functions(kernel)) {
		found->effect = "no lock is recorded anyway: see lockdep below";
		found->remedy = "";
	}
}

/* ---- what else the kernel tells ---- */

static void look_page_table_check(const struct stlb_kernel *kernel, struct finding *found)
{
	char value[8];

	found->answer = kernel->page_table_check;
	if (found->answer == STLB_YES)
		return;
	if (stlb_kernel_config(kernel, "CONFIG_PAGE_TABLE_CHECK", value, sizeof(value)) ==
		    STLB_YES ||
	    stlb_kallsyms_have(&kernel->symbols, "__page_table_check_pte_clear")) {
		say(found, "built in, not enabled");
		found->remedy = "boot with page_table_check=on";
	}
}

static void look_swap_types(const struct stlb_kernel *kernel, struct finding *found)
{
	if (kernel->device_private == STLB_UNKNOWN)
		return;
	found->answer = STLB_YES;
	say(found, kernel->device_private == STLB_YES ? "below those of devices (DEVICE_PRIVATE)"
						      : "without device entries");
}

bool stlb_kernel_lacks_deep(const struct stlb_kernel *kernel, struct stlb_error *why)
{
	const struct stlb_kernel_symbol *pv = stlb_kallsyms_find(&kernel->symbols, STLB_PV_SYMBOL);
	const char *lack = NULL;

	if (strcmp(kernel->arch, "x86_64"))
		lack = "they are made for x86_64 only";
	else if (!stlb_disasm_have())
		lack = "this program was built without libcapstone";
	else if (!kernel->offers.kprobes)
		lack = "the kernel has no kprobe events";
	else if (kernel->locked_down)
		lack = "the kernel is locked down";
	else if (!kernel->symbols.readable)
		lack = "/proc/kallsyms cannot be read";
	else if (!pv->nr)
		lack = "the kernel has no pv_ops: it is built without CONFIG_PARAVIRT_XXL";
	else if (!pv->address)
		lack = "/proc/kallsyms hides addresses (kptr_restrict, permissions)";
	else if (!kernel->btf)
		lack = "the kernel has no BTF";
	else if (!kernel->vmemmap.known)
		lack = kernel->vmemmap.unknown;
	if (lack)
		stlb_error_set(why, -ENOENT, "%s", lack);
	return lack != NULL;
}

static void look_deep(const struct stlb_kernel *kernel, struct finding *found)
{
	struct stlb_error why = {""};

	found->answer = answer_of(!stlb_kernel_lacks_deep(kernel, &why));
	say(found, why.text);
}

static void look_lockdep(const struct stlb_kernel *kernel, struct finding *found)
{
	if (!kernel->tracing_path)
		return;
	found->answer = answer_of(has_lockdep(kernel));
	if (found->answer == STLB_NO && !spinlocks_are_functions(kernel))
		found->effect = "no page table lock is seen, because the kernel's spinlocks are "
				"inlined: brackets are used instead";
	else if (found->answer == STLB_NO && !kernel->vmemmap.known)
		found->effect = "page table locks look like other spinlocks here: all are "
				"recorded, many times the events (--locks=none: none)";
	if (found->answer == STLB_NO || stlb_kernel_has_event(kernel, "lock:lock_acquired"))
		return;
	say(found,
	    "without lock_acquired (CONFIG_LOCK_STAT): locks count as held from their request");
}

static void look_mmu_notifier(const struct stlb_kernel *kernel, struct finding *found)
{
	char value[8];

	found->answer = stlb_kernel_config(kernel, "CONFIG_MMU_NOTIFIER", value, sizeof(value));
	if (found->answer == STLB_UNKNOWN && kernel->symbols.readable)
		found->answer =
			answer_of(stlb_kallsyms_have(&kernel->symbols, "__mmu_notifier_register"));
}

static void look_kvm(const struct stlb_kernel *kernel, struct finding *found)
{
	if (kernel->tracing_path)
		found->answer = answer_of(stlb_kernel_has_event(kernel, "kvm:kvm_unmap_hva_range"));
}

static void look_ksm(const struct stlb_kernel *kernel, struct finding *found)
{
	if (kernel->tracing_path)
		found->answer = answer_of(stlb_kernel_has_event(kernel, "ksm:ksm_merge_one_page"));
}

static void look_clock(const struct stlb_kernel *kernel, struct finding *found)
{
	char clocks[256];

	if (stlb_kernel_tracing_file(kernel, "/trace_clock", clocks, sizeof(clocks)) < 0)
		return;
	say(found, clocks);
	found->answer = answer_of(strstr(clocks, "global") != NULL);
}

static const struct fact_row rows[] = {
	{"kernel", "kernel", "knowledge that depends on its version is not used", "", look_kernel},
	{"root", "runs as root",
	 "tracefs, /proc/kcore and symbol addresses are for root only: nothing can be recorded; "
	 "recordings can be analysed",
	 "run it as root", look_root},
	{"tracefs", "tracefs",
	 "nothing can be recorded here; recordings of other machines can be analysed",
	 "mount -t tracefs nodev /sys/kernel/tracing", look_tracefs},
	{"lockdown", "tracing is not locked down",
	 "a kernel locked down for confidentiality denies probes, tracefs and /proc/kcore: nothing "
	 "can be recorded",
	 "boot with lockdown=integrity, or without Secure Boot if that sets it", look_lockdown},
	{"kprobe_events", "kprobe events",
	 "without fprobe events either, no function can be probed: subscriptions, brackets and "
	 "invalidations are not seen; tracepoints of pages, migration and KVM are",
	 "a kernel with CONFIG_KPROBE_EVENTS", look_kprobes},
	{"fprobe", "fprobe events",
	 "kprobes are used instead: the same events, each a little slower",
	 "Linux 6.5 or later with CONFIG_FPROBE_EVENTS", look_fprobes},
	{"ftrace", "functions can be traced",
	 "which functions can be probed is known only by trying; fprobes are not available",
	 "a kernel with CONFIG_DYNAMIC_FTRACE", look_ftrace},
	{"probe_arguments", "arguments of functions in probes ($arg1)",
	 "function probes cannot record mm, addresses and entries: none is used",
	 "a kernel with CONFIG_HAVE_FUNCTION_ARG_ACCESS_API", look_arguments},
	{"return_arguments", "arguments at the return of functions",
	 "a page table lock is known to be held only from the holder's next event on, and one "
	 "taken by trylock not at all",
	 "Linux 6.9 or later", look_return_arguments},
	{"btf", "type information of the kernel (BTF)",
	 "the location of function arguments is unknown: only functions whose call or result alone "
	 "is of use can be probed; tracepoints can be used",
	 "a kernel with CONFIG_DEBUG_INFO_BTF", look_btf},
	{"kallsyms", "names of functions (/proc/kallsyms)",
	 "the kernel's functions are not known: none is probed", "a kernel with CONFIG_KALLSYMS",
	 look_kallsyms},
	{"kcore", "where struct pages lie (/proc/kcore)",
	 "the kernel cannot filter for page table locks: all spinlocks are recorded, many times "
	 "the events",
	 "as root, a kernel with CONFIG_PROC_KCORE", look_kcore},
	{"page_table_check", "page_table_check",
	 "single clears by zap, mremap, swap-out and migration are not seen, and sets only by "
	 "change_pte and reverse mappings: coverage of the update rules is partial",
	 "a kernel with CONFIG_PAGE_TABLE_CHECK, booted with page_table_check=on",
	 look_page_table_check},
	{"deep_probes", "probes of every update of a page table",
	 "updates that the kernel makes inline are not seen: zap, mremap, swap-out, migration",
	 "an x86_64 kernel with CONFIG_PARAVIRT_XXL (CONFIG_XEN_PV), CONFIG_DEBUG_INFO_BTF and "
	 "CONFIG_PROC_KCORE, and staletlb built with libcapstone",
	 look_deep},
	{"lockdep", "lock events of lockdep",
	 "page table locks are recognized by their address in a struct page, if spinlocks are "
	 "functions; those of puds are not seen",
	 LOCKDEP_KERNEL, look_lockdep},
	{"swap_types", "which swap types are migration entries",
	 "both swap types possible under the configuration count as migration until the first "
	 "migration is seen: a device-private entry may be taken for a migration entry",
	 "the configuration in /boot, or /proc/kallsyms", look_swap_types},
	{"mmu_notifier", "mmu_notifiers",
	 "this kernel cannot notify a secondary TLB: nothing can be checked",
	 "a kernel with CONFIG_MMU_NOTIFIER, which KVM, GPU and SVA drivers select",
	 look_mmu_notifier},
	{"kvm_events", "tracepoints of KVM",
	 "which mms are virtual machines is known only from their notifiers",
	 "load the kvm module first", look_kvm},
	{"ksm_events", "tracepoints of KSM",
	 "merges are known only from the entry of the function that tries them",
	 "Linux 6.3 or later with CONFIG_KSM", look_ksm},
	{"trace_clock", "a trace clock common to all CPUs",
	 "the order of events on different CPUs is uncertain",
	 "a kernel whose trace_clock offers global", look_clock},
};

int stlb_kernel_look(struct stlb_kernel *kernel)
{
	_Static_assert(sizeof(rows) / sizeof(rows[0]) <= STLB_MAX_FACTS, "room for all facts");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact_row *row = &rows[i];
		struct finding found = {
			.answer = STLB_UNKNOWN, .effect = row->effect, .remedy = row->remedy};
		struct stlb_fact *fact = &kernel->facts[kernel->nr_facts++];

		row->look(kernel, &found);
		*fact = (struct stlb_fact){.id = row->id,
					   .title = row->title,
					   .answer = found.answer,
					   .value = stlb_arena_text(&kernel->arena, found.value)};
		fact->effect = found.answer == STLB_YES ? "" : found.effect;
		fact->remedy = found.answer == STLB_YES ? "" : found.remedy;
		if (!fact->value)
			return -ENOMEM;
	}
	return 0;
}
