/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "suggest.h"

enum { MAX_NAME = 31, MAX_DISTANCE = 3 };

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int min = a < b ? a : b;

	return min < c ? min : c;
}

/* Levenshtein's distance, one row at a time. */
static unsigned int distance(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b);
	unsigned int row[MAX_NAME + 1];

	if (length_a > MAX_NAME || length_b > MAX_NAME)
		return MAX_DISTANCE + 1;
	for (unsigned int j = 0; j <= length_b; j++)
		row[j] = j;
	for (size_t i = 0; i < length_a; i++) {
		unsigned int diagonal = row[0]++;

		for (size_t j = 0; j < length_b; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[length_b];
}

const char *stlb_suggest(const char *name, const char *const *known)
{
	unsigned int best = MAX_DISTANCE + 1;
	const char *nearest = NULL;

	for (; *known; known++) {
		unsigned int d = distance(name, *known);

		/* nothing of a name may be kept by chance alone */
		if (d < best && d < strlen(*known)) {
			best = d;
			nearest = *known;
		}
	}
	return nearest;
}
