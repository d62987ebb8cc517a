/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the file: a slice's beginning and end, an instant, an arrow. */
#include <inttypes.h>

#include "report/perfetto.h"

/* ---- JSON ---- */

void stlb_perfetto_text(FILE *to, const char *text)
{
	putc('"', to);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			putc('\\', to);
		if (c < 0x20)
			fprintf(to, "\\u%04x", c);
		else
			putc(c, to);
	}
	putc('"', to);
}

void stlb_perfetto_open(struct stlb_perfetto *out, char phase, uint32_t tid)
{
	fprintf(out->to, "%s{\"ph\":\"%c\",\"pid\":%" PRIu32, out->comma ? ",\n" : "\n", phase,
		out->pid);
	out->comma = true;
	if (tid)
		fprintf(out->to, ",\"tid\":%" PRIu32, tid);
}

static void put_time(struct stlb_perfetto *out, uint64_t ns)
{
	fprintf(out->to, ",\"ts\":%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);
}

static void put_category(struct stlb_perfetto *out, const char *category)
{
	fprintf(out->to, ",\"cat\":\"%s\"", category);
}

static void put_name(struct stlb_perfetto *out, const char *name)
{
	fputs(",\"name\":", out->to);
	stlb_perfetto_text(out->to, name);
}

/* ---- arguments ---- */

/** struct args - the arguments of a line; *before is what stands before the next one */
struct args {
	FILE *to;
	const char *before;
};

static struct args args_begin(struct stlb_perfetto *out)
{
	return (struct args){.to = out->to, .before = ",\"args\":{"};
}

static void args_key(struct args *args, const char *key)
{
	fprintf(args->to, "%s\"%s\":", args->before, key);
	args->before = ",";
}

static void args_text(struct args *args, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	args_key(args, key);
	stlb_perfetto_text(args->to, text);
}

static void args_hex(struct args *args, const char *key, uint64_t value)
{
	args_key(args, key);
	fprintf(args->to, "\"0x%" PRIx64 "\"", value);
}

static void args_number(struct args *args, const char *key, int64_t value)
{
	args_key(args, key);
	fprintf(args->to, "%" PRId64, value);
}

/* Also closes the line; arguments that are empty are left away. */
static void args_end(struct args *args)
{
	fputs(*args->before == ',' && args->before[1] == '\0' ? "}}" : "}", args->to);
}

/* ---- slices ---- */

static void name_slice(char *name, size_t size, const struct stlb_timeline_slice *slice)
{
	if (slice->kind == STLB_SLICE_HOLD)
		snprintf(name, size, "PTL 0x%" PRIx64, slice->object);
	else
		snprintf(name, size, "bracket 0x%" PRIx64 "-0x%" PRIx64, slice->first, slice->last);
}

static void put_flow(struct stlb_perfetto *out, bool begin, uint32_t tid, uint64_t ns, uint64_t id,
		     const char *category, const char *name)
{
	stlb_perfetto_open(out, begin ? 's' : 'f', tid);
	put_time(out, ns);
	put_category(out, category);
	put_name(out, name);
	fprintf(out->to, ",\"id\":%" PRIu64 "%s}", id, begin ? "" : ",\"bp\":\"e\"");
}

/* An arrow has the number of the slice that it goes to; equal times have no order in the file. */
static void put_lock_flow(struct stlb_perfetto *out, uint32_t index, uint32_t tid)
{
	const struct stlb_timeline_slice *slices = out->layout->drawing.slices,
					 *at = &slices[index];
	uint32_t next = out->layout->next[index];

	if (at->after != STLB_TIMELINE_NONE && slices[at->after].start < at->start &&
	    out->layout->next[at->after] == index)
		put_flow(out, false, tid, at->start, out->first_flow + index, "lock", "lock order");
	if (next != STLB_TIMELINE_NONE && at->start < slices[next].start)
		put_flow(out, true, tid, at->start, out->first_flow + next, "lock", "lock order");
}

static void put_slice(struct stlb_perfetto *out, const struct stlb_item *item, uint32_t tid)
{
	const struct stlb_timeline_slice *slice = &out->layout->drawing.slices[item->index];
	bool hold = slice->kind == STLB_SLICE_HOLD;
	struct args args = args_begin(out);
	char name[64];

	name_slice(name, sizeof(name), slice);
	stlb_perfetto_open(out, 'B', tid);
	put_time(out, item->start);
	put_category(out, hold ? "lock" : "bracket");
	put_name(out, name);
	args_hex(&args, hold ? "lock" : "mm", slice->object);
	args_number(&args, "cpu", slice->cpu);
	if (slice->unended)
		args_text(&args, "end", "not seen");
	args_end(&args);
	put_lock_flow(out, item->index, tid);
}

/* ---- findings ---- */

static void put_finding_flow(struct stlb_perfetto *out, const struct stlb_item *item, uint32_t tid)
{
	const struct stlb_layout *layout = out->layout;
	struct stlb_arrow arrow = stlb_finding_arrow(&layout->trace->findings[item->index]);
	uint64_t id = out->first_flow + layout->drawing.nr_slices + item->index;

	if (arrow.drawn && (item->event == arrow.from || item->event == arrow.to))
		put_flow(out, item->event == arrow.from, tid, item->start, id, "missing",
			 "missing invalidation");
}

static void put_fields(struct args *args, const struct stlb_event *event)
{
	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++) {
		if (!(event->has & UINT64_C(1) << field))
			continue;
		if (stlb_field_is_hex(field))
			args_hex(args, stlb_field_name(field), event->value[field]);
		else
			args_number(args, stlb_field_name(field), (int64_t)event->value[field]);
	}
}

static void put_evidence(struct stlb_perfetto *out, const struct stlb_item *item, uint32_t tid)
{
	const struct stlb_report_finding *finding = &out->layout->trace->findings[item->index];
	const struct stlb_report_event *event = &finding->events[item->event];
	struct args args = args_begin(out);
	char name[128];

	snprintf(name, sizeof(name), "%s %s", finding->id, event->role);
	stlb_perfetto_open(out, 'B', tid);
	put_time(out, item->start);
	put_category(out, "evidence");
	put_name(out, name);
	args_text(&args, "trace_event", event->name);
	args_text(&args, "kind", stlb_kind_name(event->event->kind));
	args_number(&args, "cpu", event->event->cpu);
	put_fields(&args, event->event);
	args_end(&args);
	put_finding_flow(out, item, tid);
}

static void put_scope(struct stlb_perfetto *out, uint32_t tid)
{
	fprintf(out->to, ",\"s\":\"%c\"", tid ? 't' : 'p');
}

static void put_finding(struct stlb_perfetto *out, const struct stlb_item *item, uint32_t tid)
{
	const struct stlb_report_finding *finding = &out->layout->trace->findings[item->index];
	const struct stlb_finding *raw = finding->raw;
	struct args args = args_begin(out);
	char name[96];

	snprintf(name, sizeof(name), "%s %s", finding->id, stlb_rule_info(raw->rule)->id);
	stlb_perfetto_open(out, 'i', tid);
	put_time(out, item->start);
	put_scope(out, tid);
	put_category(out, "finding");
	put_name(out, name);
	args_text(&args, "severity", stlb_severity_name(raw->severity));
	args_text(&args, "verdict", stlb_verdict_name(raw->verdict));
	args_text(&args, "message", finding->message);
	args_text(&args, "missing", finding->missing);
	args_text(&args, "phase", finding->phase);
	args_text(&args, "fingerprint", finding->fingerprint);
	args_text(&args, "suppressed", finding->suppressed);
	args_number(&args, "occurrences",
		    raw->occurrences <= INT64_MAX ? (int64_t)raw->occurrences : INT64_MAX);
	args_end(&args);
}

/* ---- points ---- */

static void put_point_args(struct args *args, const struct stlb_timeline_point *point)
{
	const struct {
		unsigned int field;
		uint64_t value;
	} fields[] = {
		{STLB_FIELD_MM, point->mm},	  {STLB_FIELD_ADDR, point->addr},
		{STLB_FIELD_OLD, point->old},	  {STLB_FIELD_NEW, point->new_entry},
		{STLB_FIELD_START, point->start}, {STLB_FIELD_END, point->end},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (point->has & UINT64_C(1) << fields[i].field)
			args_hex(args, stlb_field_name(fields[i].field), fields[i].value);
	args_number(args, "cpu", point->cpu);
}

static void put_point(struct stlb_perfetto *out, const struct stlb_item *item, uint32_t tid)
{
	const struct stlb_timeline_point *point = &out->layout->drawing.points[item->index];
	struct args args = args_begin(out);

	stlb_perfetto_open(out, 'i', tid);
	put_time(out, item->start);
	put_scope(out, tid);
	put_category(out, point->kind == STLB_LOST ? "lost" : "event");
	put_name(out, stlb_kind_name(point->kind));
	put_point_args(&args, point);
	args_end(&args);
}

void stlb_perfetto_mark(struct stlb_perfetto *out, const struct stlb_mark_at *mark)
{
	const struct stlb_item *item = &out->layout->items[mark->item];
	uint32_t tid = item->track == STLB_TIMELINE_NONE
			       ? 0
			       : out->layout->tracks[item->track].tids[item->lane];

	if (mark->end) {
		stlb_perfetto_open(out, 'E', tid);
		put_time(out, mark->ns);
		putc('}', out->to);
		return;
	}
	switch (item->type) {
	case STLB_ITEM_SLICE:
		put_slice(out, item, tid);
		return;
	case STLB_ITEM_EVIDENCE:
		put_evidence(out, item, tid);
		return;
	case STLB_ITEM_POINT:
		put_point(out, item, tid);
		return;
	case STLB_ITEM_FINDING:
		put_finding(out, item, tid);
	}
}
