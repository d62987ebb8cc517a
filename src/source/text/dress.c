/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/dress.h"

#include <string.h>

#include "source/text/text_number.h"

enum { MAX_LAYERS = 8, MAX_BRACKET = 48, ESCAPE = 0x1b };

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_spaces(const char *at, const char *end)
{
	while (at < end && is_space(*at))
		at++;
	return at;
}

static bool starts(const char *at, const char *end, const char *words)
{
	size_t size = strlen(words);

	return (size_t)(end - at) >= size && !memcmp(at, words, size);
}

/* After one word and the spaces that follow it. */
static const char *skip_word(const char *at, const char *end)
{
	while (at < end && !is_space(*at))
		at++;
	return skip_spaces(at, end);
}

/* ---- terminals and tables ---- */

/* One past an escape sequence: "ESC [ parameters letter", or ESC and one character. */
static const char *skip_escape(const char *at, const char *end)
{
	at++;
	if (at < end && *at != '[')
		return at + 1;
	at += at < end;
	while (at < end && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x40)
		at++;
	return at < end ? at + 1 : at;
}

static char *drop_colours(char *line, char *end)
{
	const char *from = memchr(line, ESCAPE, (size_t)(end - line));
	char *to = line + (from ? from - line : end - line);

	while (from && from < end) {
		if (*from == ESCAPE)
			from = skip_escape(from, end);
		else
			*to++ = *from++;
	}
	return to;
}

/* A quote within a quoted cell is doubled. */
static char *drop_doubled_quotes(char *at, char *end)
{
	char *to = memmem(at, (size_t)(end - at), "\"\"", 2);

	if (!to)
		return end;
	for (const char *from = to; from < end; from++) {
		*to++ = *from;
		from += *from == '"' && from + 1 < end && from[1] == '"';
	}
	return to;
}

/* The only cell of a row, or the first where nothing but separators follow. */
static bool take_quotes(char **at, char **end)
{
	char *last = *end;

	while (last > *at && (last[-1] == ',' || last[-1] == ';' || is_space(last[-1])))
		last--;
	if (last - *at < 2 || last[-1] != '"')
		return false;
	++*at;
	*end = drop_doubled_quotes(*at, last - 1);
	return true;
}

/* ---- logs ---- */

/* "[   12.345678]", "[  T12]", "[Tue Nov  3 10:00:00 2026]": a number in brackets, alone. */
static const char *skip_bracket(const char *at, const char *end)
{
	const char *limit = end - at > MAX_BRACKET ? at + MAX_BRACKET : end;
	bool digit = false;

	for (at++; at < limit && *at != ']'; at++) {
		digit |= stlb_text_digit(*at);
		if (!stlb_text_digit(*at) && (unsigned char)((*at | 0x20) - 'a') >= 26 &&
		    !strchr(" .:+<>,-/", *at))
			return NULL;
	}
	if (!digit || at == limit)
		return NULL;
	at++;
	return at == end || is_space(*at) || *at == '[' ? at : NULL;
}

/* "<4>" */
static const char *skip_level(const char *at, const char *end)
{
	uint64_t level;

	at = stlb_text_decimal(at + 1, end, &level);
	return at && at < end && *at == '>' ? at + 1 : NULL;
}

/* Digits and separators as in a date or a time of day: "10:00:00.123", "2026-11-03T10:00:00Z". */
static bool is_clock(const char *at, const char *end)
{
	const char *start = at;
	int parts = 0;

	for (; at < end && !is_space(*at); at++) {
		parts += *at == ':' || *at == '-';
		if (!stlb_text_digit(*at) && !strchr(":-.,+TZ", *at))
			return false;
	}
	return at > start && parts >= 2 && stlb_text_digit(*start) && at[-1] != ':';
}

/* "6,1234,5714790,-,caller=T1;" of /dev/kmsg */
static const char *skip_kmsg(const char *at, const char *end)
{
	uint64_t number;

	for (int i = 0; i < 3; i++) {
		at = stlb_text_decimal(at, end, &number);
		if (!at || at == end || *at++ != ',')
			return NULL;
	}
	while (at < end && *at != ';' && !is_space(*at))
		at++;
	return at < end && *at == ';' ? at + 1 : NULL;
}

/* "kernel: ", "kernel[0]: ", "host kernel: "; without a date before it a host may be a task. */
static const char *skip_host(const char *at, const char *end, bool worn)
{
	if (!worn && *at != 'k')
		return NULL;
	if (worn && !starts(at, end, "kernel"))
		at = skip_word(at, end);
	if (!starts(at, end, "kernel"))
		return NULL;
	for (at += 6; at < end && (*at == '[' || *at == ']' || stlb_text_digit(*at)); at++)
		;
	return starts(at, end, ": ") ? at + 2 : NULL;
}

static const char *skip_number(const char *at, const char *end)
{
	const char *kmsg = skip_kmsg(at, end);
	uint64_t number;

	if (kmsg)
		return kmsg;
	if (is_clock(at, end))
		return skip_word(at, end);
	at = stlb_text_decimal(at, end, &number); /* grep -n */
	return at && end - at > 1 && *at == ':' && strchr(" \t[#=", at[1]) ? at + 1 : NULL;
}

static bool is_one_of(const char *at, const char *end, const char *words)
{
	for (; *words; words += 3)
		if (end - at > 4 && !memcmp(at, words, 3) && is_space(at[3]))
			return true;
	return false;
}

/* "Nov  3 10:00:00 ", with a weekday before it and a year after it or not. */
static const char *skip_date(const char *at, const char *end)
{
	const char *after;
	uint64_t year;

	if (end - at < 5 || !is_space(at[3])) /* nearly every line */
		return NULL;
	if (is_one_of(at, end, "MonTueWedThuFriSatSun"))
		at = skip_word(at, end);
	if (!is_one_of(at, end, "JanFebMarAprMayJunJulAugSepOctNovDec"))
		return NULL;
	at = skip_word(at, end);
	if (at == end || !stlb_text_digit(*at))
		return NULL;
	at = skip_word(at, end);
	if (!is_clock(at, end))
		return NULL;
	at = skip_word(at, end);
	after = stlb_text_decimal(at, end, &year);
	return after == at + 4 && after < end && is_space(*after) ? skip_spaces(after, end) : at;
}

/* "kern  :warn  : " of dmesg -x */
static const char *skip_facility(const char *at, const char *end)
{
	static const char *const names[] = {"kern", "user", "daemon", "syslog"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *p = at + strlen(names[i]);

		if (*at != *names[i] || !starts(at, end, names[i]))
			continue;
		p = skip_spaces(p, end);
		if (p == end || *p != ':')
			return NULL;
		p = skip_word(p + 1, end);
		return p < end && *p == ':' ? p + 1 : NULL;
	}
	return NULL;
}

/* "** 12 printk messages dropped ** " in front of the line that came after them. */
static const char *skip_dropped(const char *at, const char *end)
{
	static const char words[] = " printk messages dropped **";
	uint64_t number;

	if (*at != '*')
		return NULL;
	at = starts(at, end, "** ") ? stlb_text_decimal(at + 3, end, &number) : NULL;
	if (!at || !starts(at, end, words))
		return NULL;
	at = skip_spaces(at + sizeof(words) - 1, end);
	return at < end ? at : NULL;
}

/* ---- all of it ---- */

static const char *skip_log(const char *at, const char *end, bool worn)
{
	const char *after = NULL;

	if (*at == '[')
		after = skip_bracket(at, end);
	else if (*at == '<')
		after = skip_level(at, end);
	else if (stlb_text_digit(*at))
		after = skip_number(at, end);
	else
		after = skip_date(at, end);
	if (!after)
		after = skip_facility(at, end);
	return after ? after : skip_host(at, end, worn);
}

/* "> ", ">> ", "| " of mail; "+" of a patch, whose lines begin with their own spaces. */
static const char *skip_mark(const char *at, const char *end)
{
	if (starts(at, end, "\xef\xbb\xbf"))
		return at + 3;
	if (*at != '>' && *at != '|' && *at != '+')
		return NULL;
	at++;
	return at == end || is_space(*at) || *at == '>' || *at == '|' || *at == '#' || *at == '['
		       ? at
		       : NULL;
}

static bool take_layer(char **at, char **end, struct stlb_dress *dress)
{
	char *first = *at + (skip_spaces(*at, *end) - *at);
	const char *after;

	if (first == *end)
		return false;
	if (*first == '"') {
		if (!take_quotes(&first, end))
			return false;
		*at = first;
		return true;
	}
	after = skip_mark(first, *end);
	if (!after) {
		after = skip_dropped(first, *end);
		dress->dropped |= after != NULL;
	}
	if (!after) {
		after = skip_log(first, *end, dress->log);
		dress->log |= after != NULL;
	}
	if (after)
		*at = first + (after - first);
	return after;
}

struct stlb_dress stlb_text_undress(char **at, char **end, bool coloured)
{
	struct stlb_dress dress = {0};
	char *stop = coloured ? drop_colours(*at, *end) : *end;

	dress.any = stop != *end;
	while (stop > *at && (is_space(stop[-1]) || stop[-1] == '\r'))
		stop--;
	*end = stop;
	for (int i = 0; i < MAX_LAYERS && take_layer(at, end, &dress); i++)
		dress.any = true;
	stop = *at + (skip_spaces(*at, *end) - *at);
	if (stop < *end && *stop == '#') /* a header that was indented */
		*at = stop;
	return dress;
}
