/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of a kernel by address, from the text of its kallsyms. */
#ifndef SOURCE_SYMBOLS_H
#define SOURCE_SYMBOLS_H

#include <stddef.h>

#include "staletlb/source.h"

/**
 * stlb_symbols_new - parse the text of kallsyms
 * @text: its bytes, copied
 *
 * Lines that name no function are passed over. NULL without memory. Free it with
 * stlb_symbols_free().
 */
struct stlb_symbols *stlb_symbols_new(const char *text, size_t size);

/** stlb_symbols_address - the address of a function, 0 where there is none of that name */
uint64_t stlb_symbols_address(const struct stlb_symbols *symbols, const char *name);

/**
 * stlb_symbols_find - the function at an address
 * @symbols: NULL is one without functions
 * @offset: where the bytes into the function go
 *
 * Returns its name, "func" or "func [module]", which lives as long as @symbols, or NULL.
 */
const char *stlb_symbols_find(const struct stlb_symbols *symbols, uint64_t address,
			      uint64_t *offset);

#endif
