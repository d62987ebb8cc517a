/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where events of a text are missing: shown by a line, or a line that cannot be read. */
#include "source/text/text_internal.h"

enum { TOLERANCE = 1000, /* ns: text rounds to microseconds */ STEP_BACK = 100 * 1000 * 1000 };

static int give(struct stlb_source *source, struct stlb_record *record,
		const struct stlb_text_loss *loss, uint64_t ns)
{
	*record = (struct stlb_record){
		.ns = ns,
		.cpu = loss->cpu,
		.loss = loss->place,
		.lost = loss->lost,
	};
	source->info.lost_events += loss->lost;
	return 1;
}

/* The time of the event in the next line, which the lost ones came before. */
static uint64_t time_of_next(struct stlb_source *source)
{
	struct stlb_text *text = source->private;
	struct stlb_look look = text->look;
	uint64_t ns = source->info.last_ns;
	struct stlb_error ignored;
	struct stlb_looked next;

	if (stlb_lines_next(text->lines, &next.line, &ignored) <= 0)
		return ns;
	if (stlb_text_look(&look, &next) == STLB_LINE_EVENT)
		ns = next.head.ns;
	stlb_lines_unread(text->lines, &next.line);
	return ns;
}

int stlb_text_give_loss(struct stlb_source *source, struct stlb_record *record,
			const struct stlb_text_loss *loss)
{
	return give(source, record, loss, time_of_next(source));
}

int stlb_text_give_broken(struct stlb_source *source, struct stlb_record *record,
			  const struct stlb_looked *looked, const char *why)
{
	const struct stlb_text_head *head = &looked->head;
	bool has_time = head->part == STLB_HEAD_TIME;
	const struct stlb_text_loss loss = {
		.cpu = head->part ? head->cpu : -1,
		.place = STLB_LOSS_HERE,
		.lost = 1,
	};
	uint64_t line = looked->line.number, ns = head->ns;

	give(source, record, &loss, has_time ? ns : time_of_next(source));
	record->line = line;
	record->gap = why;
	return 1;
}

/* ---- what comes before an event ---- */

static int give_gap(struct stlb_source *source, struct stlb_record *record, uint64_t ns,
		    const char *why, uint64_t line)
{
	static const struct stlb_text_loss loss = {.cpu = -1, .place = STLB_LOSS_HERE};

	give(source, record, &loss, ns);
	record->gap = why;
	record->line = line;
	return 1;
}

int stlb_text_give_misread(struct stlb_source *source, struct stlb_record *record)
{
	struct stlb_text *text = source->private;

	give_gap(source, record, source->info.last_ns,
		 "hexadecimal: numbers of earlier events of this name were read as decimal",
		 text->misread);
	record->loss = STLB_LOSS_SOMEWHERE;
	text->misread = 0;
	return 1;
}

/* Entries that were overwritten: reported once, before the first event. */
static int give_overwritten(struct stlb_source *source, struct stlb_record *record, uint64_t ns)
{
	struct stlb_text *text = source->private;
	const struct stlb_text_loss loss = {
		.cpu = -1,
		.place = STLB_LOSS_BEFORE,
		.lost = text->look.notes.lost_before,
	};

	text->look.notes.overwritten = false;
	return give(source, record, &loss, ns);
}

static int give_first_broken(struct stlb_source *source, struct stlb_record *record, uint64_t ns)
{
	struct stlb_text *text = source->private;
	uint64_t lost = text->broken;

	text->broken = 0;
	give_gap(source, record, ns, text->broken_why, text->broken_first.number);
	record->lost = lost;
	source->info.lost_events += lost;
	return 1;
}

/* Each CPU writes its events in the order of their times, and what is printed is merged. */
static bool goes_back(const struct stlb_text *text, const struct stlb_text_head *head)
{
	if ((uint32_t)head->cpu < STLB_TEXT_CPUS &&
	    head->ns + TOLERANCE < text->newest_of[head->cpu])
		return true;
	return head->ns + STEP_BACK < text->newest;
}

static void keep_time(struct stlb_text *text, const struct stlb_text_head *head)
{
	if ((uint32_t)head->cpu < STLB_TEXT_CPUS && head->ns > text->newest_of[head->cpu])
		text->newest_of[head->cpu] = head->ns;
	if (head->ns > text->newest)
		text->newest = head->ns;
	text->events_here++;
}

static int give_seam(struct stlb_source *source, struct stlb_record *record,
		     const struct stlb_looked *event)
{
	struct stlb_text *text = source->private;
	const char *why = text->seam ? "another trace begins here"
				     : "time goes back: another trace begins here";
	uint64_t line = text->seam ? text->seam : event->line.number;

	text->seam = 0;
	text->events_here = 0;
	text->newest = 0;
	memset(text->newest_of, 0, sizeof(text->newest_of));
	return give_gap(source, record, event->head.ns, why, line);
}

int stlb_text_give_before(struct stlb_source *source, struct stlb_record *record,
			  const struct stlb_looked *event)
{
	struct stlb_text *text = source->private;
	uint64_t ns = event->head.ns;

	if (text->seam || goes_back(text, &event->head))
		return give_seam(source, record, event);
	if (text->look.notes.overwritten)
		return give_overwritten(source, record, ns);
	if (text->broken)
		return give_first_broken(source, record, ns);
	if (text->log_lost) {
		text->log_lost = false;
		return give_gap(source, record, ns, NULL, 0);
	}
	keep_time(text, &event->head);
	return 0;
}

int stlb_text_give_at_end(struct stlb_source *source, struct stlb_record *record)
{
	struct stlb_text *text = source->private;

	if (text->look.notes.overwritten)
		return give_overwritten(source, record, source->info.last_ns);
	return text->broken ? give_first_broken(source, record, source->info.last_ns) : 0;
}

/* A log loses lines before and after a dump as well: those are not the trace's. */
bool stlb_text_log_lost(struct stlb_text *text)
{
	uint8_t dump = text->look.notes.dump;

	if (dump == STLB_DUMP_OPEN || dump == STLB_DUMP_INSIDE ||
	    (dump == STLB_DUMP_NONE && text->events_here))
		return true;
	text->log_lost = true;
	return false;
}

void stlb_text_note_seam(struct stlb_text *text, uint64_t line)
{
	if (text->look.notes.dump == STLB_DUMP_OPEN)
		text->log_lost = false;
	if (text->events_here && !text->seam)
		text->seam = line;
}
