/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: the search for what writes page tables, in a kernel of which the symbols, the
 * text and the type information are anything. The first byte says which of them: 1 kallsyms,
 * 2 the whole of kcore, 4 BTF; what is not asked for is as in a kernel of one function. The rest is
 * its contents: in front of each but the last part two bytes with its size.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/deep/deep.h"

enum { TEXT = 4096, DATA = 1024, MMU = 64, NR_OPS = 7 };

#define BASE UINT64_C(0xffffffff81000000)

static char root[] = "/tmp/staletlb-fuzz-XXXXXX";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- a kernel of one function ---- */

static const char symbols[] = "ffffffff81000000 T _stext\nffffffff81000000 T native_set_pte\n"
			      "ffffffff81000010 T one\nffffffff81000200 t two\n"
			      "ffffffff81000400 t set_ptes.constprop.0\nffffffff81001000 T _etext\n"
			      "ffffffff81001000 D page_offset_base\n"
			      "ffffffff81001008 D vmalloc_base\nffffffff81001040 D pv_ops\n";

static struct btf *types(void)
{
	static const char *const members[NR_OPS] = {"set_pte",
						    "set_pmd",
						    "set_pud",
						    "set_p4d",
						    "set_pgd",
						    "ptep_modify_prot_start",
						    "ptep_modify_prot_commit"};
	struct btf *btf = btf__new_empty();
	int word = btf__add_int(btf, "long", 8, 0), ops, entry, proto;

	ops = btf__add_struct(btf, "pv_mmu_ops", NR_OPS * 8);
	for (int i = 0; i < NR_OPS; i++)
		btf__add_field(btf, members[i], word, (uint32_t)i * 64, 0);
	btf__add_struct(btf, "paravirt_patch_template", MMU + NR_OPS * 8);
	btf__add_field(btf, "mmu", ops, MMU * 8, 0);
	entry = btf__add_ptr(btf, btf__add_typedef(btf, "pte_t", word));
	proto = btf__add_func_proto(btf, entry);
	btf__add_func_param(btf, "entry", entry);
	btf__add_func(btf, "one", BTF_FUNC_GLOBAL, proto);
	return btf;
}

/* ---- its files ---- */

static void write_file(const char *name, const void *bytes, size_t size)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/proc/%s", root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* Text, and what pv_ops has; the words of all targets are the beginning of the text. */
static void write_core(const uint8_t *text, size_t size)
{
	static struct {
		Elf64_Ehdr elf;
		Elf64_Phdr part;
		uint8_t text[TEXT];
		uint64_t data[DATA / 8];
	} core;

	core.elf = (Elf64_Ehdr){.e_type = ET_CORE,
				.e_phoff = sizeof(core.elf),
				.e_phentsize = sizeof(core.part),
				.e_phnum = 1};
	memcpy(core.elf.e_ident, ELFMAG, SELFMAG);
	core.elf.e_ident[EI_CLASS] = ELFCLASS64;
	core.elf.e_ident[EI_DATA] = ELFDATA2LSB;
	core.part = (Elf64_Phdr){.p_type = PT_LOAD,
				 .p_vaddr = BASE,
				 .p_memsz = TEXT + DATA,
				 .p_offset = sizeof(core.elf) + sizeof(core.part)};
	memset(core.text, 0xcc, TEXT);
	memcpy(core.text, text, size < TEXT ? size : TEXT);
	core.data[0] = UINT64_C(0xffff888000000000);
	core.data[1] = UINT64_C(0xffffc90000000000);
	for (int i = 0; i < NR_OPS; i++)
		core.data[8 + MMU / 8 + i] = BASE;
	write_file("kcore", &core, sizeof(core));
}

static void clean_up(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/proc/kcore", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc/kallsyms", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc", root);
	rmdir(path);
	rmdir(root);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static void set_up(void)
{
	static bool done;
	char path[128];

	if (done)
		return;
	done = true;
	libbpf_set_print(quiet);
	if (!mkdtemp(root))
		abort();
	snprintf(path, sizeof(path), "%s/proc", root);
	if (mkdir(path, 0700))
		abort();
	atexit(clean_up);
}

/* The next part of the input; all that is left where @last. */
static const uint8_t *take(const uint8_t **data, size_t *left, bool last, size_t *size)
{
	const uint8_t *part;

	*size = *left;
	if (!last && *left >= 2) {
		*size = (size_t)((*data)[0] | (*data)[1] << 8);
		*data += 2;
		*left -= 2;
		if (*size > *left)
			*size = *left;
	}
	part = *data;
	*data += *size;
	*left -= *size;
	return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stlb_error why = {""};
	struct stlb_deep deep;
	struct btf *btf = NULL;
	const uint8_t *part;
	uint8_t what;
	size_t length;

	if (!size)
		return 0;
	set_up();
	what = *data++;
	size--;
	write_file("kallsyms", symbols, sizeof(symbols) - 1);
	if (what & 1) {
		part = take(&data, &size, false, &length);
		write_file("kallsyms", part, length);
	}
	if (what & 4) {
		part = take(&data, &size, false, &length);
		btf = btf__new(part, (uint32_t)length);
	} else {
		btf = types();
	}
	part = take(&data, &size, true, &length);
	if (what & 2)
		write_file("kcore", part, length);
	else
		write_core(part, length);
	stlb_deep_find(root, NULL, NULL, btf, &deep, &why);
	stlb_deep_free(&deep);
	btf__free(btf);
	return 0;
}
