/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/perf_script.h"

#include <string.h>

#include "source/text/module.h"
#include "source/text/text_number.h"
#include "staletlb/source.h"

enum { MAX_COMM = 64, MAX_NAME = 128 };

static const char *skip_spaces(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* Digits before @at, with a minus or not; NULL where there are none. */
static const char *digits_back(const char *line, const char *at, int32_t *value)
{
	const char *end = at;
	uint64_t number;

	while (at > line && stlb_text_digit(at[-1]))
		at--;
	if (at == end || !stlb_text_decimal(at, end, &number) || number > INT32_MAX)
		return NULL;
	*value = (int32_t)number;
	if (at > line && at[-1] == '-') {
		*value = -*value;
		at--;
	}
	return at;
}

/* "comm tid" or "comm pid/tid" before @at. */
static bool read_task(const char *line, const char *at, struct stlb_text_head *head)
{
	int32_t pid;

	while (at > line && at[-1] == ' ')
		at--;
	at = digits_back(line, at, &head->tid);
	if (at && at > line && at[-1] == '/')
		at = digits_back(line, at - 1, &pid);
	if (!at || at == line || at[-1] != ' ')
		return false;
	while (at > line && at[-1] == ' ')
		at--;
	head->comm = skip_spaces(line, at);
	head->comm_size = (size_t)(at - head->comm);
	return head->comm_size && head->comm_size <= MAX_COMM;
}

/* Up to the time: the task's name may hold anything, so the first place where all fits. */
static const char *read_start(const char *line, const char *end, struct stlb_text_head *head)
{
	const char *at = line = skip_spaces(line, end), *open;

	head->end = end;
	head->irq_flags = false;
	head->context = STLB_CONTEXT_TASK;
	while ((open = memchr(at, '[', (size_t)(end - at)))) {
		const char *after;
		uint64_t cpu;

		at = open + 1;
		after = open > line && open[-1] == ' ' ? stlb_text_decimal(at, end, &cpu) : NULL;
		if (!after || cpu > 65535 || after == end || *after != ']' ||
		    !read_task(line, open, head))
			continue;
		head->cpu = (int32_t)cpu;
		after = stlb_text_head_time(skip_spaces(after + 1, end), end, &head->ns);
		if (after && after < end && *after == ' ')
			return skip_spaces(after, end);
	}
	return NULL;
}

static const char *word_end(const char *at, const char *end)
{
	const char *space = memchr(at, ' ', (size_t)(end - at));

	return space ? space : end;
}

/* "system:event:", with modifiers after the event or not. */
static bool read_name(const char *at, const char *end, struct stlb_text_head *head)
{
	const char *colon;

	if (end - at < 4 || end - at > MAX_NAME || end[-1] != ':')
		return false;
	colon = memchr(at, ':', (size_t)(end - at));
	if (colon == end - 1)
		return false;
	head->name = colon + 1;
	for (at = head->name; *at != ':' && *at != '/'; at++)
		;
	head->name_size = (size_t)(at - head->name);
	return head->name_size;
}

bool stlb_text_perf_head(const char *line, const char *end, struct stlb_text_head *head)
{
	const char *at = read_start(line, end, head), *stop;

	if (!at)
		return false;
	stop = word_end(at, end);
	if (at < stop && stlb_text_digit(*at)) { /* the period */
		at = skip_spaces(stop, end);
		stop = word_end(at, end);
	}
	head->rest = skip_spaces(stop, end);
	return read_name(at, stop, head);
}

bool stlb_text_perf_sideband(const char *line, const char *end, struct stlb_text_head *head,
			     bool *loss, uint64_t *lost)
{
	static const char record[] = "PERF_RECORD_", word[] = "PERF_RECORD_LOST",
			  number[] = " lost ";
	const char *at = read_start(line, end, head);
	size_t left = at ? (size_t)(end - at) : 0;

	*lost = 0;
	*loss = false;
	if (left < sizeof(record) || memcmp(at, record, sizeof(record) - 1) != 0)
		return false;
	if (left < sizeof(word) || memcmp(at, word, sizeof(word) - 1) != 0)
		return true;
	at = memmem(at, left, number, sizeof(number) - 1);
	/* where the number cannot be read it may be any */
	*loss = !at || !stlb_text_decimal(at + sizeof(number) - 1, end, lost) || *lost;
	return true;
}

/* After "comm tid time: ", where perf recorded or printed no CPU. */
static const char *skip_start(const char *line, const char *end)
{
	const char *colon = line, *at;
	uint64_t ns;
	int32_t tid;

	while ((colon = memmem(colon, (size_t)(end - colon), ": ", 2))) {
		for (at = colon; at > line && at[-1] != ' '; at--)
			;
		if (stlb_text_head_time(at, end, &ns) != ++colon)
			continue;
		while (at > line && at[-1] == ' ')
			at--;
		at = digits_back(line, at, &tid);
		if (at && at > line && at[-1] == '/')
			at = digits_back(line, at - 1, &tid);
		return at && at > line && at[-1] == ' ' ? skip_spaces(colon, end) : NULL;
	}
	return NULL;
}

bool stlb_text_perf_no_cpu(const char *line, const char *end)
{
	struct stlb_text_head head;
	const char *at = skip_start(line, end);

	return at && read_name(at, word_end(at, end), &head);
}

bool stlb_text_perf_sample(const char *line, const char *end)
{
	struct stlb_text_head head;
	const char *at = read_start(line, end, &head), *stop;

	if (!at)
		at = skip_start(line, end);
	if (!at)
		return false;
	stop = word_end(at, end);
	if (at == stop || !stlb_text_digit(*at)) /* without a period: any prose */
		return false;
	at = skip_spaces(stop, end);
	stop = word_end(at, end);
	return stop - at > 1 && stop[-1] == ':';
}

bool stlb_text_perf_caller(const char *line, const char *end, struct stlb_perf_caller *caller)
{
	const char *at = skip_spaces(line, end), *plus, *stop;
	const char *after = stlb_text_hex(at, end, &caller->address);

	caller->name = caller->module = NULL;
	caller->name_size = caller->module_size = 0;
	caller->offset = STLB_NO_OFFSET;
	if (at == line || !after || (after < end && *after != ' '))
		return false;
	at = skip_spaces(after, end);
	stop = word_end(at, end);
	if (at == stop || *at == '(' || *at == '[')
		return true;
	plus = memchr(at, '+', (size_t)(stop - at));
	caller->name = at;
	caller->name_size = (size_t)((plus ? plus : stop) - at);
	if (plus)
		stlb_text_pointer(plus + 1, stop, &caller->offset);
	stlb_text_module_file(stop, end, caller);
	return true;
}

bool stlb_text_perf_note(const char *line, const char *end, const char *name, const char **value,
			 size_t *size)
{
	size_t length = strlen(name);

	if ((size_t)(end - line) < length + 5 || memcmp(line, "# ", 2) != 0 ||
	    memcmp(line + 2, name, length) != 0)
		return false;
	line = skip_spaces(line + 2 + length, end);
	if (line == end || *line != ':')
		return false;
	*value = skip_spaces(line + 1, end);
	*size = (size_t)(end - *value);
	return *size;
}
