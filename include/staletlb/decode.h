/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decoding: records to events. Which trace event is which kind, and which of its fields is what,
 * is data: a profile. The built-in one knows the probes of this project and the kernel's own
 * tracepoints; profiles of the user's come before it.
 */
#ifndef STALETLB_DECODE_H
#define STALETLB_DECODE_H

#include "staletlb/api.h"
#include "staletlb/event.h"
#include "staletlb/source.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_profile;
struct stlb_decoder;

/**
 * stlb_profile_load - read a profile (staletlb-profile(5)) from a JSON file
 * @path: the file
 * @profile: where the profile goes; free it with stlb_profile_free()
 * @err: names the file, the place in it and what was expected
 *
 * Returns 0, -ENOENT and the like, -EINVAL for a file that is no profile, -EFBIG for one of more
 * than 1 MiB or with too many values, -ENOMEM.
 */
STLB_API int stlb_profile_load(const char *path, struct stlb_profile **profile,
			       struct stlb_error *err);

/** stlb_profile_free - free a profile; NULL is fine. Not before the decoders that use it. */
STLB_API void stlb_profile_free(struct stlb_profile *profile);

/**
 * stlb_decoder_new - a decoder for one source
 * @profiles: looked at in this order, before the built-in one; may be NULL when @nr is 0
 * @nr: how many
 *
 * The profiles stay the caller's and have to outlive the decoder. NULL without memory.
 */
STLB_API struct stlb_decoder *stlb_decoder_new(struct stlb_profile *const *profiles,
					       unsigned int nr);

/** stlb_decoder_free - NULL is fine */
STLB_API void stlb_decoder_free(struct stlb_decoder *decoder);

/**
 * stlb_decoder_wants - whether a format is bound to a kind
 *
 * Made to be struct stlb_source_options' wanted(), with the decoder as @arg. Fields are looked up
 * here, once for the format.
 */
STLB_API bool stlb_decoder_wants(void *decoder, const struct stlb_format *format);

/**
 * stlb_decoder_kinds - the kinds that the formats seen so far are bound to
 *
 * For a trace.dat these are the events that were recorded, even where none of them fired.
 */
STLB_API const struct stlb_kinds *stlb_decoder_kinds(const struct stlb_decoder *decoder);

/**
 * stlb_decoder_knows - whether rules hang on events of a name, so that one that cannot be read is
 *	missed
 *
 * Made to be struct stlb_source_options' known(), with the decoder as @arg.
 */
STLB_API bool stlb_decoder_knows(void *decoder, const char *name, size_t size);

/**
 * stlb_decode - what a record means
 * @record: from stlb_source_next()
 * @event: filled in; its strings live until the next call
 *
 * Returns true with an event, false where the record is bound to no kind. A loss is an event,
 * STLB_LOST, and so is a record that rules hang on and that cannot be read (damaged, short, a field
 * missing that others of its name have): then @text says what of it.
 */
STLB_API bool stlb_decode(struct stlb_decoder *decoder, const struct stlb_record *record,
			  struct stlb_event *event);

/**
 * stlb_decoder_missed - what turned out only later to be missing: losses at unknown places
 *
 * To be called at the end of a trace, until it returns false.
 */
STLB_API bool stlb_decoder_missed(struct stlb_decoder *decoder, struct stlb_event *event);

/**
 * stlb_decoder_foreign - of events that have a name that is known, and none of its fields: a line
 *
 * To be called at the end of a trace, until it returns NULL. The string lives as long as the
 * trace's formats.
 */
STLB_API const char *stlb_decoder_foreign(struct stlb_decoder *decoder);

/* ---- page-table entries as architectures write them ---- */

/** enum stlb_arch - whose page-table entries a trace holds */
enum stlb_arch {
	STLB_ARCH_UNKNOWN,
	STLB_ARCH_X86_64,
	STLB_ARCH_ARM64,
};

/** stlb_arch_find - "x86_64", "amd64", "aarch64", "arm64"; STLB_ARCH_UNKNOWN for others and NULL */
STLB_API enum stlb_arch stlb_arch_find(const char *name);

/** stlb_arch_name - as uname -m says; "unknown" */
STLB_API const char *stlb_arch_name(enum stlb_arch arch);

/** enum stlb_state - what the hardware, and the kernel, would make of an entry */
enum stlb_state {
	STLB_NONE,     /* nothing there, or a marker */
	STLB_PRESENT,  /* the hardware can walk it to a page */
	STLB_TABLE,    /* present, and points to a lower table */
	STLB_PROTNONE, /* a page is kept there, the hardware cannot see it (also a pmd made invalid)
			*/
	STLB_SWAP,     /* swap, hwpoison or device-exclusive entry */
	STLB_MIGRATION, /* migration entry */
};

/** struct stlb_translation - what one entry says */
struct stlb_translation {
	uint64_t pfn;  /* of PRESENT, TABLE and PROTNONE; of the first page of a huge entry */
	uint8_t state; /* enum stlb_state */
	bool writable;
	bool huge;    /* a leaf above the lowest level: PSE, a block */
	bool special; /* no struct page behind it, such as the zero page's */
};

/**
 * struct stlb_pte_format - how an architecture and kernel write entries
 * @migration_types: swap types that are migration entries, as bits; 0: none known. Starts with both
 *	places where the kernel's configuration can put them (CONFIG_DEVICE_PRIVATE), narrowed by
 *	stlb_pte_format_tell(), narrowed or widened by what migrate:set_migration_pte shows.
 */
struct stlb_pte_format {
	enum stlb_arch arch;
	unsigned int kernel; /* major * 1000 + minor: 6001, 6012; 0: unknown */
	uint64_t migration_types;
};

/** stlb_kernel_version - "6.1.0-56-amd64" or "6.12" as major * 1000 + minor; 0 for NULL or no
 * version */
STLB_API unsigned int stlb_kernel_version(const char *release);

/**
 * stlb_pte_format_init - the format of an architecture and kernel
 * @kernel: as stlb_kernel_version() gives; 0: unknown, the newest is taken
 */
STLB_API void stlb_pte_format_init(struct stlb_pte_format *format, enum stlb_arch arch,
				   unsigned int kernel);

/** stlb_pte_format_tell - whether the kernel has device entries among its swap types */
STLB_API void stlb_pte_format_tell(struct stlb_pte_format *format, bool device_private);

/** stlb_pte_format_learn - @raw is known to be a migration entry (from migrate:set_migration_pte)
 */
STLB_API void stlb_pte_format_learn(struct stlb_pte_format *format, uint64_t raw);

/**
 * stlb_pte_decode - what an entry of a level says
 * @level: a present entry of STLB_LEVEL_PMD or above without the huge bit is a table. At
 *	STLB_LEVEL_PTE an entry with the huge bit is a hugetlb one, changed through a pte function.
 */
STLB_API struct stlb_translation stlb_pte_decode(const struct stlb_pte_format *format,
						 enum stlb_level level, uint64_t raw);

/**
 * stlb_pte_is_same - whether an entry that said @one can say @other without a write by the kernel
 *
 * The hardware sets what it notes of a page's use (accessed, dirty), and the kernel moves that
 * about in place.
 */
STLB_API bool stlb_pte_is_same(const struct stlb_pte_format *format, uint64_t one, uint64_t other);

/** stlb_pte_next - the entry after @raw in a batch: of the next page, all else the same */
STLB_API uint64_t stlb_pte_next(const struct stlb_pte_format *format, uint64_t raw);

/** stlb_pte_table - an entry that points to the page table in a page */
STLB_API uint64_t stlb_pte_table(const struct stlb_pte_format *format, uint64_t pfn);

/** stlb_pte_wrprotect - a present entry without the right to write */
STLB_API uint64_t stlb_pte_wrprotect(const struct stlb_pte_format *format, uint64_t raw);

#ifdef __cplusplus
}
#endif

#endif
