/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as they stand on a command line. All return 0 or -EINVAL, and do not heed the locale. */
#ifndef CMD_NUMBER_H
#define CMD_NUMBER_H

#include <stdint.h>

/** stlb_parse_address - hexadecimal, with or without 0x */
int stlb_parse_address(const char *text, uint64_t *address);

/**
 * stlb_parse_range - START-END, START+LENGTH or one address, as the pages [@start, @end)
 *
 * Rounded outwards to 4 KiB. LENGTH is decimal, or hexadecimal after 0x, and may end in K, M or G.
 */
int stlb_parse_range(const char *text, uint64_t *start, uint64_t *end);

/** stlb_parse_seconds - seconds with up to nine decimals, as nanoseconds */
int stlb_parse_seconds(const char *text, uint64_t *ns);

/** stlb_parse_pid - 0 up to INT32_MAX */
int stlb_parse_pid(const char *text, int32_t *pid);

#endif
