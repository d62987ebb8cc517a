/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of events that are not, or not only, written as key=value pairs. Field names are those
 * of the events' binary formats. Where an event has two patterns, the kernel's own comes first and
 * that of trace-cmd's plugins second. What trace-cmd report -R prints are pairs.
 */
#include "source/text/forms.h"

#include "source/text/text_number.h"

#define STRING(words, field)                                                                       \
	{                                                                                          \
		words, field, STLB_TEXT_STRING                                                     \
	}
#define SKIP(words)                                                                                \
	{                                                                                          \
		words, NULL, STLB_TEXT_SKIP                                                        \
	}
#define NUMBER(words, field)                                                                       \
	{                                                                                          \
		words, field, STLB_TEXT_NUMBER                                                     \
	}
#define HEX(words, field)                                                                          \
	{                                                                                          \
		words, field, STLB_TEXT_HEX                                                        \
	}
#define STATE(words, field)                                                                        \
	{                                                                                          \
		words, field, STLB_TEXT_STATE                                                      \
	}
#define PLUGIN_STATE(words, field)                                                                 \
	{                                                                                          \
		words, field, STLB_TEXT_STATE_PLUGIN                                               \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, NULL, STLB_TEXT_SKIP                                                         \
	}

#define PATTERN(name) static const struct stlb_text_piece name[]

PATTERN(switch_kernel) = {
	STRING("prev_comm=", "prev_comm"),	NUMBER(" prev_pid=", "prev_pid"),
	NUMBER(" prev_prio=", "prev_prio"),	STATE(" prev_state=", "prev_state"),
	STRING(" ==> next_comm=", "next_comm"), NUMBER(" next_pid=", "next_pid"),
	NUMBER(" next_prio=", "next_prio"),	END};
PATTERN(switch_plugin) = {STRING("", "prev_comm"),	NUMBER(":", "prev_pid"),
			  NUMBER(" [", "prev_prio"),	PLUGIN_STATE("] ", "prev_state"),
			  STRING(" ==> ", "next_comm"), NUMBER(":", "next_pid"),
			  NUMBER(" [", "next_prio"),	END};
PATTERN(wake_kernel) = {STRING("comm=", "comm"),
			NUMBER(" pid=", "pid"),
			NUMBER(" prio=", "prio"),
			SKIP(""),
			NUMBER("target_cpu=", "target_cpu"),
			END};
PATTERN(wake_plugin) = {STRING("", "comm"), NUMBER(":", "pid"),		  NUMBER(" [", "prio"),
			SKIP("]"),	    NUMBER("CPU:", "target_cpu"), END};
PATTERN(forked) = {STRING("comm=", "parent_comm"), NUMBER(" pid=", "parent_pid"),
		   STRING(" child_comm=", "child_comm"), NUMBER(" child_pid=", "child_pid"), END};
PATTERN(task) = {STRING("comm=", "comm"), NUMBER(" pid=", "pid"), NUMBER(" prio=", "prio"), END};
PATTERN(tlb_kernel) = {NUMBER("pages:", "pages"), SKIP(" reason:"), NUMBER(" (", "reason"), END};
PATTERN(tlb_plugin) = {NUMBER("pages=", "pages"), SKIP(" reason="), NUMBER(" (", "reason"), END};
PATTERN(text_mark) = {STRING("", "buf"), END};
PATTERN(text_raw) = {SKIP("ip="), STRING(" buf=", "buf"), END};
PATTERN(text_print) = {SKIP(""), STRING(": ", "buf"), END};
PATTERN(ksm_shared) = {NUMBER("ksm pfn ", "pfn"), HEX(" rmap_item ", "rmap_item"),
		       HEX(" mm ", "mm"), NUMBER(" error ", "err"), END};
PATTERN(ksm_alone) = {NUMBER("pfn ", "pfn"), HEX(" rmap_item ", "rmap_item"), HEX(" mm ", "mm"),
		      NUMBER(" error ", "err"), END};
PATTERN(ksm_item) = {NUMBER("pfn ", "pfn"), HEX(" rmap_item ", "rmap_item"), HEX(" mm ", "mm"),
		     END};
PATTERN(ksm_page) = {NUMBER("pfn ", "pfn"), END};
PATTERN(ksm_mm) = {HEX("mm ", "mm"), END};
PATTERN(ksm_scan) = {NUMBER("seq ", "seq"), NUMBER(" rmap size ", "rmap_entries"), END};
PATTERN(ksm_advisor) = {NUMBER("ksm scan time ", "scan_time"),
			NUMBER(" pages_to_scan ", "pages_to_scan"),
			NUMBER(" cpu percent ", "cpu_percent"), END};
PATTERN(lock_named) = {HEX("", "lockdep_addr"), STRING(" ", "name"), END};
PATTERN(contention_begin) = {HEX("", "lock_addr"), STRING(" (flags=", "flags"), SKIP(")"), END};
PATTERN(contention_end) = {HEX("", "lock_addr"), NUMBER(" (ret=", "ret"), END};

static const struct stlb_text_rename migrate_renames[] = {
	{"nr_succeeded", "succeeded"},
	{"nr_failed", "failed"},
	{"nr_thp_succeeded", "thp_succeeded"},
	{"nr_thp_failed", "thp_failed"},
	{"nr_thp_split", "thp_split"},
	{"nr_split", "large_folio_split"},
	{NULL, NULL},
};

static const char *const migration_hex[] = {"addr", "pte", "pmd", "val", NULL};

static const char *const mmap_lock_truths[] = {"write", "success", NULL};

static bool skip_word(const char **at, const char *end, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(end - *at) < size || memcmp(*at, word, size))
		return false;
	*at += size;
	return true;
}

/* "ADDRESS [try ][read ]NAME" */
static bool parse_acquire(struct stlb_text_row *row, const char *at, const char *end)
{
	uint64_t lock, flags = 0;

	at = stlb_text_pointer(at, end, &lock);
	if (!at || !skip_word(&at, end, " "))
		return false;
	if (skip_word(&at, end, "try "))
		flags |= 1;
	if (skip_word(&at, end, "read "))
		flags |= 2;
	stlb_text_row_number(row, "flags", 5, flags, false);
	stlb_text_row_string(row, "name", 4, at, (size_t)(end - at));
	stlb_text_row_number(row, "lockdep_addr", 12, lock, false);
	return true;
}

static const struct stlb_text_form forms[] = {
	{.event = "lock_acquire", .parse = parse_acquire},
	{.event = "lock_acquired", .patterns = {lock_named}},
	{.event = "lock_release", .patterns = {lock_named}},
	{.event = "lock_contended", .patterns = {lock_named}},
	{.event = "contention_begin", .patterns = {contention_begin}},
	{.event = "contention_end", .patterns = {contention_end}},
	{.event = "sched_switch", .patterns = {switch_kernel, switch_plugin}},
	{.event = "sched_waking", .patterns = {wake_kernel, wake_plugin}},
	{.event = "sched_wakeup", .patterns = {wake_kernel, wake_plugin}},
	{.event = "sched_wakeup_new", .patterns = {wake_kernel, wake_plugin}},
	{.event = "sched_process_fork", .patterns = {forked}},
	{.event = "sched_process_exit", .patterns = {task}},
	{.event = "sched_process_free", .patterns = {task}},
	{.event = "tlb_flush", .patterns = {tlb_kernel, tlb_plugin}},
	{.event = "tracing_mark_write", .name = "print", .patterns = {text_mark}},
	{.event = "print", .patterns = {text_raw, text_print, text_mark}},
	{.event = "bprint", .patterns = {text_raw, text_print, text_mark}},
	{.event = "bputs", .patterns = {text_raw, text_print, text_mark}},
	{.event = "ksm_merge_one_page", .patterns = {ksm_alone, ksm_shared}},
	{.event = "ksm_merge_with_ksm_page", .patterns = {ksm_alone, ksm_shared}},
	{.event = "ksm_remove_rmap_item", .patterns = {ksm_item}},
	{.event = "ksm_remove_ksm_page", .patterns = {ksm_page}},
	{.event = "ksm_enter", .patterns = {ksm_mm}},
	{.event = "ksm_exit", .patterns = {ksm_mm}},
	{.event = "ksm_start_scan", .patterns = {ksm_scan}},
	{.event = "ksm_stop_scan", .patterns = {ksm_scan}},
	{.event = "ksm_advisor", .patterns = {ksm_advisor}},
	{.event = "mm_migrate_pages", .renames = migrate_renames},
	{.event = "mmap_lock_start_locking", .truths = mmap_lock_truths},
	{.event = "mmap_lock_acquire_returned", .truths = mmap_lock_truths},
	{.event = "mmap_lock_released", .truths = mmap_lock_truths},
	{.event = "set_migration_pte", .bare_hex = migration_hex},
	{.event = "remove_migration_pte", .bare_hex = migration_hex},
	{.event = "set_migration_pmd", .bare_hex = migration_hex},
	{.event = "remove_migration_pmd", .bare_hex = migration_hex},
	/* The kernel hashes the address of the page, and trace-cmd computes a wrong one. */
	{.event = "mm_page_alloc", .ignore = "page"},
	{.event = "mm_page_alloc_zone_locked", .ignore = "page"},
	{.event = "mm_page_alloc_extfrag", .ignore = "page"},
	{.event = "mm_page_free", .ignore = "page"},
	{.event = "mm_page_free_batched", .ignore = "page"},
	{.event = "mm_page_pcpu_drain", .ignore = "page"},
};

const struct stlb_text_form *stlb_text_form_find(const char *name, size_t size)
{
	static const struct stlb_text_form pairs;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strlen(forms[i].event) == size && !memcmp(forms[i].event, name, size))
			return &forms[i];
	}
	return &pairs;
}

bool stlb_text_fields(struct stlb_text_row *row, const struct stlb_text_form *form, const char *at,
		      const char *end)
{
	if (form->parse && form->parse(row, at, end))
		return true;
	for (size_t i = 0; i < 3 && form->patterns[i]; i++) {
		if (stlb_text_pattern(row, form->patterns[i], at, end))
			return true;
	}
	return stlb_text_pairs(row, form, at, end);
}
