/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Traces by hand that are read row by row, for tests that look at all of the result. */
#ifndef UNIT_MADE_READING_H
#define UNIT_MADE_READING_H

#include "made_events.h"

/** struct made_reading - an analysis, and how many rows it was given */
struct made_reading {
	struct stlb_analysis *analysis;
	uint64_t nr;
	struct stlb_kinds recorded;
};

#define READING(...) made_begin(&(struct made_how){__VA_ARGS__})

static inline struct made_reading made_begin(const struct made_how *how)
{
	struct made_reading reading = {
		.analysis = made_start(how),
		.recorded = made_recorded(&how->recorded),
	};

	cr_assert_not_null(reading.analysis);
	return reading;
}

static inline void made_give(struct made_reading *reading, const struct made *rows, size_t nr)
{
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * ++reading->nr);
		event.line = reading->nr;
		cr_assert_eq(stlb_analysis_event(reading->analysis, &event), 0);
	}
}

/* One row or several, in braces each. */
#define GIVE(reading, ...)                                                                         \
	do {                                                                                       \
		const struct made given[] = {__VA_ARGS__};                                         \
                                                                                                   \
		made_give(reading, given, sizeof(given) / sizeof(*given));                         \
	} while (0)

static inline const struct stlb_result *made_result(struct made_reading *reading)
{
	const struct stlb_result *result =
		stlb_analysis_finish(reading->analysis, &reading->recorded);

	cr_assert_not_null(result);
	return result;
}

#endif
