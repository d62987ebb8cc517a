/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of perf script, with the fields that it prints by default and others beside them.
 */
#ifndef SOURCE_TEXT_PERF_SCRIPT_H
#define SOURCE_TEXT_PERF_SCRIPT_H

#include "source/text/head.h"

/**
 * struct stlb_perf_caller - one line of a callchain
 * @name: NULL where it has none, as @module of the core kernel
 * @offset: in the function, STLB_NO_OFFSET where the text does not tell it
 */
struct stlb_perf_caller {
	uint64_t address, offset;
	const char *name, *module;
	size_t name_size, module_size;
};

/**
 * stlb_text_perf_head - read the head of "comm tid [cpu] time: [period] system:event: fields"
 *
 * Instead of the tid there may be "pid/tid". Returns false for a line that is no event.
 */
bool stlb_text_perf_head(const char *line, const char *end, struct stlb_text_head *head);

/**
 * stlb_text_perf_sideband - read a record that perf script prints beside the events
 * @loss: whether it tells of lost events
 * @lost: how many, 0 where that cannot be read
 * @head: its CPU and time
 */
bool stlb_text_perf_sideband(const char *line, const char *end, struct stlb_text_head *head,
			     bool *loss, uint64_t *lost);

/** stlb_text_perf_no_cpu - whether a line is an event but for its CPU, as fields can be chosen */
bool stlb_text_perf_no_cpu(const char *line, const char *end);

/** stlb_text_perf_sample - whether a line is a sample of something else than a tracepoint */
bool stlb_text_perf_sample(const char *line, const char *end);

/** stlb_text_perf_caller - read "<tab>address [name[+offset]] [(file)]"; false for another line */
bool stlb_text_perf_caller(const char *line, const char *end, struct stlb_perf_caller *caller);

/** stlb_text_perf_note - the value of "# name : value", what perf script --header says; or false */
bool stlb_text_perf_note(const char *line, const char *end, const char *name, const char **value,
			 size_t *size);

#endif
