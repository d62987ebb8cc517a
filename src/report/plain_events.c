/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "report/plain.h"

enum {
	INDENT = 4,
	ROLE_COLUMNS = 11,
	TIME_COLUMNS = 17,
	DELTA_COLUMNS = 11,
	CPU_COLUMNS = 6,
	FIELDS_AT = INDENT + ROLE_COLUMNS,
};

void stlb_plain_time(char *text, size_t size, uint64_t ns)
{
	const uint64_t second = UINT64_C(1000000000);

	snprintf(text, size, "%" PRIu64 ".%09" PRIu64, ns / second, ns % second);
}

void stlb_plain_delta(char *text, size_t size, uint64_t ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ns < units[i].ns)
			continue;
		snprintf(text, size, "+%" PRIu64 ".%03" PRIu64 "%s", ns / units[i].ns,
			 ns % units[i].ns * 1000 / units[i].ns, units[i].unit);
		return;
	}
	snprintf(text, size, "+%" PRIu64 "ns", ns);
}

static void put_times(struct stlb_plain_out *out, uint64_t ns, uint64_t before)
{
	char text[32];
	unsigned int at = FIELDS_AT;

	stlb_plain_column(out, at);
	stlb_plain_time(text, sizeof(text), ns);
	stlb_plain_add(out, STLB_REGULAR, text);
	at += TIME_COLUMNS;
	if (before && ns >= before) {
		stlb_plain_delta(text, sizeof(text), ns - before);
		stlb_plain_column(out, at);
		stlb_plain_add(out, STLB_REGULAR, text);
	}
	stlb_plain_column(out, at + DELTA_COLUMNS);
}

static void put_context(struct stlb_plain_out *out, const struct stlb_report_event *event)
{
	const struct stlb_event *raw = event->event;

	if (raw->cpu >= 0)
		stlb_plain_addf(out, STLB_REGULAR, "[%03" PRId32 "]", raw->cpu);
	stlb_plain_column(out, FIELDS_AT + TIME_COLUMNS + DELTA_COLUMNS + CPU_COLUMNS);
	stlb_plain_addf(out, STLB_REGULAR, "%s-%" PRId32, event->comm ? event->comm : "<...>",
			raw->tid);
	if (raw->context != STLB_CONTEXT_TASK)
		stlb_plain_addf(out, STLB_REGULAR, " (%s)", stlb_report_context_name(raw->context));
	if (event->note)
		stlb_plain_addf(out, STLB_REGULAR, " (%s)", event->note);
}

static bool is_shown(const struct stlb_finding *finding, const struct stlb_event *event,
		     unsigned int field)
{
	if (!(event->has & UINT64_C(1) << field))
		return false;
	/* said once, in the head of the finding */
	return field != STLB_FIELD_MM || !finding || !finding->has_mm ||
	       event->value[field] != finding->mm;
}

/* One word, so that it is not broken between name and value. */
static void put_field(struct stlb_plain_out *out, const struct stlb_event *event,
		      unsigned int field)
{
	const char *name = stlb_field_name(field);

	if (stlb_field_is_hex(field))
		stlb_plain_addf(out, STLB_REGULAR, " %s=0x%" PRIx64, name, event->value[field]);
	else
		stlb_plain_addf(out, STLB_REGULAR, " %s=%" PRId64, name,
				(int64_t)event->value[field]);
}

static void put_fields(struct stlb_plain_out *out, const struct stlb_finding *finding,
		       const struct stlb_report_event *event)
{
	const struct stlb_event *raw = event->event;

	stlb_plain_begin(out, FIELDS_AT, FIELDS_AT + 2);
	stlb_plain_addf(out, STLB_REGULAR,
			"%s:", event->name ? event->name : stlb_kind_name(raw->kind));
	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++)
		if (is_shown(finding, raw, field))
			put_field(out, raw, field);
	stlb_plain_end(out);
}

void stlb_plain_event(struct stlb_plain_out *out, const struct stlb_finding *finding,
		      const struct stlb_report_event *event, uint64_t before)
{
	stlb_plain_begin(out, INDENT, FIELDS_AT);
	stlb_plain_add(out, STLB_NAME, event->role);
	put_times(out, event->event->ns, before);
	put_context(out, event);
	stlb_plain_end(out);
	put_fields(out, finding, event);
}

void stlb_plain_events(struct stlb_plain_out *out, const struct stlb_report_finding *finding)
{
	uint64_t before = 0;

	for (uint32_t i = 0; i < finding->raw->nr_events; i++) {
		stlb_plain_event(out, finding->raw, &finding->events[i], before);
		before = finding->events[i].event->ns;
	}
}
