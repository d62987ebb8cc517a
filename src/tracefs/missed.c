/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Returns that were not seen: a return probe has room for so many calls at a time. And hits of the
 * instructions that write page tables, of which none may be missed. Misses of other entries are not
 * counted: the kernel skips those that it makes itself while it handles a probe, and no update of a
 * page table is among them.
 */
#include "tracefs/missed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tracefs/tracing.h"

enum { MAX_NAME = 128 };

static bool counts(const struct stlb_plan *plan, const char *group, const char *event)
{
	const struct stlb_probe *probe;

	if (strcmp(group, stlb_plan_group(plan)))
		return false;
	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		if (!strcmp(probe->event, event))
			return probe->nr_sites || (probe->source == STLB_PROBE_KRETPROBE &&
						   probe->scope == STLB_SCOPE_ALL);
	return false;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

/*
 * kprobe_profile names the events without their groups, in the order of kprobe_events; a list that
 * changed in between shows in a name that does not match.
 */
static uint64_t add_up(const struct stlb_plan *plan, const char *events, const char *profile)
{
	char group[MAX_NAME], event[MAX_NAME], name[MAX_NAME];
	uint64_t hits, misses, sum = 0;

	while (*events && *profile) {
		if (sscanf(events, "%*[^:]:%127[^/]/%127s", group, event) != 2 ||
		    sscanf(profile, " %127s %" SCNu64 " %" SCNu64, name, &hits, &misses) != 3 ||
		    strcmp(event, name))
			break;
		if (counts(plan, group, event))
			sum += misses;
		events = next_line(events);
		profile = next_line(profile);
	}
	return sum;
}

uint64_t stlb_missed_returns(const struct stlb_plan *plan, const char *tracing)
{
	char *events = stlb_tracing_read(tracing, "kprobe_events");
	char *profile = stlb_tracing_read(tracing, "kprobe_profile");
	uint64_t sum = events && profile ? add_up(plan, events, profile) : 0;

	free(events);
	free(profile);
	return sum;
}
