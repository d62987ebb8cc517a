/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Optional in events as people write them by hand: one is meant where no number is given. */
#define MAY_BE_ABSENT (STLB_BIT(NR) | STLB_BIT(FLAGS) | STLB_BIT(EVENT) | STLB_BIT(CALLER))
/* Names may stand where others print numbers. */
#define MAY_BE_WORDS (STLB_BIT(FLAGS) | STLB_BIT(EVENT) | STLB_BIT(TRYLOCK))

enum { MAX_ORDER = 63, PFN_BITS = 52 };

static struct stlb_named *find_named(struct stlb_damage *damage, const struct stlb_binding *binding)
{
	struct stlb_named *named;

	for (uint32_t i = 0; i < damage->nr; i++) {
		named = &damage->named[i];
		if (named->kind == binding->kind && !strcmp(named->name, binding->name))
			return named;
	}
	if (damage->nr == STLB_MAX_NAMED)
		return NULL;
	named = &damage->named[damage->nr++];
	*named = (struct stlb_named){
		.name = binding->name,
		.kind = binding->kind,
	};
	return named;
}

uint64_t stlb_damage_lacks(const struct stlb_binding *binding)
{
	return binding->event ? binding->event->has & ~binding->has & ~MAY_BE_ABSENT : 0;
}

bool stlb_damage_look(struct stlb_damage *damage, struct stlb_binding *binding, int bound,
		      bool text)
{
	struct stlb_named *named;

	if (!stlb_kind_decides(binding->kind))
		return bound == 1;
	named = find_named(damage, binding);
	binding->event = named;
	if (bound == 1 && !text)
		return true;
	if (bound == 1) {
		bool bad = stlb_damage_lacks(binding) || binding->wrong & ~MAY_BE_WORDS;

		binding->bad = bad ? STLB_BAD_FIELDS : STLB_BAD_NOT;
		if (named && !binding->bad) {
			named->has |= binding->has;
			named->bound = true;
		}
		return true;
	}
	if (!text) { /* its format never had them: reported once, nothing else can be said of it */
		if (named && !named->foreign++)
			named->lacks = stlb_kind_lacks(binding->kind, binding->has);
		return false;
	}
	/* some of its fields, or others of its name are whole: it was one of ours */
	binding->bad = (named && named->bound) || binding->has || binding->wrong ? STLB_BAD_FIELDS
										 : STLB_BAD_FOREIGN;
	if (named && binding->bad == STLB_BAD_FOREIGN)
		named->lacks = stlb_kind_lacks(binding->kind, binding->has);
	return true;
}

static void put_fields(struct stlb_damage *damage, uint64_t fields, const char *what)
{
	size_t at = strlen(damage->text);

	for (unsigned int id = 0; id < STLB_NR_FIELDS; id++) {
		if (!(fields >> id & 1))
			continue;
		at += (size_t)snprintf(damage->text + at, sizeof(damage->text) - at, "%s'%s'",
				       damage->text[at - 1] == ' ' ? "" : ", ",
				       stlb_field_name(id));
		if (at >= sizeof(damage->text))
			return;
	}
	snprintf(damage->text + at, sizeof(damage->text) - at, " %s", what);
}

const char *stlb_damage_fields(struct stlb_damage *damage, const struct stlb_binding *binding)
{
	uint64_t lacks = stlb_kind_lacks(binding->kind, binding->has) | stlb_damage_lacks(binding);
	uint64_t wrong = binding->wrong & ~MAY_BE_WORDS;

	snprintf(damage->text, sizeof(damage->text), "%.64s: ", binding->name);
	if (wrong)
		put_fields(damage, wrong, "cannot be read");
	else
		put_fields(damage, lacks, "missing");
	return damage->text;
}

const char *stlb_damage_size(struct stlb_damage *damage, const struct stlb_binding *binding,
			     uint32_t size)
{
	snprintf(damage->text, sizeof(damage->text),
		 "%.64s: a record of %" PRIu32 " bytes, its fields take %" PRIu32, binding->name,
		 size, binding->min_size);
	return damage->text;
}

static bool is_of_pages(enum stlb_kind kind)
{
	return kind == STLB_PAGE_ALLOC || kind == STLB_PAGE_FREE ||
	       kind == STLB_PAGE_FREE_BATCHED || kind == STLB_HUGE_FREE;
}

const char *stlb_damage_range(struct stlb_damage *damage, const struct stlb_event *event)
{
	if (!is_of_pages(event->kind))
		return NULL;
	if (stlb_event_or(event, ORDER, 0) <= MAX_ORDER &&
	    stlb_event_or(event, PFN, 0) >> PFN_BITS == 0)
		return NULL;
	snprintf(damage->text, sizeof(damage->text), "%.64s: '%s' is out of range", event->name,
		 stlb_event_or(event, ORDER, 0) > MAX_ORDER ? "order" : "pfn");
	return damage->text;
}

const char *stlb_damage_later(struct stlb_damage *damage, const struct stlb_named *named,
			      uint64_t nr)
{
	snprintf(damage->text, sizeof(damage->text),
		 "%.64s: %" PRIu64 " of them lack fields that later ones have", named->name, nr);
	return damage->text;
}

const char *stlb_damage_foreign(struct stlb_damage *damage, struct stlb_named *named)
{
	size_t at;

	snprintf(damage->text, sizeof(damage->text),
		 "events named %.32s are not used: ", named->name);
	put_fields(damage, named->lacks, "missing in all of them");
	at = strlen(damage->text);
	snprintf(named->words, sizeof(named->words), "%.*s", (int)at, damage->text);
	return named->words;
}
