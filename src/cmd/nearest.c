/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/nearest.h"

#include <string.h>

#include "util/text.h"

/* The beginning of a name is as good as a slip of one letter. */
static unsigned int unlikeness(const char *text, size_t length, const char *name)
{
	if (length > 1 && strncmp(text, name, length) == 0)
		return 1;
	return stlb_text_distance(text, name);
}

const char *stlb_nearest(const char *text, const char *(*name)(unsigned int index))
{
	size_t length = strlen(text);
	size_t limit = length < 6 ? 2 : length / 3;
	const char *nearest = NULL;

	for (unsigned int i = 0; name(i); i++) {
		unsigned int unlike = unlikeness(text, length, name(i));

		/* With not one letter in common there is no likeness, however short the names. */
		if (unlike > limit || unlike >= length)
			continue;
		nearest = name(i);
		limit = unlike - (unlike > 0);
		if (unlike == 0)
			break;
	}
	return nearest;
}
