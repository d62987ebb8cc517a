/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether each write of an entry was recorded, in the JSON report. */
#include "report/json.h"
#include "report/json_object.h"

static json_t *broken_json(const struct stlb_report_broken *broken)
{
	const struct stlb_broken_link *raw = broken->raw;
	struct stlb_json_object object = stlb_json_object();
	bool single = !raw->used, after_write = broken->before.name != NULL;

	stlb_json_put_text(&object, "broken", single ? "link" : "table");
	stlb_json_put(&object, "mm", stlb_json_hex(raw->placed, raw->mm));
	stlb_json_put(&object, "addr", stlb_json_hex(raw->placed, raw->addr));
	stlb_json_put_text(&object, "level", raw->placed ? stlb_level_name(raw->level) : NULL);
	stlb_json_put(&object, "ptep", stlb_json_hex(single, raw->ptep));
	stlb_json_put(&object, "said", stlb_json_hex(single, raw->said));
	stlb_json_put(&object, "found", stlb_json_hex(single, raw->found));
	stlb_json_put_count(&object, "used", raw->used);
	stlb_json_put(&object, "before",
		      after_write ? stlb_json_event(&broken->before) : json_null());
	stlb_json_put(&object, "after", stlb_json_event(&broken->after));
	return stlb_json_end(&object);
}

json_t *stlb_json_continuity(const struct stlb_report_trace *trace)
{
	const struct stlb_links *links = &trace->result.continuity;
	struct stlb_json_object object;
	json_t *first;

	if (!stlb_report_has_links(trace))
		return json_null();
	object = stlb_json_object();
	first = json_array();
	for (uint32_t i = 0; i < links->nr_first; i++)
		if (!stlb_json_append(&first, broken_json(&trace->broken[i])))
			break;
	stlb_json_put_count(&object, "links", links->links);
	stlb_json_put_count(&object, "broken", links->broken);
	stlb_json_put_count(&object, "tables", links->tables);
	stlb_json_put(&object, "first", first);
	return stlb_json_end(&object);
}
