/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings that live as long as a source, each once, and the names of tasks. */
#include "source/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/map.h"

enum { MAX_STRINGS = 1 << 20, MAX_LENGTH = 64 * 1024, MAX_TASKS = 1 << 20 };

struct name {
	struct name *next; /* of the same hash */
	size_t length;
	char text[];
};

struct stlb_names {
	struct stlb_map strings; /* hash -> chain of struct name */
	struct stlb_map comms;	 /* tid -> interned text */
	uint64_t random[2];	 /* for stlb_map_hash_text() */
	uint32_t count;
};

struct stlb_names *stlb_names_new(void)
{
	struct stlb_names *names = calloc(1, sizeof(*names));

	if (names)
		stlb_map_random(names->random);
	return names;
}

static struct name *name_new(const char *text, size_t length)
{
	struct name *name = malloc(sizeof(*name) + length + 1);

	if (!name)
		return NULL;
	name->length = length;
	memcpy(name->text, text, length);
	name->text[length] = '\0';
	return name;
}

const char *stlb_names_intern(struct stlb_names *names, const char *text, size_t length)
{
	uint64_t hash = stlb_map_hash_text(names->random, 0, text, length);
	struct name *chain = stlb_map_get(&names->strings, hash), *name;

	for (name = chain; name; name = name->next)
		if (name->length == length && !memcmp(name->text, text, length))
			return name->text;
	if (names->count >= MAX_STRINGS || length > MAX_LENGTH)
		return NULL;
	name = name_new(text, length);
	if (!name)
		return NULL;
	name->next = chain;
	if (stlb_map_put(&names->strings, hash, name)) {
		free(name);
		return NULL;
	}
	names->count++;
	return name->text;
}

int stlb_names_set_comm(struct stlb_names *names, int32_t tid, const char *comm)
{
	const char *text = stlb_names_comm(names, tid);

	if (text && !strcmp(text, comm))
		return 0;
	if (!text && names->comms.count >= MAX_TASKS)
		return -ENOSPC;
	text = stlb_names_intern(names, comm, strlen(comm));
	if (!text)
		return -ENOMEM;
	return stlb_map_put(&names->comms, (uint32_t)tid, (void *)text);
}

const char *stlb_names_comm(const struct stlb_names *names, int32_t tid)
{
	return stlb_map_get(&names->comms, (uint32_t)tid);
}

void stlb_names_free(struct stlb_names *names)
{
	struct name *name, *next;
	uint32_t at = 0;

	if (!names)
		return;
	while ((name = stlb_map_next(&names->strings, &at)))
		for (; name; name = next) {
			next = name->next;
			free(name);
		}
	stlb_map_free(&names->strings);
	stlb_map_free(&names->comms);
	free(names);
}
