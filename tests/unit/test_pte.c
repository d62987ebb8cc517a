/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>

#include "staletlb/decode.h"

struct expected {
	uint64_t raw;
	enum stlb_level level;
	enum stlb_state state;
	uint64_t pfn;
	bool writable, huge, special;
};

static void check(const struct stlb_pte_format *format, const struct expected *cases, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct expected *want = &cases[i];
		struct stlb_translation got = stlb_pte_decode(format, want->level, want->raw);

		cr_expect_eq(got.state, want->state, "%lx: state %d", want->raw, got.state);
		cr_expect_eq(got.pfn, want->pfn, "%lx: pfn %lx", want->raw, got.pfn);
		cr_expect_eq(got.writable, want->writable, "%lx: writable", want->raw);
		cr_expect_eq(got.huge, want->huge, "%lx: huge", want->raw);
		cr_expect_eq(got.special, want->special, "%lx: special", want->raw);
	}
}

#define CHECK(format, cases) check(format, cases, sizeof(cases) / sizeof((cases)[0]))

static struct stlb_pte_format format_of(enum stlb_arch arch, unsigned int kernel)
{
	struct stlb_pte_format format;

	stlb_pte_format_init(&format, arch, kernel);
	return format;
}

Test(pte, kernel_versions)
{
	cr_expect_eq(stlb_kernel_version("6.1.0-56-amd64"), 6001);
	cr_expect_eq(stlb_kernel_version("6.12"), 6012);
	cr_expect_eq(stlb_kernel_version("5.19.17"), 5019);
	cr_expect_eq(stlb_kernel_version(NULL), 0);
	cr_expect_eq(stlb_kernel_version(""), 0);
	cr_expect_eq(stlb_kernel_version("6"), 0);
	cr_expect_eq(stlb_kernel_version("6."), 0);
	cr_expect_eq(stlb_kernel_version("linux"), 0);
	cr_expect_eq(stlb_kernel_version("6.99999999999999999999"), 0);
	cr_expect_eq(stlb_kernel_version("6.4294967301"), 0);
}

Test(pte, architectures)
{
	cr_expect_eq(stlb_arch_find("x86_64"), STLB_ARCH_X86_64);
	cr_expect_eq(stlb_arch_find("amd64"), STLB_ARCH_X86_64);
	cr_expect_eq(stlb_arch_find("aarch64"), STLB_ARCH_ARM64);
	cr_expect_eq(stlb_arch_find("arm64"), STLB_ARCH_ARM64);
	cr_expect_eq(stlb_arch_find("riscv64"), STLB_ARCH_UNKNOWN);
	cr_expect_eq(stlb_arch_find(NULL), STLB_ARCH_UNKNOWN);
	cr_expect_str_eq(stlb_arch_name(STLB_ARCH_X86_64), "x86_64");
	cr_expect_str_eq(stlb_arch_name(STLB_ARCH_ARM64), "aarch64");
	cr_expect_str_eq(stlb_arch_name(STLB_ARCH_UNKNOWN), "unknown");
}

Test(pte, x86_ptes)
{
	static const struct expected cases[] = {
		{0, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
		/* an erratum lets accessed and dirty stay behind in an empty entry */
		{0x60, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
		{0x8000000007d14845, STLB_LEVEL_PTE, STLB_PRESENT, 0x7d14, false, false, false},
		{0x800000007f13c867, STLB_LEVEL_PTE, STLB_PRESENT, 0x7f13c, true, false, false},
		/* the zero page */
		{0x8000000002a3e225, STLB_LEVEL_PTE, STLB_PRESENT, 0x2a3e, false, false, true},
		/* a protection key is no part of the pfn */
		{0x7800000000123867, STLB_LEVEL_PTE, STLB_PRESENT, 0x123, true, false, false},
		/* hugetlb, changed through a pte function; bit 12 is PAT */
		{0x80000000446010e7, STLB_LEVEL_PTE, STLB_PRESENT, 0x44600, true, true, false},
		{0x800fffff80ec3160, STLB_LEVEL_PTE, STLB_PROTNONE, 0x7f13c, false, false, false},
		/* swap file 0 */
		{0x07ffffffff9fb000, STLB_LEVEL_PTE, STLB_SWAP, 0, false, false, false},
		{0xdfffffffff9fb000, STLB_LEVEL_PTE, STLB_MIGRATION, 0, false, false, false},
		{0xf7fffffffffffc00, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
	};
	struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, 6001);

	CHECK(&format, cases);
	/* an unknown architecture is taken for x86_64 */
	format = format_of(STLB_ARCH_UNKNOWN, 6001);
	CHECK(&format, cases);
}

Test(pte, x86_pmds)
{
	static const struct expected cases[] = {
		{0, STLB_LEVEL_PMD, STLB_NONE, 0, false, false, false},
		{0x442ca067, STLB_LEVEL_PMD, STLB_TABLE, 0x442ca, true, false, false},
		{0x80000000444000e7, STLB_LEVEL_PMD, STLB_PRESENT, 0x44400, true, true, false},
		{0x80000000444010c5, STLB_LEVEL_PMD, STLB_PRESENT, 0x44400, false, true, false},
		/* made invalid for a split: not present, the pfn inverted */
		{0x800fffffbba000e4, STLB_LEVEL_PMD, STLB_PROTNONE, 0x44400, false, true, false},
		{0x80000000c0000087, STLB_LEVEL_PUD, STLB_PRESENT, 0xc0000, true, true, false},
		{0x80000000c0201087, STLB_LEVEL_PUD, STLB_PRESENT, 0xc0000, true, true, false},
	};
	struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, 6001);

	CHECK(&format, cases);
}

static enum stlb_state state_of_type(const struct stlb_pte_format *format, uint64_t type)
{
	return stlb_pte_decode(format, STLB_LEVEL_PTE, type << 59 | UINT64_C(0x7ffffffff9fb000))
		.state;
}

Test(pte, migration_types_by_kernel)
{
	struct stlb_pte_format old = format_of(STLB_ARCH_X86_64, 5010);
	struct stlb_pte_format k61 = format_of(STLB_ARCH_X86_64, 6001);
	struct stlb_pte_format k612 = format_of(STLB_ARCH_X86_64, 6012);
	struct stlb_pte_format unknown = format_of(STLB_ARCH_X86_64, 0);

	cr_expect_eq(state_of_type(&old, 31), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&old, 27), STLB_SWAP);
	cr_expect_eq(state_of_type(&k61, 26 - 4), STLB_SWAP);
	cr_expect_eq(state_of_type(&k61, 27), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&k61, 29), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&k61, 30), STLB_NONE);
	cr_expect_eq(state_of_type(&k61, 31), STLB_SWAP);
	cr_expect_eq(state_of_type(&k612, 27), STLB_SWAP);
	cr_expect_eq(state_of_type(&k612, 28), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&k612, 30), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&k612, 31), STLB_NONE);
	cr_expect_eq(state_of_type(&unknown, 30), STLB_MIGRATION);
	cr_expect_eq(state_of_type(&unknown, 31), STLB_NONE);
}

Test(pte, migration_types_learned)
{
	struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, 6001);

	/* with DEVICE_PRIVATE all migration types lie four lower, before anything is learned too */
	cr_expect_eq(state_of_type(&format, 23), STLB_MIGRATION);
	stlb_pte_format_learn(&format, 0xbffff7fffffbc000);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 23);
	cr_expect_eq(state_of_type(&format, 27), STLB_SWAP);
	format = format_of(STLB_ARCH_X86_64, 6012);
	stlb_pte_format_learn(&format, UINT64_C(28) << 59 | 0x9fb000);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 28);
	/* a kernel that is not known can only add to what is taken for migration */
	format = format_of(STLB_ARCH_X86_64, 0);
	stlb_pte_format_learn(&format, UINT64_C(23) << 59 | 0x9fb000);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 28 | UINT64_C(0xf) << 24 | 1 << 23);
	stlb_pte_format_learn(&format, 0x8000000007d14845);
	stlb_pte_format_learn(&format, 0);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 28 | UINT64_C(0xf) << 24 | 1 << 23);
}

/* Migration types of 7.3 and of 6.18 are 25 to 27 where 28 to 30 are device entries. */
Test(pte, device_entries_of_7_3_are_no_migration_entries)
{
	static const unsigned int kernels[] = {6018, 7003};

	for (size_t i = 0; i < 2; i++) {
		struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, kernels[i]);

		cr_expect_eq(format.migration_types, UINT64_C(0x3f) << 25, "nothing is known");
		stlb_pte_format_tell(&format, true);
		cr_expect_eq(format.migration_types, UINT64_C(7) << 25);
		cr_expect_eq(state_of_type(&format, 24), STLB_SWAP); /* hwpoison */
		cr_expect_eq(state_of_type(&format, 25), STLB_MIGRATION);
		cr_expect_eq(state_of_type(&format, 27), STLB_MIGRATION);
		cr_expect_eq(state_of_type(&format, 28), STLB_SWAP);
		cr_expect_eq(state_of_type(&format, 30), STLB_SWAP);
		cr_expect_eq(state_of_type(&format, 31), STLB_NONE);
		stlb_pte_format_tell(&format, false);
		cr_expect_eq(format.migration_types, UINT64_C(7) << 28);
	}
}

Test(pte, device_entries_of_7_3_learned)
{
	struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, 7003);

	stlb_pte_format_learn(&format, UINT64_C(25) << 59 | 0x9fb000);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 25);
	format = format_of(STLB_ARCH_ARM64, 7003);
	stlb_pte_format_learn(&format, UINT64_C(0x123000) | 30 << 6);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 28);
	/* what was known of a kernel is corrected by what it does */
	format = format_of(STLB_ARCH_X86_64, 7003);
	stlb_pte_format_tell(&format, false);
	stlb_pte_format_learn(&format, UINT64_C(27) << 59 | 0x9fb000);
	cr_expect_eq(format.migration_types, UINT64_C(7) << 25);
}

/* There were four types of device entries before 6.15, and two before 5.14. */
Test(pte, device_entries_by_kernel)
{
	static const struct {
		unsigned int kernel, first;
	} cases[] = {{6014, 24}, {6012, 24}, {6001, 23}, {6015, 25}, {5010, 28}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stlb_pte_format format = format_of(STLB_ARCH_X86_64, cases[i].kernel);

		stlb_pte_format_tell(&format, true);
		cr_expect_eq(state_of_type(&format, cases[i].first), STLB_MIGRATION, "%u",
			     cases[i].kernel);
		cr_expect_eq(state_of_type(&format, cases[i].first - 1), STLB_SWAP, "%u",
			     cases[i].kernel);
	}
}

Test(pte, arm64_before_6_10)
{
	static const struct expected cases[] = {
		{0, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
		{0x00e8000043fd1f43, STLB_LEVEL_PTE, STLB_PRESENT, 0x43fd1, true, false, false},
		{0x00e0000043fd1bc3, STLB_LEVEL_PTE, STLB_PRESENT, 0x43fd1, false, false, false},
		{0x0160000041234fc3, STLB_LEVEL_PTE, STLB_PRESENT, 0x41234, false, false, true},
		{0x0800000041f9d003, STLB_LEVEL_PMD, STLB_TABLE, 0x41f9d, false, false, false},
		{0x00e8000044400f41, STLB_LEVEL_PMD, STLB_PRESENT, 0x44400, true, true, false},
		/* PROT_NONE, and a block made invalid */
		{0x04e0000043fd1f42, STLB_LEVEL_PTE, STLB_PROTNONE, 0x43fd1, false, false, false},
		{0x08e0000044400f40, STLB_LEVEL_PMD, STLB_PROTNONE, 0x44400, false, true, false},
		{0x0000000000123400, STLB_LEVEL_PTE, STLB_SWAP, 0, false, false, false},
		{0x0000000000123400 | 27 << 3, STLB_LEVEL_PTE, STLB_MIGRATION, 0, false, false,
		 false},
		{0x0000000000000400 | 30 << 3, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
	};
	struct stlb_pte_format format = format_of(STLB_ARCH_ARM64, 6001);

	CHECK(&format, cases);
}

Test(pte, arm64_from_6_10)
{
	static const struct expected cases[] = {
		{0x00e8000043fd1f43, STLB_LEVEL_PTE, STLB_PRESENT, 0x43fd1, true, false, false},
		{0x00e0000043fd1f42, STLB_LEVEL_PTE, STLB_PROTNONE, 0x43fd1, false, false, false},
		{0x0400000000123000, STLB_LEVEL_PTE, STLB_SWAP, 0, false, false, false},
		{0x0000000000123000 | 28 << 6, STLB_LEVEL_PTE, STLB_MIGRATION, 0, false, false,
		 false},
		{0x0000000000001000 | 31 << 6, STLB_LEVEL_PTE, STLB_NONE, 0, false, false, false},
	};
	struct stlb_pte_format format = format_of(STLB_ARCH_ARM64, 6012);

	CHECK(&format, cases);
	format = format_of(STLB_ARCH_ARM64, 0);
	CHECK(&format, cases);
}
