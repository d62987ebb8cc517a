/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a text that is being read. */
#ifndef SOURCE_TEXT_TEXT_INTERNAL_H
#define SOURCE_TEXT_TEXT_INTERNAL_H

#include "source/text/callers.h"
#include "source/text/look.h"
#include "source/text/stack.h"
#include "source/text/text_events.h"

enum { STLB_TEXT_COMMS = 256, STLB_TEXT_CPUS = 1024 };

/* The name last seen of a task: it is the same on nearly every line. */
struct stlb_comm_slot {
	const char *comm; /* interned */
	size_t size;
	int32_t tid;
};

struct stlb_text {
	struct stlb_input *input;
	struct stlb_lines *lines;
	struct stlb_text_events *events;
	struct stlb_look look;
	uint64_t unparsed, first_unparsed; /* lines that could not be read */
	uint64_t broken_line;		   /* the last line, without its end; 0: none */
	uint64_t unended;		   /* the same of a line that is no event */
	bool ended;
	bool chain;		    /* callers of the event that was just read may follow */
	struct stlb_text_head last; /* of that event; without its strings */
	const char *last_comm;
	/* What comes before the next event, to be reported with its time. */
	bool log_lost;	 /* lines of the log, which may be of a dump */
	uint64_t broken; /* lines before the first event that could not be read */
	struct stlb_line broken_first;
	const char *broken_why;
	uint64_t misread;     /* line that shows how numbers before it should have been read */
	uint64_t seam;	      /* line with which another trace begins; 0: none */
	uint64_t events_here; /* seen since the last seam */
	uint64_t calls;	      /* of them: functions, as the tracers of these write them */
	uint64_t newest;      /* time, of all CPUs since the last seam */
	uint64_t newest_of[STLB_TEXT_CPUS];
	struct stlb_text_callers callers;
	char format[64];
	char cut[256];
	struct stlb_comm_slot comms[STLB_TEXT_COMMS];
	struct stlb_text_stack stack;
	struct stlb_text_row row;
};

/* ---- text_open.c ---- */

/** stlb_text_open, stlb_text_close - as in struct stlb_source_ops */
int stlb_text_open(struct stlb_source *source, struct stlb_input *input, struct stlb_error *err);
void stlb_text_close(struct stlb_source *source);

/** stlb_text_unparsed - count a line that cannot be read: the last one of a file that was cut, or
 *	one among others
 */
void stlb_text_unparsed(struct stlb_text *text, const struct stlb_line *line);

/** stlb_text_refuse_calls - the error for text of the tracers of functions */
int stlb_text_refuse_calls(const struct stlb_source *source, const char *tracer,
			   struct stlb_error *err);

/* ---- text_gap.c: where events are missing. Each returns 1, with @record a loss ---- */

/** stlb_text_give_loss - what a line tells of lost events */
int stlb_text_give_loss(struct stlb_source *source, struct stlb_record *record,
			const struct stlb_text_loss *loss);

/** stlb_text_give_broken - an event that cannot be read */
int stlb_text_give_broken(struct stlb_source *source, struct stlb_record *record,
			  const struct stlb_looked *looked, const char *why);

/**
 * stlb_text_give_before - what must be reported before an event, one at a time
 *
 * Returns 0 where there is nothing, or nothing any more.
 */
int stlb_text_give_before(struct stlb_source *source, struct stlb_record *record,
			  const struct stlb_looked *event);

/** stlb_text_give_misread - numbers of earlier events turned out not to be decimal */
int stlb_text_give_misread(struct stlb_source *source, struct stlb_record *record);

/** stlb_text_give_at_end - the same where no event follows */
int stlb_text_give_at_end(struct stlb_source *source, struct stlb_record *record);

/** stlb_text_log_lost - lines of the log are gone; whether that is a loss here and now */
bool stlb_text_log_lost(struct stlb_text *text);

/** stlb_text_note_seam - a header or the log says that another trace begins */
void stlb_text_note_seam(struct stlb_text *text, uint64_t line);

#endif
