/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the reader of JSON profiles share. */
#ifndef DECODE_PROFILE_READER_H
#define DECODE_PROFILE_READER_H

#include "profile.h"
#include "util/document.h"

/* ---- readers of members of a struct stlb_row: 0 or a negative errno ---- */

/*
 * stlb_profile_fields, stlb_profile_constants, stlb_profile_when - how events get their values
 *
 * The row's arrays are the caller's to free, also after a failure. Constants are read after fields.
 */
int stlb_profile_fields(struct stlb_document *document, const struct stlb_member *member,
			const json_t *value, void *row);
int stlb_profile_constants(struct stlb_document *document, const struct stlb_member *member,
			   const json_t *value, void *row);
int stlb_profile_when(struct stlb_document *document, const struct stlb_member *member,
		      const json_t *value, void *row);

#endif
