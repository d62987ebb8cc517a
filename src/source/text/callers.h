/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that a text names beside their addresses. */
#ifndef SOURCE_TEXT_CALLERS_H
#define SOURCE_TEXT_CALLERS_H

#include "source/names.h"
#include "source/text/perf_script.h"
#include "util/map.h"

/** struct stlb_text_callers - zeroed is an empty one */
struct stlb_text_callers {
	struct stlb_map by_address;
	struct stlb_map stand_ins; /* by name and offset */
};

/** stlb_text_callers_add - keep a name; one too many, or without memory, is a name less */
void stlb_text_callers_add(struct stlb_text_callers *callers, struct stlb_names *names,
			   const struct stlb_perf_caller *caller);

/**
 * stlb_text_callers_stand_in - what stands for the address of a function that a text only names
 *
 * No kernel address: the same for the same name and offset. 0 where there is no room for it.
 */
uint64_t stlb_text_callers_stand_in(struct stlb_text_callers *callers, struct stlb_names *names,
				    const struct stlb_perf_caller *caller);

/** stlb_text_callers_find - the function that the text named at this very address, or NULL */
const char *stlb_text_callers_find(const struct stlb_text_callers *callers, uint64_t address,
				   uint64_t *offset);

/** stlb_text_callers_free - forget them all */
void stlb_text_callers_free(struct stlb_text_callers *callers);

#endif
