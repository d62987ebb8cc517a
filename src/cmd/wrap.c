/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/wrap.h"

#include <stdbool.h>
#include <string.h>

enum { WIDTH = 80 };

int stlb_wrap(FILE *to, const char *text, int column, int indent)
{
	while (*text) {
		int length = (int)strcspn(text, " ");
		bool first = column == indent;

		if (!first && column + 1 + length > WIDTH) {
			fprintf(to, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		fprintf(to, "%s%.*s", first ? "" : " ", length, text);
		column += length + !first;
		text += length;
		text += strspn(text, " ");
	}
	return column;
}
