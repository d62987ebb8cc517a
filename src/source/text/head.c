/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/head.h"

#include <string.h>

#include "source/text/text_number.h"
#include "staletlb/source.h"

#define COMM_MAX      64
#define KERNEL_COMM   15
#define LINE_COMM     320 /* with the name of a buffer or file before it */
#define NAME_MAX_SIZE 64
#define FLAGS	      ".-+!*@$dDXbBnNpPlLzZhHsS0123456789acefACEFx" /* those of all kernels */
#define TGID_MAX      16					    /* characters of its column */

static const char *skip_spaces(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* The kernel's names have 15 bytes: in front of them is that of a buffer instance, "name: ". */
static void set_comm(struct stlb_text_head *head, const char *at, const char *end)
{
	for (const char *p = end; p - at > 1 && end - at > KERNEL_COMM; p--) {
		if (p[-1] == ' ' && p[-2] == ':')
			at = skip_spaces(p, end);
	}
	head->comm = at;
	head->comm_size = (size_t)(end - at);
}

/* "comm-pid" before @at, with the tgid column in parentheses between or not. */
static bool read_task(const char *line, const char *at, struct stlb_text_head *head)
{
	uint64_t scale = 1, tid = 0;

	while (at > line && at[-1] == ' ')
		at--;
	if (at > line && at[-1] == ')') {
		const char *limit = at - line > TGID_MAX ? at - TGID_MAX : line;

		while (at > limit && at[-1] != '(')
			at--;
		at -= at > line;
		while (at > line && at[-1] == ' ')
			at--;
	}
	for (; at > line && stlb_text_digit(at[-1]) && scale <= 1000000000; at--, scale *= 10)
		tid += (uint64_t)(at[-1] - '0') * scale;
	if (scale == 1 || tid > INT32_MAX || at == line || *--at != '-')
		return false;
	line = skip_spaces(line, at);
	if (at - line > LINE_COMM)
		return false;
	set_comm(head, line, at);
	head->tid = (int32_t)tid;
	return head->comm_size && head->comm_size <= COMM_MAX;
}

/* Digits after the point count as the first of nine. */
static const char *read_fraction(const char *at, const char *end, uint64_t *ns)
{
	const char *start = at;
	uint64_t value;
	long digits;

	at = stlb_text_decimal(at, end, &value);
	if (!at)
		return NULL;
	digits = at - start;
	if (digits > 9)
		return NULL;
	for (; digits < 9; digits++)
		value *= 10;
	return __builtin_mul_overflow(*ns, 1000000000, ns) || __builtin_add_overflow(*ns, value, ns)
		       ? NULL
		       : at;
}

/* Relative time of the latency format: "12us+". */
static const char *read_us(const char *at, const char *end, uint64_t *ns)
{
	if (end - at < 3 || at[1] != 's' || __builtin_mul_overflow(*ns, 1000, ns))
		return NULL;
	at += 2;
	return *at == ':' ? at : at + 1;
}

const char *stlb_text_head_time(const char *at, const char *end, uint64_t *ns)
{
	at = stlb_text_decimal(at, end, ns);
	if (at && at < end && *at == '.')
		at = read_fraction(at + 1, end, ns);
	else if (at && at < end && *at == 'u')
		at = read_us(at, end, ns);
	return at && at < end && *at == ':' ? at + 1 : NULL;
}

static uint8_t context_of(char flag)
{
	switch (flag) {
	case 'h':
	case 'H':
		return STLB_CONTEXT_HARDIRQ;
	case 's':
		return STLB_CONTEXT_SOFTIRQ;
	case 'Z':
	case 'z':
		return STLB_CONTEXT_NMI;
	default:
		return STLB_CONTEXT_TASK;
	}
}

/* The flags column, if there is one: the third character tells who ran. */
static const char *read_flags(const char *at, const char *end, struct stlb_text_head *head)
{
	const char *start = at;

	head->irq_flags = false;
	head->context = STLB_CONTEXT_TASK;
	if (at == end || stlb_text_digit(*at))
		return at;
	while (at < end && *at != ' ')
		at++;
	if (at - start < 4 || at - start > 8)
		return NULL;
	for (const char *p = start; p < at; p++)
		if (!strchr(FLAGS, *p))
			return NULL;
	/* trace-cmd report -R -l has a number there, without the irq flags. */
	if (*start == '-')
		return skip_spaces(at, end);
	head->irq_flags = true;
	head->context = context_of(start[2]);
	return skip_spaces(at, end);
}

static bool is_name(char c)
{
	return stlb_text_digit(c) || (unsigned char)((c | 0x20) - 'a') < 26 || c == '_' || c == '.';
}

static bool set_name(struct stlb_text_head *head, const char *name, const char *rest)
{
	head->name = name;
	head->name_size = strlen(name);
	head->rest = rest;
	return true;
}

/* "func+0x1/0x2: ", "func [module]: ": where something was printed, in what the options show. */
static bool is_place(const char *at, const char *end)
{
	const char *colon = memmem(at, (size_t)(end - at), ": ", 2);
	const char *open = colon ? memchr(at, ' ', (size_t)(colon - at)) : NULL;

	if (!colon || colon - at > 2 * NAME_MAX_SIZE)
		return false;
	if (!open)
		return memmem(at, (size_t)(colon - at), "+0x", 3);
	return open[1] == '[' || open[1] == '<';
}

/* Lines of the kernel's that give no event name: stacks and the function tracer. */
static bool read_nameless(const char *at, struct stlb_text_head *head)
{
	const char *end = head->end;

	if (end - at >= 12 && !memcmp(at, "<stack trace", 12))
		return set_name(head, "kernel_stack", end);
	if (end - at >= 17 && !memcmp(at, "<user stack trace", 17))
		return set_name(head, "user_stack", end);
	while (at < end && *at != ' ')
		at++;
	if (end - at >= 3 && !memcmp(at, " <-", 3))
		return set_name(head, "function", end);
	return false;
}

/* Another tracer's own lines begin with a number or a sign. */
static bool may_be_name(const char *at, const char *end)
{
	if (at < end && *at == '#')
		at++;
	return at == end || !stlb_text_digit(*at);
}

static bool read_name(const char *at, struct stlb_text_head *head)
{
	const char *start = at;

	while (at < head->end && is_name(*at))
		at++;
	if (at == start || at == head->end || *at != ':' || at - start > NAME_MAX_SIZE)
		return is_place(start, head->end) ? set_name(head, STLB_TEXT_MARK, head->end)
						  : read_nameless(start, head);
	head->name = start;
	head->name_size = (size_t)(at - start);
	head->rest = skip_spaces(at + 1, head->end);
	/* tracefs shows text that was written to a trace by where that happened. */
	if ((head->name_size == 18 && !memcmp(start, "tracing_mark_write", 18)) ||
	    (head->name_size > 2 && start[0] == '0' && start[1] == 'x'))
		return set_name(head, STLB_TEXT_MARK, head->rest);
	return true;
}

/* "(+534)", what trace-cmd report --ts-diff puts after the time. */
static const char *skip_difference(const char *at, const char *end)
{
	if (end - at < 2 || at[0] != '(' || at[1] != '+')
		return at;
	for (at += 2; at < end && stlb_text_digit(*at); at++)
		;
	return at < end && *at == ')' ? skip_spaces(at + 1, end) : at;
}

/* Letters that stand in the column of flags, or the digits of a time: a word of prose is neither.
 */
static bool begins_tail(const char *at, const char *end)
{
	bool sign = at == end;

	for (; at < end && *at != ' '; at++) {
		sign |= *at == '.' || *at == '-';
		if (!strchr("dDXbBNnpPlLZzHhsSu.:-+#!*@$0123456789acef", *at))
			return sign;
	}
	return sign;
}

static bool read_tail(const char *at, struct stlb_text_head *head)
{
	const char *start = skip_spaces(at, head->end);

	at = read_flags(start, head->end, head);
	if (at)
		at = stlb_text_head_time(at, head->end, &head->ns);
	if (!at) {
		if (!head->part && begins_tail(start, head->end))
			head->part = STLB_HEAD_CPU;
		return false;
	}
	if (at == head->end || *at != ' ') {
		head->part = STLB_HEAD_TIME;
		return false;
	}
	at = skip_difference(skip_spaces(at, head->end), head->end);
	if (read_name(at, head))
		return true;
	if (may_be_name(at, head->end))
		head->part = STLB_HEAD_TIME;
	return false;
}

/* "comm-pid  1d..2. time": the CPU has no brackets. */
static bool read_latency(const char *line, struct stlb_text_head *head)
{
	const char *at = line, *dash;

	while ((dash = memchr(at, '-', (size_t)(head->end - at)))) {
		uint64_t number;

		at = dash + 1;
		dash = stlb_text_decimal(at, head->end, &number);
		if (!dash || dash == head->end || *dash != ' ' || !read_task(line, dash, head))
			continue;
		dash = stlb_text_decimal(skip_spaces(dash, head->end), head->end, &number);
		if (!dash || number > 65535 || dash == head->end || stlb_text_digit(*dash))
			continue;
		head->cpu = (int32_t)number;
		if (*dash != ' ' && read_tail(dash, head))
			return true;
	}
	return false;
}

bool stlb_text_head(const char *line, const char *end, struct stlb_text_head *head)
{
	const char *at = line = skip_spaces(line, end), *open;

	while (end > line && end[-1] == ' ')
		end--;
	head->end = end;
	head->part = STLB_HEAD_NONE;
	/* The task's name may hold anything, brackets too: the first place where all fits. */
	while ((open = memchr(at, '[', (size_t)(end - at)))) {
		uint64_t cpu;

		at = open + 1;
		if (open == line || open[-1] != ' ')
			continue;
		open = stlb_text_decimal(at, end, &cpu);
		if (!open || cpu > 65535 || open == end || *open != ']')
			continue;
		head->cpu = (int32_t)cpu;
		if (read_task(line, at - 1, head) && read_tail(open + 1, head))
			return true;
	}
	return read_latency(line, head);
}
