/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records to events. Four of five records of a stock kernel's trace are lock events, so an event
 * is never zeroed as a whole: its head, and the values that it has, are written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "staletlb/decode.h"
#include "damage.h"
#include "mark.h"
#include "util/grow.h"

enum {
	MAX_FORMATS = 1 << 20, /* a text source makes formats as it goes */
	MAX_TEXT = 256,
	MAX_STACK = 128,
};

struct stlb_decoder {
	struct stlb_binding **bindings; /* by index of the format; NULL: not wanted */
	uint32_t nr_bindings;
	struct stlb_kinds kinds;
	struct stlb_profile *const *profiles;
	unsigned int nr_profiles;
	struct stlb_damage damage;
	uint32_t missed; /* names that stlb_decoder_missed() has gone through */
	char text[MAX_TEXT];
	uint64_t stack[MAX_STACK];
};

struct stlb_decoder *stlb_decoder_new(struct stlb_profile *const *profiles, unsigned int nr)
{
	struct stlb_decoder *decoder = calloc(1, sizeof(*decoder));
	struct stlb_profile **copy = nr ? calloc(nr, sizeof(*copy)) : NULL;

	if (!decoder || (nr && !copy)) {
		free(decoder);
		free(copy);
		return NULL;
	}
	if (nr)
		memcpy(copy, profiles, nr * sizeof(*copy));
	decoder->profiles = copy;
	decoder->nr_profiles = nr;
	return decoder;
}

void stlb_decoder_free(struct stlb_decoder *decoder)
{
	if (!decoder)
		return;
	for (uint32_t i = 0; i < decoder->nr_bindings; i++)
		free(decoder->bindings[i]);
	free(decoder->bindings);
	free((void *)decoder->profiles);
	free(decoder);
}

static bool make_room(struct stlb_decoder *decoder, uint32_t index)
{
	if (index < decoder->nr_bindings)
		return true;
	return index < MAX_FORMATS &&
	       !stlb_grow_to((void **)&decoder->bindings, index + 1, &decoder->nr_bindings,
			     sizeof(struct stlb_binding *));
}

static int bind_format(const struct stlb_decoder *decoder, const struct stlb_format *format,
		       struct stlb_binding *binding)
{
	struct stlb_binding attempt;
	int ret = -ENOENT;

	for (unsigned int i = 0; i <= decoder->nr_profiles; i++) {
		int bound = stlb_bind(i < decoder->nr_profiles ? decoder->profiles[i]
							       : stlb_profile_builtin(),
				      format, &attempt);

		if (bound >= 0) {
			*binding = attempt;
			return bound;
		}
		if (bound == -EBADMSG && ret == -ENOENT) {
			*binding = attempt;
			ret = bound;
		}
	}
	return ret;
}

bool stlb_decoder_wants(void *arg, const struct stlb_format *format)
{
	struct stlb_decoder *decoder = arg;
	struct stlb_binding binding;
	struct stlb_binding *copy;
	int bound = bind_format(decoder, format, &binding);

	if (bound == 0 || bound == -ENOENT || !make_room(decoder, format->index) ||
	    !stlb_damage_look(&decoder->damage, &binding, bound, !format->system[0]))
		return false;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return false;
	*copy = binding;
	free(decoder->bindings[format->index]);
	decoder->bindings[format->index] = copy;
	if (bound == 1)
		stlb_kinds_add(&decoder->kinds, binding.kind);
	return true;
}

bool stlb_decoder_knows(void *arg, const char *name, size_t size)
{
	const struct stlb_decoder *decoder = arg;

	for (unsigned int i = 0; i < decoder->nr_profiles; i++)
		if (stlb_bind_knows(decoder->profiles[i], name, size))
			return true;
	return stlb_bind_knows(stlb_profile_builtin(), name, size);
}

const struct stlb_kinds *stlb_decoder_kinds(const struct stlb_decoder *decoder)
{
	return &decoder->kinds;
}

static inline uint64_t load_number(const uint8_t *data, struct stlb_load load)
{
	const uint8_t *from = data + load.offset;
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (load.how) {
	case STLB_U64:
		memcpy(&u64, from, sizeof(u64));
		return u64;
	case STLB_U32:
	case STLB_S32:
		memcpy(&u32, from, sizeof(u32));
		return load.how == STLB_S32 ? (uint64_t)(int32_t)u32 : u32;
	case STLB_U16:
	case STLB_S16:
		memcpy(&u16, from, sizeof(u16));
		return load.how == STLB_S16 ? (uint64_t)(int16_t)u16 : u16;
	case STLB_S8:
		return (uint64_t)(int8_t)*from;
	default:
		return *from;
	}
}

/* Where the text lies in the record; NULL where it would be outside of it. */
static const char *find_text(const struct stlb_text_place *place, const struct stlb_record *record,
			     uint32_t *size)
{
	uint32_t offset = place->offset;
	uint32_t loc;

	*size = place->size ? place->size : record->size - offset;
	if (place->data_loc) {
		memcpy(&loc, (const uint8_t *)record->data + offset, sizeof(loc));
		offset = loc & 0xffff;
		*size = loc >> 16;
	}
	if (offset > record->size || *size > record->size - offset)
		return NULL;
	return (const char *)record->data + offset;
}

static const char *bounded_copy(struct stlb_decoder *decoder, const char *text, uint32_t size)
{
	size_t length = strnlen(text, size);

	if (length >= sizeof(decoder->text))
		length = sizeof(decoder->text) - 1;
	memcpy(decoder->text, text, length);
	decoder->text[length] = '\0';
	return decoder->text;
}

/* A phase mark is one line; of what a user prints, only lines that begin with "phase " are one. */
static bool decode_phase(struct stlb_decoder *decoder, const char *text, uint32_t size,
			 bool with_prefix, struct stlb_event *event)
{
	static const char prefix[] = "phase ";
	const uint32_t skip = with_prefix ? sizeof(prefix) - 1 : 0;

	if (size < skip || memcmp(text, prefix, skip) != 0)
		return false;
	event->text = bounded_copy(decoder, text + skip, size - skip);
	decoder->text[strcspn(decoder->text, "\r\n")] = '\0';
	return true;
}

static bool decode_text(struct stlb_decoder *decoder, const struct stlb_binding *binding,
			const struct stlb_record *record, struct stlb_event *event)
{
	uint32_t size;
	const char *text = find_text(&binding->text, record, &size);

	if (!text)
		return false;
	if (binding->special == STLB_ROW_PHASE && size && *text == 's' &&
	    stlb_mark_read(bounded_copy(decoder, text, size), event))
		return true;
	if (binding->kind == STLB_PHASE)
		return decode_phase(decoder, text, size, binding->special == STLB_ROW_PHASE, event);
	/* the last byte decides in the usual case, without a look at the others */
	event->text = size && text[size - 1] == '\0' ? text : bounded_copy(decoder, text, size);
	return true;
}

static bool decode_stack(struct stlb_decoder *decoder, const struct stlb_binding *binding,
			 const struct stlb_record *record, struct stlb_event *event)
{
	const uint8_t *data = record->data;
	uint64_t nr = load_number(data, binding->stack_size);
	uint64_t fit = (record->size - binding->stack_offset) / sizeof(*decoder->stack);

	if (nr > fit)
		nr = fit;
	if (nr > MAX_STACK)
		nr = MAX_STACK;
	memcpy(decoder->stack, data + binding->stack_offset, nr * sizeof(*decoder->stack));
	/* the kernel ends stacks that are shorter than its buffer with ~0 */
	while (nr && decoder->stack[nr - 1] == UINT64_MAX)
		nr--;
	event->stack = decoder->stack;
	event->nr_stack = nr;
	return true;
}

static void change_values(const struct stlb_binding *binding, struct stlb_event *event)
{
	for (unsigned int i = 0; i < binding->nr_changes; i++) {
		const struct stlb_change *change = &binding->changes[i];
		uint64_t *value = &event->value[change->id];

		*value &= change->mask;
		*value = change->shift < 0 ? *value >> -change->shift : *value << change->shift;
		*value += change->add;
	}
	for (unsigned int i = 0; i < binding->nr_constants; i++)
		event->value[binding->constants[i].id] = binding->constants[i].value;
}

static bool decode_more(struct stlb_decoder *decoder, const struct stlb_binding *binding,
			const struct stlb_record *record, struct stlb_event *event)
{
	if (binding->has_when) {
		uint64_t value = load_number(record->data, binding->when);

		if ((value != binding->when_value) != binding->when_differs)
			return false;
	}
	change_values(binding, event);
	if (binding->special == STLB_ROW_STACK)
		return decode_stack(decoder, binding, record, event);
	return !binding->text.bound || decode_text(decoder, binding, record, event);
}

static inline void set_head(const struct stlb_record *record, struct stlb_event *event)
{
	event->ns = record->ns;
	event->line = 0;
	event->comm = record->comm;
	event->text = NULL;
	event->stack = NULL;
	event->nr_stack = 0;
	event->cpu = record->cpu;
	event->tid = record->tid;
	event->context = record->context;
}

static bool decode_loss(const struct stlb_record *record, struct stlb_event *event)
{
	set_head(record, event);
	event->name = stlb_kind_name(STLB_LOST);
	event->kind = STLB_LOST;
	event->level = STLB_LEVEL_PTE;
	event->same_content = 0;
	event->has = STLB_BIT(MISSED) | STLB_BIT(PLACE);
	event->text = record->gap;
	event->line = record->line;
	stlb_event_get(event, MISSED) = record->lost;
	stlb_event_get(event, PLACE) = record->loss;
	return true;
}

/* An event that cannot be read is lost, where it stands. */
static bool decode_gap(const struct stlb_record *record, const char *why, struct stlb_event *event)
{
	struct stlb_record loss = *record;

	if (record->format->system[0]) /* only texts have lines */
		loss.line = 0;
	loss.loss = STLB_LOSS_HERE;
	loss.lost = 1;
	loss.gap = why;
	return decode_loss(&loss, event);
}

static bool decode_bad(struct stlb_decoder *decoder, const struct stlb_binding *binding,
		       const struct stlb_record *record, struct stlb_event *event)
{
	struct stlb_damage *damage = &decoder->damage;

	if (binding->bad == STLB_BAD_FOREIGN) {
		if (binding->event)
			binding->event->foreign++;
		return false;
	}
	if (binding->bad)
		return decode_gap(record, stlb_damage_fields(damage, binding), event);
	return stlb_kind_decides(binding->kind) &&
	       decode_gap(record, stlb_damage_size(damage, binding, record->size), event);
}

static bool decode_rest(struct stlb_decoder *decoder, const struct stlb_binding *binding,
			const struct stlb_record *record, struct stlb_event *event)
{
	const char *why;

	if (binding->more && !decode_more(decoder, binding, record, event))
		return false;
	if (!(event->has & (STLB_BIT(PFN) | STLB_BIT(ORDER))))
		return true;
	why = stlb_damage_range(&decoder->damage, event);
	return why ? decode_gap(record, why, event) : true;
}

bool stlb_decode(struct stlb_decoder *decoder, const struct stlb_record *record,
		 struct stlb_event *event)
{
	const struct stlb_format *format = record->format;
	struct stlb_binding *binding;

	if (!format)
		return decode_loss(record, event);
	if (format->index >= decoder->nr_bindings)
		return false;
	binding = decoder->bindings[format->index];
	if (!binding)
		return false;
	if (binding->bad || record->size < binding->min_size)
		return decode_bad(decoder, binding, record, event);
	binding->used++;
	set_head(record, event);
	event->name = binding->name;
	event->kind = binding->kind;
	event->level = binding->level;
	event->same_content = binding->same_content;
	event->has = binding->has;
	if (binding->traps && event->context == STLB_CONTEXT_NMI)
		event->context = STLB_CONTEXT_TASK;
	for (unsigned int i = 0; i < binding->nr_loads; i++) {
		struct stlb_load load = binding->loads[i];

		event->value[load.id] = load_number(record->data, load);
	}
	return decode_rest(decoder, binding, record, event);
}

/* ---- what only the end of a trace shows ---- */

/* Records that were taken for whole, and lack a field that later ones of the same name have. */
static uint64_t count_lacking(const struct stlb_decoder *decoder, const struct stlb_named *named)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < decoder->nr_bindings; i++) {
		const struct stlb_binding *binding = decoder->bindings[i];

		if (binding && binding->event == named && !binding->bad &&
		    stlb_damage_lacks(binding))
			nr += binding->used;
	}
	return nr;
}

bool stlb_decoder_missed(struct stlb_decoder *decoder, struct stlb_event *event)
{
	struct stlb_record loss = {.cpu = -1, .loss = STLB_LOSS_SOMEWHERE};

	while (decoder->missed < decoder->damage.nr) {
		struct stlb_named *named = &decoder->damage.named[decoder->missed++];

		loss.lost = count_lacking(decoder, named);
		loss.lost += named->bound ? named->foreign : 0;
		if (!loss.lost)
			continue;
		loss.gap = stlb_damage_later(&decoder->damage, named, loss.lost);
		return decode_loss(&loss, event);
	}
	return false;
}

const char *stlb_decoder_foreign(struct stlb_decoder *decoder)
{
	for (uint32_t i = 0; i < decoder->damage.nr; i++) {
		struct stlb_named *named = &decoder->damage.named[i];

		if (named->bound || named->reported || !named->foreign)
			continue;
		named->reported = true;
		return stlb_damage_foreign(&decoder->damage, named);
	}
	return NULL;
}
