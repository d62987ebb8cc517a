/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From places in the text to probes, and what is said where there can be none. */
#include "made_deep.h"
#include "planned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct deep_function functions[] = {
	{.name = "one", .code = HOOK "e8<native_set_pte@e8<native_set_pmd@c3"},
	{.name = "twin", .code = HOOK "e8<native_set_pte@c3"},
	{.name = "twin", .code = HOOK "e8<native_set_pte@c3"},
	{.name = "change", .code = HOOK "e8<own_prot_start@e8<own_prot_commit@c3"},
	{.name = "swap", .code = HOOK "488703488743084887048bf0480fb111c3", .takes = "pte_t"},
	{.name = "__text_poke", .code = HOOK "e8<native_set_pte@c3"},
	{.name = "mod_one", .code = HOOK "e8<native_set_pte@c3", .module = "gpu"},
	{.name = "twin", .code = HOOK "e8<native_set_pte@c3", .module = "gpu"},
};

static void make_boot_files(const struct made_deep *made)
{
	const void *raw;
	uint32_t size;
	char path[256];
	FILE *file;

	raw = btf__raw_data(made->btf, &size);
	made_path(&made->kernel, path, sizeof(path), "/sys/kernel/btf/vmlinux");
	file = fopen(path, "w");
	cr_assert(file && fwrite(raw, size, 1, file) == 1 && fclose(file) == 0);
}

static struct stlb_plan *plan_of(const struct made_deep *made, bool no_deep)
{
	struct stlb_plan_options options = {.no_deep = no_deep};
	struct stlb_kernel *kernel = made_open(&made->kernel);
	struct stlb_error err = {""};
	struct stlb_plan *plan;

	cr_assert(stlb_plan_new(kernel, &options, &plan, &err) == 0, "%s", err.text);
	stlb_kernel_close(kernel);
	return plan;
}

static void forget(struct made_deep *made, struct stlb_plan *plan)
{
	struct stlb_deep nothing = {0};

	stlb_plan_free(plan);
	deep_free(made, &nothing);
}

static void site(const struct stlb_plan *plan, const char *event, unsigned int index,
		 enum stlb_site_use use, const char *text)
{
	const struct stlb_probe *probe = made_probe(plan, event);
	const struct stlb_probe_site *at = &probe->sites[index];

	cr_assert_lt(index, probe->nr_sites, "%s has %u", event, probe->nr_sites);
	cr_expect_eq(at->use, use, "%s %u: %s", event, index, at->reason);
	cr_expect_str_eq(use == STLB_SITE_PROBED ? at->definition : at->reason, text, "%s %u: %s",
			 event, index, use == STLB_SITE_PROBED ? at->definition : at->reason);
}

#define P      "p:staletlb/"
#define TO_SET " ptep=%di:x64 new=%si:x64 old=+0(%di):x64"

/* A name that is not the only one is not used: the kernel would take another, or none. */
Test(deep_plan, one_event_for_all_places)
{
	struct made_deep *made = deep_make(functions, COUNT(functions));
	struct stlb_plan *plan;

	make_boot_files(made);
	plan = plan_of(made, false);
	cr_expect_eq(made_probe(plan, "deep_set")->nr_sites, 6);
	planned(plan, "deep_set", STLB_PROBE_KPROBE, "5 instructions in 3 functions; 1 more");
	site(plan, "deep_set", 0, STLB_SITE_PROBED, P "deep_set one+0x5" TO_SET);
	site(plan, "deep_set", 1, STLB_SITE_PROBED, P "deep_set _stext+0x805" TO_SET);
	site(plan, "deep_set", 2, STLB_SITE_PROBED, P "deep_set _stext+0x905" TO_SET);
	site(plan, "deep_set", 3, STLB_SITE_UNNEEDED, "it writes the code of probes itself");
	site(plan, "deep_set", 4, STLB_SITE_PROBED, P "deep_set gpu:mod_one+0x5" TO_SET);
	site(plan, "deep_set", 5, STLB_SITE_PROBED, P "deep_set gpu:twin+0x5" TO_SET);
	filtered(plan, "deep_set", "ptep >= 0xffff888000000000 && ptep < 0xffffc90000000000");
	defined(plan, "deep_set_pmd", P "deep_set_pmd one+0xa" TO_SET);
	forget(made, plan);
}

Test(deep_plan, arguments_of_each_event)
{
	struct made_deep *made = deep_make(functions, COUNT(functions));
	struct stlb_plan *plan;

	make_boot_files(made);
	plan = plan_of(made, false);
	defined(plan, "deep_pstart",
		P "deep_pstart change+0x5 mm=+16(%di):x64 addr=%si:x64 ptep=%dx:x64 "
		  "old=+0(%dx):x64");
	defined(plan, "deep_pcommit",
		P "deep_pcommit change+0xa mm=+16(%di):x64 addr=%si:x64 ptep=%dx:x64 new=%cx:x64 "
		  "old=+0(%dx):x64");
	defined(plan, "deep_xchg", P "deep_xchg swap+0x5 ptep=%bx:x64 new=%ax:x64 old=+0(%bx):x64");
	site(plan, "deep_xchg", 1, STLB_SITE_UNUSABLE, "its entry is the sum of two registers");
	cr_expect(strstr(made_probe(plan, "deep_xchg")->limitations, "1 place"));
	defined(plan, "deep_xchg8",
		P "deep_xchg8 swap+0x8 ptep=%bx:x64 new=%ax:x64 old=+8(%bx):x64");
	defined(plan, "deep_cas",
		P "deep_cas swap+0x10 ptep=%cx:x64 exp=%ax:x64 new=%dx:x64 old=+0(%cx):x64");
	forget(made, plan);
}

Test(deep_plan, only_where_it_is_wanted)
{
	struct made_deep *made = deep_make(functions, COUNT(functions));
	const struct stlb_probe *probe;
	struct stlb_plan *plan;

	make_boot_files(made);
	plan = plan_of(made, true);
	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		cr_expect(strncmp(probe->event, "deep_", 5), "%s", probe->event);
	forget(made, plan);
}

/* What is missing is shown by the one probe that stands for all, and by the fact. */
static void lacks(struct made_deep *made, const char *reason)
{
	struct stlb_kernel *kernel = made_open(&made->kernel);
	const struct stlb_fact *fact = stlb_kernel_find_fact(kernel, "deep_probes");
	struct stlb_plan *plan = plan_of(made, false);

	planned(plan, "deep_set", STLB_PROBE_NONE, reason);
	cr_expect(fact->answer == STLB_YES || strstr(fact->value, reason), "%s", fact->value);
	stlb_kernel_close(kernel);
	forget(made, plan);
}

static struct made_deep *whole(void)
{
	struct made_deep *made = deep_make(functions, COUNT(functions));

	make_boot_files(made);
	return made;
}

Test(deep_plan, another_architecture)
{
	struct made_deep *made = whole();

	made_write(&made->kernel, "/proc/sys/kernel/arch", "aarch64\n");
	lacks(made, "x86_64 only");
}

Test(deep_plan, without_btf)
{
	struct made_deep *made = whole();

	made_write(&made->kernel, "/sys/kernel/btf/vmlinux", NULL);
	lacks(made, "no BTF");
}

Test(deep_plan, with_too_little_btf)
{
	struct made_deep *made = whole();

	made_types_write(&made->kernel, "struct vm_area_struct 64\n\tvm_mm 128 int8\n");
	lacks(made, "CONFIG_PARAVIRT_XXL");
}

Test(deep_plan, without_kcore)
{
	struct made_deep *made = whole();

	made_write(&made->kernel, "/proc/kcore", NULL);
	lacks(made, "/proc/kcore cannot be read");
}

Test(deep_plan, with_a_kcore_of_data_only)
{
	struct made_deep *made = whole();

	made_kcore(&made->kernel, DEEP_TEXT + DEEP_DATA + 16, MADE_VMEMMAP);
	lacks(made, "/proc/kcore does not show the kernel's text");
}

Test(deep_plan, with_hidden_addresses)
{
	struct made_deep *made = whole();

	made_write(&made->kernel, "/proc/kallsyms",
		   "0000000000000000 T _stext\n0000000000000000 D pv_ops\n"
		   "0000000000000000 D vmemmap_base\n");
	lacks(made, "hides addresses");
}

Test(deep_plan, without_paravirt)
{
	struct made_deep *made = whole();

	made_replace(&made->kernel, "/proc/kallsyms", " D pv_ops", " D pv_opt");
	lacks(made, "CONFIG_PARAVIRT_XXL");
}

/* The offsets are those of one build; where things lie is found out where the script runs. */
Test(deep_plan, the_script_belongs_to_a_build)
{
	static const char notes[] = "\4\0\0\0\4\0\0\0\6\0\0\0Xen\0abcd"
				    "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\x12\x34\xab\xcd";
	struct made_deep *made = whole();
	struct stlb_plan *plan;
	char path[256], *text = NULL;
	size_t size;
	FILE *file;

	made_path(&made->kernel, path, sizeof(path), "/sys/kernel/notes");
	file = fopen(path, "w");
	cr_assert(file && fwrite(notes, sizeof(notes) - 1, 1, file) == 1 && fclose(file) == 0);
	plan = plan_of(made, false);
	file = open_memstream(&text, &size);
	cr_assert_eq(stlb_plan_script(plan, file), 0);
	fclose(file);
	cr_expect(strstr(text, "build_id='1234abcd' "));
	cr_expect(strstr(text, P "deep_set one+0x5" TO_SET "\n"));
	cr_expect(strstr(text, P "deep_set gpu:twin+0x5" TO_SET "\n"));
	cr_expect(strstr(text, "staletlb:deep_set stack @direct_map@\n"));
	cr_expect(!strstr(text, "0xffff888000000000"));
	free(text);
	forget(made, plan);
}
