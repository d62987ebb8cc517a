/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text_probe.h"

#include <string.h>

#include "text_head.h"
#include "text_notes.h"
#include "text_perf.h"

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

bool stlb_text_probe(const void *head, size_t size)
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
		    stlb_text_perf_head(at, stop, &event) || stlb_text_loss(at, stop, &cpu, &lost))
			return true;
		stlb_text_note(&notes, at, stop);
		if (notes.header)
			return true;
		at = stop + 1;
	}
	return false;
}
