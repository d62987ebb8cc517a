/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A ring-buffer page is walked before libtraceevent's kbuffer is given it, since kbuffer trusts
 * the lengths in it: a damaged one would lead it out of the page, or round in circles.
 */
#ifndef SOURCE_RING_PAGE_H
#define SOURCE_RING_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STLB_PAGE_COMMON = 8 }; /* bytes of the common fields: each record has them */

/** struct stlb_ring_page - what the walk through a page found */
struct stlb_ring_page {
	uint64_t ns;	 /* the time its first record counts from */
	uint64_t last;	 /* the time of its last sound record */
	uint32_t missed; /* events lost before its first record, as the kernel counted them */
	bool has_missed; /* events were lost; with missed 0 an unknown number */
	bool damaged;	 /* records after the sound ones cannot be read */
	bool overlong;	 /* it says that it holds more than there is */
	bool blank;	 /* it holds no event, nor room that one had: pages of the kernel do */
};

/**
 * stlb_page_check - walk a page; its commit field is rewritten to span the sound records only
 * @page: aligned to 8 bytes
 * @size: bytes of it that the file holds
 * @long_size: 4 or 8, of the kernel that wrote it
 */
void stlb_page_check(void *page, size_t size, unsigned int long_size, struct stlb_ring_page *found);

#endif
