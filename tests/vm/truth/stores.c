// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU: which instructions of the guest's kernel store into page tables. It knows
 * nothing of the kernel but where it sets entries, and so does not depend on what is believed of
 *it.
 *
 *	-plugin FILE.so,out=FILE,base=ADDRESS,mib=N,mark=ADDRESS,set=ADDRESS[,set=ADDRESS]...
 *
 * Each store of the kernel into the direct map (at @base, @mib large) is seen. The life of a page
 * begins when one instruction fills all of it, as the allocator does before it hands it out. A page
 * that a @set function stores into is a page table until it is filled again. The window opens when
 * the function at @mark is entered, and closes with the second time.
 *
 * For each page table of the window a line: its address, whether its life began in the window
 * (new) or before (old), and instruction:stores for each that stored in the window. The last line
 * says how many lines there are, and how many stores had no room.
 *
 * The declarations of qemu-plugin.h that it needs stand here, since not each QEMU comes with it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

API extern int qemu_plugin_version;
int qemu_plugin_version = 1;

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
						  void (*call)(qemu_plugin_id_t id,
							       struct qemu_plugin_tb *tb));
extern void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
					     void (*call)(unsigned int cpu,
							  qemu_plugin_meminfo_t info, uint64_t addr,
							  void *data),
					     int flags, int rw, void *data);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
						   void (*call)(unsigned int cpu, void *data),
						   int flags, void *data);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
					   void (*call)(qemu_plugin_id_t id, void *data),
					   void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
extern bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
extern unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);

enum { NO_REGISTERS = 0, READ_AND_WRITE = 3, PAGE = 4096, MAX_SETS = 16, MAX_WRITERS = 96 };

/* A function that sets entries is no longer than this. */
enum { SET_LENGTH = 48, FILL_LENGTH = 160 };

#define KERNEL UINT64_C(0xffffffff80000000)

struct writer {
	uint64_t pc, stores;
};

/* A page, since it was filled; @fill_*: by which instructions it is being filled, and up to where
 */
struct page {
	uint64_t fill_pc;
	uint32_t filled, nr;
	bool is_table, is_new;
	struct writer writers[];
};

static struct settings {
	const char *out;
	uint64_t base, bytes, mark, set[MAX_SETS];
	unsigned int nr_sets;
} settings;

static struct page **pages;
static FILE *out;
static uint64_t no_room, lines;
static unsigned int marks;

static bool window_is_open(void)
{
	return marks == 1;
}

static void print(uint64_t number)
{
	const struct page *page = pages[number];

	if (!page || !page->is_table || !page->nr)
		return;
	fprintf(out, "%" PRIx64 " %s", settings.base + number * PAGE, page->is_new ? "new" : "old");
	for (uint32_t i = 0; i < page->nr; i++)
		if (page->writers[i].stores)
			fprintf(out, " %" PRIx64 ":%" PRIu64, page->writers[i].pc,
				page->writers[i].stores);
	fputc('\n', out);
	lines++;
}

static void finish(void)
{
	if (marks > 2)
		return;
	for (uint64_t i = 0; i < settings.bytes / PAGE; i++)
		print(i);
	fprintf(out, "end %" PRIu64 " %" PRIu64 "\n", lines, no_room);
	fclose(out);
	marks = 3;
}

static void enter_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (++marks == 2)
		finish();
}

/* ---- stores ---- */

static bool is_set(uint64_t pc)
{
	for (unsigned int i = 0; i < settings.nr_sets; i++)
		if (pc - settings.set[i] < SET_LENGTH)
			return true;
	return false;
}

/* The first of the stores that filled the page was taken for one into what it was before. */
static void begin_life(uint64_t number)
{
	struct page *page = pages[number];

	for (uint32_t i = 0; i < page->nr; i++)
		if (page->writers[i].pc == page->fill_pc)
			page->writers[i].stores--;
	print(number);
	page->nr = 0;
	page->is_table = false;
	page->is_new = window_is_open();
}

/* Whether a store is one of those that fill the page front to back. */
static bool fills(uint64_t number, uint64_t pc, uint32_t at, uint32_t size)
{
	struct page *page = pages[number];

	if (at == 0) {
		page->fill_pc = pc;
		page->filled = 0;
	}
	if (at != page->filled || pc - page->fill_pc + FILL_LENGTH > 2 * FILL_LENGTH)
		return false;
	page->filled += size;
	if (page->filled == PAGE)
		begin_life(number);
	return at > 0;
}

static void count(struct page *page, uint64_t pc)
{
	uint32_t i = 0;

	while (i < page->nr && page->writers[i].pc != pc)
		i++;
	if (i == MAX_WRITERS) {
		no_room += page->is_table;
		return;
	}
	if (i == page->nr)
		page->writers[page->nr++] = (struct writer){.pc = pc};
	page->writers[i].stores++;
}

static void store(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t addr, void *data)
{
	uint64_t pc = (uintptr_t)data, number = (addr - settings.base) / PAGE;

	(void)cpu;
	if (marks > 1 || !qemu_plugin_mem_is_store(info) || addr < settings.base ||
	    addr - settings.base >= settings.bytes)
		return;
	if (!pages[number])
		pages[number] =
			calloc(1, sizeof(struct page) + MAX_WRITERS * sizeof(struct writer));
	if (!pages[number])
		abort();
	if (fills(number, pc, addr % PAGE, 1u << qemu_plugin_mem_size_shift(info)))
		return;
	if (is_set(pc))
		pages[number]->is_table = true;
	if (window_is_open())
		count(pages[number], pc);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t pc = qemu_plugin_insn_vaddr(insn);

		if (pc < KERNEL)
			continue;
		qemu_plugin_register_vcpu_mem_cb(insn, store, NO_REGISTERS, READ_AND_WRITE,
						 (void *)(uintptr_t)pc);
		if (pc == settings.mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, enter_mark, NO_REGISTERS,
							       NULL);
	}
}

/* ---- setting up ---- */

static bool take(const char *argument)
{
	char *end = NULL;

	if (!strncmp(argument, "out=", 4))
		return (settings.out = strdup(argument + 4)) != NULL;
	if (!strncmp(argument, "base=", 5))
		settings.base = strtoull(argument + 5, &end, 16);
	else if (!strncmp(argument, "mib=", 4))
		settings.bytes = strtoull(argument + 4, &end, 10) << 20;
	else if (!strncmp(argument, "mark=", 5))
		settings.mark = strtoull(argument + 5, &end, 16);
	else if (!strncmp(argument, "set=", 4) && settings.nr_sets < MAX_SETS)
		settings.set[settings.nr_sets++] = strtoull(argument + 4, &end, 16);
	return end && !*end;
}

static void at_exit(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	finish();
}

API extern int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
				   char **argv);

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!take(argv[i])) {
			fprintf(stderr, "stores: what is %s?\n", argv[i]);
			return -1;
		}
	}
	pages = calloc(settings.bytes / PAGE, sizeof(*pages));
	out = settings.out ? fopen(settings.out, "w") : NULL;
	if (!settings.bytes || !settings.nr_sets || !pages || !out) {
		fprintf(stderr, "stores: out=, base=, mib=, mark= and set= are needed\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
