/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers in text. Each function reads from @at, never from @end on, and returns where it stopped,
 * or NULL where there is no number or one that does not fit. Inline: a trace has five a line.
 */
#ifndef SOURCE_TEXT_TEXT_NUMBER_H
#define SOURCE_TEXT_TEXT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool stlb_text_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline int stlb_text_xdigit(char c)
{
	unsigned char digit = (unsigned char)(c - '0');

	if (digit < 10)
		return digit;
	digit = (unsigned char)((c | 0x20) - 'a');
	return digit < 6 ? digit + 10 : -1;
}

static inline const char *stlb_text_decimal(const char *at, const char *end, uint64_t *value)
{
	const char *start = at;
	uint64_t sum = 0;

	for (; at < end && stlb_text_digit(*at); at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (at - start >= 19 && (__builtin_mul_overflow(sum, 10, &sum) ||
					 __builtin_add_overflow(sum, digit, &sum)))
			return NULL;
		if (at - start < 19)
			sum = sum * 10 + digit;
	}
	*value = sum;
	return at == start ? NULL : at;
}

/* Hexadecimal digits without a prefix. */
static inline const char *stlb_text_hex(const char *at, const char *end, uint64_t *value)
{
	const char *start = at;
	uint64_t sum = 0;
	int digit;

	for (; at < end && (digit = stlb_text_xdigit(*at)) >= 0; at++) {
		if (sum >> 60)
			return NULL;
		sum = sum << 4 | (uint64_t)digit;
	}
	*value = sum;
	return at == start ? NULL : at;
}

/* A pointer as %p, %lx or 0x%lx print it. */
static inline const char *stlb_text_pointer(const char *at, const char *end, uint64_t *value)
{
	if (end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	return stlb_text_hex(at, end, value);
}

/* 0x1f, 31 or -1; the last as the bits of an int64_t with *negative set. */
static inline const char *stlb_text_number(const char *at, const char *end, uint64_t *value,
					   bool *negative)
{
	if (end - at > 2 && at[0] == '0' && at[1] == 'x') {
		*negative = false;
		return stlb_text_hex(at + 2, end, value);
	}
	*negative = at < end && *at == '-';
	at = stlb_text_decimal(at + *negative, end, value);
	if (!at || !*negative)
		return at;
	if (*value > (uint64_t)1 << 63)
		return NULL;
	*value = -*value;
	return at;
}

#endif
