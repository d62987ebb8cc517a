/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that set entries, and who stands for callers that cannot be probed. */
#include "made_deep.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whether a site is what a function is expected to have: "set di si" or "denied" and the like. */
static void reported(const struct stlb_site *site, char *to, size_t size)
{
	static const char *const shapes[] = {"set",	"setn",	   "cond",    "set_pmd", "set_pud",
					     "set_p4d", "set_pgd", "pop_pmd", "start",	 "commit",
					     "commitn", "xchg",	   "cas",     "wp"};
	static const char *const registers[] = {"ax", "cx", "dx", "bx", "sp", "bp",
						"si", "di", "r8", "r9", "r10"};
	size_t length = snprintf(to, size, "%s", shapes[site->shape]);

	if (site->displacement)
		length += snprintf(to + length, size - length, "%+d", (int)site->displacement);
	for (int role = 0; role < STLB_NR_ROLES; role++)
		if (site->reg[role] >= 0)
			length += snprintf(to + length, size - length, " %s",
					   registers[site->reg[role]]);
	if (site->denied)
		snprintf(to, size, "unneeded");
	else if (site->unusable)
		snprintf(to, size, "%s", site->unusable);
}

/** struct expected - in the order of shapes, displacements and addresses */
struct expected {
	const char *function;
	unsigned int offset;
	const char *what;
};

static void found(const struct deep_function *functions, unsigned int nr,
		  const struct expected *expected, unsigned int nr_expected)
{
	struct made_deep *made = deep_make(functions, nr);
	struct stlb_error why = {""};
	struct stlb_deep deep = deep_search(made, &why);
	char what[128];

	cr_expect_str_empty(why.text);
	cr_expect_eq(deep.nr, nr_expected, "%u places", deep.nr);
	for (uint32_t i = 0; i < deep.nr; i++) {
		const struct stlb_site *site = &deep.sites[i];

		reported(site, what, sizeof(what));
		if (i >= nr_expected) {
			cr_expect_fail("%s: %s", site->function->name, what);
			continue;
		}
		cr_expect_str_eq(site->function->name, expected[i].function, "%s", what);
		cr_expect_eq(site->address - site->function->start, expected[i].offset, "%s: %x",
			     site->function->name,
			     (unsigned int)(site->address - site->function->start));
		cr_expect_str_eq(what, expected[i].what, "%s: %s", site->function->name, what);
	}
	deep_free(made, &deep);
}

#define FOUND(functions, expected) found(functions, COUNT(functions), expected, COUNT(expected))

Test(deep_sites, calls_of_each_level)
{
	static const struct deep_function functions[] = {
		{.name = "one", .code = HOOK "e8<native_set_pte@90e8<native_set_pmd@90c3"},
		{.name = "two", .code = SEALED "e8<native_set_pud@e8<native_set_p4d@c3"},
		{.name = "three", .code = SEALED2 "e8<native_set_pgd@c3"},
		{.name = "four", .code = HOOK "e8<own_prot_start@e8<own_prot_commit@c3"},
	};
	static const struct expected expected[] = {
		{"one", 5, "set di si"},
		{"one", 11, "set_pmd di si"},
		{"two", 9, "set_pud di si"},
		{"two", 14, "set_p4d di si"},
		{"three", 9, "set_pgd di si"},
		{"four", 5, "start dx di si"},
		{"four", 10, "commit dx cx di si"},
	};

	FOUND(functions, expected);
}

/* mov $..., %rax whose immediate looks like a call; and a tail call, which is a jump. */
Test(deep_sites, only_where_an_instruction_starts)
{
	static const struct deep_function functions[] = {
		{.name = "one", .code = HOOK "48b8e8<native_set_pte@000000c3"},
		{.name = "two", .code = HOOK "e9<native_set_pte@"},
	};
	static const struct expected expected[] = {{"two", 5, "set di si"}};

	FOUND(functions, expected);
}

/* call *pv_ops.mmu.set_pte(%rip): the word is at DEEP_DATA + 64 + DEEP_MMU. */
Test(deep_sites, calls_that_are_not_patched)
{
	static char code[64];
	static struct deep_function functions[] = {{.name = "one", .code = code}};
	static const struct expected expected[] = {{"one", 5, "set di si"}};
	uint32_t distance = DEEP_DATA + 64 + DEEP_MMU - (DEEP_OWN * DEEP_ALIGN + 5 + 6);

	snprintf(code, sizeof(code), HOOK "ff15%02x%02x%02x%02xc3", distance & 0xff,
		 distance >> 8 & 0xff, distance >> 16 & 0xff, distance >> 24);
	FOUND(functions, expected);
}

/* Wrappers have no hook: one that hands on what it gets, one that moves it, one through another. */
Test(deep_sites, callers_stand_for_wrappers)
{
	static const struct deep_function functions[] = {
		{.name = "set_pte", .code = "e8<native_set_pte@90c3"},
		{.name = "set_at", .code = "4889d74889cee8<set_pte@c3"},
		{.name = "one", .code = HOOK "e8<set_pte@c3"},
		{.name = "two", .code = HOOK "e8<set_at@c3"},
		{.name = "of_memory", .code = "488b3fe8<native_set_pte@c3"},
		{.name = "three", .code = HOOK "e8<of_memory@c3"},
		{.name = "of_constant", .code = "31f6e8<native_set_pte@c3"},
	};
	static const struct expected expected[] = {
		{"one", 5, "set di si"},
		{"two", 5, "set dx cx"},
		{"of_memory", 3,
		 "its function is not traceable (notrace), and which argument is the entry is not "
		 "proven"},
		{"of_constant", 2,
		 "its function is not traceable (notrace), and which argument is the new entry is "
		 "not proven"},
	};

	FOUND(functions, expected);
}

/* One of the kernel's own calls another of them: its callers are reported once. */
Test(deep_sites, own_functions_are_no_wrappers)
{
	static const struct deep_function functions[] = {
		{.name = "one", .code = HOOK "e8<own_prot_commit@c3"},
	};
	struct made_deep *made = deep_make(functions, COUNT(functions));
	struct stlb_error why = {""};
	struct stlb_deep deep;

	made->text[6 * DEEP_ALIGN] = 0xe9;
	memcpy(&made->text[6 * DEEP_ALIGN + 1], (int32_t[]){-6 * DEEP_ALIGN - 5}, 4);
	deep_write_kcore(made);
	deep = deep_search(made, &why);
	cr_expect_eq(deep.nr, 1, "%u", deep.nr);
	cr_expect_eq(deep.sites[0].shape, STLB_SHAPE_COMMIT);
	deep_free(made, &deep);
}

Test(deep_sites, not_too_far)
{
	static const struct deep_function functions[] = {
		{.name = "a", .code = "e8<native_set_pte@c3"},
		{.name = "b", .code = "e8<a@c3"},
		{.name = "c", .code = "e8<b@c3"},
		{.name = "d", .code = "e8<c@c3"},
		{.name = "one", .code = HOOK "e8<c@c3"},
		{.name = "two", .code = HOOK "e8<d@c3"},
	};
	static const struct expected expected[] = {
		{"d", 0,
		 "its function is not traceable (notrace), and what calls it is too far away"},
		{"one", 5, "set di si"},
	};

	FOUND(functions, expected);
}

/*
 * lea -1(%rdx),%eax; push %rbp; lea (%rdi,%rax,8),%rbp; push %rbx; mov %rdi,%rbx; mov %rbx,%rdi;
 * call; cmp %rbp,%rbx; je out; add $8,%rbx; jmp to the mov. And one that counts down.
 */
Test(deep_sites, loops_set_many)
{
	static const struct deep_function functions[] = {
		{.name = "set_ptes",
		 .code = "8d42ff55488d2cc7534889fb4889dfe8<native_set_pte@"
			 "4839eb74064883c308ebed5b5d"
			 "c3"},
		{.name = "counts",
		 .code = "534154554889fb4189cc4889dfe8<native_set_pte@4883c3084183ec0175ee5d415c5bc"
			 "3"},
		{.name = "blind", .code = "534889fb4889dfe8<native_set_pte@4883c308ebf25bc3"},
		{.name = "one", .code = HOOK "e8<set_ptes@e8<counts@e8<blind@c3"},
	};
	static const struct expected expected[] = {
		{"blind", 7,
		 "its function is not traceable (notrace), and how many entries it sets is not "
		 "proven"},
		{"one", 5, "setn di si dx"},
		{"one", 10, "setn di si cx"},
	};

	FOUND(functions, expected);
}

/* test %edx,%edx; je out; call; out: ret */
Test(deep_sites, wrappers_that_set_sometimes)
{
	static const struct deep_function functions[] = {
		{.name = "perhaps", .code = "85d27405e8<native_set_pte@c3"},
		{.name = "one", .code = HOOK "e8<perhaps@c3"},
	};
	static const struct expected expected[] = {{"one", 5, "cond di"}};

	FOUND(functions, expected);
}

/* mov %rsi,%rax; mov %rdx,%rsi; shl $12,%rsi; mov %rax,%rdi; call */
Test(deep_sites, tables_that_are_put_into_pmds)
{
	static const struct deep_function functions[] = {
		{.name = "pmd_populate", .code = "4889f04889d648c1e60c4889c7e8<native_set_pmd@c3"},
		{.name = "one", .code = HOOK "e8<pmd_populate@c3"},
	};
	static const struct expected expected[] = {{"one", 5, "pop_pmd si dx"}};

	FOUND(functions, expected);
}

Test(deep_sites, what_needs_no_probe)
{
	static const struct deep_function functions[] = {
		{.name = "__text_poke", .code = HOOK "e8<native_set_pte@c3"},
		{.name = "phys_pte_init", .code = "e8<native_set_pte@c3"},
		{.name = "phys_pte_initial", .code = HOOK "e8<native_set_pte@c3"},
		{.name = "pti_clone.cold", .code = HOOK "e8<native_set_pmd@c3"},
	};
	static const struct expected expected[] = {
		{"__text_poke", 5, "unneeded"},
		{"phys_pte_init", 0, "unneeded"},
		{"phys_pte_initial", 5, "set di si"},
		{"pti_clone.cold", 5, "unneeded"},
	};

	FOUND(functions, expected);
}

/* What is on the blacklist is as one that cannot be traced; parts go with the whole. */
Test(deep_sites, where_kprobes_are_refused)
{
	static const struct deep_function functions[] = {
		{.name = "one", .code = HOOK "e8<native_set_pte@c3"},
		{.name = "two", .code = HOOK "c3"},
		{.name = "two.cold", .code = "488b3fe8<native_set_pte@c3"},
		{.name = "nop", .code = HOOK "488b3fe8<native_set_pte@c3"},
		{.name = "three", .code = HOOK "e8<one@c3"},
	};
	struct made_deep *made = deep_make(functions, COUNT(functions));
	struct stlb_error why = {""};
	struct stlb_deep deep;
	char line[128];

	snprintf(line, sizeof(line), "0x%" PRIx64 "-0x%" PRIx64 "\tone\n",
		 deep_address(made, "one"), deep_address(made, "one") + 16);
	made_write(&made->kernel, "/sys/kernel/debug/kprobes/blacklist", line);
	made_write(&made->kernel, MADE_TRACING "/available_filter_functions", "two\nthree\n");
	deep = deep_search(made, &why);
	cr_assert_eq(deep.nr, 3, "%u", deep.nr);
	cr_expect_str_eq(deep.sites[0].function->name, "two.cold");
	cr_expect_null(deep.sites[0].unusable);
	cr_expect_str_eq(deep.sites[1].function->name, "nop");
	cr_expect(strstr(deep.sites[1].unusable, "not traceable"));
	cr_expect_str_eq(deep.sites[2].function->name, "three");
	cr_expect_str_eq(deep.sites[2].through, "one");
	deep_free(made, &deep);
}

/* xchg %rax,(%rbx); of the entry after it; of base + index; of 32 bits; of the stack; of gs. */
Test(deep_sites, inline_exchanges)
{
	static const struct deep_function functions[] = {
		{.name = "takes",
		 .code = HOOK "488703488743084887048b87034887042465488703c3",
		 .takes = "pte_t"},
		{.name = "strange", .code = HOOK "488703c3"},
		{.name = "walk", .code = HOOK "c3", .returns = "pmd_t"},
		{.name = "calls", .code = HOOK "e8<walk@4c8701c3"},
		{.name = "sets", .code = HOOK "4c8701e8<native_set_pte@c3"},
		{.name = "poke", .code = "488703c3", .takes = "pte_t"},
	};
	static const struct expected expected[] = {
		{"sets", 8, "set di si"},
		{"takes", 5, "xchg bx ax"},
		{"takes", 12, "its entry is the sum of two registers"},
		{"calls", 10, "xchg cx r8"},
		{"sets", 5, "xchg cx r8"},
		{"poke", 0, "its function is not traceable (notrace)"},
		{"takes", 8, "xchg+8 bx ax"},
	};

	FOUND(functions, expected);
}

/* lock cmpxchg and lock andb, and the same where one CPU had them patched to ds. */
Test(deep_sites, inline_locked)
{
	static const struct deep_function functions[] = {
		{.name = "locked",
		 .code = HOOK "f0480fb111f08022fdf08022fef0806202fdc3",
		 .takes = "pte_t"},
		{.name = "single", .code = HOOK "3e480fb1113e8022fdc3", .takes = "pmd_t"},
		{.name = "plain", .code = HOOK "480fb1118022fdc3", .takes = "pte_t"},
	};
	static const struct expected expected[] = {
		{"locked", 5, "cas cx dx"},
		{"single", 5, "cas cx dx"},
		{"locked", 10, "wp dx"},
		{"single", 10, "wp dx"},
	};

	FOUND(functions, expected);
}
