/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/format_check.h"

#include <ctype.h>
#include <string.h>

enum { MAX_DIGITS = 9, MAX_LINE = 1024 };

/** struct span - what is left of a line */
struct span {
	const char *at, *end;
};

size_t stlb_format_fields_size(const char *text, size_t size)
{
	static const char print[] = "\nprint fmt:";
	const char *found = memmem(text, size, print, sizeof(print) - 1);

	return found ? (size_t)(found - text) + 1 : size;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool take(struct span *span, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(span->end - span->at) < length || memcmp(span->at, text, length))
		return false;
	span->at += length;
	return true;
}

static bool take_number(struct span *span)
{
	const char *from = span->at;

	while (span->at < span->end && isdigit((unsigned char)*span->at))
		span->at++;
	return span->at > from && span->at - from <= MAX_DIGITS;
}

static bool take_word(struct span *span)
{
	const char *from = span->at;

	while (span->at < span->end && word_char(*span->at))
		span->at++;
	return span->at > from;
}

/* "[" and a number or a name of one "]" at the end of a declaration: back to before the "[" */
static bool drop_array(struct span *declaration)
{
	static const char signs[] = " +-*/()";
	const char *close = declaration->end - 1;
	bool named = false;

	if (declaration->end == declaration->at || declaration->end[-1] != ']')
		return true;
	while (--declaration->end > declaration->at && declaration->end[-1] != '[') {
		char c = declaration->end[-1];

		if (!word_char(c) && !memchr(signs, c, sizeof(signs) - 1))
			return false;
		named |= word_char(c);
	}
	if (declaration->end == declaration->at || (!named && declaration->end != close))
		return false;
	declaration->end--;
	return true;
}

/* What stands before the name: words, stars, and brackets or parentheses that close. */
static bool type_sound(struct span type)
{
	static const char others[] = " *[]()\",";
	int square = 0, round = 0, words = 0;

	for (; type.at < type.end; type.at++) {
		char c = *type.at;

		words += word_char(c) && !square && !round;
		square += c == '[' ? 1 : c == ']' ? -1 : 0;
		round += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (!word_char(c) && !memchr(others, c, sizeof(others) - 1))
			return false;
		if (square < 0 || square > 1 || round < 0 || (c == '(' && !words))
			return false;
	}
	return words && !square && !round;
}

/* "unsigned long args[6]", "__data_loc char[] name", "struct page * page" */
static bool declaration_sound(struct span declaration)
{
	const char *end;

	if (declaration.at == declaration.end || !word_char(*declaration.at) ||
	    !drop_array(&declaration))
		return false;
	end = declaration.end;
	while (declaration.end > declaration.at && word_char(declaration.end[-1]))
		declaration.end--;
	return declaration.end < end && !isdigit((unsigned char)*declaration.end) &&
	       type_sound(declaration);
}

static bool field_sound(struct span *line)
{
	const char *end = memchr(line->at, ';', (size_t)(line->end - line->at));

	if (!end || !declaration_sound((struct span){line->at, end}))
		return false;
	line->at = end;
	if (!take(line, ";\toffset:") || !take_number(line) || !take(line, ";\tsize:") ||
	    !take_number(line) || !take(line, ";"))
		return false;
	if (take(line, "\tsigned:"))
		return take_number(line) && take(line, ";") && line->at == line->end;
	return line->at == line->end;
}

/* The lines in their order: name, ID, format, and then fields and an empty line among them. */
static bool line_sound(struct span line, unsigned int number)
{
	if (line.end - line.at > MAX_LINE)
		return false;
	if (number == 0)
		return take(&line, "name: ") && take_word(&line) && line.at == line.end;
	if (number == 1)
		return take(&line, "ID: ") && take_number(&line) && line.at == line.end;
	if (number == 2)
		return take(&line, "format:") && line.at == line.end;
	return line.at == line.end || (take(&line, "\tfield:") && field_sound(&line));
}

bool stlb_format_sound(const char *text, size_t size)
{
	const char *end = text + stlb_format_fields_size(text, size);
	unsigned int number = 0;

	while (text < end) {
		const char *next = memchr(text, '\n', (size_t)(end - text));

		if (!next || !line_sound((struct span){text, next}, number))
			return false;
		text = next + 1;
		number++;
	}
	return number > 3;
}
