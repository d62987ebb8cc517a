/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/event_unknown.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/event_format.h"
#include "source/names.h"
#include "source/source_ops.h"

enum { MAX_HEAD = 160, MAX_NAME = 64 };

/* "name: mm_page_free\nID: 494\n", which formats begin with. */
static bool read_head(const char *text, size_t size, char name[MAX_NAME], unsigned int *id)
{
	char head[MAX_HEAD];
	const char *at;

	if (size >= sizeof(head))
		size = sizeof(head) - 1;
	memcpy(head, text, size);
	head[size] = '\0';
	at = strstr(head, "\nID: ");
	return at && sscanf(at, "\nID: %9u", id) == 1 && *id < STLB_EVENT_FORMAT_IDS &&
	       sscanf(head, "name: %63[a-zA-Z0-9_]", name) == 1;
}

int stlb_unknown_note(struct stlb_unknown *unknown, struct stlb_source *source, const char *system,
		      const char *text, size_t size)
{
	char name[MAX_NAME], whole[2 * MAX_NAME];
	unsigned int id;

	if (!read_head(text, size, name, &id))
		return 0;
	if (!unknown->names)
		unknown->names = calloc(STLB_EVENT_FORMAT_IDS, sizeof(*unknown->names));
	if (!unknown->names)
		return -ENOMEM;
	snprintf(whole, sizeof(whole), "%.63s:%s", system, name);
	unknown->names[id] = stlb_names_intern(source->names, whole, strlen(whole));
	return unknown->names[id] ? 0 : -ENOMEM;
}

const char *stlb_unknown_name(const struct stlb_unknown *unknown, uint64_t id)
{
	return unknown->names && id < STLB_EVENT_FORMAT_IDS ? unknown->names[id] : NULL;
}

/* perf adds to the name how the event was asked for. */
bool stlb_unknown_needed(const struct stlb_source *source, const char *name)
{
	const struct stlb_source_options *options = &source->options;
	const char *event = name ? strchr(name, ':') : NULL;
	size_t size = 0;

	if (!event)
		return true;
	for (event++; isalnum((unsigned char)event[size]) || event[size] == '_'; size++)
		;
	return options->known && options->known(options->arg, event, size);
}

void stlb_unknown_free(struct stlb_unknown *unknown)
{
	free((void *)unknown->names);
	unknown->names = NULL;
}
