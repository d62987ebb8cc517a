/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of a text trace that are not events: headers, comments and lost events.
 */
#ifndef SOURCE_TEXT_NOTES_H
#define SOURCE_TEXT_NOTES_H

#include "staletlb/source.h"

/** enum stlb_dump - where the reader is in the dump that a kernel makes on its console */
enum stlb_dump {
	STLB_DUMP_NONE,	  /* no line reported of one */
	STLB_DUMP_OPEN,	  /* announced */
	STLB_DUMP_INSIDE, /* after the ruler that begins it */
	STLB_DUMP_OVER,	  /* after the one that ends it */
};

/** struct stlb_text_notes - what the headers said so far */
struct stlb_text_notes {
	bool header;	  /* one that only a trace has */
	bool graph;	  /* of the function_graph tracer */
	bool no_cpu;	  /* an event of perf script that does not say its CPU */
	uint8_t dump;	  /* enum stlb_dump */
	uint64_t samples; /* of perf script, of something else than tracepoints */
	uint32_t tracers; /* lines that name the tracer: one for each trace */
	uint32_t cpus;
	bool overwritten;     /* more entries were written than are in the buffer */
	uint64_t lost_before; /* how many, 0: not known */
	int32_t cpu;	      /* whose statistics come next; -1 with none */
};

/**
 * struct stlb_text_loss - what a line tells of lost events
 * @cpu: -1: any
 * @place: enum stlb_loss
 * @of_log: lines of the log are lost, which are the trace's only within a dump of it
 * @lost: how many, 0 where the line does not say
 */
struct stlb_text_loss {
	int32_t cpu;
	uint8_t place;
	bool of_log;
	uint64_t lost;
};

/** stlb_text_note - take a header, a comment or a blank line; false for a line that is not one */
bool stlb_text_note(struct stlb_text_notes *notes, const char *at, const char *end);

/** stlb_text_loss - read a line that tells of lost events, whatever stands before; or false */
bool stlb_text_loss(struct stlb_text_notes *notes, const char *at, const char *end,
		    struct stlb_text_loss *loss);

#endif
