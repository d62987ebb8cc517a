/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands before an event's own fields in a line of text.
 */
#ifndef SOURCE_TEXT_HEAD_H
#define SOURCE_TEXT_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What tracing_mark_write puts into a trace, shown without the name of its event, "print". */
#define STLB_TEXT_MARK "tracing_mark_write"

/** enum stlb_head_part - how much of a head a line has that is no event */
enum stlb_head_part {
	STLB_HEAD_NONE,
	STLB_HEAD_CPU,	/* a task, a CPU, and the beginning of flags or of a time */
	STLB_HEAD_TIME, /* the time too */
};

struct stlb_text_head {
	const char *comm;
	const char *name; /* the event */
	const char *rest; /* its fields, up to end */
	const char *end;
	size_t comm_size;
	size_t name_size;
	uint64_t ns;
	int32_t tid;
	int32_t cpu;
	uint8_t context;
	uint8_t part;	/* enum stlb_head_part, of a line that is no event */
	bool irq_flags; /* the line has the column */
};

/**
 * stlb_text_head - read the head of a line
 *
 * Knows "comm-pid [(tgid)] [cpu] [flags] time: event: ..." of tracefs and trace-cmd report, and
 * the latency format, whose CPU is glued to the flags.
 *
 * Returns false for a line that is no event: then @part tells how much of one it is.
 */
bool stlb_text_head(const char *at, const char *end, struct stlb_text_head *head);

/**
 * stlb_text_head_time - read a time up to and over the colon after it, as nanoseconds
 *
 * A number without a point is a counter, such as x86-tsc gives. NULL for what is no time.
 */
const char *stlb_text_head_time(const char *at, const char *end, uint64_t *ns);

#endif
