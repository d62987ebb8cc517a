/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel: what its files say, read once. */
#include "kernel.h"

#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "files.h"
#include "table.h"

const char *stlb_answer_name(enum stlb_answer answer)
{
	static const char *const names[] = {"no", "yes", "unknown"};

	return names[answer];
}

/* ---- which kernel ---- */

static const char *uname_or_file(struct stlb_kernel *kernel, const char *path, const char *uname)
{
	char text[128];

	if (stlb_root_read(kernel->root, path, text, sizeof(text)) < 0)
		snprintf(text, sizeof(text), "%s", kernel->root[0] ? "" : uname);
	return stlb_arena_text(&kernel->arena, text);
}

static int identify(struct stlb_kernel *kernel)
{
	struct utsname uts = {0};
	char cmdline[4096];

	uname(&uts);
	stlb_root_read(kernel->root, "/proc/cmdline", cmdline, sizeof(cmdline));
	kernel->release = uname_or_file(kernel, "/proc/sys/kernel/osrelease", uts.release);
	kernel->arch = uname_or_file(kernel, "/proc/sys/kernel/arch", uts.machine);
	kernel->cmdline = stlb_arena_text(&kernel->arena, cmdline);
	return kernel->release && kernel->arch && kernel->cmdline ? 0 : -ENOMEM;
}

/* ---- symbols ---- */

static int want_data(struct stlb_kernel *kernel, const char *arguments)
{
	for (const char *at = arguments; at && (at = strchr(at, '@'));) {
		size_t length = strcspn(++at, ":");
		const char *name = stlb_arena_format(&kernel->arena, "%.*s", (int)length, at);

		if (!name || stlb_kallsyms_want(&kernel->symbols, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int want_symbols(struct stlb_kernel *kernel)
{
	const struct stlb_probe_row *row;
	static const char *const names[] = {STLB_VMEMMAP_SYMBOL, STLB_RETHOOK_SYMBOL,
					    STLB_DEVICE_PRIVATE_SYMBOLS, STLB_PV_SYMBOL,
					    STLB_SNAPSHOT_SYMBOLS};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++)
		ret = stlb_kallsyms_want(&kernel->symbols, names[i]);
	for (unsigned int i = 0; !ret && (row = stlb_probe_row(i)); i++) {
		if (row->at != STLB_AT_POINT)
			ret = stlb_kallsyms_want(&kernel->symbols, row->what);
		if (!ret)
			ret = want_data(kernel, row->arguments);
	}
	return ret ? -ENOMEM : 0;
}

/* Locks in struct pages are recognised by their addresses, and this base moves with each boot. */
static void read_vmemmap(struct stlb_kernel *kernel)
{
	const struct stlb_kernel_symbol *symbol =
		stlb_kallsyms_find(&kernel->symbols, STLB_VMEMMAP_SYMBOL);
	struct stlb_value *base = &kernel->vmemmap;

	if (!symbol->nr)
		base->unknown = "the kernel has no symbol " STLB_VMEMMAP_SYMBOL;
	else if (!symbol->address)
		base->unknown = "/proc/kallsyms hides addresses (kptr_restrict, permissions)";
	else if (stlb_kcore_read(kernel->root, symbol->address, &base->value) < 0)
		base->unknown = "/proc/kcore cannot be read";
	else
		base->known = true;
}

/*
 * Confidentiality refuses tracefs, kprobes and kcore; integrity none of them. Where securityfs is
 * not mounted, the command line may tell.
 */
static void read_lockdown(struct stlb_kernel *kernel)
{
	char text[4096];

	if (stlb_root_read(kernel->root, "/sys/kernel/security/lockdown", text, sizeof(text)) ==
	    0) {
		kernel->locked_down = strstr(text, "[confidentiality]") != NULL;
		return;
	}
	stlb_root_read(kernel->root, "/proc/cmdline", text, sizeof(text));
	kernel->locked_down = strstr(text, "lockdown=confidentiality") != NULL;
}

/* ---- life ---- */

static int look_at(struct stlb_kernel *kernel, const char *root)
{
	kernel->root =
		stlb_arena_format(&kernel->arena, "%s", root && strcmp(root, "/") ? root : "");
	if (!kernel->root || identify(kernel) < 0 || stlb_kernel_mounts(kernel) < 0 ||
	    stlb_kernel_find_config(kernel) < 0 || stlb_kernel_find_build(kernel) < 0 ||
	    want_symbols(kernel) < 0)
		return -ENOMEM;
	stlb_kallsyms_read(&kernel->symbols, kernel->root, kernel->tracing, kernel->debugfs);
	stlb_kernel_offers(kernel);
	if (stlb_btf_open(kernel->root, &kernel->btf) == -ENOMEM)
		return -ENOMEM;
	read_vmemmap(kernel);
	read_lockdown(kernel);
	kernel->page_table_check = stlb_kernel_page_table_check(kernel);
	kernel->device_private = stlb_kernel_device_private(kernel);
	return stlb_kernel_look(kernel);
}

int stlb_kernel_open(const char *root, struct stlb_kernel **kernel, struct stlb_error *err)
{
	*kernel = calloc(1, sizeof(**kernel));
	if (*kernel && look_at(*kernel, root) == 0)
		return 0;
	stlb_kernel_close(*kernel);
	*kernel = NULL;
	return stlb_error_set(err, -ENOMEM, "no memory to look at the kernel");
}

void stlb_kernel_close(struct stlb_kernel *kernel)
{
	if (!kernel)
		return;
	btf__free(kernel->btf);
	stlb_kallsyms_free(&kernel->symbols);
	stlb_arena_free(&kernel->arena);
	free(kernel);
}

const struct stlb_fact *stlb_kernel_fact(const struct stlb_kernel *kernel, unsigned int index)
{
	return index < kernel->nr_facts ? &kernel->facts[index] : NULL;
}

const struct stlb_fact *stlb_kernel_find_fact(const struct stlb_kernel *kernel, const char *id)
{
	for (uint32_t i = 0; i < kernel->nr_facts; i++)
		if (!strcmp(kernel->facts[i].id, id))
			return &kernel->facts[i];
	return NULL;
}

const char *stlb_kernel_release(const struct stlb_kernel *kernel)
{
	return kernel->release;
}

const char *stlb_kernel_arch(const struct stlb_kernel *kernel)
{
	return kernel->arch;
}

const char *stlb_kernel_tracing(const struct stlb_kernel *kernel)
{
	return kernel->tracing_path;
}
