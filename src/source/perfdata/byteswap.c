/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw data of a machine of the other byte order. */
#include <stdlib.h>
#include <string.h>

#include "source/perfdata/perf.h"

static void byteswap(uint8_t *at, uint32_t size)
{
	for (uint32_t i = 0; i < size / 2; i++) {
		uint8_t held = at[i];

		at[i] = at[size - 1 - i];
		at[size - 1 - i] = held;
	}
}

static bool is_number(const struct stlb_field *field)
{
	return field->type == STLB_FIELD_UNSIGNED || field->type == STLB_FIELD_SIGNED ||
	       field->type == STLB_FIELD_DATA_LOC;
}

const void *stlb_perf_byteswap(struct stlb_perf *perf, const struct stlb_format *format,
			       const uint8_t *raw, uint32_t size)
{
	if (!perf->swapped)
		perf->swapped = malloc(STLB_PERF_RAW_MAX);
	if (!perf->swapped || size > STLB_PERF_RAW_MAX)
		return NULL;
	memcpy(perf->swapped, raw, size);
	for (uint32_t i = 0; i < format->nr_fields; i++) {
		const struct stlb_field *field = &format->fields[i];

		if (is_number(field) && field->offset <= size &&
		    field->size <= size - field->offset)
			byteswap(perf->swapped + field->offset, field->size);
	}
	return perf->swapped;
}
