/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a text: whether it is a trace, and what its headers say. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/input/input.h"
#include "source/names.h"
#include "source/text/perf_script.h"
#include "source/text/text_internal.h"

/* With no event among so many lines it is some other text; of a log there may be more. */
enum { MAX_UNPARSED = 1000, MAX_LOG = 1000 * 1000 };

/* A line that cannot be read: the last one of a file that was cut, or one among others. */
void stlb_text_unparsed(struct stlb_text *text, const struct stlb_line *line)
{
	if (!line->ended && !line->too_long) {
		text->broken_line = line->number;
		return;
	}
	if (!text->unparsed++)
		text->first_unparsed = line->number;
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
static void find_kind(struct stlb_text *text, const struct stlb_looked *parsed)
{
	struct stlb_text_head head;

	text->look.perf = !stlb_text_head(parsed->line.at, parsed->line.end, &head);
}

/* An event, but not the first thing of it that can be read: reported once there is one. */
static void keep_broken(struct stlb_text *text, const struct stlb_looked *parsed)
{
	stlb_text_unparsed(text, &parsed->line);
	if (!parsed->line.ended && !parsed->line.too_long)
		return;
	if (!text->broken++) {
		text->broken_first = parsed->line;
		text->broken_why = parsed->why;
	}
}

int stlb_text_refuse_calls(const struct stlb_source *source, const char *tracer,
			   struct stlb_error *err)
{
	return stlb_error_set(
		err, -EINVAL,
		"%s: output of the %s tracer: it has function calls, not the events that decide; "
		"write nop to current_tracer and record events, as 'staletlb record' does",
		source->info.path, tracer);
}

static int refuse(struct stlb_source *source, uint64_t line, struct stlb_error *err)
{
	const struct stlb_text *text = source->private;

	if (text->look.notes.no_cpu)
		return stlb_error_set(err, -EINVAL,
				      "%s: the output of perf script does not record the CPU of an "
				      "event: use -F +cpu, or the perf.data itself",
				      source->info.path);
	return stlb_error_set(err, -EINVAL,
			      "%s: line %" PRIu64
			      ": not a trace line, and neither is any other; expected \"comm-pid "
			      "[cpu] time: event: fields\", as in tracefs' trace file and "
			      "trace-cmd report, or the output of perf script",
			      source->info.path,
			      text->first_unparsed ? text->first_unparsed : line);
}

/* Whether a line is the first that a record is made of. */
static bool is_first(struct stlb_source *source, const struct stlb_looked *parsed,
		     enum stlb_line_kind kind)
{
	struct stlb_text *text = source->private;

	switch (kind) {
	case STLB_LINE_UNPARSED:
		stlb_text_unparsed(text, &parsed->line);
		return false;
	case STLB_LINE_BROKEN:
		keep_broken(text, parsed);
		return false;
	case STLB_LINE_NOTE:
		take_header(source, &parsed->line);
		if (!parsed->line.ended)
			text->unended = parsed->line.number;
		return false;
	case STLB_LINE_SEAM:
		stlb_text_note_seam(text, parsed->line.number);
		return false;
	case STLB_LINE_EVENT:
		find_kind(text, parsed);
		source->info.irq_flags = parsed->head.irq_flags;
		return true;
	case STLB_LINE_LOSS:
		return !parsed->loss.of_log || stlb_text_log_lost(text);
	default:
		return false;
	}
}

/* Read on to the first event, to know that this is a trace and whether it has irq flags. */
static int find_first(struct stlb_source *source, struct stlb_error *err)
{
	struct stlb_text *text = source->private;
	struct stlb_looked parsed;
	uint64_t of_log = 0;
	int ret;

	while ((ret = stlb_lines_next(text->lines, &parsed.line, err)) > 0) {
		enum stlb_line_kind kind = stlb_text_look(&text->look, &parsed);

		of_log += kind == STLB_LINE_UNPARSED && parsed.line.dress.log;
		if (kind == STLB_LINE_GRAPH || text->look.notes.graph)
			return stlb_text_refuse_calls(source, "function_graph", err);
		if (is_first(source, &parsed, kind)) {
			stlb_lines_unread(text->lines, &parsed.line);
			return 0;
		}
		if (text->unparsed - of_log >= MAX_UNPARSED || of_log >= MAX_LOG)
			break;
	}
	text->look.perf |= text->look.notes.samples != 0;
	if (ret < 0 || (!ret && text->look.notes.header && !text->look.notes.no_cpu))
		return ret;
	return refuse(source, parsed.line.number, err);
}

void stlb_text_close(struct stlb_source *source)
{
	struct stlb_text *text = source->private;

	if (!text)
		return;
	stlb_text_callers_free(&text->callers);
	stlb_text_events_free(text->events);
	stlb_lines_free(text->lines);
	stlb_input_close(text->input);
	free(text);
	source->private = NULL;
}

int stlb_text_open(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err)
{
	struct stlb_text *text = calloc(1, sizeof(*text));
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
	text->look.known = source->options.known;
	text->look.arg = source->options.arg;
	text->look.notes.cpu = -1;
	source->info.text = true;
	if (text->lines && text->events)
		ret = find_first(source, err);
	else
		ret = stlb_error_set(err, -ENOMEM, "%s: no memory to read it", source->info.path);
	snprintf(text->format, sizeof(text->format), "%s%s%s",
		 text->look.perf ? "perf script" : "ftrace text", compression ? ", " : "",
		 compression ? compression : "");
	source->info.format = text->format;
	source->info.cpus = text->look.notes.cpus;
	if (ret)
		stlb_text_close(source);
	return ret;
}
