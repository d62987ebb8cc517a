/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries that were written unrecorded, in the text report. */
#include <inttypes.h>

#include "report/plain.h"

static void put_place(struct stlb_plain_out *out, const struct stlb_broken_link *raw)
{
	if (raw->placed)
		stlb_plain_addf(out, STLB_REGULAR, "%s of 0x%" PRIx64 " in mm 0x%" PRIx64,
				stlb_level_name(raw->level), raw->addr, raw->mm);
	else
		stlb_plain_addf(out, STLB_REGULAR, "entry at 0x%" PRIx64 ", of an unknown mm",
				raw->ptep);
}

static void put_values(struct stlb_plain_out *out, const struct stlb_broken_link *raw)
{
	if (raw->used)
		stlb_plain_addf(out, STLB_REGULAR,
				": its table was freed with %" PRIu64
				" entries in use, whose clears were not recorded",
				raw->used);
	else
		stlb_plain_addf(out, STLB_REGULAR,
				": was 0x%" PRIx64
				" after its last recorded write, and found to be "
				"0x%" PRIx64,
				raw->said, raw->found);
}

void stlb_plain_broken(struct stlb_plain_out *out, const struct stlb_report_trace *trace)
{
	const struct stlb_links *links = &trace->result.continuity;

	if (!links->nr_first)
		return;
	stlb_plain_gap(out);
	stlb_plain_begin(out, 0, 0);
	stlb_plain_add(out, STLB_STRONG, "writes that were not recorded:");
	stlb_plain_end(out);
	for (uint32_t i = 0; i < links->nr_first; i++) {
		const struct stlb_report_broken *broken = &trace->broken[i];

		stlb_plain_label(out, "between");
		put_place(out, broken->raw);
		put_values(out, broken->raw);
		stlb_plain_end(out);
		if (broken->before.name)
			stlb_plain_event(out, NULL, &broken->before, 0);
		stlb_plain_event(out, NULL, &broken->after,
				 broken->before.name ? broken->before.event->ns : 0);
	}
	if (links->broken + links->tables > links->nr_first) {
		stlb_plain_label(out, "more");
		stlb_plain_addf(out, STLB_REGULAR, "%" PRIu64 " more",
				links->broken + links->tables - links->nr_first);
		stlb_plain_end(out);
	}
}
