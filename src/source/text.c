/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of an ftrace buffer, as tracefs' `trace` file and `trace-cmd report` print it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "text_events.h"
#include "text_head.h"
#include "text_lines.h"
#include "text_notes.h"
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
	char format[64];
	char cut[256];
	struct comm_slot comms[COMM_SLOTS];
	struct stlb_text_stack stack;
	struct stlb_text_row row;
};

enum line_kind { LINE_NOTE, LINE_EVENT, LINE_LOSS, LINE_STRANGE };

/* What a line is; its head, or whose loss it tells of. */
struct parsed {
	struct stlb_line line;
	struct stlb_text_head head;
	int32_t cpu;
	uint64_t lost;
};

static enum line_kind look(struct text *text, struct parsed *parsed)
{
	const struct stlb_line *line = &parsed->line;

	if (line->too_long)
		return LINE_STRANGE;
	if (line->at < line->end && *line->at != '#' &&
	    stlb_text_head(line->at, line->end, &parsed->head))
		return LINE_EVENT;
	if (stlb_text_loss(line->at, line->end, &parsed->cpu, &parsed->lost))
		return LINE_LOSS;
	return stlb_text_note(&text->notes, line->at, line->end) ? LINE_NOTE : LINE_STRANGE;
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

/* 1 with a record, 0 for a line that is none (strange, or not wanted), a negative errno. */
static int read_event(struct stlb_source *source, struct parsed *parsed, struct stlb_record *record,
		      struct stlb_error *err)
{
	struct text *text = source->private;
	struct stlb_text_head *head = &parsed->head;
	struct stlb_text_event *event =
		stlb_text_events_find(text->events, head->name, head->name_size);
	int ret = 0;

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
		if (kind != LINE_EVENT)
			continue;
		ret = read_event(source, &parsed, record, err);
		if (ret)
			return ret;
	}
	if (!ret && text->notes.lost_before)
		return give_lost_before(source, record);
	return ret ? ret : end_of_text(source);
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
		"trace-cmd report have them",
		source->info.path, text->first_strange ? text->first_strange : parsed.line.number);
}

static void text_close(struct stlb_source *source)
{
	struct text *text = source->private;

	if (!text)
		return;
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
	snprintf(text->format, sizeof(text->format), "ftrace text%s%s", compression ? ", " : "",
		 compression ? compression : "");
	source->info.format = text->format;
	source->info.text = true;
	if (text->lines && text->events)
		ret = find_first(source, err);
	else
		ret = stlb_error_set(err, -ENOMEM, "%s: no memory to read it", source->info.path);
	source->info.cpus = text->notes.cpus;
	if (ret)
		text_close(source);
	return ret;
}

static bool looks_like_text(const char *head, size_t size)
{
	size_t odd = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)head[i];

		if (!c)
			return false;
		odd += (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
	}
	return odd <= size / 16;
}

static bool text_probe(const void *head, size_t size)
{
	const char *at = head, *end = at + size;

	if (!looks_like_text(at, size))
		return false;
	while (at < end) {
		struct stlb_text_notes notes = {0};
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct stlb_text_head event;
		uint64_t lost;
		int32_t cpu;

		stop = stop ? stop : end;
		if (*at == '#' || stlb_text_head(at, stop, &event) ||
		    stlb_text_loss(at, stop, &cpu, &lost))
			return true;
		stlb_text_note(&notes, at, stop);
		if (notes.header)
			return true;
		at = stop + 1;
	}
	return false;
}

const struct stlb_source_ops stlb_text_ops = {
	.name = "ftrace text",
	.probe = text_probe,
	.open = text_open,
	.next = text_next,
	.close = text_close,
};
