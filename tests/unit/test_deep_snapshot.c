/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of a kernel before the first event. */
#include <errno.h>

#include "made_deep.h"
#include "probe/plan.h"

/* Where things are in the kernel's data, in words from its beginning. */
enum { INIT = 40, TASK = 44, MM = 48, SUBSCRIPTIONS = 52 };

#define DATA	    (DEEP_TEXT + DEEP_DATA)
#define WORD(index) (DATA + 8 * (index))

/* Page tables, each a page of the direct map: pgd, pud, pmd. */
enum { NR_TABLES = 3 };
static uint64_t tables[NR_TABLES][512];

static char reported[2048];

static void line(void *arg, const char *text)
{
	(void)arg;
	if (strlen(reported) + strlen(text) + 2 <= sizeof(reported))
		strcat(strcat(reported, text), "\n");
}

static void add_struct(struct btf *btf, const char *name, const char *member, int word,
		       unsigned int offset)
{
	cr_assert_gt(btf__add_struct(btf, name, 64), 0);
	cr_assert_eq(btf__add_field(btf, member, word, offset * 8, 0), 0);
}

/* task_struct { tasks; mm } and so on, each member a word. */
static void write_types(const struct made_deep *made)
{
	struct btf *btf = btf__new_empty();
	int word = btf__add_int(btf, "long", 8, 0);
	const void *raw;
	uint32_t size;
	char path[256];
	FILE *file;

	add_struct(btf, "task_struct", "tasks", word, 8);
	cr_assert_eq(btf__add_field(btf, "mm", word, 16 * 8, 0), 0);
	add_struct(btf, "mm_struct", "pgd", word, 8);
	cr_assert_eq(btf__add_field(btf, "notifier_subscriptions", word, 16 * 8, 0), 0);
	add_struct(btf, "mmu_notifier_subscriptions", "list", word, 0);
	cr_assert_eq(btf__add_field(btf, "has_itree", word, 8 * 8, 0), 0);
	raw = btf__raw_data(btf, &size);
	made_path(&made->kernel, path, sizeof(path), "/sys/kernel/btf/vmlinux");
	file = fopen(path, "w");
	cr_assert(file && fwrite(raw, size, 1, file) == 1 && fclose(file) == 0);
	btf__free(btf);
}

static void write_core(const struct made_deep *made)
{
	Elf64_Ehdr elf = {.e_type = ET_CORE, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2};
	Elf64_Phdr parts[2] = {
		{.p_type = PT_LOAD, .p_vaddr = DATA, .p_memsz = sizeof(made->data)},
		{.p_type = PT_LOAD, .p_vaddr = DEEP_DIRECT + 4096, .p_memsz = sizeof(tables)},
	};
	char path[256];
	FILE *file;

	memcpy(elf.e_ident, ELFMAG, SELFMAG);
	elf.e_ident[EI_CLASS] = ELFCLASS64;
	elf.e_ident[EI_DATA] = ELFDATA2LSB;
	elf.e_phoff = sizeof(elf);
	parts[0].p_offset = sizeof(elf) + sizeof(parts);
	parts[1].p_offset = parts[0].p_offset + sizeof(made->data);
	made_path(&made->kernel, path, sizeof(path), "/proc/kcore");
	file = fopen(path, "w");
	cr_assert(file && fwrite(&elf, sizeof(elf), 1, file) == 1 &&
		  fwrite(parts, sizeof(parts), 1, file) == 1 &&
		  fwrite(made->data, sizeof(made->data), 1, file) == 1 &&
		  fwrite(tables, sizeof(tables), 1, file) == 1 && fclose(file) == 0);
}

/* Two tasks, of which one has an mm with tables down to a pmd. */
static struct made_deep *make(void)
{
	struct made_deep *made = deep_make(NULL, 0);

	made->data[INIT + 1] = WORD(TASK + 1); /* tasks.next */
	made->data[TASK + 1] = WORD(INIT + 1);
	made->data[TASK + 2] = WORD(MM);
	made->data[MM + 1] = DEEP_DIRECT + 4096;
	made->data[MM + 2] = WORD(SUBSCRIPTIONS);
	made->data[SUBSCRIPTIONS] = 0xabc0;
	memset(tables, 0, sizeof(tables));
	tables[0][1] = 0x2067;
	tables[0][300] = 0x2067; /* the kernel's half */
	tables[1][2] = 0x3067;
	tables[1][3] = 0x400000e7; /* a page of 1 GiB */
	tables[2][5] = 0x9067;	   /* a table of ptes: not read */
	made_write(&made->kernel, "/proc/kallsyms",
		   "ffffffff81200140 D init_task\nffffffff812000f0 D init_mm\n"
		   "ffffffff81200000 D page_offset_base\nffffffff81200010 D vmemmap_base\n");
	return made;
}

static int take(struct made_deep *made, struct stlb_error *err)
{
	struct stlb_plan plan = {.deep = true};
	struct stlb_deep nothing = {0};
	struct stlb_kernel *kernel;
	int error;

	write_types(made);
	write_core(made);
	kernel = made_open(&made->kernel);
	reported[0] = '\0';
	error = stlb_snapshot_take(kernel, &plan, line, NULL, err);
	stlb_kernel_close(kernel);
	deep_free(made, &nothing);
	return error;
}

#define BASES	  " page_offset_base=0xffff888000000000 vmemmap_base=0xffd0b9fc00000000\n"
#define INIT_ROOT "staletlb: root mm=0xffffffff812000f0 pgd=0xffffffff81200140 sub=0x0" BASES

Test(deep_snapshot, tables_of_who_subscribes)
{
	struct stlb_error err = {""};

	cr_assert_eq(take(make(), &err), 0, "%s", err.text);
	cr_expect_str_eq(
		reported,
		INIT_ROOT
		"staletlb: root mm=0xffffffff81200180 pgd=0xffff888000001000" BASES
		"staletlb: entry_snapshot ptep=0xffff888000001008 new=0x2067 level=3\n"
		"staletlb: entry_snapshot ptep=0xffff888000002010 new=0x3067 level=2\n"
		"staletlb: entry_snapshot ptep=0xffff888000003028 new=0x9067 level=1\n"
		"staletlb: entry_snapshot ptep=0xffff888000002018 new=0x400000e7 level=2\n"
		"staletlb: root mm=0xffffffff81200180 pgd=0xffff888000001000 sub=0xabc0" BASES,
		"%s", reported);
}

Test(deep_snapshot, nobody_subscribes)
{
	struct made_deep *made = make();
	struct stlb_error err = {""};

	made->data[SUBSCRIPTIONS] = 0;
	cr_assert_eq(take(made, &err), 0);
	cr_expect_str_eq(reported, INIT_ROOT);
}

/* Interval notifiers are in no list. */
Test(deep_snapshot, interval_notifiers)
{
	struct made_deep *made = make();
	struct stlb_error err = {""};

	made->data[SUBSCRIPTIONS] = 0;
	made->data[SUBSCRIPTIONS + 1] = 1;
	cr_assert_eq(take(made, &err), 0);
	cr_expect(strstr(reported, " sub=0xffffffff812001a0 "), "%s", reported);
}

/* A list that has no end, one that leads nowhere, tables that point into themselves. */
Test(deep_snapshot, what_changes_while_it_is_read)
{
	struct made_deep *made = make();
	struct stlb_error err = {""};

	made->data[TASK + 1] = 0x1234;
	cr_expect_eq(take(made, &err), 0);
	made = make();
	made->data[TASK + 1] = WORD(TASK + 1);
	cr_expect_eq(take(made, &err), 0);
	made = make();
	tables[1][2] = 0x7777777777067;
	cr_expect_eq(take(made, &err), 0);
	/* not all of it was read: the mm is not recorded to be known */
	cr_expect_not(strstr(reported, " sub=0xabc0"), "%s", reported);
	made = make();
	for (unsigned int i = 0; i < 512; i++)
		tables[0][i] = tables[1][i] = tables[2][i] = 0x2067;
	cr_expect_eq(take(made, &err), -E2BIG);
	cr_expect(strstr(err.text, "too many"));
}

Test(deep_snapshot, without_symbols)
{
	struct made_deep *made = make();
	struct stlb_error err = {""};

	made_replace(&made->kernel, "/proc/kallsyms", "init_task", "init_tusk");
	cr_expect_eq(take(made, &err), -ENOENT);
	cr_expect(strstr(err.text, "where its tasks are"));
}
