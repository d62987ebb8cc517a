/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/text_probe.h"

#include <string.h>

#include "source/text/look.h"

enum { PROBE_LINE = 4096 };

static bool looks_like_text(const char *head, size_t size)
{
	size_t odd = 0;
	const char *hole = memchr(head, 0, size);

	/* after its first lines a text may be damaged: holes of a file are zeros */
	if (hole && !memchr(head, '\n', (size_t)(hole - head)))
		return false;
	size = hole ? (size_t)(hole - head) : size;
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)head[i];

		odd += (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
	}
	return odd <= size / 16;
}

/* A copy of one line, since what it wears is taken off in place. */
static bool is_of_trace(const char *at, const char *stop)
{
	char line[PROBE_LINE], *start = line, *end;
	size_t size = (size_t)(stop - at);
	struct stlb_look look = {0};
	struct stlb_looked looked = {.line = {.ended = true}};

	size = size < sizeof(line) ? size : sizeof(line);
	memcpy(line, at, size);
	end = line + size;
	looked.line.dress = stlb_text_undress(&start, &end, true);
	looked.line.at = start;
	looked.line.end = end;
	if (looked.line.dress.log || (start < end && *start == '#'))
		return true;
	switch (stlb_text_look(&look, &looked)) {
	case STLB_LINE_EVENT:
	case STLB_LINE_LOSS:
	case STLB_LINE_GRAPH:
		return true;
	default:
		return look.notes.header;
	}
}

bool stlb_text_probe(const void *head, size_t size)
{
	const char *at = head, *end = at + size;

	if (!looks_like_text(at, size))
		return false;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		if (is_of_trace(at, stop))
			return true;
		at = stop + 1;
	}
	return false;
}
