/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/text_events.h"

#include <stdlib.h>

#include "source/formats.h"
#include "source/names.h"
#include "util/map.h"

#define BUCKETS	     1024
#define MAX_EVENTS   4096
#define MAX_VARIANTS 256

/* One list of keys: the row's own copy of it points at interned names. */
struct variant {
	struct variant *next;
	const struct stlb_format *format;
	uint64_t hash;
	uint32_t nr;
	struct stlb_text_key keys[];
};

struct stlb_text_event {
	struct stlb_text_event *next; /* in its bucket */
	const struct stlb_text_form *form;
	const char *name; /* interned */
	uint32_t size;
	uint32_t nr_variants;
	bool needed;
	struct stlb_text_bare bare;
	struct variant *last; /* the one that fitted last */
	struct variant *variants;
};

struct stlb_text_events {
	struct stlb_source *source;
	uint32_t nr;
	struct stlb_text_event *buckets[BUCKETS];
	uint64_t random[2]; /* for stlb_map_hash_text() */
};

struct stlb_text_events *stlb_text_events_new(struct stlb_source *source)
{
	struct stlb_text_events *events = calloc(1, sizeof(*events));

	if (!events)
		return NULL;
	events->source = source;
	stlb_map_random(events->random);
	return events;
}

static struct stlb_text_event *event_new(struct stlb_text_events *events, const char *name,
					 size_t size)
{
	struct stlb_text_event *event;

	if (events->nr >= MAX_EVENTS)
		return NULL;
	event = calloc(1, sizeof(*event));
	if (!event)
		return NULL;
	event->name = stlb_names_intern(events->source->names, name, size);
	if (!event->name) {
		free(event);
		return NULL;
	}
	event->size = (uint32_t)size;
	event->form = stlb_text_form_find(name, size);
	event->needed = events->source->options.known &&
			events->source->options.known(events->source->options.arg, name, size);
	events->nr++;
	return event;
}

static struct stlb_text_event **bucket_of(struct stlb_text_events *events, const char *name,
					  size_t size)
{
	uint64_t hash = stlb_map_hash_text(events->random, 0, name, size);

	return &events->buckets[hash % BUCKETS];
}

struct stlb_text_event *stlb_text_events_find(struct stlb_text_events *events, const char *name,
					      size_t size)
{
	struct stlb_text_event **bucket = bucket_of(events, name, size);
	struct stlb_text_event *event;

	for (event = *bucket; event; event = event->next) {
		if (event->size == size && !memcmp(event->name, name, size))
			return event;
	}
	event = event_new(events, name, size);
	if (!event)
		return NULL;
	event->next = *bucket;
	*bucket = event;
	return event;
}

const struct stlb_text_form *stlb_text_event_form(const struct stlb_text_event *event)
{
	return event->form;
}

struct stlb_text_bare *stlb_text_event_bare(struct stlb_text_event *event)
{
	return &event->bare;
}

bool stlb_text_event_needed(const struct stlb_text_event *event)
{
	return event->needed;
}

static bool fits(const struct variant *variant, const struct stlb_text_row *row)
{
	if (variant->nr != row->nr)
		return false;
	for (uint32_t i = 0; i < row->nr; i++) {
		const struct stlb_text_key *a = &variant->keys[i], *b = &row->keys[i];

		if (a->size != b->size || a->type != b->type || memcmp(a->name, b->name, a->size))
			return false;
	}
	return true;
}

static uint64_t hash_row(const struct stlb_text_events *events, const struct stlb_text_row *row)
{
	uint64_t hash = row->nr;

	for (uint32_t i = 0; i < row->nr; i++)
		hash = stlb_map_hash_text(events->random, hash + row->keys[i].type,
					  row->keys[i].name, row->keys[i].size);
	return hash;
}

/* A stack is all that follows its number of entries; every other key has one slot. */
static struct stlb_field make_field(const struct stlb_text_key *key, uint32_t index)
{
	struct stlb_field field = {
		.name = key->name,
		.offset = index * (uint32_t)sizeof(uint64_t),
		.size = key->type == STLB_FIELD_DATA_LOC ? 4 : 8,
		.type = key->type,
	};

	if (key->type == STLB_FIELD_OTHER)
		field.offset = sizeof(((struct stlb_text_row *)NULL)->data.slots);
	return field;
}

static struct variant *variant_new(struct stlb_text_events *events, struct stlb_text_event *event,
				   const struct stlb_text_row *row, uint64_t hash)
{
	struct stlb_field fields[STLB_TEXT_FIELDS];
	struct variant *variant = calloc(1, sizeof(*variant) + row->nr * sizeof(row->keys[0]));
	const char *name = event->form->name ? event->form->name : event->name;

	if (!variant)
		return NULL;
	variant->nr = row->nr;
	variant->hash = hash;
	for (uint32_t i = 0; i < row->nr; i++) {
		struct stlb_text_key *key = &variant->keys[i];

		*key = row->keys[i];
		key->name = stlb_names_intern(events->source->names, key->name, key->size);
		if (!key->name)
			goto fail;
		fields[i] = make_field(key, i);
	}
	variant->format = stlb_formats_add(events->source, "", name, fields, row->nr);
	if (variant->format)
		return variant;
fail:
	free(variant);
	return NULL;
}

static struct variant *find_variant(struct stlb_text_events *events, struct stlb_text_event *event,
				    const struct stlb_text_row *row)
{
	uint64_t hash = hash_row(events, row);
	struct variant *variant;

	for (variant = event->variants; variant; variant = variant->next) {
		if (variant->hash == hash && fits(variant, row))
			return variant;
	}
	if (event->nr_variants >= MAX_VARIANTS)
		return NULL;
	variant = variant_new(events, event, row, hash);
	if (!variant)
		return NULL;
	variant->next = event->variants;
	event->variants = variant;
	event->nr_variants++;
	return variant;
}

const struct stlb_format *stlb_text_event_format(struct stlb_text_events *events,
						 struct stlb_text_event *event,
						 const struct stlb_text_row *row)
{
	struct variant *variant = event->last;

	if (variant && fits(variant, row))
		return variant->format;
	variant = find_variant(events, event, row);
	if (!variant)
		return NULL;
	event->last = variant;
	return variant->format;
}

static void event_free(struct stlb_text_event *event)
{
	struct variant *variant = event->variants, *next;

	for (; variant; variant = next) {
		next = variant->next;
		free(variant);
	}
	free(event);
}

void stlb_text_events_free(struct stlb_text_events *events)
{
	struct stlb_text_event *event, *next;

	if (!events)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (event = events->buckets[i]; event; event = next) {
			next = event->next;
			event_free(event);
		}
	}
	free(events);
}
