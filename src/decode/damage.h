/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records that a row is meant for and that cannot be read. One that rules hang on is a loss at its
 * place. An event that merely has the name of one that is known, and none of its fields, is
 * reported once.
 */
#ifndef DECODE_DAMAGE_H
#define DECODE_DAMAGE_H

#include "binding.h"

enum { STLB_MAX_NAMED = 256 };

/**
 * struct stlb_named - events of one name, in a text that has a format for each list of fields
 * @has: fields that one of the lists has
 * @foreign: records with a list that has nothing of what is needed, of which @lacks is missing
 * @reported: stlb_decoder_foreign() has
 */
struct stlb_named {
	const char *name;
	uint64_t has, foreign, lacks;
	uint8_t kind;
	bool bound, reported;
	char words[120];
};

/** struct stlb_damage - zeroed: nothing is known */
struct stlb_damage {
	struct stlb_named named[STLB_MAX_NAMED];
	uint32_t nr;
	char text[160];
};

/**
 * stlb_damage_look - judge the binding of a format, before it is used
 * @bound: as stlb_bind() returned it, 1 or -EBADMSG
 * @text: the formats are made of the lines of a text
 *
 * Returns false where the format is not one of ours.
 */
bool stlb_damage_look(struct stlb_damage *damage, struct stlb_binding *binding, int bound,
		      bool text);

/** stlb_damage_fields - the words for a record that lacks what the kind or other records have */
const char *stlb_damage_fields(struct stlb_damage *damage, const struct stlb_binding *binding);

/** stlb_damage_size - the words for a record that is too short */
const char *stlb_damage_size(struct stlb_damage *damage, const struct stlb_binding *binding,
			     uint32_t size);

/** stlb_damage_range - the words for a number that cannot be; NULL where all can */
const char *stlb_damage_range(struct stlb_damage *damage, const struct stlb_event *event);

/** stlb_damage_lacks - fields that others of the name have, and this one does not */
uint64_t stlb_damage_lacks(const struct stlb_binding *binding);

/** stlb_damage_later - the words for @nr records that lack what later ones have */
const char *stlb_damage_later(struct stlb_damage *damage, const struct stlb_named *named,
			      uint64_t nr);

/** stlb_damage_foreign - the words for events that have none of the fields; kept with @named */
const char *stlb_damage_foreign(struct stlb_damage *damage, struct stlb_named *named);

#endif
