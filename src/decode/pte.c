/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page-table entries: which architecture reads them, and which swap types are no swap.
 */
#include <string.h>

#include "pte.h"

#define TYPES(first, last) ((UINT64_C(2) << (last)) - (UINT64_C(1) << (first)))

enum {
	MAX_VERSION = 999,
	MARKER_TYPE = 31,
	MARKER_TYPE_BEFORE_6_2 = 30, /* 31 was a swap-in error */
};

static const struct {
	const char *name;
	enum stlb_arch arch;
} arch_names[] = {
	{"x86_64", STLB_ARCH_X86_64},
	{"amd64", STLB_ARCH_X86_64},
	{"aarch64", STLB_ARCH_ARM64},
	{"arm64", STLB_ARCH_ARM64},
};

enum stlb_arch stlb_arch_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof(arch_names) / sizeof(arch_names[0]); i++) {
		if (strcmp(arch_names[i].name, name) == 0)
			return arch_names[i].arch;
	}
	return STLB_ARCH_UNKNOWN;
}

const char *stlb_arch_name(enum stlb_arch arch)
{
	for (size_t i = 0; i < sizeof(arch_names) / sizeof(arch_names[0]); i++) {
		if (arch_names[i].arch == arch)
			return arch_names[i].name;
	}
	return "unknown";
}

static const char *parse_number(const char *text, unsigned int *number)
{
	const char *end = text;

	*number = 0;
	while (*end >= '0' && *end <= '9' && *number <= MAX_VERSION)
		*number = *number * 10 + (unsigned int)(*end++ - '0');
	return end == text || *number > MAX_VERSION ? NULL : end;
}

unsigned int stlb_kernel_version(const char *release)
{
	unsigned int major, minor;
	const char *end = release ? parse_number(release, &major) : NULL;

	if (!end || *end != '.' || !parse_number(end + 1, &minor))
		return 0;
	return major * 1000 + minor;
}

static uint64_t usual_migration_types(unsigned int kernel)
{
	if (kernel == 0 || kernel >= 6002)
		return TYPES(28, 30);
	return kernel >= 5019 ? TYPES(27, 29) : TYPES(30, 31);
}

/* With CONFIG_DEVICE_PRIVATE device entries lie above the migration types, which move down. */
static unsigned int device_types(unsigned int kernel)
{
	if (kernel && kernel < 5014)
		return 2;
	return kernel && kernel < 6015 ? 4 : 3;
}

/* Where the migration types are if the kernel has device entries. */
static uint64_t moved_migration_types(unsigned int kernel)
{
	uint64_t usual = usual_migration_types(kernel);

	/* a kernel that is not known may have either number */
	return usual >> device_types(kernel) | (kernel ? 0 : usual >> device_types(6012));
}

static bool is_marker(const struct stlb_pte_format *format, unsigned int type)
{
	if (format->kernel && format->kernel < 5019)
		return false;
	if (format->kernel && format->kernel < 6002)
		return type == MARKER_TYPE_BEFORE_6_2;
	return type == MARKER_TYPE;
}

/*
 * Until it is reported or an entry says which, both places count as migration: the lower types
 * would take two dozen swap files to be anything else, the upper ones a device's memory.
 */
void stlb_pte_format_init(struct stlb_pte_format *format, enum stlb_arch arch, unsigned int kernel)
{
	*format = (struct stlb_pte_format){
		.arch = arch,
		.kernel = kernel,
		.migration_types = usual_migration_types(kernel) | moved_migration_types(kernel),
	};
}

void stlb_pte_format_tell(struct stlb_pte_format *format, bool device_private)
{
	format->migration_types = device_private ? moved_migration_types(format->kernel)
						 : usual_migration_types(format->kernel);
}

static struct stlb_raw_entry take_apart(const struct stlb_pte_format *format, enum stlb_level level,
					uint64_t raw)
{
	return format->arch == STLB_ARCH_ARM64 ? stlb_pte_arm64(format, level, raw)
					       : stlb_pte_x86(format, level, raw);
}

void stlb_pte_format_learn(struct stlb_pte_format *format, uint64_t raw)
{
	struct stlb_raw_entry entry = take_apart(format, STLB_LEVEL_PTE, raw);
	uint64_t usual = usual_migration_types(format->kernel);
	uint64_t moved = moved_migration_types(format->kernel);
	uint64_t type = UINT64_C(1) << entry.swap_type;

	if (entry.translation.state != STLB_SWAP)
		return;
	/* of a kernel that is not known it is not known either whose types these are */
	if (format->kernel == 0 || !((usual | moved) & type))
		format->migration_types |= type;
	else
		stlb_pte_format_tell(format, !(usual & type));
}

struct stlb_translation stlb_pte_decode(const struct stlb_pte_format *format, enum stlb_level level,
					uint64_t raw)
{
	struct stlb_raw_entry entry = take_apart(format, level, raw);

	if (entry.translation.state != STLB_SWAP)
		return entry.translation;
	if (format->migration_types >> entry.swap_type & 1)
		entry.translation.state = STLB_MIGRATION;
	else if (is_marker(format, entry.swap_type))
		entry.translation.state = STLB_NONE;
	return entry.translation;
}

/* ---- entries compared and made ---- */

static const struct stlb_pte_bits *bits_of(const struct stlb_pte_format *format)
{
	return format->arch == STLB_ARCH_ARM64 ? &stlb_pte_bits_arm64 : &stlb_pte_bits_x86;
}

/* What holds no page is neither read nor written by the hardware. */
static bool holds_page(const struct stlb_pte_format *format, uint64_t raw)
{
	enum stlb_state state = take_apart(format, STLB_LEVEL_PTE, raw).translation.state;

	return state == STLB_PRESENT || state == STLB_PROTNONE;
}

bool stlb_pte_is_same(const struct stlb_pte_format *format, uint64_t one, uint64_t other)
{
	uint64_t differs = one ^ other;

	if (!differs)
		return true;
	return !(differs & ~bits_of(format)->noted) && holds_page(format, one) &&
	       holds_page(format, other);
}

uint64_t stlb_pte_next(const struct stlb_pte_format *format, uint64_t raw)
{
	const uint64_t page = UINT64_C(1) << 12;
	struct stlb_translation said = take_apart(format, STLB_LEVEL_PTE, raw).translation;

	/* x86 keeps the pfn of what is not present inverted */
	if (said.state == STLB_PROTNONE && format->arch != STLB_ARCH_ARM64)
		return raw - page;
	return said.state == STLB_PRESENT || said.state == STLB_PROTNONE ? raw + page : raw;
}

uint64_t stlb_pte_table(const struct stlb_pte_format *format, uint64_t pfn)
{
	return pfn << 12 | bits_of(format)->table;
}

uint64_t stlb_pte_wrprotect(const struct stlb_pte_format *format, uint64_t raw)
{
	return (raw & ~bits_of(format)->write) | bits_of(format)->read_only;
}
