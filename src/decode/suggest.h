/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The name that was meant.
 */
#ifndef DECODE_SUGGEST_H
#define DECODE_SUGGEST_H

/**
 * stlb_suggest - the known name that is nearest to a mistyped one
 * @known: the names, ended by NULL
 *
 * NULL when none is near.
 */
const char *stlb_suggest(const char *name, const char *const *known);

#endif
