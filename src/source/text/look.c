/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/look.h"

#include <string.h>

#include "source/text/perf_script.h"
#include "source/text/text_number.h"

enum { MAX_NAME = 64 };

static bool is_name(char c)
{
	return stlb_text_digit(c) || (unsigned char)((c | 0x20) - 'a') < 26 || c == '_';
}

static bool starts(const char *at, const char *end, const char *words)
{
	size_t size = strlen(words);

	return (size_t)(end - at) >= size && !memcmp(at, words, size);
}

static const char *skip_spaces(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* ---- events that cannot be read ---- */

/* "key=1", "(func" or "0x1", as fields begin: prose that names an event goes on otherwise. */
static bool are_fields(const char *at, const char *end)
{
	uint64_t value;

	at = skip_spaces(at, end);
	if (at == end || *at == '(' || starts(at, end, "0x"))
		return true;
	if (is_name(*at)) {
		const char *stop = at;

		while (stop < end && is_name(*stop))
			stop++;
		if (stop < end && *stop == '=')
			return true;
	}
	return stlb_text_hex(at, end, &value) >= at + 8;
}

/* The place after "NAME:" of an event that is needed, from @at on. */
static const char *find_known(const struct stlb_look *look, const char *line, const char *end)
{
	const char *at = line;

	while (look->known && (at = memchr(at, ':', (size_t)(end - at)))) {
		const char *name = at++;

		if (at < end && *at != ' ')
			continue;
		while (name > line && at - name <= MAX_NAME && is_name(name[-1]))
			name--;
		if (name + 1 < at && look->known(look->arg, name, (size_t)(at - 1 - name)) &&
		    are_fields(at, end))
			return at;
	}
	return NULL;
}

/* What is left of a line whose beginning stands in the line before: the rest of its fields. */
static bool is_rest(const char *at, const char *end)
{
	const char *stop = at;

	while (stop < end && (stlb_text_xdigit(*stop) >= 0 || *stop == 'x'))
		stop++;
	if (stop == end || *stop == ' ' || *stop == ',')
		stop = stop == end ? end : skip_spaces(stop + 1, end);
	else
		stop = at;
	if (stop == end)
		return true;
	for (at = stop; at < end && is_name(*at); at++)
		;
	return at > stop && end - at > 1 && *at == '=' && stlb_text_digit(at[1]);
}

static enum stlb_line_kind look_broken(struct stlb_look *look, struct stlb_looked *looked)
{
	const struct stlb_line *line = &looked->line;

	if (line->too_long)
		looked->why = "a line that is too long";
	else if (looked->head.part)
		looked->why = "the name of an event is missing";
	else if (find_known(look, line->at, line->end))
		looked->why = "the task, CPU or time cannot be read";
	else if (look->after_event && !line->dress.any && is_rest(line->at, line->end))
		looked->why = "the previous line continues here";
	else
		return STLB_LINE_UNPARSED;
	if (looked->head.part == STLB_HEAD_CPU)
		looked->why = "the time cannot be read";
	return STLB_LINE_BROKEN;
}

bool stlb_text_second(const struct stlb_look *look, const struct stlb_text_head *head)
{
	return find_known(look, head->rest, head->end);
}

/* ---- lines that are no events ---- */

/* " 0)   1.2 us  |  func();", with a time, a CPU and a task before it or not. */
static bool is_graph(const char *at, const char *end)
{
	const char *bar = memchr(at, '|', (size_t)(end - at));
	const char *paren;
	uint64_t cpu;

	if (!bar)
		return false;
	paren = memchr(at, ')', (size_t)(end - at));
	if (!paren || paren == at || !stlb_text_digit(paren[-1]))
		return false;
	while (paren > at && stlb_text_digit(paren[-1]))
		paren--;
	if (paren > at && paren[-1] != ' ')
		return false;
	paren = stlb_text_decimal(paren, end, &cpu);
	return end - paren > 1 && (paren[1] == ' ' || paren[1] == '!' || paren[1] == '+');
}

/* What the kernel puts around a dump of its buffers on the console. */
static bool is_seam(struct stlb_look *look, const char *at, const char *end)
{
	int nr;

	at = skip_spaces(at, end);
	if (starts(at, end, "Dumping ftrace buffer")) {
		look->notes.dump = STLB_DUMP_OPEN;
		return true;
	}
	for (nr = 0; at < end && *at == '-'; at++)
		nr++;
	if (look->notes.dump == STLB_DUMP_NONE || nr < 20 || at < end)
		return false;
	look->notes.dump = look->notes.dump == STLB_DUMP_OPEN ? STLB_DUMP_INSIDE : STLB_DUMP_OVER;
	return true;
}

static enum stlb_line_kind look_perf(struct stlb_look *look, struct stlb_looked *looked)
{
	const struct stlb_line *line = &looked->line;
	struct stlb_perf_caller caller;
	uint64_t lost;
	bool loss;

	if (stlb_text_perf_head(line->at, line->end, &looked->head))
		return STLB_LINE_EVENT;
	if (look->perf && stlb_text_perf_caller(line->at, line->end, &caller))
		return STLB_LINE_CHAIN;
	if (stlb_text_perf_sample(line->at, line->end)) {
		look->notes.header = true;
		look->notes.samples++;
		return STLB_LINE_NOTE;
	}
	if (!stlb_text_perf_sideband(line->at, line->end, &looked->head, &loss, &lost)) {
		if (stlb_text_perf_no_cpu(line->at, line->end))
			look->notes.header = look->notes.no_cpu = true;
		return STLB_LINE_UNPARSED;
	}
	look->notes.header = true;
	looked->loss = (struct stlb_text_loss){looked->head.cpu, STLB_LOSS_HERE, false, lost};
	return loss ? STLB_LINE_LOSS : STLB_LINE_NOTE;
}

static bool is_event(struct stlb_looked *looked)
{
	const struct stlb_line *line = &looked->line;

	return line->at < line->end && *line->at != '#' &&
	       stlb_text_head(line->at, line->end, &looked->head);
}

/* "#  task-70 [001] ...": somebody took the event out by hand. */
static bool is_taken_out(const struct stlb_look *look, struct stlb_looked *looked)
{
	const struct stlb_line *line = &looked->line;

	return line->at < line->end && *line->at == '#' &&
	       stlb_text_head(line->at + 1, line->end, &looked->head) && look->known &&
	       look->known(look->arg, looked->head.name, looked->head.name_size);
}

enum stlb_line_kind stlb_text_look(struct stlb_look *look, struct stlb_looked *looked)
{
	const struct stlb_line *line = &looked->line;
	enum stlb_line_kind kind = STLB_LINE_UNPARSED;
	uint8_t part;

	looked->head.part = STLB_HEAD_NONE;
	if (line->too_long || memchr(line->at, 0, (size_t)(line->end - line->at)))
		return look_broken(look, looked);
	if (look->perf && line->at < line->end && *line->at != '#')
		kind = look_perf(look, looked);
	if (kind != STLB_LINE_UNPARSED)
		return kind;
	if (is_event(looked))
		return STLB_LINE_EVENT;
	if (is_taken_out(look, looked)) {
		looked->head.part = STLB_HEAD_TIME;
		looked->why = "an event in a comment";
		return STLB_LINE_BROKEN;
	}
	part = looked->head.part;
	if (stlb_text_loss(&look->notes, line->at, line->end, &looked->loss))
		return STLB_LINE_LOSS;
	if (is_seam(look, line->at, line->end))
		return STLB_LINE_SEAM;
	if (stlb_text_note(&look->notes, line->at, line->end))
		return STLB_LINE_NOTE;
	if (!look->perf)
		kind = look_perf(look, looked);
	if (kind != STLB_LINE_UNPARSED)
		return kind;
	looked->head.part = part;
	if (is_graph(line->at, line->end))
		return STLB_LINE_GRAPH;
	return look_broken(look, looked);
}
