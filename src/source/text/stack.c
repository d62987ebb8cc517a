/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/stack.h"

#include "source/source_ops.h"
#include "source/text/module.h"
#include "source/text/text_number.h"

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

/* "<ffffffff81234567>", "(ffffffff81234567)", "ffffffff81234567" or "0xffffffff81234567", alone */
static bool read_address(const char *at, const char *end, uint64_t *address)
{
	bool bare = end - at == 16 || (end - at > 2 && at[1] == 'x');

	if (at < end && (*at == '<' || *at == '(')) {
		at++;
		end--;
		bare = true;
	}
	return bare && stlb_text_pointer(at, end, address) == end;
}

/* "func+0x12/0x40": what stands after the slash is the size of the function. */
static struct stlb_perf_caller read_symbol(const char *at, const char *end)
{
	const char *plus = memmem(at, (size_t)(end - at), "+0x", 3);
	struct stlb_perf_caller caller = {
		.name = at,
		.name_size = (size_t)((plus ? plus : end) - at),
		.offset = STLB_NO_OFFSET,
	};

	if (plus)
		stlb_text_pointer(plus + 1, end, &caller.offset);
	return caller;
}

/* An address after the name, or after the module that the kernel puts between. */
static bool find_address(const char *at, const char *end, uint64_t *address)
{
	while (at < end) {
		const char *stop;

		while (at < end && *at == ' ')
			at++;
		stop = memchr(at, ' ', (size_t)(end - at));
		stop = stop ? stop : end;
		if (stop - at > 2 && (*at == '<' || *at == '(') && read_address(at, stop, address))
			return true;
		at = stop;
	}
	return false;
}

bool stlb_text_stack_line(struct stlb_text_stack *stack, struct stlb_text_callers *callers,
			  struct stlb_names *names, const char *at, const char *end)
{
	struct stlb_perf_caller caller;
	const char *stop;
	uint64_t address;

	while (at < end && *at == ' ')
		at++;
	while (end > at && end[-1] == ' ')
		end--;
	if (end - at < 4 || memcmp(at, "=> ", 3))
		return false;
	for (at += 3; at < end && *at == ' '; at++)
		;
	stop = memchr(at, ' ', (size_t)(end - at));
	stop = stop ? stop : end;
	if (read_address(at, stop, &address)) {
		stlb_text_stack_add(stack, address);
		return true;
	}
	add_symbol(stack, at, stop);
	caller = read_symbol(at, stop);
	stlb_text_module_word(stop, end, &caller);
	if (find_address(stop, end, &caller.address))
		stlb_text_callers_add(callers, names, &caller);
	else
		caller.address = stlb_text_callers_stand_in(callers, names, &caller);
	if (caller.address)
		stlb_text_stack_add(stack, caller.address);
	return true;
}

/* The addresses come first among the data, wherever their key is among the fields. */
void stlb_text_stack_fields(const struct stlb_text_stack *stack, struct stlb_text_row *row)
{
	size_t bytes = stack->nr_callers * sizeof(stack->callers[0]);
	bool named = bytes && stlb_is_stand_in(stack->callers[0]);

	memcpy(row->data.bytes + row->used, stack->callers, bytes);
	row->used += (uint32_t)bytes;
	if (stack->size && named)
		stlb_text_row_string(row, "symbols", 7, stack->symbols, stack->size);
	if (bytes) {
		stlb_text_row_number(row, "size", 4, stack->nr_callers, false);
		stlb_text_row_add(row, "caller", 6, STLB_FIELD_OTHER, 0);
	}
	if (stack->size && !named)
		stlb_text_row_string(row, "symbols", 7, stack->symbols, stack->size);
}
