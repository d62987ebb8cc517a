/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/number.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	  UINT64_C(4096)
#define SECOND_NS UINT64_C(1000000000)

/* strtoull() without its blanks and signs; @rest is where the number ends. */
static int number(const char *text, int base, uint64_t *value, const char **rest)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, base);
	*rest = end;
	return errno || end == text ? -EINVAL : 0;
}

int stlb_parse_address(const char *text, uint64_t *address)
{
	const char *rest;

	if (number(text, 16, address, &rest) || *rest)
		return -EINVAL;
	return 0;
}

static int length(const char *text, uint64_t *bytes)
{
	static const char units[] = "KMG";
	bool hex = strncasecmp(text, "0x", 2) == 0;
	const char *rest, *unit;
	unsigned int shift;

	if (number(text, hex ? 16 : 10, bytes, &rest))
		return -EINVAL;
	if (!*rest)
		return 0;
	unit = strchr(units, toupper((unsigned char)*rest));
	if (!unit || rest[1])
		return -EINVAL;
	shift = 10 * (unsigned int)(unit - units + 1);
	if (*bytes > UINT64_MAX >> shift)
		return -EINVAL;
	*bytes <<= shift;
	return 0;
}

/* What stands after the first address; the end is not rounded yet. */
static int range_end(const char *rest, uint64_t start, uint64_t *end)
{
	uint64_t bytes = 1;

	if (*rest == '-')
		return stlb_parse_address(rest + 1, end);
	if (*rest == '+' && length(rest + 1, &bytes))
		return -EINVAL;
	if ((*rest && *rest != '+') || bytes > UINT64_MAX - start)
		return -EINVAL;
	*end = start + bytes;
	return 0;
}

int stlb_parse_range(const char *text, uint64_t *start, uint64_t *end)
{
	const char *rest;

	if (number(text, 16, start, &rest) || range_end(rest, *start, end) || *end <= *start)
		return -EINVAL;
	*start &= ~(PAGE - 1);
	*end = *end > UINT64_MAX - PAGE + 1 ? UINT64_MAX : (*end + PAGE - 1) & ~(PAGE - 1);
	return 0;
}

int stlb_parse_seconds(const char *text, uint64_t *ns)
{
	uint64_t unit = SECOND_NS / 10, seconds;
	const char *rest;

	if (!isdigit((unsigned char)*text) || number(text, 10, &seconds, &rest) ||
	    seconds >= UINT64_MAX / SECOND_NS)
		return -EINVAL;
	*ns = seconds * SECOND_NS;
	if (*rest == '.')
		rest++;
	for (; isdigit((unsigned char)*rest) && unit; rest++, unit /= 10)
		*ns += unit * (uint64_t)(*rest - '0');
	return *rest ? -EINVAL : 0;
}

int stlb_parse_pid(const char *text, int32_t *pid)
{
	uint64_t value;
	const char *rest;

	if (!isdigit((unsigned char)*text) || number(text, 10, &value, &rest) || *rest ||
	    value > INT32_MAX)
		return -EINVAL;
	*pid = (int32_t)value;
	return 0;
}
