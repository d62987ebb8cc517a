/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is expected of the probes of a plan. */
#ifndef TEST_PLANNED_H
#define TEST_PLANNED_H

#include <criterion/criterion.h>
#include <string.h>

#include "made_kernel.h"
#include "staletlb/probe.h"

#define TRACED "/available_filter_functions"

/* A probe has a source, and says why in words of which some are @reason. */
static inline void planned(const struct stlb_plan *plan, const char *event,
			   enum stlb_probe_source source, const char *reason)
{
	const struct stlb_probe *probe = made_probe(plan, event);

	cr_expect_eq(probe->source, source, "%s is a %s: %s", event,
		     stlb_probe_source_name(probe->source), probe->reason);
	cr_expect(strstr(probe->reason, reason), "%s: %s", event, probe->reason);
	cr_expect_eq(probe->definition != NULL, source > STLB_PROBE_TRACEPOINT, "%s", event);
	if (source == STLB_PROBE_NONE)
		cr_expect_null(probe->filter);
}

/* A probe is defined in these words. */
static inline void defined(const struct stlb_plan *plan, const char *event, const char *definition)
{
	const struct stlb_probe *probe = made_probe(plan, event);

	cr_expect_neq(probe->source, STLB_PROBE_NONE, "%s: %s", event, probe->reason);
	cr_expect(probe->definition && !strcmp(probe->definition, definition), "%s",
		  probe->definition);
}

/* A probe has a filter; NULL: none. */
static inline void filtered(const struct stlb_plan *plan, const char *event, const char *filter)
{
	const struct stlb_probe *probe = made_probe(plan, event);

	if (filter)
		cr_expect(probe->filter && !strcmp(probe->filter, filter), "%s: %s", event,
			  probe->filter);
	else
		cr_expect_null(probe->filter, "%s", event);
}

/* Adds functions of a kernel to all that tells of them. */
static inline void add_functions(const struct made_kernel *made, const char *types)
{
	char *symbols = made_text(made, "kallsyms"), *traced = made_text(made, &TRACED[1]);
	char *copy = strdup(types), *save = NULL, *all_symbols, *all_traced;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "func ", 5))
			continue;
		cr_assert(asprintf(&all_symbols, "%sffffffff81234560 T %s\n", symbols, line + 5) >
			  0);
		cr_assert(asprintf(&all_traced, "%s%s\n", traced, line + 5) > 0);
		free(symbols);
		free(traced);
		symbols = all_symbols;
		traced = all_traced;
	}
	made_write(made, "/proc/kallsyms", symbols);
	made_write(made, MADE_TRACING TRACED, traced);
	made_types_add(made, types);
	free(copy);
	free(symbols);
	free(traced);
}

#endif
