/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deep probes: each shape of writing a page table is one event, and its places are appended to it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/deep/deep.h"
#include "probe/deep/disasm.h"
#include "plan.h"

enum { MAX_ARGUMENTS = 256, MAX_DISPLACEMENT = 24 };

/*
 * The events, by shape. Arguments: %E is the entry's pointer, %O what the entry holds, and a letter
 * of a role the register that has it; see expand().
 */
static const struct stlb_probe_row rows[STLB_NR_SHAPES] = {
	[STLB_SHAPE_SET] = {.event = "deep_set",
			    .kind = STLB_ENTRY_SET,
			    .arguments = "ptep=%E new=%N old=%O",
			    .why = "a pte is set"},
	[STLB_SHAPE_SETN] = {.event = "deep_setn",
			     .kind = STLB_ENTRY_SET,
			     .arguments = "ptep=%E new=%N old=%O nr=%C",
			     .why = "some ptes in a row are set"},
	[STLB_SHAPE_COND] = {.event = "deep_cond",
			     .kind = STLB_ENTRY_PERHAPS,
			     .arguments = "ptep=%E old=%O nr=%C",
			     .why = "ptes are set, or left as they are",
			     .limitations = "which of the entries change, and to what"},
	[STLB_SHAPE_SET_PMD] = {.event = "deep_set_pmd",
				.kind = STLB_ENTRY_SET,
				.arguments = "ptep=%E new=%N old=%O",
				.why = "a pmd is set"},
	[STLB_SHAPE_SET_PUD] = {.event = "deep_set_pud",
				.kind = STLB_ENTRY_SET,
				.arguments = "ptep=%E new=%N old=%O",
				.why = "a pud is set"},
	[STLB_SHAPE_SET_P4D] = {.event = "deep_set_p4d",
				.kind = STLB_ENTRY_SET,
				.arguments = "ptep=%E new=%N old=%O",
				.why = "a p4d is set"},
	[STLB_SHAPE_SET_PGD] = {.event = "deep_set_pgd",
				.kind = STLB_ENTRY_SET,
				.arguments = "ptep=%E new=%N old=%O",
				.why = "a pgd is set"},
	[STLB_SHAPE_POP_PMD] = {.event = "deep_pop_pmd",
				.kind = STLB_ENTRY_POPULATE,
				.arguments = "ptep=%E page=%P old=%O",
				.why = "a page table is put into a pmd"},
	[STLB_SHAPE_START] = {.event = "deep_pstart",
			      .kind = STLB_ENTRY_MODIFY_START,
			      .arguments = "mm=%M addr=%A ptep=%E old=%O",
			      .why = "a pte is cleared, to be changed"},
	[STLB_SHAPE_COMMIT] = {.event = "deep_pcommit",
			       .kind = STLB_ENTRY_MODIFY_COMMIT,
			       .arguments = "mm=%M addr=%A ptep=%E new=%N old=%O",
			       .why = "a pte is set after it was changed"},
	[STLB_SHAPE_COMMITN] = {.event = "deep_pcommitn",
				.kind = STLB_ENTRY_MODIFY_COMMIT,
				.arguments = "mm=%M addr=%A ptep=%E new=%N old=%O nr=%C",
				.why = "some ptes in a row are set after they were changed"},
	[STLB_SHAPE_XCHG] = {.event = "deep_xchg",
			     .kind = STLB_ENTRY_XCHG,
			     .arguments = "ptep=%E new=%N old=%O",
			     .why = "an entry is exchanged, mostly to clear it"},
	[STLB_SHAPE_CAS] = {.event = "deep_cas",
			    .kind = STLB_ENTRY_CMPXCHG,
			    .arguments = "ptep=%E exp=%X new=%N old=%O",
			    .why = "an entry is exchanged if it is as expected: write-protection"},
	[STLB_SHAPE_WP] = {.event = "deep_wp",
			   .kind = STLB_ENTRY_WRPROTECT,
			   .arguments = "ptep=%E old=%O",
			   .why = "an entry is write-protected by a mask"},
};

/** struct deep_plan - what planning them goes by */
struct deep_plan {
	struct stlb_plan *plan;
	const struct stlb_deep *deep;
	int64_t mm_offset; /* of a vma's mm */
	const char *filter;
};

/* ---- one place ---- */

static const char *register_name(int8_t reg)
{
	static const char *const names[] = {"ax", "cx", "dx",  "bx",  "sp",  "bp",  "si",  "di",
					    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

	return names[reg];
}

/* What stands for a letter of the arguments; false where the place has no such register. */
static bool expand(const struct deep_plan *deep, const struct stlb_site *site, char letter,
		   char *to, size_t size)
{
	static const struct {
		char letter;
		enum stlb_role role;
	} letters[] = {{'E', STLB_ROLE_PTEP}, {'O', STLB_ROLE_PTEP}, {'N', STLB_ROLE_NEW},
		       {'C', STLB_ROLE_NR},   {'M', STLB_ROLE_VMA},  {'A', STLB_ROLE_ADDRESS},
		       {'P', STLB_ROLE_PAGE}};
	int8_t reg = letter == 'X' ? STLB_RAX : STLB_NO_REGISTER;

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == letter)
			reg = site->reg[letters[i].role];
	if (reg < 0 && letter == 'C')
		return snprintf(to, size, "\\1:u32") < (int)size;
	if (reg < 0)
		return false;
	if (letter == 'O')
		snprintf(to, size, "%+d(%%%s):x64", (int)site->displacement, register_name(reg));
	else if (letter == 'M')
		snprintf(to, size, "+%" PRId64 "(%%%s):x64", deep->mm_offset, register_name(reg));
	else
		snprintf(to, size, "%%%s:%s", register_name(reg), letter == 'C' ? "u32" : "x64");
	return true;
}

static bool write_arguments(const struct deep_plan *deep, const struct stlb_site *site, char *to,
			    size_t size)
{
	const char *at = rows[site->shape].arguments;
	size_t length = 0;
	char word[64];

	for (; *at && length + 1 < size; at++) {
		if (*at != '%') {
			to[length++] = *at;
			continue;
		}
		if (!expand(deep, site, *++at, word, sizeof(word)))
			return false;
		length += snprintf(to + length, size - length, "%s", word);
	}
	if (length >= size)
		return false;
	to[length] = '\0';
	return true;
}

/* A function whose name says where an address is: its own, where no other has that name. */
static const struct stlb_function *named_before(const struct stlb_functions *functions,
						const struct stlb_function *function)
{
	const struct stlb_function *first = stlb_functions_at(functions, 0);

	if (function->unique)
		return function;
	if (!function->module)
		return stlb_functions_named(functions, "_stext");
	while (function > first && !function->unique)
		function--;
	return function->unique && function->module ? function : NULL;
}

static const char *where(const struct deep_plan *deep, const struct stlb_site *site)
{
	const struct stlb_function *function = site->function;
	const struct stlb_function *base = named_before(deep->deep->functions, function);
	const char *name = base && !function->module && base != function ? "_stext"
			   : base					 ? base->name
									 : NULL;

	if (!name || (function->module && strcmp(base->module, function->module)))
		return "";
	return stlb_arena_format(&deep->plan->arena, "%s%s%s+0x%" PRIx64,
				 function->module ? function->module : "",
				 function->module ? ":" : "", name, site->address - base->start);
}

/* Those that the decoder knows: an exchange of one of the next entries, as GCC unrolls loops. */
static bool has_event(const struct stlb_site *site)
{
	return !site->displacement || (site->shape == STLB_SHAPE_XCHG && site->displacement > 0 &&
				       site->displacement <= MAX_DISPLACEMENT);
}

static int make_site(const struct deep_plan *deep, const struct stlb_site *from, const char *event,
		     struct stlb_probe_site *site)
{
	struct stlb_arena *arena = &deep->plan->arena;
	char arguments[MAX_ARGUMENTS];
	const char *why = from->denied ? from->denied : from->unusable;

	site->where = where(deep, from);
	site->function = stlb_arena_format(arena, "%s", from->function->name);
	site->use = from->denied     ? STLB_SITE_UNNEEDED
		    : from->unusable ? STLB_SITE_UNUSABLE
				     : STLB_SITE_PROBED;
	if (!site->where || !site->function)
		return -ENOMEM;
	if (!why && !*site->where)
		why = "no name says where it is";
	if (!why && !has_event(from))
		why = "its entry is too far from the register";
	if (!why && !write_arguments(deep, from, arguments, sizeof(arguments)))
		why = "not all of its arguments are known";
	if (why && site->use == STLB_SITE_PROBED)
		site->use = STLB_SITE_UNUSABLE;
	if (!why && from->through)
		why = from->through;
	site->reason = stlb_arena_format(arena, "%s", why ? why : "");
	if (site->use == STLB_SITE_PROBED)
		site->definition = stlb_arena_format(arena, "p:%s/%s %s %s", deep->plan->group,
						     event, site->where, arguments);
	return site->reason && (site->definition || site->use != STLB_SITE_PROBED) ? 0 : -ENOMEM;
}

/* ---- one event ---- */

static unsigned int functions_of(const struct stlb_probe *probe)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < probe->nr_sites; i++) {
		unsigned int before = i;

		if (probe->sites[i].use != STLB_SITE_PROBED)
			continue;
		while (before &&
		       (probe->sites[before - 1].use != STLB_SITE_PROBED ||
			strcmp(probe->sites[before - 1].function, probe->sites[i].function)))
			before--;
		nr += !before;
	}
	return nr;
}

static int give_reason(const struct deep_plan *deep, const struct stlb_probe_row *row,
		       struct stlb_probe *probe)
{
	unsigned int nr[STLB_SITE_UNNEEDED + 1] = {0};
	char rest[128] = "";

	for (unsigned int i = 0; i < probe->nr_sites; i++)
		nr[probe->sites[i].use]++;
	if (nr[STLB_SITE_UNNEEDED])
		snprintf(rest, sizeof(rest), "; %u more write only the kernel's own mappings",
			 nr[STLB_SITE_UNNEEDED]);
	probe->reason =
		stlb_arena_format(&deep->plan->arena, "%s; %s of %u instructions in %u functions%s",
				  row->why, stlb_probe_source_name(STLB_PROBE_KPROBE),
				  nr[STLB_SITE_PROBED], functions_of(probe), rest);
	probe->limitations =
		nr[STLB_SITE_UNUSABLE]
			? stlb_arena_format(&deep->plan->arena,
					    "%s%s%u places that cannot be probed",
					    row->limitations ? row->limitations : "",
					    row->limitations ? "; " : "", nr[STLB_SITE_UNUSABLE])
			: (row->limitations ? row->limitations : "");
	return probe->reason && probe->limitations ? 0 : -ENOMEM;
}

/* An entry at a distance from the register cannot be fetched: the event's name says how far it is.
 */
static const char *event_of(const struct deep_plan *deep, const struct stlb_site *site)
{
	if (!site->displacement)
		return rows[site->shape].event;
	return stlb_arena_format(&deep->plan->arena, "%s%s%u", rows[site->shape].event,
				 site->displacement < 0 ? "_minus" : "",
				 (unsigned int)abs(site->displacement));
}

static int add_event(const struct deep_plan *deep, uint32_t first, uint32_t end)
{
	const struct stlb_site *from = &deep->deep->sites[first];
	const struct stlb_probe_row *row = &rows[from->shape];
	struct stlb_probe_site *sites =
		stlb_arena_alloc(&deep->plan->arena, (end - first) * sizeof(*sites));
	struct stlb_planned planned = {.first = row,
				       .row = row,
				       .in_direct_map = true,
				       .probe = {.event = event_of(deep, from),
						 .system = deep->plan->group,
						 .kind = row->kind,
						 .sites = sites,
						 .nr_sites = end - first}};
	struct stlb_probe *probe = &planned.probe;

	if (!sites || !probe->event)
		return -ENOMEM;
	for (uint32_t i = 0; i < end - first; i++) {
		if (make_site(deep, &from[i], probe->event, &sites[i]) < 0)
			return -ENOMEM;
		if (!probe->definition)
			probe->definition = sites[i].definition;
	}
	if (probe->definition) {
		probe->source = STLB_PROBE_KPROBE;
		probe->filter = deep->filter;
		probe->stack = true;
	}
	if (give_reason(deep, row, probe) < 0)
		return -ENOMEM;
	return stlb_plan_add(deep->plan, &planned);
}

static bool is_same_event(const struct stlb_site *a, const struct stlb_site *b)
{
	return a->shape == b->shape && a->displacement == b->displacement;
}

static int add_events(const struct deep_plan *deep)
{
	const struct stlb_site *sites = deep->deep->sites;
	int ret = 0;

	for (uint32_t i = 0, end; !ret && i < deep->deep->nr; i = end) {
		for (end = i + 1; end < deep->deep->nr && is_same_event(&sites[i], &sites[end]);)
			end++;
		ret = add_event(deep, i, end);
	}
	return ret;
}

/* ---- all of them ---- */

static int add_refusal(struct stlb_plan *plan, const char *why)
{
	struct stlb_planned planned = {
		.first = &rows[STLB_SHAPE_SET],
		.row = &rows[STLB_SHAPE_SET],
		.probe = {.event = rows[STLB_SHAPE_SET].event,
			  .system = plan->group,
			  .kind = rows[STLB_SHAPE_SET].kind,
			  .reason = stlb_arena_format(&plan->arena, "%s", why),
			  .limitations = "updates that no function of its own makes: zap, mremap, "
					 "swap-out, migration"},
	};

	return planned.probe.reason ? stlb_plan_add(plan, &planned) : -ENOMEM;
}

static int add_found(const struct stlb_choice *choice, const struct stlb_deep *found)
{
	struct deep_plan deep = {
		.plan = choice->plan,
		.deep = found,
		.mm_offset = stlb_btf_offset(choice->kernel->btf, "vm_area_struct", "vm_mm"),
		.filter = stlb_arena_format(&choice->plan->arena,
					    "ptep >= 0x%" PRIx64 " && ptep < 0x%" PRIx64,
					    found->direct_start, found->direct_end),
	};

	if (!deep.filter)
		return -ENOMEM;
	if (deep.mm_offset < 0)
		return add_refusal(choice->plan, "BTF does not tell where the mm of a vma is");
	choice->plan->deep = true;
	return add_events(&deep);
}

int stlb_plan_deep(const struct stlb_choice *choice)
{
	const struct stlb_kernel *kernel = choice->kernel;
	struct stlb_deep found = {0};
	struct stlb_error why = {""};
	int ret = -ENOENT;

	if (choice->options->no_deep || choice->options->tracepoints_only)
		return 0;
	if (!stlb_kernel_lacks_deep(kernel, &why))
		ret = stlb_deep_find(kernel->root, kernel->tracing, kernel->debugfs, kernel->btf,
				     &found, &why);
	if (!ret)
		ret = add_found(choice, &found);
	else if (ret == -ENOENT)
		ret = add_refusal(choice->plan, why.text);
	stlb_deep_free(&found);
	return ret;
}
