/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a line of text is. One place for all of it, so that whatever an event may wear, a loss and
 * a damaged event may wear too.
 */
#ifndef SOURCE_TEXT_LOOK_H
#define SOURCE_TEXT_LOOK_H

#include "source/text/head.h"
#include "source/text/lines.h"
#include "source/text/notes.h"

enum stlb_line_kind {
	STLB_LINE_NOTE,	    /* a header, a comment, a blank line */
	STLB_LINE_EVENT,    /* with a head */
	STLB_LINE_LOSS,	    /* somebody says that events are lost */
	STLB_LINE_CHAIN,    /* a caller, of perf script */
	STLB_LINE_GRAPH,    /* of the function_graph tracer */
	STLB_LINE_SEAM,	    /* another dump of a buffer begins, or ends */
	STLB_LINE_BROKEN,   /* was an event, and cannot be read */
	STLB_LINE_UNPARSED, /* none of the trace's */
};

/**
 * struct stlb_look - who looks
 * @known: whether an event of that name is needed; NULL: nobody can say
 * @perf: the first event was one of perf script
 * @after_event: the line before was an event that is needed
 */
struct stlb_look {
	struct stlb_text_notes notes;
	bool (*known)(void *arg, const char *name, size_t size);
	void *arg;
	bool perf;
	bool after_event;
};

/**
 * struct stlb_looked - a line, and what it is
 * @head: of an event; of a broken one what there is of it
 * @why: what is broken
 */
struct stlb_looked {
	struct stlb_line line;
	struct stlb_text_head head;
	struct stlb_text_loss loss;
	const char *why;
};

/** stlb_text_look - what @looked->line is */
enum stlb_line_kind stlb_text_look(struct stlb_look *look, struct stlb_looked *looked);

/**
 * stlb_text_second - whether a second event that is needed stands among the fields of one
 *
 * The end of the line between them was lost.
 */
bool stlb_text_second(const struct stlb_look *look, const struct stlb_text_head *head);

#endif
