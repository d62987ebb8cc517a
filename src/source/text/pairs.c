/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields as key=value pairs: what dynamic events and most tracepoints print.
 */
#include "source/text/forms.h"
#include "source/text/text_number.h"

#define KEY_MAX 64

static bool is_key(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || stlb_text_digit(c) || c == '_';
}

static bool ends_value(const char *at, const char *end)
{
	return at == end || *at == ' ' || *at == ',';
}

/* Of "caller+0x1/0x2 <- func" the kernel puts the caller first, without an offset after func. */
static void add_caller(struct stlb_text_row *row, const char *at, const char *end)
{
	static const char arrow[] = " <- ";
	const char *left = end, *right = at;

	for (const char *p = at; p + 4 <= end; p++) {
		if (!memcmp(p, arrow, 4)) {
			left = p;
			right = p + 4;
			break;
		}
	}
	if (left == end)
		return;
	if (memchr(right, '+', (size_t)(end - right)) &&
	    (left - at < 8 || !memchr(at, '+', (size_t)(left - at)) ||
	     memmem(at, (size_t)(left - at), "+0x0/", 5)))
		stlb_text_row_string(row, "__probe_ret_sym", 15, right, (size_t)(end - right));
	else
		stlb_text_row_string(row, "__probe_ret_sym", 15, at, (size_t)(left - at));
}

/* "(addr)" or "(addr <- addr)" as the name that the binary format has for each. */
static void add_probe(struct stlb_text_row *row, const char *at, const char *end)
{
	uint64_t first, second;
	const char *p = stlb_text_pointer(at, end, &first);

	if (p == end) {
		stlb_text_row_number(row, "__probe_ip", 10, first, false);
		return;
	}
	if (p && end - p > 4 && !memcmp(p, " <- ", 4) &&
	    stlb_text_pointer(p + 4, end, &second) == end) {
		stlb_text_row_number(row, "__probe_func", 12, first, false);
		stlb_text_row_number(row, "__probe_ret_ip", 14, second, false);
		return;
	}
	add_caller(row, at, end);
}

static const char *read_probe(struct stlb_text_row *row, const char *at, const char *end)
{
	const char *close;

	if (at == end || *at != '(')
		return at;
	close = memchr(at, ')', (size_t)(end - at));
	if (!close)
		return at;
	add_probe(row, at + 1, close);
	return close + 1;
}

static bool same_name(const char *name, const char *key, size_t size)
{
	return !strncmp(name, key, size) && !name[size];
}

static bool is_one_of(const char *const *names, const char *key, size_t size)
{
	for (; *names; names++) {
		if (same_name(*names, key, size))
			return true;
	}
	return false;
}

static const char *read_truth(const char *at, const char *end, uint64_t *value)
{
	if (end - at >= 4 && !memcmp(at, "true", 4)) {
		*value = 1;
		return at + 4;
	}
	*value = 0;
	return end - at >= 5 && !memcmp(at, "false", 5) ? at + 5 : NULL;
}

/* A key follows here: text goes on up to it, since it may hold spaces. */
static bool pair_follows(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && is_key(*at) && at - start < KEY_MAX)
		at++;
	return at > start && at < end && *at == '=';
}

static const char *find_text_end(const char *at, const char *end)
{
	for (; at < end; at++) {
		if (*at == ' ' && pair_follows(at + 1, end))
			return at;
		if (*at == ',' && at + 1 < end && at[1] == ' ')
			return at;
	}
	return end;
}

static const char *add_text(struct stlb_text_row *row, const struct stlb_text_key *key,
			    const char *at, const char *end)
{
	const char *stop = NULL;

	if (at < end && *at == '"')
		stop = memchr(at + 1, '"', (size_t)(end - at - 1));
	if (stop) {
		stlb_text_row_string(row, key->name, key->size, at + 1, (size_t)(stop - at - 1));
		return stop + 1;
	}
	stop = find_text_end(at, end);
	stlb_text_row_string(row, key->name, key->size, at, (size_t)(stop - at));
	return stop;
}

static void rename_key(struct stlb_text_key *key, const struct stlb_text_form *form)
{
	for (const struct stlb_text_rename *it = form->renames; it && it->key; it++) {
		if (!same_name(it->key, key->name, key->size))
			continue;
		key->name = it->field;
		key->size = (uint32_t)strlen(it->field);
		return;
	}
}

/* "7f2664524000", and no decimal number: letters among the digits, or a pointer's leading zeroes.
 */
static const char *read_bare_hex(const char *at, const char *end, uint64_t *value, bool *sure)
{
	const char *stop = stlb_text_hex(at, end, value);
	bool letters = false, digits = false;

	if (!stop || !ends_value(stop, end))
		return NULL;
	for (const char *p = at; p < stop; p++) {
		digits |= stlb_text_digit(*p);
		letters |= !stlb_text_digit(*p);
	}
	*sure = letters ? stlb_text_digit(*at) || (digits && stop - at >= 6)
			: stop - at == 16 && *at == '0';
	/* a word of letters is no number */
	return *sure || !letters ? stop : NULL;
}

/* What is known of the numbers of a key; NULL where there is no room to know. */
static bool *find_bare(struct stlb_text_bare *bare, const struct stlb_text_key *key, bool **decimal)
{
	uint32_t i;

	for (i = 0; i < bare->nr; i++)
		if (same_name(bare->keys[i].name, key->name, key->size))
			break;
	if (i == bare->nr) {
		if (i == sizeof(bare->keys) / sizeof(bare->keys[0]) ||
		    key->size >= sizeof(bare->keys[0].name))
			return NULL;
		memcpy(bare->keys[i].name, key->name, key->size);
		bare->nr++;
	}
	*decimal = &bare->keys[i].decimal;
	return &bare->keys[i].hex;
}

/* Numbers without 0x, of more than one digit: decimal, unless something shows that they are not. */
static const char *read_bare(struct stlb_text_row *row, const struct stlb_text_key *key,
			     const char *at, const char *end, uint64_t *value)
{
	bool sure = false, *hex = NULL, *decimal = NULL;
	const char *stop = read_bare_hex(at, end, value, &sure);

	if (!stop || stop - at < 2)
		return NULL;
	if (row->bare)
		hex = find_bare(row->bare, key, &decimal);
	if (hex && sure && !*hex) {
		row->misread |= *decimal;
		*hex = true;
	}
	if (sure || (hex && *hex))
		return stop;
	if (decimal)
		*decimal = true;
	return NULL;
}

static const char *add_pair(struct stlb_text_row *row, const struct stlb_text_form *form,
			    struct stlb_text_key key, const char *at, const char *end)
{
	bool negative = false;
	const char *stop;
	uint64_t value;

	if (form->ignore && same_name(form->ignore, key.name, key.size)) {
		while (!ends_value(at, end))
			at++;
		return at;
	}
	if (form->bare_hex && is_one_of(form->bare_hex, key.name, key.size))
		stop = stlb_text_pointer(at, end, &value);
	else if (end - at < 2 || at[1] == 'x' || ends_value(at + 1, end) ||
		 !(stop = read_bare(row, &key, at, end, &value)))
		stop = stlb_text_number(at, end, &value, &negative);
	if (!stop && form->truths && is_one_of(form->truths, key.name, key.size))
		stop = read_truth(at, end, &value);
	if (form->renames)
		rename_key(&key, form);
	if (!stop || !ends_value(stop, end))
		return add_text(row, &key, at, end);
	stlb_text_row_number(row, key.name, key.size, value, negative);
	return stop;
}

bool stlb_text_pairs(struct stlb_text_row *row, const struct stlb_text_form *form, const char *at,
		     const char *end)
{
	bool whole = false;

	at = read_probe(row, at, end);
	while (at < end) {
		struct stlb_text_key key = {.name = at};

		while (at < end && is_key(*at))
			at++;
		key.size = (uint32_t)(at - key.name);
		if (at < end && *at == '=' && key.size && key.size < KEY_MAX) {
			whole = at + 1 < end;
			at = add_pair(row, form, key, at + 1, end);
			continue;
		}
		/* Not a pair: prose, or what separates two. */
		row->junk |= key.size && at < end && strchr("#@?%^~`;{}\\\"'&$!*", *at) != NULL;
		whole &= !key.size;
		at += at < end && !key.size;
	}
	return whole;
}
