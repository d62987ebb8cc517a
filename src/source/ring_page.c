/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/ring_page.h"

#include <string.h>

/* The layout of the kernel's ring buffer, include/linux/ring_buffer.h. */
enum {
	TYPE_BITS = 0x1f,
	TYPE_LENGTH = 5,
	TIME_SHIFT = 27,
	TYPE_DATA_MAX = 28,
	TYPE_PADDING = 29,
	TYPE_TIME_EXTEND = 30,
	TYPE_TIME_STAMP = 31,
};

#define COMMIT_MASK   UINT64_C(0x07ffffff)
#define STAMP_MASK    ((UINT64_C(1) << 59) - 1)
#define MISSED_EVENTS UINT64_C(0x80000000)
#define MISSED_STORED UINT64_C(0x40000000)

/* What a page of the kernel has at least one of. */
#define TYPES_OF_EVENTS ((UINT32_C(1) << TYPE_TIME_EXTEND) - 1)

/* Events are hours apart in no page that is damaged as well: ns, 18 minutes. */
#define LONG_TIME (UINT64_C(1) << 40)

static uint32_t word_at(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static uint64_t long_at(const uint8_t *at, unsigned int long_size)
{
	uint64_t value = 0;

	memcpy(&value, at, long_size); /* little-endian machines only: checked when opened */
	return value;
}

/* Bytes that a record takes, 0 where it does not fit into @left. */
static uint32_t record_length(const uint8_t *at, uint32_t left)
{
	uint32_t type = word_at(at) & TYPE_BITS, length, payload;

	if (type && type <= TYPE_DATA_MAX)
		return type * 4 >= STLB_PAGE_COMMON && type * 4 + 4 <= left ? type * 4 + 4 : 0;
	if (left < 8)
		return 0;
	length = word_at(at + 4);
	if (type == TYPE_TIME_EXTEND || type == TYPE_TIME_STAMP)
		return 8;
	if (length > left)
		return 0;
	if (type == TYPE_PADDING)
		return length + 4 <= left ? length + 4 : 0;
	payload = length >= 4 ? (length - 4 + 3) & ~3U : 0;
	return payload >= STLB_PAGE_COMMON && payload + 8 <= left ? payload + 8 : 0;
}

/* A padding record without a time ends the page: its length is not set. */
static bool ends_page(const uint8_t *at)
{
	return word_at(at) == TYPE_PADDING;
}

/* The time after a record. */
static uint64_t record_time(const uint8_t *at, uint64_t ns)
{
	uint32_t word = word_at(at), type = word & TYPE_BITS;
	uint64_t delta = word >> TYPE_LENGTH;

	if (type < TYPE_TIME_EXTEND)
		return ns + delta;
	delta |= (uint64_t)word_at(at + 4) << TIME_SHIFT;
	if (type == TYPE_TIME_EXTEND)
		return ns + delta;
	return delta | (ns & ~STAMP_MASK);
}

static uint32_t sound_bytes(const uint8_t *data, uint32_t size, struct stlb_ring_page *found)
{
	uint32_t at = 0, types = 0, length, sure = size;
	uint64_t sure_last = 0, before;

	found->last = found->ns;
	while (size - at >= 4 && !ends_page(data + at) &&
	       (length = record_length(data + at, size - at))) {
		types |= UINT32_C(1) << (word_at(data + at) & TYPE_BITS);
		before = found->last;
		found->last = record_time(data + at, before);
		if (found->last - before > LONG_TIME && sure == size) {
			sure = at;
			sure_last = before;
		}
		at += length;
	}
	found->damaged |= at != size;
	found->blank = !(types & TYPES_OF_EVENTS);
	if (!found->damaged || sure >= at)
		return at;
	found->last = sure_last;
	return sure;
}

static void read_missed(const uint8_t *data, uint32_t commit, uint32_t room, uint64_t flags,
			unsigned int long_size, struct stlb_ring_page *found)
{
	uint64_t count = 0;

	found->has_missed = flags & MISSED_EVENTS;
	if (!found->has_missed || !(flags & MISSED_STORED))
		return;
	if (commit <= room && room - commit >= long_size)
		count = long_at(data + commit, long_size);
	found->missed = count > UINT32_MAX ? 0 : (uint32_t)count;
}

void stlb_page_check(void *page, size_t size, unsigned int long_size, struct stlb_ring_page *found)
{
	uint8_t *bytes = page, *data = bytes + 8 + long_size;
	uint32_t commit, room;
	uint64_t flags, rewritten;

	*found = (struct stlb_ring_page){0};
	if (size < 8 + long_size) {
		found->damaged = found->blank = true;
		memset(page, 0, 8 + long_size);
		return;
	}
	room = (uint32_t)(size - 8 - long_size);
	memcpy(&found->ns, bytes, sizeof(found->ns));
	flags = long_at(bytes + 8, long_size);
	commit = flags & COMMIT_MASK;
	read_missed(data, commit, room, flags, long_size, found);
	found->damaged = found->overlong = commit > room;
	rewritten = sound_bytes(data, commit > room ? room : commit, found);
	memcpy(bytes + 8, &rewritten, long_size);
}
