/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mark.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 32 };

/* The word up to one of some characters; false where it is empty or too long. */
static bool take_word(const char **text, const char *until, char word[MAX_WORD])
{
	size_t length = strcspn(*text, until);

	if (length == 0 || length >= MAX_WORD)
		return false;
	memcpy(word, *text, length);
	word[length] = '\0';
	*text += length;
	return true;
}

static bool take_number(const char **text, uint64_t *number)
{
	char word[MAX_WORD], *end;

	if (!take_word(text, " \r\n", word) || word[0] == '-' || word[0] == '+')
		return false;
	errno = 0;
	*number = strtoull(word, &end, 0);
	return !errno && !*end;
}

static bool take_field(const char **text, struct stlb_event *event)
{
	char word[MAX_WORD];
	enum stlb_field_id field;

	if (!take_word(text, "= \r\n", word) || **text != '=')
		return false;
	++*text;
	field = stlb_field_find(word);
	if (field == STLB_NR_FIELDS || !take_number(text, &event->value[field]))
		return false;
	event->has |= UINT64_C(1) << field;
	return true;
}

bool stlb_mark_read(const char *text, struct stlb_event *event)
{
	static const char prefix[] = "staletlb: ";
	struct stlb_event read = *event;
	char word[MAX_WORD];
	enum stlb_kind kind;

	if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return false;
	text += sizeof(prefix) - 1;
	if (!take_word(&text, " \r\n", word))
		return false;
	kind = stlb_kind_find(word);
	read.has = 0;
	for (text += strspn(text, " \r\n"); *text; text += strspn(text, " \r\n"))
		if (!take_field(&text, &read))
			return false;
	if (stlb_kind_class(kind) != STLB_CLASS_TABLE || stlb_kind_lacks(kind, read.has))
		return false;
	read.kind = kind;
	read.text = NULL;
	*event = read;
	return true;
}
