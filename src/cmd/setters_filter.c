/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setters of the options that select findings. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/number.h"
#include "cmd/setters.h"
#include "util/grow.h"

static int add(struct stlb_settings *settings, const struct stlb_filter_value *value,
	       struct stlb_error *err)
{
	struct stlb_filter *filter = &settings->analysis.filter;

	if (filter->nr == STLB_MAX_FILTERS)
		return stlb_error_set(err, -EINVAL, "more than %d filters", STLB_MAX_FILTERS);
	if (stlb_resize((void **)&settings->filters, filter->nr + 1, sizeof(*value)))
		return stlb_error_set(err, -ENOMEM, "out of memory");
	settings->filters[filter->nr++] = *value;
	filter->values = settings->filters;
	return 0;
}

static void drop(struct stlb_settings *settings, enum stlb_filter_kind kind, enum stlb_rule rule)
{
	struct stlb_filter *filter = &settings->analysis.filter;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < filter->nr; i++) {
		const struct stlb_filter_value *value = &settings->filters[i];

		if (value->kind != kind || value->rule != rule)
			settings->filters[kept++] = *value;
	}
	filter->nr = kept;
}

int stlb_settings_rule_off(struct stlb_settings *settings, enum stlb_rule rule, bool off,
			   const char *text, struct stlb_error *err)
{
	struct stlb_filter_value value = {.kind = STLB_FILTER_RULE, .rule = rule, .text = text};

	drop(settings, STLB_FILTER_RULE, rule);
	return off && stlb_rule_info(rule)->severity != STLB_OFF ? add(settings, &value, err) : 0;
}

STLB_SETTER(mm)
{
	struct stlb_filter_value filter = {.kind = STLB_FILTER_MM, .text = value};

	if (stlb_parse_address(value, &filter.start))
		return stlb_error_set(err, -EINVAL, "'%s' is not a hexadecimal address", value);
	return add(settings, &filter, err);
}

STLB_SETTER(pid)
{
	struct stlb_filter_value filter = {.kind = STLB_FILTER_PID, .text = value};

	if (stlb_parse_pid(value, &filter.tid))
		return stlb_error_set(err, -EINVAL, "'%s' is not a process id", value);
	return add(settings, &filter, err);
}

STLB_SETTER(comm)
{
	struct stlb_filter_value filter = {.kind = STLB_FILTER_COMM, .text = value};

	return add(settings, &filter, err);
}

STLB_SETTER(addr)
{
	struct stlb_filter_value filter = {.kind = STLB_FILTER_ADDR, .text = value};

	if (stlb_parse_range(value, &filter.start, &filter.end))
		return stlb_error_set(err, -EINVAL,
				      "'%s' is not a range: START-END, START+LENGTH or one "
				      "address, in hexadecimal",
				      value);
	return add(settings, &filter, err);
}

/* There is one window of time: the last word counts. */
static int set_time(struct stlb_settings *settings, enum stlb_filter_kind kind, const char *value,
		    struct stlb_error *err)
{
	struct stlb_filter_value filter = {.kind = kind, .text = value};

	if (stlb_parse_seconds(value, &filter.start))
		return stlb_error_set(err, -EINVAL,
				      "'%s' is not a time in seconds such as 12.345678", value);
	drop(settings, kind, 0);
	return add(settings, &filter, err);
}

STLB_SETTER(since)
{
	return set_time(settings, STLB_FILTER_SINCE, value, err);
}

STLB_SETTER(until)
{
	return set_time(settings, STLB_FILTER_UNTIL, value, err);
}

uint64_t stlb_settings_since(const struct stlb_settings *settings)
{
	const struct stlb_filter_value *since =
		stlb_filter_find(&settings->analysis.filter, STLB_FILTER_SINCE, 0);

	return since ? since->start : 0;
}

/* To the callers 0 is "no end": the first nanosecond is as near as makes no difference. */
uint64_t stlb_settings_until(const struct stlb_settings *settings)
{
	const struct stlb_filter_value *until =
		stlb_filter_find(&settings->analysis.filter, STLB_FILTER_UNTIL, 0);

	return !until ? 0 : until->start ? until->start : 1;
}

bool stlb_settings_no_time(const struct stlb_settings *settings)
{
	uint64_t until = stlb_settings_until(settings);

	return until && until <= stlb_settings_since(settings);
}
