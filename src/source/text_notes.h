/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of a text trace that are not events: headers, comments and lost events.
 */
#ifndef SOURCE_TEXT_NOTES_H
#define SOURCE_TEXT_NOTES_H

#include <stdbool.h>
#include <stdint.h>

/** struct stlb_text_notes - what the headers said so far */
struct stlb_text_notes {
	bool header; /* one that only a trace has */
	uint32_t cpus;
	uint64_t lost_before; /* entries written minus entries in the buffer */
};

/** stlb_text_note - take a header, a comment or a blank line; false for a line that is none */
bool stlb_text_note(struct stlb_text_notes *notes, const char *at, const char *end);

/**
 * stlb_text_loss - read a line that tells of lost events
 * @lost: how many, 0 where the line does not say
 */
bool stlb_text_loss(const char *at, const char *end, int32_t *cpu, uint64_t *lost);

#endif
