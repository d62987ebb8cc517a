/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of a source: they stay where they are, since records point at them. */
#ifndef SOURCE_FORMATS_H
#define SOURCE_FORMATS_H

#include "staletlb/source.h"

struct stlb_formats;

/** stlb_formats_new - no formats; NULL without memory */
struct stlb_formats *stlb_formats_new(void);

/** stlb_formats_add - copy a format in, give it an index, ask wanted(); NULL without memory */
struct stlb_format *stlb_formats_add(struct stlb_source *source, const char *system,
				     const char *name, const struct stlb_field *fields,
				     uint32_t nr_fields);

/** stlb_formats_nr, stlb_formats_get - those known so far; NULL past the last */
uint32_t stlb_formats_nr(const struct stlb_formats *formats);
const struct stlb_format *stlb_formats_get(const struct stlb_formats *formats, uint32_t index);

/** stlb_formats_free - with all formats handed out; NULL is fine */
void stlb_formats_free(struct stlb_formats *formats);

#endif
