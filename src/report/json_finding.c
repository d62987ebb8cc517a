/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "report/json.h"
#include "report/json_object.h"

static json_t *field_value(const struct stlb_event *event, enum stlb_field_id field)
{
	if (stlb_field_is_hex(field))
		return stlb_json_hex(true, event->value[field]);
	return json_integer((int64_t)event->value[field]);
}

static json_t *event_fields(const struct stlb_event *event)
{
	struct stlb_json_object object = stlb_json_object();

	for (unsigned int field = 0; field < STLB_NR_FIELDS; field++)
		if (event->has & UINT64_C(1) << field)
			stlb_json_put(&object, stlb_field_name(field), field_value(event, field));
	return stlb_json_end(&object);
}

json_t *stlb_json_event(const struct stlb_report_event *event)
{
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_text(&object, "role", event->role);
	stlb_json_put_text(&object, "kind", stlb_kind_name(event->event->kind));
	stlb_json_put_text(&object, "name", event->name);
	stlb_json_put_count(&object, "ns", event->event->ns);
	stlb_json_put(&object, "cpu", json_integer(event->event->cpu));
	stlb_json_put(&object, "tid", json_integer(event->event->tid));
	stlb_json_put_text(&object, "comm", event->comm);
	stlb_json_put_text(&object, "context", stlb_report_context_name(event->event->context));
	stlb_json_put(&object, "fields", event_fields(event->event));
	return stlb_json_end(&object);
}

static json_t *events_json(const struct stlb_report_finding *finding)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < finding->raw->nr_events; i++)
		if (!stlb_json_append(&array, stlb_json_event(&finding->events[i])))
			return NULL;
	return array;
}

static json_t *bracket_json(const struct stlb_range *range)
{
	struct stlb_json_object object;

	if (!range->known)
		return json_null();
	object = stlb_json_object();
	stlb_json_put(&object, "start", stlb_json_hex(true, range->start));
	stlb_json_put(&object, "end", stlb_json_hex(true, range->end));
	return stlb_json_end(&object);
}

static json_t *suppressed_json(const struct stlb_report_finding *finding)
{
	struct stlb_json_object object;

	if (!finding->suppressed)
		return json_null();
	object = stlb_json_object();
	stlb_json_put_text(&object, "reason", finding->suppressed);
	stlb_json_put_bool(&object, "weak", finding->weakly);
	return stlb_json_end(&object);
}

static void put_judgement(struct stlb_json_object *object,
			  const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_json_put_text(object, "id", finding->id);
	stlb_json_put_text(object, "fingerprint", finding->fingerprint);
	stlb_json_put_bool(object, "weak", !strncmp(finding->fingerprint, "2w:", 3));
	stlb_json_put_text(object, "rule", stlb_rule_info(raw->rule)->id);
	stlb_json_put_text(object, "severity", stlb_severity_name(raw->severity));
	stlb_json_put_text(object, "verdict", stlb_verdict_name(raw->verdict));
	stlb_json_put_count(object, "occurrences", raw->occurrences);
	stlb_json_put_count(object, "inconclusive", raw->inconclusive);
	stlb_json_put_count(object, "hidden", raw->hidden.nr);
	stlb_json_put_count(object, "cost_ns", raw->cost_ns);
	stlb_json_put_text(object, "action", finding->action);
	stlb_json_put_text(object, "message", finding->message);
	stlb_json_put_text(object, "missing", finding->missing);
	stlb_json_put(object, "suppressed", suppressed_json(finding));
	stlb_json_put_count(object, "known", finding->known);
}

static void put_place(struct stlb_json_object *object, const struct stlb_report_finding *finding)
{
	const struct stlb_finding *raw = finding->raw;

	stlb_json_put(object, "mm", stlb_json_hex(raw->has_mm, raw->mm));
	stlb_json_put_text(object, "comm", *finding->comm ? finding->comm : NULL);
	stlb_json_put(object, "tid", json_integer(raw->tid));
	stlb_json_put(object, "addr", stlb_json_hex(raw->has_addr, raw->addr));
	stlb_json_put_text(object, "level", raw->has_addr ? stlb_level_name(raw->level) : NULL);
	stlb_json_put(object, "old", stlb_json_hex(raw->has_old, raw->old));
	stlb_json_put(object, "new", stlb_json_hex(raw->has_new, raw->new_entry));
	stlb_json_put(object, "lock", stlb_json_hex(raw->lock, raw->lock));
	stlb_json_put(object, "bracket", bracket_json(&raw->bracket));
	stlb_json_put_text(object, "phase", finding->phase);
	stlb_json_put_count(object, "first_ns", raw->first_ns);
	stlb_json_put_count(object, "last_ns", raw->last_ns);
}

json_t *stlb_json_finding(const struct stlb_report_finding *finding, uint32_t trace)
{
	const struct stlb_finding *raw = finding->raw;
	struct stlb_json_object object = stlb_json_object();

	stlb_json_put_count(&object, "trace", trace);
	put_judgement(&object, finding);
	put_place(&object, finding);
	stlb_json_put(&object, "events", events_json(finding));
	stlb_json_put(&object, "stack", stlb_json_texts(finding->stack, raw->nr_stack));
	stlb_json_put(&object, "subscribers",
		      stlb_json_texts(finding->subscribers, raw->nr_subscribers));
	return stlb_json_end(&object);
}
