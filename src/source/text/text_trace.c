/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of an ftrace buffer, as tracefs' `trace` file and `trace-cmd report` print it, and that
 * of `perf script`.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "source/input/input.h"
#include "source/names.h"
#include "source/text/text_internal.h"
#include "source/text/text_probe.h"

static const char *comm_of(struct stlb_source *source, const struct stlb_text_head *head)
{
	struct stlb_text *text = source->private;
	struct stlb_comm_slot *slot = &text->comms[(uint32_t)head->tid % STLB_TEXT_COMMS];

	if (slot->tid == head->tid && slot->size == head->comm_size &&
	    !memcmp(slot->comm, head->comm, slot->size))
		return slot->comm;
	if (head->comm_size == 5 && !memcmp(head->comm, "<...>", 5))
		return stlb_names_comm(source->names, head->tid);
	slot->comm = stlb_names_intern(source->names, head->comm, head->comm_size);
	slot->size = slot->comm ? head->comm_size : 0;
	slot->tid = head->tid;
	/* A name too many is only a name less in messages. */
	if (slot->comm)
		stlb_names_set_comm(source->names, head->tid, slot->comm);
	return slot->comm;
}

static void count_event(struct stlb_source *source, const struct stlb_text_head *head)
{
	struct stlb_source_info *info = &source->info;

	if (!info->events++ || head->ns < info->first_ns)
		info->first_ns = head->ns;
	if (head->ns > info->last_ns)
		info->last_ns = head->ns;
	if ((uint32_t)head->cpu >= info->cpus)
		info->cpus = (uint32_t)head->cpu + 1;
	info->irq_flags |= head->irq_flags;
	if (info->events % 1024 == 0)
		stlb_input_progress(((struct stlb_text *)source->private)->input, &info->bytes_done,
				    &info->bytes_total);
}

static int read_stack(struct stlb_text *text, struct stlb_names *names, struct stlb_error *err)
{
	struct stlb_line line;
	int ret;

	stlb_text_stack_clear(&text->stack);
	while ((ret = stlb_lines_next(text->lines, &line, err)) > 0) {
		if (!stlb_text_stack_line(&text->stack, &text->callers, names, line.at, line.end)) {
			stlb_lines_unread(text->lines, &line);
			break;
		}
		if (!line.ended)
			stlb_text_unparsed(text, &line);
	}
	if (ret >= 0)
		stlb_text_stack_fields(&text->stack, &text->row);
	return ret < 0 ? ret : 0;
}

/* The callers that perf script prints below an event, of which the kernel's are kept. */
static int read_chain(struct stlb_source *source, struct stlb_looked *parsed,
		      struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	struct stlb_line line = parsed->line;
	struct stlb_perf_caller caller;
	bool kernel = true;
	int ret = 1;

	stlb_text_stack_clear(&text->stack);
	while (ret > 0 && stlb_text_perf_caller(line.at, line.end, &caller)) {
		kernel = kernel && caller.address >> 63; /* comes first */
		if (kernel) {
			stlb_text_stack_add(&text->stack, caller.address);
			stlb_text_callers_add(&text->callers, source->names, &caller);
		}
		if (!line.ended)
			stlb_text_unparsed(text, &line);
		ret = stlb_lines_next(text->lines, &line, err);
	}
	if (ret > 0)
		stlb_lines_unread(text->lines, &line);
	return ret < 0 ? ret : 0;
}

static bool is_stack(const struct stlb_text_head *head)
{
	return (head->name_size == 12 && !memcmp(head->name, "kernel_stack", 12)) ||
	       (head->name_size == 10 && !memcmp(head->name, "user_stack", 10));
}

static void fill_record(struct stlb_source *source, const struct stlb_looked *parsed,
			struct stlb_record *record)
{
	struct stlb_text *text = source->private;
	const struct stlb_text_head *head = &parsed->head;

	record->ns = head->ns;
	record->cpu = head->cpu;
	record->tid = head->tid;
	record->context = head->context;
	record->loss = STLB_LOSS_NONE;
	record->comm = comm_of(source, head);
	record->data = text->row.data.bytes;
	record->lost = 0;
	record->line = parsed->line.number;
	record->gap = NULL;
}

/* The same as a record: a stack of the kernel, of the event before it. */
static int give_chain(struct stlb_source *source, struct stlb_looked *parsed,
		      struct stlb_record *record, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	struct stlb_text_event *event =
		stlb_text_events_find(text->events, "kernel_stack", strlen("kernel_stack"));
	int ret = read_chain(source, parsed, err);
	bool wanted = text->chain && event && text->stack.nr_callers;

	text->chain = false;
	if (ret || !wanted)
		return ret;
	stlb_text_row_clear(&text->row);
	stlb_text_stack_fields(&text->stack, &text->row);
	*record = (struct stlb_record){.ns = text->last.ns,
				       .cpu = text->last.cpu,
				       .tid = text->last.tid,
				       .comm = text->last_comm,
				       .data = text->row.data.bytes,
				       .size = text->row.used};
	record->format = stlb_text_event_format(text->events, event, &text->row);
	return record->format && record->format->wanted;
}

static bool is_call(const struct stlb_text_head *head)
{
	return (head->name_size == 8 && !memcmp(head->name, "function", 8)) ||
	       (head->name_size > 9 && !memcmp(head->name, "funcgraph_", 10));
}

/* An event that is needed is missed where it cannot be read; another one is an unparsed line. */
static int miss(struct stlb_source *source, struct stlb_looked *parsed, const char *why,
		struct stlb_record *record)
{
	struct stlb_text *text = source->private;
	const struct stlb_text_head *head = &parsed->head;
	bool (*known)(void *, const char *, size_t) = text->look.known;

	stlb_text_unparsed(text, &parsed->line);
	if (!parsed->line.ended || !known || !known(text->look.arg, head->name, head->name_size))
		return 0;
	parsed->head.part = STLB_HEAD_TIME;
	return stlb_text_give_broken(source, record, parsed, why);
}

static int read_fields(struct stlb_source *source, struct stlb_text_event *event,
		       const struct stlb_text_head *head, struct stlb_error *err)
{
	struct stlb_text *text = source->private;

	if (is_stack(head))
		return read_stack(text, source->names, err);
	stlb_text_fields(&text->row, stlb_text_event_form(event), head->rest, head->end);
	return 0;
}

/* What is wrong with an event whose fields could all be read; NULL: nothing. */
static const char *find_fault(const struct stlb_text *text, const struct stlb_text_head *head)
{
	if (text->row.full)
		return "too many fields";
	if (!text->look.after_event)
		return NULL;
	if (text->row.junk)
		return "unexpected text among the fields";
	return stlb_text_second(&text->look, head) ? "a second event among the fields" : NULL;
}

/* 1 with a record, 0 for a line that is not one (unparsed, or not wanted), a negative errno. */
static int read_event(struct stlb_source *source, struct stlb_looked *parsed,
		      struct stlb_record *record, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	struct stlb_text_head *head = &parsed->head;
	struct stlb_text_event *event =
		stlb_text_events_find(text->events, head->name, head->name_size);
	const char *why;
	int ret;

	text->chain = false;
	text->look.after_event = false;
	/* without an end of line nothing tells a whole number from the first half of one */
	if (!event || !parsed->line.ended)
		return miss(source, parsed, "too many event names", record);
	stlb_text_row_clear(&text->row);
	text->row.bare = stlb_text_event_bare(event);
	fill_record(source, parsed, record);
	ret = read_fields(source, event, head, err);
	if (ret)
		return ret;
	record->format = stlb_text_event_format(text->events, event, &text->row);
	record->size = text->row.used;
	if (!record->format)
		return miss(source, parsed, "too many field lists", record);
	count_event(source, head);
	text->calls += is_call(head);
	if (!record->format->wanted)
		return 0;
	text->look.after_event = stlb_text_event_needed(event);
	if (text->row.misread && text->look.after_event)
		text->misread = parsed->line.number;
	why = find_fault(text, head);
	if (why)
		return miss(source, parsed, why, record);
	text->chain = text->look.perf;
	text->last = *head;
	text->last_comm = record->comm;
	return 1;
}

static void say_what_is_missing(struct stlb_source *source)
{
	struct stlb_text *text = source->private;
	bool cut = stlb_input_cut(text->input);
	size_t at = 0, room = sizeof(text->cut);

	/* after events a comment without an end of line is whole, more often than not */
	if (!source->info.events && !text->broken_line)
		text->broken_line = text->unended;
	source->info.truncated = cut || text->broken_line;
	if (cut)
		at += (size_t)snprintf(text->cut, room, "the %s data is truncated;  ",
				       stlb_input_compression(text->input));
	if (text->broken_line)
		at += (size_t)snprintf(text->cut + at, room - at,
				       "line %" PRIu64 ", the last, is truncated;  ",
				       text->broken_line);
	if (text->unparsed)
		at += (size_t)snprintf(text->cut + at, room - at,
				       "lines that are not events: %" PRIu64
				       ", the first is line %" PRIu64 "; ",
				       text->unparsed, text->first_unparsed);
	if (!at)
		return;
	text->cut[at - 2] = 0;
	source->info.cut = text->cut;
}

static int end_of_text(struct stlb_source *source)
{
	struct stlb_text *text = source->private;
	struct stlb_source_info *info = &source->info;

	stlb_input_progress(text->input, &info->bytes_done, &info->bytes_total);
	if (!text->ended)
		info->events += text->look.notes.samples;
	if (!text->ended)
		say_what_is_missing(source);
	text->ended = true;
	return 0;
}

/*
 * A loss that is reported in front of an event, on the same line: by the log, or where the end of a
 * line was lost. Both are given, one by one.
 */
static bool is_seen_before(struct stlb_looked *parsed)
{
	struct stlb_text_notes notes = {0};
	const char *line = parsed->line.at, *comm = parsed->head.comm;
	const char *close = memrchr(line, ']', (size_t)(comm - line) + parsed->head.comm_size);

	parsed->loss = (struct stlb_text_loss){.cpu = -1, .place = STLB_LOSS_HERE, .of_log = true};
	if (parsed->line.dress.dropped) {
		parsed->line.dress.dropped = false;
		return true;
	}
	if (!close || !stlb_text_loss(&notes, line, close + 1, &parsed->loss))
		return false;
	parsed->line.at = close + 1;
	return true;
}

static int take_event(struct stlb_source *source, struct stlb_looked *parsed,
		      struct stlb_record *record, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	int ret;

	if (is_seen_before(parsed)) {
		stlb_lines_unread(text->lines, &parsed->line);
		if (!parsed->loss.of_log || stlb_text_log_lost(text))
			return stlb_text_give_loss(source, record, &parsed->loss);
		return 0;
	}
	ret = stlb_text_give_before(source, record, parsed);
	if (ret)
		stlb_lines_unread(text->lines, &parsed->line);
	return ret ? ret : read_event(source, parsed, record, err);
}

static int take_loss(struct stlb_source *source, struct stlb_looked *parsed,
		     struct stlb_record *record)
{
	struct stlb_text *text = source->private;

	text->look.after_event = false;
	if (parsed->loss.of_log && !stlb_text_log_lost(text))
		return 0;
	return stlb_text_give_loss(source, record, &parsed->loss);
}

static int take_broken(struct stlb_source *source, struct stlb_looked *parsed,
		       struct stlb_record *record)
{
	struct stlb_text *text = source->private;

	text->look.after_event = false;
	stlb_text_unparsed(text, &parsed->line);
	return parsed->line.ended || parsed->line.too_long
		       ? stlb_text_give_broken(source, record, parsed, parsed->why)
		       : 0;
}

/* 1 with a record, 0 to go on, a negative errno. */
static int take_line(struct stlb_source *source, struct stlb_looked *parsed,
		     struct stlb_record *record, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	uint32_t tracers = text->look.notes.tracers;
	enum stlb_line_kind kind = stlb_text_look(&text->look, parsed);

	switch (kind) {
	case STLB_LINE_EVENT:
		return take_event(source, parsed, record, err);
	case STLB_LINE_CHAIN:
		return give_chain(source, parsed, record, err);
	case STLB_LINE_LOSS:
		return take_loss(source, parsed, record);
	case STLB_LINE_GRAPH:
		parsed->why = "output of the function_graph tracer";
		return take_broken(source, parsed, record);
	case STLB_LINE_BROKEN:
		return take_broken(source, parsed, record);
	case STLB_LINE_UNPARSED:
		stlb_text_unparsed(text, &parsed->line);
		break;
	default:
		if (text->look.notes.tracers != tracers || kind == STLB_LINE_SEAM)
			stlb_text_note_seam(text, parsed->line.number);
	}
	if (parsed->line.at < parsed->line.end && !parsed->line.dress.any)
		text->look.after_event = false;
	return 0;
}

static int text_next(struct stlb_source *source, struct stlb_record *record, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	struct stlb_looked parsed;
	int ret;

	if (text->misread)
		return stlb_text_give_misread(source, record);
	while ((ret = stlb_lines_next(text->lines, &parsed.line, err)) > 0) {
		ret = take_line(source, &parsed, record, err);
		if (ret)
			return ret;
	}
	if (ret || (ret = stlb_text_give_at_end(source, record)))
		return ret;
	if (text->calls && text->calls == source->info.events && !text->ended) {
		end_of_text(source);
		return stlb_text_refuse_calls(source, "function", err);
	}
	return end_of_text(source);
}

static const char *text_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	struct stlb_text *text = source->private;

	return stlb_text_callers_find(&text->callers, address, offset);
}

const struct stlb_source_ops stlb_text_ops = {
	.name = "ftrace text",
	.probe = stlb_text_probe,
	.open = stlb_text_open,
	.next = text_next,
	.symbol = text_symbol,
	.close = stlb_text_close,
};
