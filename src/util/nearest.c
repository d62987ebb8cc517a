/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/nearest.h"

#include <string.h>

#include "util/str.h"

/* Further than this from a name, a text is another one, however long both are. */
enum { MAX_UNLIKENESS = 5 };

struct search {
	const char *text, *nearest;
	size_t length, limit; /* what is less unlike than this is nearer */
};

static struct search search_for(const char *text)
{
	struct search search = {.text = text, .length = strlen(text)};
	size_t most = search.length / (search.length < 6 ? 2 : 3);

	search.limit = (most < MAX_UNLIKENESS ? most : MAX_UNLIKENESS) + 1;
	return search;
}

/* The beginning of a name is as good as a slip of one letter. */
static size_t unlikeness(const struct search *search, const char *name)
{
	if (search->length > 1 && strncmp(search->text, name, search->length) == 0)
		return strlen(name) > search->length;
	return stlb_str_distance(search->text, name);
}

static void offer(struct search *search, const char *name)
{
	size_t unlike = unlikeness(search, name);

	if (unlike >= search->limit)
		return;
	search->nearest = name;
	search->limit = unlike;
}

const char *stlb_nearest(const char *text, const char *(*name)(unsigned int index))
{
	struct search search = search_for(text);

	for (unsigned int i = 0; name(i); i++)
		offer(&search, name(i));
	return search.nearest;
}

const char *stlb_nearest_in(const char *text, const char *const *names)
{
	struct search search = search_for(text);

	for (; *names; names++)
		offer(&search, *names);
	return search.nearest;
}
