/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text_stack.h"

#include "text_number.h"

#define MAX_CALLERS (sizeof(((struct stlb_text_stack *)NULL)->callers) / sizeof(uint64_t))

void stlb_text_stack_clear(struct stlb_text_stack *stack)
{
	stack->nr_callers = 0;
	stack->size = 0;
}

static void add_symbol(struct stlb_text_stack *stack, const char *at, const char *end)
{
	size_t size = (size_t)(end - at);

	if (!size || size + 1 > sizeof(stack->symbols) - stack->size)
		return;
	if (stack->size)
		stack->symbols[stack->size++] = ' ';
	memcpy(stack->symbols + stack->size, at, size);
	stack->size += (uint32_t)size;
}

void stlb_text_stack_add(struct stlb_text_stack *stack, uint64_t address)
{
	if (stack->nr_callers < MAX_CALLERS)
		stack->callers[stack->nr_callers++] = address;
}

static bool add_caller(struct stlb_text_stack *stack, const char *at, const char *end)
{
	uint64_t address = 0;

	if (stlb_text_pointer(at, end, &address) != end)
		return false;
	stlb_text_stack_add(stack, address);
	return true;
}

bool stlb_text_stack_line(struct stlb_text_stack *stack, const char *at, const char *end)
{
	const char *stop;

	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	if (end - at < 4 || memcmp(at, "=> ", 3))
		return false;
	at += 3;
	stop = memchr(at, ' ', (size_t)(end - at));
	if (!stop) {
		if (end - at < 3 || at[1] != 'x' || !add_caller(stack, at, end))
			add_symbol(stack, at, end);
		return true;
	}
	add_symbol(stack, at, stop);
	if (end - stop > 3 && (stop[1] == '<' || stop[1] == '('))
		add_caller(stack, stop + 2, end - 1);
	return true;
}

void stlb_text_stack_fields(const struct stlb_text_stack *stack, struct stlb_text_row *row)
{
	size_t bytes = stack->nr_callers * sizeof(stack->callers[0]);

	if (bytes) {
		stlb_text_row_number(row, "size", 4, stack->nr_callers, false);
		stlb_text_row_add(row, "caller", 6, STLB_FIELD_OTHER, 0);
		memcpy(row->data.bytes + row->used, stack->callers, bytes);
		row->used += (uint32_t)bytes;
	}
	if (stack->size)
		stlb_text_row_string(row, "symbols", 7, stack->symbols, stack->size);
}
