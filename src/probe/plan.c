/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan: of each event's alternatives the best that the kernel has. */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"

static const char default_group[] = "staletlb";

const char *stlb_probe_source_name(enum stlb_probe_source source)
{
	static const char *const names[] = {
		[STLB_PROBE_NONE] = "none",	[STLB_PROBE_TRACEPOINT] = "tracepoint",
		[STLB_PROBE_FPROBE] = "fprobe", [STLB_PROBE_FPROBE_RETURN] = "fprobe return",
		[STLB_PROBE_KPROBE] = "kprobe", [STLB_PROBE_KRETPROBE] = "kretprobe",
	};

	return names[source];
}

const char *stlb_site_use_name(enum stlb_site_use use)
{
	static const char *const names[] = {"probed", "unusable", "unneeded"};

	return names[use];
}

/* ---- one event ---- */

static bool is_wanted(const struct stlb_plan *plan, const struct stlb_plan_options *options,
		      const struct stlb_probe_row *row)
{
	if (row->flags & STLB_ROW_LOCK && options->locks == STLB_LOCKS_NONE)
		return false;
	if (row->flags & STLB_ROW_DEEP && !plan->deep)
		return false;
	if (row->flags & STLB_ROW_NOT_DEEP && plan->deep)
		return false;
	return !(row->flags & STLB_ROW_ALL_LOCKS) || options->locks == STLB_LOCKS_ALL;
}

/* Events that have no alternative to a tracepoint go by its name. */
static const char *system_of(struct stlb_plan *plan, const struct stlb_probe_row *row)
{
	size_t length = strcspn(row->what, ":");

	if (row->at != STLB_AT_POINT || strcmp(row->what + length + 1, row->event))
		return plan->group;
	return stlb_arena_format(&plan->arena, "%.*s", (int)length, row->what);
}

static int give_up(struct stlb_plan *plan, const struct stlb_probe_row *first, const char *why,
		   struct stlb_probe *probe)
{
	*probe = (struct stlb_probe){.event = first->event,
				     .system = system_of(plan, first),
				     .kind = first->kind,
				     .reason = stlb_arena_format(&plan->arena, "%s", why),
				     .limitations = first->affected ? first->affected : ""};
	return probe->reason && probe->system ? 0 : -ENOMEM;
}

static void add_reason(char *all, size_t size, const char *why)
{
	size_t length = strlen(all);

	if (!strstr(all, why))
		snprintf(all + length, size - length, "%s%s", length ? "; " : "", why);
}

int stlb_plan_add(struct stlb_plan *plan, const struct stlb_planned *planned)
{
	if (stlb_grow((void **)&plan->items, plan->nr, &plan->max, sizeof(*planned)) < 0)
		return -ENOMEM;
	plan->items[plan->nr++] = *planned;
	return 0;
}

/* The rows of one event, from @first on; a later one is tried where the earlier is no good. */
static int plan_event(const struct stlb_choice *choice, unsigned int first, unsigned int nr)
{
	struct stlb_planned planned = {.first = stlb_probe_row(first)};
	struct stlb_plan *plan = choice->plan;
	char reasons[1024] = "";
	int ret = -ENOENT;

	for (unsigned int i = first; i < first + nr && ret == -ENOENT; i++) {
		struct stlb_error why = {""};

		if (!is_wanted(plan, choice->options, stlb_probe_row(i)))
			continue;
		planned.row = stlb_probe_row(i);
		ret = stlb_row_choose(choice, planned.row, &planned.probe, &why);
		if (ret == -ENOENT)
			add_reason(reasons, sizeof(reasons), why.text);
	}
	if (!planned.row)
		return 0;
	if (ret == -ENOENT)
		ret = give_up(plan, planned.first, reasons, &planned.probe);
	else if (!ret)
		ret = stlb_plan_filter(choice, &planned);
	return ret ? ret : stlb_plan_add(plan, &planned);
}

static unsigned int alternatives(unsigned int first)
{
	const struct stlb_probe_row *row = stlb_probe_row(first), *next;
	unsigned int nr = 1;

	while ((next = stlb_probe_row(first + nr)) && !strcmp(next->event, row->event))
		nr++;
	return nr;
}

/* ---- events that are of no use alone ---- */

static bool is_usable(const struct stlb_plan *plan, const char *event)
{
	for (uint32_t i = 0; i < plan->nr; i++)
		if (!strcmp(plan->items[i].first->event, event))
			return plan->items[i].probe.source != STLB_PROBE_NONE;
	return false;
}

static int drop_useless(struct stlb_plan *plan)
{
	for (uint32_t i = 0; i < plan->nr; i++) {
		struct stlb_planned *planned = &plan->items[i];
		char why[128];

		if (planned->probe.source == STLB_PROBE_NONE || !planned->row->needs ||
		    is_usable(plan, planned->row->needs))
			continue;
		snprintf(why, sizeof(why), "of no use without %s, which is not available",
			 planned->row->needs);
		if (give_up(plan, planned->first, why, &planned->probe) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- life ---- */

static int fill(const struct stlb_choice *choice)
{
	int ret = stlb_plan_locks(choice->plan, choice->kernel);

	if (!ret)
		ret = stlb_plan_deep(choice);
	for (unsigned int i = 0; !ret && stlb_probe_row(i);) {
		unsigned int nr = alternatives(i);

		ret = plan_event(choice, i, nr);
		i += nr;
	}
	return ret ? ret : drop_useless(choice->plan);
}

static bool is_group(const char *group)
{
	return *group && strspn(group, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_") == strlen(group);
}

static struct stlb_plan *plan_alloc(const struct stlb_kernel *kernel, const char *group)
{
	struct stlb_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return NULL;
	plan->group = stlb_arena_format(&plan->arena, "%s", group);
	plan->release = stlb_arena_format(&plan->arena, "%s", kernel->release);
	plan->build_id = stlb_arena_format(&plan->arena, "%s", kernel->build_id);
	if (plan->group && plan->release && plan->build_id)
		return plan;
	stlb_plan_free(plan);
	return NULL;
}

int stlb_plan_new(const struct stlb_kernel *kernel, const struct stlb_plan_options *options,
		  struct stlb_plan **plan, struct stlb_error *err)
{
	static const struct stlb_plan_options defaults;
	struct stlb_choice choice = {kernel, options ? options : &defaults, NULL};
	const char *group = choice.options->group ? choice.options->group : default_group;

	*plan = NULL;
	if (!is_group(group))
		return stlb_error_set(err, -EINVAL,
				      "%s: an event group's name consists of letters, digits and _",
				      group);
	choice.plan = plan_alloc(kernel, group);
	if (!choice.plan || fill(&choice) < 0) {
		stlb_plan_free(choice.plan);
		return stlb_error_set(err, -ENOMEM, "no memory for a plan of probes");
	}
	*plan = choice.plan;
	return 0;
}

void stlb_plan_free(struct stlb_plan *plan)
{
	if (!plan)
		return;
	stlb_arena_free(&plan->arena);
	free(plan->items);
	free(plan);
}

const struct stlb_probe *stlb_plan_probe(const struct stlb_plan *plan, unsigned int index)
{
	return index < plan->nr ? &plan->items[index].probe : NULL;
}

struct stlb_kinds stlb_plan_kinds(const struct stlb_plan *plan)
{
	struct stlb_kinds kinds = {0};

	for (uint32_t i = 0; i < plan->nr; i++)
		if (plan->items[i].probe.source != STLB_PROBE_NONE)
			stlb_kinds_add(&kinds, plan->items[i].probe.kind);
	return kinds;
}

const char *stlb_plan_group(const struct stlb_plan *plan)
{
	return plan->group;
}
