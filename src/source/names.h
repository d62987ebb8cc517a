/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and freeing of the names of a source; internal.h has their use. */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include "internal.h"

/** stlb_names_new - no names; NULL without memory */
struct stlb_names *stlb_names_new(void);

/** stlb_names_free - with all strings handed out; NULL is fine */
void stlb_names_free(struct stlb_names *names);

#endif
