/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Kernels by hand: a directory that stands for / with what one of the kernels of tests/unit/kernels
 * says of itself, to be changed by a test before it is looked at.
 */
#ifndef TEST_MADE_KERNEL_H
#define TEST_MADE_KERNEL_H

#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "staletlb/probe.h"

#define MADE_TRACING "/sys/kernel/tracing"

/* Where its struct pages lie, as its /proc/kcore has it. */
#define MADE_VMEMMAP UINT64_C(0xffd0b9fc00000000)

/** struct made_kernel - the directory, and where its files come from */
struct made_kernel {
	char root[64];
	char from[64];
};

static inline void made_path(const struct made_kernel *made, char *path, size_t size,
			     const char *name)
{
	cr_assert_lt((size_t)snprintf(path, size, "%s%s", made->root, name), size);
	for (char *at = path + strlen(made->root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		cr_assert(mkdir(path, 0777) == 0 || errno == EEXIST, "%s", path);
		*at = '/';
	}
}

/** made_write - a file of the kernel, in place of what was there; NULL: none */
static inline void made_write(const struct made_kernel *made, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	made_path(made, path, sizeof(path), name);
	unlink(path);
	if (!text)
		return;
	file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

/** made_read - what one of its files says; free it */
static inline char *made_read(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = fopen(path, "r");

	cr_assert(file, "%s", path);
	cr_assert(getdelim(&text, &size, '\0', file) > 0, "%s", path);
	fclose(file);
	return text;
}

/** made_replace - each occurrence of a text in a file of the kernel, of which there must be one
 */
static inline void made_replace(const struct made_kernel *made, const char *name, const char *old,
				const char *new)
{
	char path[256], *text, *at, *found;
	FILE *file;

	made_path(made, path, sizeof(path), name);
	text = made_read(path);
	cr_assert(strstr(text, old), "%s has no %s", name, old);
	file = fopen(path, "w");
	for (at = text; (found = strstr(at, old)); at = found + strlen(old))
		fprintf(file, "%.*s%s", (int)(found - at), at, new);
	fputs(at, file);
	fclose(file);
	free(text);
}

/** made_event - a tracepoint "system:event" */
static inline void made_event(const struct made_kernel *made, const char *event)
{
	char name[256];
	size_t system = strcspn(event, ":");

	snprintf(name, sizeof(name), MADE_TRACING "/events/%.*s/%s/format", (int)system, event,
		 event + system + 1);
	made_write(made, name, "");
}

/** made_kcore - a /proc/kcore in which a value is at an address */
static inline void made_kcore(const struct made_kernel *made, uint64_t address, uint64_t value)
{
	struct {
		Elf64_Ehdr elf;
		Elf64_Phdr parts[3];
		uint64_t memory[4];
	} core = {.memory = {1, 2, value, 4}};
	char path[256];
	FILE *file;

	memcpy(core.elf.e_ident, ELFMAG, SELFMAG);
	core.elf.e_ident[EI_CLASS] = ELFCLASS64;
	core.elf.e_ident[EI_DATA] = ELFDATA2LSB;
	core.elf.e_type = ET_CORE;
	core.elf.e_phoff = sizeof(core.elf);
	core.elf.e_phentsize = sizeof(Elf64_Phdr);
	core.elf.e_phnum = 3;
	core.parts[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_vaddr = address, .p_memsz = 64};
	core.parts[1] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = address + 64, .p_memsz = 64};
	core.parts[2] = (Elf64_Phdr){.p_type = PT_LOAD, .p_vaddr = address - 16};
	core.parts[2].p_filesz = core.parts[2].p_memsz = sizeof(core.memory);
	core.parts[2].p_offset = (char *)core.memory - (char *)&core;
	made_path(made, path, sizeof(path), "/proc/kcore");
	file = fopen(path, "w");
	cr_assert(file && fwrite(&core, sizeof(core), 1, file) == 1 && fclose(file) == 0);
}

/* ---- types ---- */

/* By name; a structure that is only pointed at has no body. */
static inline int made_struct(struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id > 0 ? id : btf__add_struct(btf, name, 8);
}

/* "int8", "ptr", "ptr:STRUCT", "struct8:STRUCT" */
static inline int made_type(struct btf *btf, const char *text)
{
	const char *name = strchr(text, ':');
	char integer[8];
	int id;

	if (!strcmp(text, "ptr"))
		return btf__add_ptr(btf, 0);
	if (!strcmp(text, "ptr:ptr"))
		return btf__add_ptr(btf, btf__add_ptr(btf, 0));
	if (!strncmp(text, "ptr:", 4))
		return btf__add_ptr(btf, btf__add_const(btf, made_struct(btf, name + 1)));
	if (name) {
		id = btf__find_by_name_kind(btf, name + 1, BTF_KIND_STRUCT);
		return id > 0 ? id : btf__add_struct(btf, name + 1, atoi(text + strlen("struct")));
	}
	snprintf(integer, sizeof(integer), "%s", text);
	id = btf__find_by_name_kind(btf, integer, BTF_KIND_INT);
	return id > 0 ? id : btf__add_int(btf, integer, atoi(text + strlen("int")), 0);
}

struct made_types {
	struct {
		char name[64], member[64], type[64];
		unsigned int size, offset;
	} lines[512];
	unsigned int nr;
};

static inline void made_types_read(struct made_types *types, const char *text)
{
	char *copy = strdup(text), *save = NULL, owner[64] = "";

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned int i = types->nr;

		cr_assert_lt(i, 512);
		memset(&types->lines[i], 0, sizeof(types->lines[i]));
		if (*line == '#')
			continue;
		if (sscanf(line, "struct %63s %u", owner, &types->lines[i].size) < 2 &&
		    sscanf(line, "func %63s", owner) < 1 &&
		    sscanf(line, "\t%63s %u %63s", types->lines[i].member, &types->lines[i].offset,
			   types->lines[i].type) < 3 &&
		    sscanf(line, "\t%63s %63s", types->lines[i].member, types->lines[i].type) < 2)
			cr_assert_fail("%s", line);
		snprintf(types->lines[i].name, sizeof(owner), "%s", owner);
		types->nr++;
	}
	free(copy);
}

/* BTF adds members to what was added last: their types come before it. */
static inline unsigned int made_body(struct btf *btf, const struct made_types *types,
				     unsigned int first)
{
	const char *name = types->lines[first].name;
	bool function = !types->lines[first].size;
	int ids[32], prototype = 0;
	unsigned int end = first + 1;

	for (; end < types->nr && types->lines[end].member[0]; end++)
		ids[end - first] = made_type(btf, types->lines[end].type);
	if (function)
		prototype = btf__add_func_proto(btf, 0);
	else /* what points at it has to find this one, not one without a body */
		cr_assert(btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT) < 0 &&
				  btf__add_struct(btf, name, types->lines[first].size) > 0,
			  "%s", name);
	for (unsigned int i = first + 1; i < end; i++)
		cr_assert(
			(function ? btf__add_func_param(btf, types->lines[i].member, ids[i - first])
				  : btf__add_field(btf, types->lines[i].member, ids[i - first],
						   types->lines[i].offset, 0)) == 0);
	if (function)
		cr_assert(btf__add_func(btf, name, BTF_FUNC_GLOBAL, prototype) > 0);
	return end;
}

/** made_btf - type information from text, as in tests/unit/kernels */
static inline struct btf *made_btf(const char *text)
{
	struct made_types *types = calloc(1, sizeof(*types));
	struct btf *btf = btf__new_empty();

	cr_assert(types && btf);
	made_types_read(types, text);
	for (unsigned int i = 0; i < types->nr;)
		i = made_body(btf, types, i);
	free(types);
	return btf;
}

/** made_types_write - the kernel's type information, from text; NULL: none */
static inline void made_types_write(const struct made_kernel *made, const char *text)
{
	struct btf *btf;
	char path[256];
	const void *raw;
	uint32_t size;
	FILE *file;

	made_write(made, "/sys/kernel/btf/vmlinux", NULL);
	if (!text)
		return;
	btf = made_btf(text);
	raw = btf__raw_data(btf, &size);
	made_path(made, path, sizeof(path), "/sys/kernel/btf/vmlinux");
	file = fopen(path, "w");
	cr_assert(file && fwrite(raw, size, 1, file) == 1 && fclose(file) == 0);
	btf__free(btf);
}

/* ---- life ---- */

/** made_text - what the file of a name says of the kernel that was taken; free it */
static inline char *made_text(const struct made_kernel *made, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", made->from, name);
	return made_read(path);
}

static inline void made_copy(const struct made_kernel *made, const char *name, const char *to)
{
	char *text = made_text(made, name);

	made_write(made, to, text);
	free(text);
}

static inline void made_events(const struct made_kernel *made)
{
	char *text = made_text(made, "available_events"), *save = NULL;

	for (char *event = strtok_r(text, "\n", &save); event; event = strtok_r(NULL, "\n", &save))
		made_event(made, event);
	free(text);
}

/** made_types_add - more types than those of the kernel that was taken */
static inline void made_types_add(const struct made_kernel *made, const char *more)
{
	char *text = made_text(made, "types"), *both = NULL;

	cr_assert(asprintf(&both, "%s%s", text, more) > 0);
	made_types_write(made, both);
	free(both);
	free(text);
}

/** made_new - a kernel like the one that is called "6.1", "6.12" or "7.3" */
static inline struct made_kernel made_new(const char *version)
{
	struct made_kernel made = {"/tmp/staletlb-kernel-XXXXXX", ""};
	char *symbols, *base;

	cr_assert(mkdtemp(made.root), "%s", made.root);
	snprintf(made.from, sizeof(made.from), "tests/unit/kernels/%s", version);
	made_write(&made, "/proc/mounts",
		   "sys /sys sysfs rw 0 0\n"
		   "trace " MADE_TRACING " tracefs rw,relatime 0 0\n"
		   "debug /sys/kernel/debug debugfs rw,relatime 0 0\n");
	made_write(&made, "/proc/filesystems", "nodev\tproc\nnodev\ttracefs\n");
	made_write(&made, "/proc/self/status", "Name:\ttest\nUid:\t0\t0\t0\t0\n");
	made_write(&made, "/proc/cmdline", "console=ttyS0 quiet\n");
	made_write(&made, "/proc/sys/kernel/osrelease", version);
	made_write(&made, "/proc/sys/kernel/arch", "x86_64\n");
	made_write(&made, "/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	made_write(&made, MADE_TRACING "/trace_clock", "[local] global counter mono\n");
	made_copy(&made, "README", MADE_TRACING "/README");
	made_copy(&made, "available_filter_functions", MADE_TRACING "/available_filter_functions");
	made_copy(&made, "kallsyms", "/proc/kallsyms");
	made_types_add(&made, "");
	made_events(&made);
	symbols = made_text(&made, "kallsyms");
	base = strstr(symbols, " D vmemmap_base");
	made_kcore(&made, strtoull(base - 16, NULL, 16), MADE_VMEMMAP);
	free(symbols);
	return made;
}

static inline int made_unlink(const char *path, const struct stat *status, int type,
			      struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

/** made_free - remove the directory */
static inline void made_free(const struct made_kernel *made)
{
	nftw(made->root, made_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/** made_open - look at the kernel; stlb_kernel_close(), made_free() */
static inline struct stlb_kernel *made_open(const struct made_kernel *made)
{
	struct stlb_error err = {""};
	struct stlb_kernel *kernel;

	cr_assert(stlb_kernel_open(made->root, &kernel, &err) == 0, "%s", err.text);
	return kernel;
}

/** made_plan - the plan for the kernel, which is removed then; stlb_plan_free() */
static inline struct stlb_plan *made_plan(const struct made_kernel *made, enum stlb_locks locks)
{
	struct stlb_plan_options options = {.locks = locks};
	struct stlb_kernel *kernel = made_open(made);
	struct stlb_error err = {""};
	struct stlb_plan *plan;

	cr_assert(stlb_plan_new(kernel, &options, &plan, &err) == 0, "%s", err.text);
	stlb_kernel_close(kernel);
	made_free(made);
	return plan;
}

/** made_probe - the probe of an event in a plan */
static inline const struct stlb_probe *made_probe(const struct stlb_plan *plan, const char *event)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		if (!strcmp(probe->event, event))
			return probe;
	cr_assert_fail("no %s", event);
	return NULL;
}

#endif
