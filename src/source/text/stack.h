/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SOURCE_TEXT_STACK_H
#define SOURCE_TEXT_STACK_H

#include "source/text/callers.h"
#include "source/text/row.h"

/** struct stlb_text_stack - a stack trace being read, one line an entry */
struct stlb_text_stack {
	uint32_t nr_callers;
	uint32_t size; /* of symbols */
	uint64_t callers[64];
	char symbols[4096];
};

/** stlb_text_stack_add - one more address; past 64 it is dropped */
void stlb_text_stack_add(struct stlb_text_stack *stack, uint64_t address);

/** stlb_text_stack_clear - no entries */
void stlb_text_stack_clear(struct stlb_text_stack *stack);

/**
 * stlb_text_stack_line - take " => func", " => func+0x1/0x2 [module]", " => func <address>",
 *	"=> func (address)", " => <address>", " => 0xaddress"
 * @callers: the name is kept there, and is given an address where it has none
 *
 * Returns false for a line that is no entry of a stack. Entries past 64 are dropped.
 */
bool stlb_text_stack_line(struct stlb_text_stack *stack, struct stlb_text_callers *callers,
			  struct stlb_names *names, const char *at, const char *end);

/**
 * stlb_text_stack_fields - the fields of kernel_stack
 *
 * `size` and the array `caller` as in the binary format, and `symbols`, names with spaces between,
 * where the text has them. Without addresses `caller` holds what stands for them.
 */
void stlb_text_stack_fields(const struct stlb_text_stack *stack, struct stlb_text_row *row);

#endif
