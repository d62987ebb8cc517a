/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels whose text is made by hand: functions of a few assembled bytes, pv_ops, and BTF of those
 * that matter.
 */
#ifndef TEST_MADE_DEEP_H
#define TEST_MADE_DEEP_H

#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_kernel.h"
#include "probe/deep/deep.h"
#include "probe/deep/disasm.h"

enum { DEEP_ALIGN = 256, DEEP_FUNCTIONS = 32, DEEP_MMU = 264, DEEP_DATA = 0x200000 };

#define DEEP_TEXT   UINT64_C(0xffffffff81000000)
#define DEEP_MODULE UINT64_C(0xffffffffc0000000)
#define DEEP_DIRECT UINT64_C(0xffff888000000000)
#define DEEP_VMAP   UINT64_C(0xffffc90000000000)

/* The entry of a function that can be traced, and one whose landing pad was taken away. */
#define HOOK	"0f1f440000"
#define SEALED	"660f1f00" HOOK
#define SEALED2 "0f1f40d6" HOOK

/** struct deep_function - its code in hex digits, in which "NAME@" after e8 or e9 is its distance
 */
struct deep_function {
	const char *name, *code;
	const char *module; /* NULL: the kernel itself */
	const char
		*takes; /* "pte_t": the type of what its first argument points at; NULL: no BTF */
	const char *returns;
};

/* What is in each of them: the kernel's own functions for setting entries, without hooks. */
static const struct deep_function deep_own[] = {
	{.name = "native_set_pte", .code = "488937c3"},
	{.name = "native_set_pmd", .code = "48893790c3"},
	{.name = "native_set_pud", .code = "4889379090c3"},
	{.name = "native_set_p4d", .code = "488937909090c3"},
	{.name = "native_set_pgd", .code = "48893790909090c3"},
	{.name = "own_prot_start", .code = "31c0488702c3"},
	{.name = "own_prot_commit", .code = "48890ac3"},
};

enum { DEEP_OWN = 7 };

/** struct made_deep - a kernel while it is made */
struct made_deep {
	struct made_kernel kernel;
	const struct deep_function *functions;
	unsigned int nr;
	uint8_t text[(DEEP_OWN + DEEP_FUNCTIONS) * DEEP_ALIGN];
	uint8_t module[DEEP_FUNCTIONS * DEEP_ALIGN];
	uint64_t data[80];
	const char *blacklist;
	struct btf *btf;
};

static inline const struct deep_function *deep_function(const struct made_deep *made,
							unsigned int index)
{
	return index < DEEP_OWN ? &deep_own[index] : &made->functions[index - DEEP_OWN];
}

/* Where the function of an index starts: those of modules lie elsewhere. */
static inline uint64_t deep_start(const struct made_deep *made, unsigned int index)
{
	return (deep_function(made, index)->module ? DEEP_MODULE : DEEP_TEXT) + index * DEEP_ALIGN;
}

/** deep_address - of a function, the first of its name */
static inline uint64_t deep_address(const struct made_deep *made, const char *name)
{
	for (unsigned int i = 0; i < DEEP_OWN + made->nr; i++)
		if (!strcmp(deep_function(made, i)->name, name))
			return deep_start(made, i);
	cr_assert_fail("no function %s", name);
	return 0;
}

static inline void deep_assemble(const struct made_deep *made, unsigned int index, uint8_t *to)
{
	const char *code = deep_function(made, index)->code, *at;
	uint64_t here = deep_start(made, index);
	unsigned int size = 0, byte;
	char name[64];

	memset(to, 0xcc, DEEP_ALIGN);
	while (*code) {
		at = strchr(code, '@');
		if (at && sscanf(code, "<%63[^@]", name) == 1) {
			int32_t distance = (int32_t)(deep_address(made, name) - here - size - 4);

			memcpy(to + size, &distance, 4);
			size += 4;
			code = at + 1;
		} else {
			cr_assert_eq(sscanf(code, "%2x", &byte), 1, "%s", code);
			to[size++] = (uint8_t)byte;
			code += 2;
		}
		cr_assert_lt(size, DEEP_ALIGN - 5);
	}
}

static inline int deep_typedef(struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);

	return id > 0 ? id : btf__add_typedef(btf, name, btf__add_struct(btf, NULL, 8));
}

static inline void deep_add_btf(struct btf *btf, const struct deep_function *function)
{
	int takes = 0, returns = 0, proto;

	if (!function->takes && !function->returns)
		return;
	if (function->takes)
		takes = btf__add_ptr(btf, deep_typedef(btf, function->takes));
	if (function->returns)
		returns = btf__add_ptr(btf, deep_typedef(btf, function->returns));
	proto = btf__add_func_proto(btf, returns);
	if (takes)
		cr_assert_eq(btf__add_func_param(btf, "entry", takes), 0);
	cr_assert_gt(btf__add_func(btf, function->name, BTF_FUNC_GLOBAL, proto), 0);
}

static inline struct btf *deep_btf(const struct made_deep *made)
{
	static const char *const members[] = {"set_pte",
					      "set_pmd",
					      "set_pud",
					      "set_p4d",
					      "set_pgd",
					      "ptep_modify_prot_start",
					      "ptep_modify_prot_commit"};
	struct btf *btf = btf__new_empty();
	int word = btf__add_int(btf, "long", 8, 0), ops;

	ops = btf__add_struct(btf, "pv_mmu_ops", DEEP_OWN * 8);
	for (unsigned int i = 0; i < DEEP_OWN; i++)
		btf__add_field(btf, members[i], word, i * 64, 0);
	btf__add_struct(btf, "paravirt_patch_template", DEEP_MMU + DEEP_OWN * 8);
	btf__add_field(btf, "mmu", ops, DEEP_MMU * 8, 0);
	btf__add_struct(btf, "vm_area_struct", 64);
	btf__add_field(btf, "vm_mm", word, 16 * 8, 0);
	for (unsigned int i = 0; i < made->nr; i++)
		deep_add_btf(btf, &made->functions[i]);
	return btf;
}

static inline void deep_write_kcore(const struct made_deep *made)
{
	Elf64_Ehdr elf = {.e_type = ET_CORE, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3};
	Elf64_Phdr parts[3] = {
		{.p_type = PT_LOAD, .p_vaddr = DEEP_TEXT, .p_memsz = sizeof(made->text)},
		{.p_type = PT_LOAD, .p_vaddr = DEEP_MODULE, .p_memsz = sizeof(made->module)},
		{.p_type = PT_LOAD,
		 .p_vaddr = DEEP_TEXT + DEEP_DATA,
		 .p_memsz = sizeof(made->data)},
	};
	char path[256];
	FILE *file;

	memcpy(elf.e_ident, ELFMAG, SELFMAG);
	elf.e_ident[EI_CLASS] = ELFCLASS64;
	elf.e_ident[EI_DATA] = ELFDATA2LSB;
	elf.e_phoff = sizeof(elf);
	parts[0].p_offset = sizeof(elf) + sizeof(parts);
	parts[1].p_offset = parts[0].p_offset + sizeof(made->text);
	parts[2].p_offset = parts[1].p_offset + sizeof(made->module);
	made_path(&made->kernel, path, sizeof(path), "/proc/kcore");
	file = fopen(path, "w");
	cr_assert(file && fwrite(&elf, sizeof(elf), 1, file) == 1 &&
		  fwrite(parts, sizeof(parts), 1, file) == 1 &&
		  fwrite(made->text, sizeof(made->text), 1, file) == 1 &&
		  fwrite(made->module, sizeof(made->module), 1, file) == 1 &&
		  fwrite(made->data, sizeof(made->data), 1, file) == 1 && fclose(file) == 0);
}

static inline void deep_write_kallsyms(const struct made_deep *made)
{
	static const char *const data[] = {"pv_ops", "page_offset_base", "vmalloc_base",
					   "vmemmap_base"};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "%" PRIx64 " T _stext\n%" PRIx64 " T _etext\n", DEEP_TEXT,
		DEEP_TEXT + sizeof(made->text));
	for (unsigned int i = 0; i < 4; i++)
		fprintf(file, "%" PRIx64 " D %s\n",
			DEEP_TEXT + DEEP_DATA + (i ? 8 * (i - 1) : 8 * 8), data[i]);
	for (unsigned int i = 0; i < DEEP_OWN + made->nr; i++) {
		const struct deep_function *function = deep_function(made, i);

		fprintf(file, "%" PRIx64 " t %s%s%s%s\n", deep_start(made, i), function->name,
			function->module ? "\t[" : "", function->module ? function->module : "",
			function->module ? "]" : "");
	}
	fclose(file);
	made_write(&made->kernel, "/proc/kallsyms", text);
	free(text);
}

/** deep_make - a kernel of some functions, besides those of its own that set entries */
static inline struct made_deep *deep_make(const struct deep_function *functions, unsigned int nr)
{
	struct made_deep *made = calloc(1, sizeof(*made));

	cr_assert_leq(nr, DEEP_FUNCTIONS);
	if (!stlb_disasm_have())
		cr_skip_test("built without libcapstone");
	made->kernel = made_new("6.12");
	made->functions = functions;
	made->nr = nr;
	memset(made->text, 0xcc, sizeof(made->text));
	memset(made->module, 0xcc, sizeof(made->module));
	for (unsigned int i = 0; i < DEEP_OWN + nr; i++)
		deep_assemble(made, i,
			      (deep_function(made, i)->module ? made->module : made->text) +
				      i * DEEP_ALIGN);
	made->data[0] = DEEP_DIRECT;
	made->data[1] = DEEP_VMAP;
	made->data[2] = MADE_VMEMMAP;
	for (unsigned int i = 0; i < DEEP_OWN; i++)
		made->data[8 + DEEP_MMU / 8 + i] = deep_start(made, i);
	made->btf = deep_btf(made);
	deep_write_kcore(made);
	deep_write_kallsyms(made);
	made_write(&made->kernel, MADE_TRACING "/available_filter_functions", NULL);
	return made;
}

/** deep_search - what is found in it; "" or what is missing */
static inline struct stlb_deep deep_search(const struct made_deep *made, struct stlb_error *why)
{
	struct stlb_deep deep;
	int error = stlb_deep_find(made->kernel.root, MADE_TRACING, "/sys/kernel/debug", made->btf,
				   &deep, why);

	cr_assert(error == 0 || error == -ENOENT, "%d", error);
	cr_expect_eq(error == -ENOENT, why->text[0] != '\0');
	return deep;
}

/** deep_free - the kernel and what was found in it */
static inline void deep_free(struct made_deep *made, struct stlb_deep *deep)
{
	stlb_deep_free(deep);
	btf__free(made->btf);
	made_free(&made->kernel);
	free(made);
}

#endif
