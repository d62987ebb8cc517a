/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "deep.h"

#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/files.h"
#include "discovery.h"
#include "util/grow.h"

enum { MAX_SITES = 1 << 14, PAGE_SIZE = 4096 };

/* ---- what the search has found ---- */

int stlb_search_add_site(struct stlb_search *search, const struct stlb_site *site)
{
	struct stlb_deep *deep = search->deep;

	if (deep->nr == MAX_SITES)
		return -E2BIG;
	if (stlb_grow((void **)&deep->sites, deep->nr, &deep->max, sizeof(*site)) < 0)
		return -ENOMEM;
	deep->sites[deep->nr++] = *site;
	return 0;
}

static int by_shape(const void *a, const void *b)
{
	const struct stlb_site *one = a, *two = b;

	if (one->shape != two->shape)
		return one->shape < two->shape ? -1 : 1;
	if (one->displacement != two->displacement)
		return one->displacement < two->displacement ? -1 : 1;
	return (one->address > two->address) - (one->address < two->address);
}

static void settle(struct stlb_deep *deep)
{
	uint32_t kept = 0;

	if (deep->nr)
		qsort(deep->sites, deep->nr, sizeof(*deep->sites), by_shape);
	for (uint32_t i = 0; i < deep->nr; i++)
		if (!kept || by_shape(&deep->sites[kept - 1], &deep->sites[i]))
			deep->sites[kept++] = deep->sites[i];
	deep->nr = kept;
}

/* ---- where kprobes are refused ---- */

/* "0xffffffff81000000-0xffffffff81000010\tname" */
static void refused_line(void *context, char *text)
{
	struct stlb_search *search = context;
	struct stlb_range range;

	if (sscanf(text, "%" SCNx64 "-%" SCNx64, &range.start, &range.end) != 2 ||
	    stlb_grow((void **)&search->refused, search->nr_refused, &search->max_refused,
		      sizeof(range)) < 0)
		return;
	search->refused[search->nr_refused++] = range;
}

static void read_refused(struct stlb_search *search, const char *root, const char *debugfs)
{
	char path[512];

	if (debugfs && stlb_root_path(path, sizeof(path), debugfs, "/kprobes/blacklist") == 0)
		stlb_root_lines(root, path, refused_line, search);
}

/* endbr64, or what is left of it where nobody calls the function by address: any 4-byte nop */
static size_t landing_pad(const uint8_t *bytes)
{
	static const uint8_t endbr[] = {0xf3, 0x0f, 0x1e, 0xfa}, nop[] = {0x66, 0x0f, 0x1f, 0x00};

	if (!memcmp(bytes, endbr, 4) || !memcmp(bytes, nop, 4))
		return 4;
	return bytes[0] == 0x0f && bytes[1] == 0x1f && bytes[2] == 0x40 ? 4 : 0;
}

/*
 * The tracer's call is there, as a nop or as a call to what it has made. Names are not enough where
 * several functions have one; bytes are not, where a function begins with a nop for another reason.
 */
static bool has_hook(const struct stlb_functions *functions, const struct stlb_function *function)
{
	static const uint8_t nop[] = {0x0f, 0x1f, 0x44, 0x00, 0x00};
	const struct stlb_function *called;
	const uint8_t *bytes;
	int32_t distance;
	size_t size, pad;

	bytes = stlb_functions_bytes(functions, function->start, &size);
	if (!bytes || size < 9 || (stlb_functions_lists(functions) && !function->listed))
		return false;
	pad = landing_pad(bytes);
	if (!memcmp(bytes + pad, nop, sizeof(nop)))
		return true;
	if (bytes[pad] != 0xe8)
		return false;
	memcpy(&distance, bytes + pad + 1, sizeof(distance));
	called = stlb_functions_holding(functions,
					function->start + pad + 5 + (uint64_t)(int64_t)distance);
	return !called || !strncmp(called->name, "ftrace_", 7) ||
	       !strcmp(called->name, "__fentry__");
}

/* Part of a function that can be traced, as far as the kernel looks: it cuts the name at its dot.
 */
static bool is_part(const struct stlb_functions *functions, const struct stlb_function *function)
{
	const struct stlb_function *whole;
	char name[256];
	size_t length = strcspn(function->name, ".");

	if (!function->name[length] || length >= sizeof(name) || function->module)
		return false;
	memcpy(name, function->name, length);
	name[length] = '\0';
	whole = stlb_functions_named(functions, name);
	return whole && has_hook(functions, whole);
}

const char *stlb_search_refuses(const struct stlb_search *search,
				const struct stlb_function *function)
{
	for (uint32_t i = 0; i < search->nr_refused; i++)
		if (function->start >= search->refused[i].start &&
		    function->start < search->refused[i].end)
			return "its function is on the kprobes blacklist";
	if (has_hook(search->functions, function) || is_part(search->functions, function))
		return NULL;
	return "its function is not traceable (notrace)";
}

int stlb_search_decode(struct stlb_search *search, const struct stlb_function *function)
{
	if (search->flow.function == function)
		return 0;
	return stlb_flow_decode(&search->flow, search->disasm, search->functions, function);
}

/* ---- what writes entries ---- */

#define NONE STLB_NO_REGISTER

/* The members of pv_ops.mmu, and what they are called with. */
static const struct pv_row {
	const char *member;
	enum stlb_shape shape;
	int8_t reg[STLB_NR_ROLES]; /* ptep, new, nr, vma, address, page */
} pv_rows[] = {
	{"set_pte", STLB_SHAPE_SET, {STLB_RDI, STLB_RSI, NONE, NONE, NONE, NONE}},
	{"set_pmd", STLB_SHAPE_SET_PMD, {STLB_RDI, STLB_RSI, NONE, NONE, NONE, NONE}},
	{"set_pud", STLB_SHAPE_SET_PUD, {STLB_RDI, STLB_RSI, NONE, NONE, NONE, NONE}},
	{"set_p4d", STLB_SHAPE_SET_P4D, {STLB_RDI, STLB_RSI, NONE, NONE, NONE, NONE}},
	{"set_pgd", STLB_SHAPE_SET_PGD, {STLB_RDI, STLB_RSI, NONE, NONE, NONE, NONE}},
	{"ptep_modify_prot_start",
	 STLB_SHAPE_START,
	 {STLB_RDX, NONE, NONE, STLB_RDI, STLB_RSI, NONE}},
	{"ptep_modify_prot_commit",
	 STLB_SHAPE_COMMIT,
	 {STLB_RDX, STLB_RCX, NONE, STLB_RDI, STLB_RSI, NONE}},
};

static int add_pv_targets(struct stlb_search *search, const struct stlb_kcore *core,
			  const struct btf *btf, struct stlb_error *why)
{
	uint64_t ops = stlb_functions_data(search->functions, "pv_ops");
	int64_t mmu = stlb_btf_offset(btf, "paravirt_patch_template", "mmu");
	int ret = 0;

	if (!ops || mmu < 0)
		return stlb_error_set(why, -ENOENT,
				      "the kernel has no pv_ops.mmu: it is built without "
				      "CONFIG_PARAVIRT_XXL");
	for (size_t i = 0; !ret && i < sizeof(pv_rows) / sizeof(pv_rows[0]); i++) {
		int64_t member = stlb_btf_offset(btf, "pv_mmu_ops", pv_rows[i].member);
		struct stlb_target target = {.shape = pv_rows[i].shape,
					     .word = ops + (uint64_t)mmu + (uint64_t)member};

		memcpy(target.reg, pv_rows[i].reg, sizeof(target.reg));
		if (member < 0)
			return stlb_error_set(why, -ENOENT, "pv_ops.mmu has no %s",
					      pv_rows[i].member);
		if (stlb_kcore_word(core, target.word, &target.address) < 0 ||
		    !stlb_functions_holding(search->functions, target.address))
			return stlb_error_set(why, -ENOENT, "pv_ops.mmu.%s is no function",
					      pv_rows[i].member);
		ret = stlb_search_add_target(search, &target);
	}
	return ret;
}

/* ---- the direct map ---- */

static int find_direct_map(struct stlb_deep *deep, const struct stlb_kcore *core,
			   struct stlb_error *why)
{
	uint64_t start = stlb_functions_data(deep->functions, "page_offset_base");
	uint64_t end = stlb_functions_data(deep->functions, "vmalloc_base");

	if (start && end && stlb_kcore_word(core, start, &deep->direct_start) == 0 &&
	    stlb_kcore_word(core, end, &deep->direct_end) == 0 &&
	    deep->direct_start < deep->direct_end)
		return 0;
	return stlb_error_set(why, -ENOENT,
			      "where the direct map lies is not known: the kernel "
			      "has no page_offset_base");
}

/* ---- life ---- */

static int look(struct stlb_search *search, const struct stlb_kcore *core, const struct btf *btf,
		struct stlb_error *why)
{
	int ret = find_direct_map(search->deep, core, why);

	if (!ret)
		ret = add_pv_targets(search, core, btf, why);
	if (!ret)
		ret = stlb_walkers_find(btf, &search->walkers);
	if (!ret)
		ret = stlb_search_sites(search);
	if (!ret)
		ret = stlb_search_inline(search);
	if (ret == -E2BIG)
		ret = stlb_error_set(why, -ENOENT, "its text has too much that looks like calls");
	return ret;
}

static int find(const char *root, const char *tracing, const char *debugfs,
		const struct stlb_kcore *core, const struct btf *btf, struct stlb_deep *deep,
		struct stlb_error *why)
{
	struct stlb_search search = {.deep = deep};
	int ret = stlb_functions_read(root, tracing, core, &deep->functions, why);

	if (ret)
		return ret;
	search.functions = deep->functions;
	search.disasm = stlb_disasm_open();
	read_refused(&search, root, debugfs);
	ret = search.disasm ? look(&search, core, btf, why) : -ENOMEM;
	stlb_disasm_close(search.disasm);
	stlb_flow_free(&search.flow);
	stlb_walkers_free(&search.walkers);
	free(search.refused);
	free(search.targets);
	settle(deep);
	return ret;
}

int stlb_deep_find(const char *root, const char *tracing, const char *debugfs,
		   const struct btf *btf, struct stlb_deep *deep, struct stlb_error *why)
{
	struct stlb_kcore *core = NULL;
	int ret;

	*deep = (struct stlb_deep){0};
	if (!stlb_disasm_have())
		return stlb_error_set(why, -ENOENT, "this program was built without libcapstone");
	if (!btf)
		return stlb_error_set(why, -ENOENT, "the kernel has no BTF");
	ret = stlb_kcore_open(root, &core);
	if (ret == -ENOMEM)
		return ret;
	if (ret)
		return stlb_error_set(why, -ENOENT, "/proc/kcore cannot be read: %s",
				      strerror(-ret));
	ret = find(root, tracing, debugfs, core, btf, deep, why);
	stlb_kcore_close(core);
	return ret;
}

void stlb_deep_free(struct stlb_deep *deep)
{
	stlb_functions_free(deep->functions);
	free(deep->sites);
	stlb_arena_free(&deep->arena);
	*deep = (struct stlb_deep){0};
}
