/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/plain_out.h"

#include <stdarg.h>
#include <string.h>

#include "util/str.h"

static const char *style_code(enum stlb_style style)
{
	static const char *const codes[] = {
		[STLB_REGULAR] = "",	  [STLB_STRONG] = "1", [STLB_BAD] = "1;31",
		[STLB_DOUBTFUL] = "1;35", [STLB_MINOR] = "36", [STLB_GOOD] = "32",
		[STLB_NAME] = "1;34",
	};

	return codes[style];
}

static void pad(struct stlb_plain_out *out, unsigned int columns)
{
	if (columns)
		fprintf(out->to, "%*s", (int)columns, "");
	out->column += columns;
}

static void new_line(struct stlb_plain_out *out)
{
	putc('\n', out->to);
	out->column = 0;
	pad(out, out->hang);
	out->fresh = true;
	out->gap = 0;
}

static void put_word(struct stlb_plain_out *out, enum stlb_style style, const char *word,
		     size_t bytes)
{
	unsigned int columns = stlb_str_columns(word, bytes);
	bool color = out->color && style != STLB_REGULAR;

	if (out->gap && !out->fresh && out->column + out->gap + columns + out->spare > out->width)
		new_line(out);
	pad(out, out->gap);
	if (color)
		fprintf(out->to, "\033[%sm", style_code(style));
	fwrite(word, 1, bytes, out->to);
	if (color)
		fputs("\033[0m", out->to);
	out->column += columns;
	out->gap = 0;
	out->fresh = false;
}

void stlb_plain_begin(struct stlb_plain_out *out, unsigned int indent, unsigned int hang)
{
	out->column = 0;
	out->hang = hang;
	out->gap = 0;
	out->fresh = true;
	pad(out, indent);
}

void stlb_plain_add(struct stlb_plain_out *out, enum stlb_style style, const char *text)
{
	while (*text) {
		size_t bytes = strcspn(text, " ");

		if (bytes)
			put_word(out, style, text, bytes);
		text += bytes;
		if (*text) {
			out->gap = out->gap || out->fresh ? out->gap : 1;
			text++;
		}
	}
}

void stlb_plain_addf(struct stlb_plain_out *out, enum stlb_style style, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	stlb_plain_add(out, style, text);
}

void stlb_plain_column(struct stlb_plain_out *out, unsigned int column)
{
	out->gap = out->column < column ? column - out->column : 1;
}

void stlb_plain_field(struct stlb_plain_out *out, unsigned int column)
{
	out->hang = column;
	out->gap = 1;
	if (out->column >= column)
		return;
	pad(out, column - out->column);
	out->gap = 0;
	out->fresh = true;
}

void stlb_plain_end(struct stlb_plain_out *out)
{
	putc('\n', out->to);
	out->column = 0;
}

void stlb_plain_gap(struct stlb_plain_out *out)
{
	putc('\n', out->to);
}
