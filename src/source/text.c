/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of an ftrace buffer, as tracefs' `trace` file and `trace-cmd report` print it, and that
 * of `perf script`.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "text_callers.h"
#include "text_events.h"
#include "text_head.h"
#include "text_lines.h"
#include "text_notes.h"
#include "text_probe.h"
#include "text_stack.h"

/* With no event among so many lines it is some other text. */
#define MAX_STRANGE 1000
#define COMM_SLOTS  256

/* The name last seen of a task: it is the same on nearly every line. */
struct comm_slot {
	const char *comm; /* interned */
	size_t size;
	int32_t tid;
};

struct text {
	struct stlb_input *input;
	struct stlb_lines *lines;
	struct stlb_text_events *events;
	struct stlb_text_notes notes;
	uint64_t strange, first_strange; /* lines that could not be read */
	uint64_t broken_line;		 /* the last line, without its end; 0: none */
	bool ended;
	bool perf;		    /* the first event was one of perf script */
	bool chain;		    /* callers of the event that was just read may follow */
	struct stlb_text_head last; /* of that event; without its strings */
	const char *last_comm;
	struct stlb_text_callers callers;
	char format[64];
	char cut[256];
	struct comm_slot comms[COMM_SLOTS];
	struct stlb_text_stack stack;
	struct stlb_text_row row;
};

enum line_kind { LINE_NOTE, LINE_EVENT, LINE_LOSS, LINE_CHAIN, LINE_STRANGE };

/* What a line is; its head, or whose loss it tells of. */
struct parsed {
	struct stlb_line line;
	struct stlb_text_head head;
	int32_t cpu;
	uint64_t lost;
};

static enum line_kind look_perf(struct text *text, struct parsed *parsed)
{
	const struct stlb_line *line = &parsed->line;
	struct stlb_perf_caller caller;

	if (stlb_text_perf_head(line->at, line->end, &parsed->head))
		return LINE_EVENT;
	if (text->perf && stlb_text_perf_caller(line->at, line->end, &caller))
		return LINE_CHAIN;
	if (!stlb_text_perf_other(line->at, line->end, &parsed->head, &parsed->lost))
		return LINE_STRANGE;
	parsed->cpu = parsed->head.cpu;
	return parsed->lost ? LINE_LOSS : LINE_NOTE;
}

static enum line_kind look(struct text *text, struct parsed *parsed)
{
	const struct stlb_line *line = &parsed->line;
	enum line_kind kind;

	if (line->too_long)
		return LINE_STRANGE;
	if (text->perf && line->at < line->end && *line->at != '#') {
		kind = look_perf(text, parsed);
		if (kind != LINE_STRANGE)
			return kind;
	}
	if (line->at < line->end && *line->at != '#' &&
	    stlb_text_head(line->at, line->end, &parsed->head))
		return LINE_EVENT;
	if (stlb_text_loss(line->at, line->end, &parsed->cpu, &parsed->lost))
		return LINE_LOSS;
	if (stlb_text_note(&text->notes, line->at, line->end))
		return LINE_NOTE;
	return text->perf ? LINE_STRANGE : look_perf(text, parsed);
}

/* A line that cannot be read: the last one of a file that was cut, or one among others. */
static void strange(struct text *text, const struct stlb_line *line)
{
	if (!line->ended && !line->too_long) {
		text->broken_line = line->number;
		return;
	}
	if (!text->strange++)
		text->first_strange = line->number;
}

static const char *comm_of(struct stlb_source *source, const struct stlb_text_head *head)
{
	struct text *text = source->private;
	struct comm_slot *slot = &text->comms[(uint32_t)head->tid % COMM_SLOTS];

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
		stlb_input_progress(((struct text *)source->private)->input, &info->bytes_done,
				    &info->bytes_total);
}

static int read_stack(struct text *text, struct stlb_error *err)
{
	struct stlb_line line;
	int ret;

	stlb_text_stack_clear(&text->stack);
	while ((ret = stlb_lines_next(text->lines, &line, err)) > 0) {
		if (!stlb_text_stack_line(&text->stack, line.at, line.end)) {
			stlb_lines_unread(text->lines, &line);
			break;
		}
		if (!line.ended)
			strange(text, &line);
	}
	if (ret >= 0)
		stlb_text_stack_fields(&text->stack, &text->row);
	return ret < 0 ? ret : 0;
}

/* The callers that perf script prints below an event, of which the kernel's are kept. */
static int read_chain(struct stlb_source *source, struct parsed *parsed, struct stlb_error *err)
{
	struct text *text = source->private;
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
			strange(text, &line);
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

static void fill_record(struct stlb_source *source, const struct stlb_text_head *head,
			struct stlb_record *record)
{
	struct text *text = source->private;

	record->ns = head->ns;
	record->cpu = head->cpu;
	record->tid = head->tid;
	record->context = head->context;
	record->loss = STLB_LOSS_NONE;
	record->comm = comm_of(source, head);
	record->data = text->row.data.bytes;
	record->lost = 0;
}

/* The same as a record: a stack of the kernel, of the event before it. */
static int give_chain(struct stlb_source *source, struct parsed *parsed, struct stlb_record *record,
		      struct stlb_error *err)
{
	struct text *text = source->private;
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

/* 1 with a record, 0 for a line that is none (strange, or not wanted), a negative errno. */
static int read_event(struct stlb_source *source, struct parsed *parsed, struct stlb_record *record,
		      struct stlb_error *err)
{
	struct text *text = source->private;
	struct stlb_text_head *head = &parsed->head;
	struct stlb_text_event *event =
		stlb_text_events_find(text->events, head->name, head->name_size);
	int ret = 0;

	text->chain = false;
	/* without an end of line nothing tells a whole number from the first half of one */
	if (!event || !parsed->line.ended) {
		strange(text, &parsed->line);
		return 0;
	}
	stlb_text_row_clear(&text->row);
	fill_record(source, head, record);
	if (is_stack(head))
		ret = read_stack(text, err);
	else
		stlb_text_fields(&text->row, stlb_text_event_form(event), head->rest, head->end);
	if (ret)
		return ret;
	record->format = stlb_text_event_format(text->events, event, &text->row);
	record->size = text->row.used;
	if (!record->format)
		strange(text, &parsed->line);
	else
		count_event(source, head);
	text->chain = text->perf && record->format && record->format->wanted;
	text->last = *head;
	text->last_comm = record->comm;
	return record->format && record->format->wanted;
}

static int give_loss(struct stlb_source *source, struct stlb_record *record, enum stlb_loss loss,
		     int32_t cpu, uint64_t lost)
{
	struct text *text = source->private;
	struct parsed next;
	struct stlb_error ignored;

	*record = (struct stlb_record){
		.ns = source->info.last_ns,
		.cpu = cpu,
		.loss = (uint8_t)loss,
		.lost = lost,
	};
	source->info.lost_events += lost;
	/* The kernel tells of the loss right before the event of that CPU which follows it. */
	if (stlb_lines_next(text->lines, &next.line, &ignored) > 0) {
		if (look(text, &next) == LINE_EVENT)
			record->ns = next.head.ns;
		stlb_lines_unread(text->lines, &next.line);
	}
	return 1;
}

/* Entries that were overwritten: told once, before the first event. */
static int give_lost_before(struct stlb_source *source, struct stlb_record *record)
{
	struct text *text = source->private;
	uint64_t lost = text->notes.lost_before;

	text->notes.lost_before = 0;
	return give_loss(source, record, STLB_LOSS_BEFORE, -1, lost);
}

static void say_what_is_missing(struct stlb_source *source)
{
	struct text *text = source->private;
	bool cut = stlb_input_cut(text->input);
	size_t at = 0, room = sizeof(text->cut);

	source->info.truncated = cut || text->broken_line;
	if (cut)
		at += (size_t)snprintf(text->cut, room, "the %s data break off; ",
				       stlb_input_compression(text->input));
	if (text->broken_line)
		at += (size_t)snprintf(text->cut + at, room - at,
				       "line %" PRIu64 ", the last, breaks off; ",
				       text->broken_line);
	if (text->strange)
		at += (size_t)snprintf(text->cut + at, room - at,
				       "lines that are no events: %" PRIu64
				       ", the first is line %" PRIu64 "; ",
				       text->strange, text->first_strange);
	if (!at)
		return;
	text->cut[at - 2] = 0;
	source->info.cut = text->cut;
}

static int end_of_text(struct stlb_source *source)
{
	struct text *text = source->private;
	struct stlb_source_info *info = &source->info;

	stlb_input_progress(text->input, &info->bytes_done, &info->bytes_total);
	if (!text->ended)
		say_what_is_missing(source);
	text->ended = true;
	return 0;
}

static int text_next(struct stlb_source *source, struct stlb_record *record, struct stlb_error *err)
{
	struct text *text = source->private;
	struct parsed parsed;
	enum line_kind kind;
	int ret;

	while ((ret = stlb_lines_next(text->lines, &parsed.line, err)) > 0) {
		kind = look(text, &parsed);
		if ((kind == LINE_EVENT || kind == LINE_LOSS) && text->notes.lost_before) {
			stlb_lines_unread(text->lines, &parsed.line);
			return give_lost_before(source, record);
		}
		if (kind == LINE_LOSS)
			return give_loss(source, record, STLB_LOSS_HERE, parsed.cpu, parsed.lost);
		if (kind == LINE_STRANGE)
			strange(text, &parsed.line);
		if (kind != LINE_EVENT && kind != LINE_CHAIN)
			continue;
		ret = kind == LINE_CHAIN ? give_chain(source, &parsed, record, err)
					 : read_event(source, &parsed, record, err);
		if (ret)
			return ret;
	}
	if (!ret && text->notes.lost_before)
		return give_lost_before(source, record);
	return ret ? ret : end_of_text(source);
}

/* What perf script --header says, and nothing else in a text does. */
static void take_header(struct stlb_source *source, const struct stlb_line *line)
{
	struct stlb_source_info *info = &source->info;
	const char *value;
	size_t size;

	if (stlb_text_perf_note(line->at, line->end, "os release", &value, &size))
		info->kernel = stlb_names_intern(source->names, value, size);
	else if (stlb_text_perf_note(line->at, line->end, "arch", &value, &size))
		info->arch = stlb_names_intern(source->names, value, size);
}

/* perf script has a system before the event's name, and no minus before the task's number. */
static void find_kind(struct text *text, const struct parsed *parsed)
{
	struct stlb_text_head head;

	text->perf = !stlb_text_head(parsed->line.at, parsed->line.end, &head);
}

/* Read on to the first event, to know that this is a trace and whether it has irq flags. */
static int find_first(struct stlb_source *source, struct stlb_error *err)
{
	struct text *text = source->private;
	struct parsed parsed;
	int ret;

	while ((ret = stlb_lines_next(text->lines, &parsed.line, err)) > 0) {
		enum line_kind kind = look(text, &parsed);

		if (kind == LINE_STRANGE)
			strange(text, &parsed.line);
		if (kind == LINE_NOTE)
			take_header(source, &parsed.line);
		if (kind == LINE_EVENT)
			find_kind(text, &parsed);
		if (kind == LINE_EVENT)
			source->info.irq_flags = parsed.head.irq_flags;
		if (kind == LINE_EVENT || kind == LINE_LOSS) {
			stlb_lines_unread(text->lines, &parsed.line);
			return 0;
		}
		if (text->strange >= MAX_STRANGE)
			break;
	}
	if (ret < 0 || (!ret && text->notes.header))
		return ret;
	return stlb_error_set(
		err, -EINVAL,
		"%s: line %" PRIu64 ": not a line of a trace, and no other is; expected "
		"\"comm-pid [cpu] time: event: fields\", as tracefs' trace file and "
		"trace-cmd report have them, or what perf script prints",
		source->info.path, text->first_strange ? text->first_strange : parsed.line.number);
}

static void text_close(struct stlb_source *source)
{
	struct text *text = source->private;

	if (!text)
		return;
	stlb_text_callers_free(&text->callers);
	stlb_text_events_free(text->events);
	stlb_lines_free(text->lines);
	stlb_input_close(text->input);
	free(text);
	source->private = NULL;
}

static int text_open(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err)
{
	struct text *text = calloc(1, sizeof(*text));
	const char *compression = stlb_input_compression(input);
	int ret;

	if (!text) {
		stlb_input_close(input);
		return stlb_error_set(err, -ENOMEM, "%s: no memory to read it", source->info.path);
	}
	source->private = text;
	text->input = input;
	text->lines = stlb_lines_new(input);
	text->events = stlb_text_events_new(source);
	source->info.text = true;
	if (text->lines && text->events)
		ret = find_first(source, err);
	else
		ret = stlb_error_set(err, -ENOMEM, "%s: no memory to read it", source->info.path);
	snprintf(text->format, sizeof(text->format), "%s%s%s",
		 text->perf ? "perf script" : "ftrace text", compression ? ", " : "",
		 compression ? compression : "");
	source->info.format = text->format;
	source->info.cpus = text->notes.cpus;
	if (ret)
		text_close(source);
	return ret;
}

static const char *text_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	struct text *text = source->private;

	return stlb_text_callers_find(&text->callers, address, offset);
}

const struct stlb_source_ops stlb_text_ops = {
	.name = "ftrace text",
	.probe = stlb_text_probe,
	.open = text_open,
	.next = text_next,
	.symbol = text_symbol,
	.close = text_close,
};
