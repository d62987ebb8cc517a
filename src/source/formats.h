/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and freeing of the formats of a source; internal.h has how to add one. */
#ifndef SOURCE_FORMATS_H
#define SOURCE_FORMATS_H

#include "internal.h"

/** stlb_formats_new - no formats; NULL without memory */
struct stlb_formats *stlb_formats_new(void);

/** stlb_formats_nr, stlb_formats_get - those known so far; NULL past the last */
uint32_t stlb_formats_nr(const struct stlb_formats *formats);
const struct stlb_format *stlb_formats_get(const struct stlb_formats *formats, uint32_t index);

/** stlb_formats_free - with all formats handed out; NULL is fine */
void stlb_formats_free(struct stlb_formats *formats);

#endif
