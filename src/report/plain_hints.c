/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to record where a trace lacks it. */
#include <string.h>

#include "report/plain.h"

/** struct hint - events that were not recorded, and how to have them */
struct hint {
	enum stlb_kind kinds[5]; /* the hint is for traces with none of them */
	const char *lines[5];
};

static const struct hint hints[] = {
	{{STLB_INV_START, STLB_INV_END, STLB_INV_RANGE, STLB_SUBSCRIBE, STLB_SUBSCRIBE},
	 {"The trace has no mmu_notifier events: neither which process has secondary TLBs nor when "
	  "they were invalidated is known. Probe the entry of these functions, with the fields mm, "
	  "start and end, as events of the group staletlb:",
	  "  inv_start: __mmu_notifier_invalidate_range_start",
	  "  inv_end: __mmu_notifier_invalidate_range_end",
	  "  inv_range: __mmu_notifier_invalidate_range (before 6.6) or "
	  "__mmu_notifier_arch_invalidate_secondary_tlbs (since 6.6)",
	  "  subscribe: __mmu_notifier_register (mm only)"}},
	{{STLB_PTE_CLEAR, STLB_PTE_CLEAR_FLUSH, STLB_PTE_SET, STLB_MAP, STLB_ENTRY_SET},
	 {"The trace has no page-table update. Probe ptep_clear_flush as pte_clear_flush "
	  "(mm, addr, old), and on a kernel with CONFIG_PAGE_TABLE_CHECK "
	  "__page_table_check_pte_set (6.12: __page_table_check_ptes_set) as pte_set and "
	  "__page_table_check_pte_clear as pte_clear."}},
	{{STLB_PAGE_FREE, STLB_PAGE_ALLOC, STLB_HUGE_FREE, STLB_PAGE_FREE_BATCHED, STLB_PAGE_FREE},
	 {"The trace has no page free: record kmem:mm_page_free and "
	  "kmem:mm_page_alloc."}},
};

static bool applies(const struct hint *hint, const uint64_t *kinds)
{
	for (size_t i = 0; i < sizeof(hint->kinds) / sizeof(*hint->kinds); i++)
		if (kinds[hint->kinds[i]])
			return false;
	return true;
}

static void put_hint(struct stlb_plain_out *out, const struct hint *hint)
{
	for (size_t i = 0; i < sizeof(hint->lines) / sizeof(*hint->lines) && hint->lines[i]; i++) {
		bool item = *hint->lines[i] == ' ';

		stlb_plain_begin(out, item ? 4 : 2, item ? 6 : 2);
		stlb_plain_add(out, STLB_REGULAR, hint->lines[i]);
		stlb_plain_end(out);
	}
}

static void put_command(struct stlb_plain_out *out)
{
	stlb_plain_begin(out, 2, 2);
	stlb_plain_add(out, STLB_REGULAR,
		       "'staletlb record' installs the probes that the kernel supports and records "
		       "them; start it before the process subscribes. 'staletlb probes script' is "
		       "for machines without staletlb:");
	stlb_plain_end(out);
	fputs("    staletlb record -o trace.dat -- COMMAND\n", out->to);
}

/* Of the kernel that was looked at there is more to say than what a trace lacks. */
static void put_doctor(struct stlb_plain_out *out)
{
	stlb_plain_begin(out, 2, 2);
	stlb_plain_add(out, STLB_REGULAR,
		       "This kernel does not provide the events that decide. 'staletlb doctor' "
		       "shows why, and what to change to get them.");
	stlb_plain_end(out);
}

static void put_unsubscribed(struct stlb_plain_out *out)
{
	stlb_plain_begin(out, 2, 2);
	stlb_plain_add(
		out, STLB_REGULAR,
		"No process had a secondary TLB while the trace was recorded: record one that "
		"uses KVM, an IOMMU with shared addresses, or a device driver that mirrors "
		"its page table.");
	stlb_plain_end(out);
}

static bool any_applies(const uint64_t *kinds)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (applies(&hints[i], kinds))
			return true;
	return false;
}

/* What a running kernel can tell is known, whether it happened or not. */
static void put_live(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	bool lacking = stlb_rules_decided(trace->result.rules) == STLB_JUDGED_NONE;

	if (!lacking && trace->result.mms)
		return;
	stlb_plain_gap(out);
	if (lacking)
		put_doctor(out);
	else
		put_unsubscribed(out);
}

void stlb_plain_hints(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const uint64_t *kinds = trace->result.kinds;
	bool unsubscribed = !trace->result.mms && !applies(&hints[0], kinds);

	if (trace->info.format && !strcmp(trace->info.format, "tracefs")) {
		put_live(out, trace);
		return;
	}
	if (!unsubscribed && !any_applies(kinds))
		return;
	stlb_plain_gap(out);
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++)
		if (applies(&hints[i], kinds))
			put_hint(out, &hints[i]);
	if (unsubscribed)
		put_unsubscribed(out);
	if (any_applies(kinds))
		put_command(out);
}
