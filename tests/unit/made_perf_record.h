/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The records of the perf.data files that made_perf.h makes. */
#ifndef UNIT_MADE_PERF_RECORD_H
#define UNIT_MADE_PERF_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

enum {
	MADE_PERF_MAX = 256 * 1024,
	MADE_MARK = 500,
	MADE_OTHER_MARK = 501,
	MADE_RAW = 20,
	MADE_TYPE = 0x107c7 | 1 << 8, /* IDENTIFIER, IP, TID, TIME, ID, CPU, PERIOD, STREAM, RAW */
	MADE_PLAIN = 0x10000 | 0x487, /* IDENTIFIER, IP, TID, TIME, CPU, RAW */
};

struct made_perf {
	/* to be set before made_perf_begin(); 0 is a default */
	bool swap, pipe;
	uint64_t sample_type, read_format, branch_type, regs_user, regs_intr;
	uint64_t period, flags;
	uint32_t attr_size, clock;
	uint64_t features; /* more of them, to be written by made_perf_feature */
	bool no_tracing, no_rounds, killed;
	bool short_tracing; /* the record of the formats has 12 bytes: perf before 6.18 */
	bool bad_format;    /* that of staletlb:mark does not parse */
	const char *kallsyms;

	uint8_t bytes[MADE_PERF_MAX];
	size_t size, data_at, record_at;
	size_t data_end;
};

static inline void made_raw(struct made_perf *m, const void *data, size_t size)
{
	if (m->size + size > sizeof(m->bytes))
		abort();
	memcpy(m->bytes + m->size, data, size);
	m->size += size;
}

static inline void made_number(struct made_perf *m, uint64_t value, unsigned int size)
{
	uint8_t bytes[8];

	for (unsigned int i = 0; i < size; i++)
		bytes[m->swap ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
	made_raw(m, bytes, size);
}

static inline void made_u16(struct made_perf *m, uint64_t value)
{
	made_number(m, value, 2);
}

static inline void made_u32(struct made_perf *m, uint64_t value)
{
	made_number(m, value, 4);
}

static inline void made_u64(struct made_perf *m, uint64_t value)
{
	made_number(m, value, 8);
}

static inline void made_fill(struct made_perf *m, size_t size)
{
	while (size--)
		made_number(m, 0, 1);
}

/* A number that was left open before. */
static inline void made_patch(struct made_perf *m, size_t at, uint64_t value, unsigned int size)
{
	size_t end = m->size;

	m->size = at;
	made_number(m, value, size);
	m->size = end;
}

static inline void made_record(struct made_perf *m, uint32_t type, uint16_t misc)
{
	m->record_at = m->size;
	made_u32(m, type);
	made_u16(m, misc);
	made_u16(m, 0);
}

static inline void made_record_end(struct made_perf *m)
{
	made_patch(m, m->record_at + 6, m->size - m->record_at, 2);
}

/* The id of an event on a CPU, as the attributes list them. */
static inline uint64_t made_id(unsigned int event, unsigned int cpu)
{
	return 10 * (event + 1) + cpu;
}

static inline void made_end_id(struct made_perf *m, uint64_t id, uint32_t cpu, uint32_t tid,
			       uint64_t ns)
{
	uint64_t type = m->sample_type;

	if (type & 1 << 1) {
		made_u32(m, tid);
		made_u32(m, tid);
	}
	if (type & 1 << 2)
		made_u64(m, ns);
	if (type & 1 << 6)
		made_u64(m, id);
	if (type & 1 << 9)
		made_u64(m, 0);
	if (type & 1 << 7) {
		made_u32(m, cpu);
		made_u32(m, 0);
	}
	if (type & 1 << 16)
		made_u64(m, id);
	made_record_end(m);
}

/* Numbers in all that a sample can hold: the bit of sample_type, and 1000 times it for a second. */
static inline void made_counters(struct made_perf *m)
{
	uint64_t format = m->read_format;
	unsigned int nr = format & 8 ? 2 : 1;

	made_u64(m, format & 8 ? 2 : 4);
	if (format & 1)
		made_u64(m, 0);
	if (format & 2)
		made_u64(m, 0);
	for (unsigned int i = 0; i < nr; i++) {
		if (format & 8)
			made_u64(m, 0);
		if (format & 4)
			made_u64(m, 0);
		if (format & 16)
			made_u64(m, 0);
	}
}

static inline void made_chain(struct made_perf *m, uint64_t caller)
{
	const uint64_t chain[] = {(uint64_t)-128, caller, caller + 16, (uint64_t)-512, 0x401000};

	made_u64(m, 5);
	for (int i = 0; i < 5; i++)
		made_u64(m, chain[i]);
}

static inline void made_raw_data(struct made_perf *m, unsigned int event, uint8_t flags,
				 uint32_t tid, uint64_t value)
{
	made_u32(m, MADE_RAW);
	made_u16(m, event ? MADE_OTHER_MARK : MADE_MARK);
	made_raw(m, &flags, 1);
	made_fill(m, 1);
	made_u32(m, tid);
	made_u64(m, value);
	made_fill(m, 4);
}

static inline void made_tail(struct made_perf *m)
{
	uint64_t type = m->sample_type;

	if (type & 1 << 11) {
		made_u64(m, 2);
		made_fill(m, (m->branch_type & 1 << 17 ? 8 : 0) + 2 * 24);
	}
	if (type & 1 << 12) {
		made_u64(m, 2);
		made_fill(m, 8 * (size_t)__builtin_popcountll(m->regs_user));
	}
	if (type & 1 << 13) {
		made_u64(m, 16);
		made_fill(m, 16);
		made_u64(m, 13);
	}
	if (type & (1 << 14 | 1 << 24))
		made_u64(m, 14);
	if (type & 1 << 15)
		made_u64(m, 15);
	if (type & 1 << 17)
		made_u64(m, 17);
	if (type & 1 << 18) {
		made_u64(m, 1);
		made_fill(m, 8 * (size_t)__builtin_popcountll(m->regs_intr));
	}
	for (int bit = 19; bit <= 23; bit++) /* AUX comes last */
		if (bit != 20 && type & 1 << bit)
			made_u64(m, (uint64_t)bit);
	if (type & 1 << 20) {
		made_u64(m, 24);
		made_fill(m, 24);
	}
}

struct made_sample {
	unsigned int event, cpu;
	uint32_t tid;
	uint64_t ns, value, caller;
	uint8_t flags;
};

static inline void made_sample(struct made_perf *m, struct made_sample s)
{
	uint64_t type = m->sample_type, id = made_id(s.event, s.cpu);

	made_record(m, 9, 1);
	if (type & 1 << 16)
		made_u64(m, id);
	if (type & 1)
		made_u64(m, 100);
	if (type & 1 << 1) {
		made_u32(m, s.tid);
		made_u32(m, s.tid);
	}
	if (type & 1 << 2)
		made_u64(m, s.ns);
	if (type & 1 << 3)
		made_u64(m, 3);
	if (type & 1 << 6)
		made_u64(m, id);
	if (type & 1 << 9)
		made_u64(m, 9);
	if (type & 1 << 7) {
		made_u32(m, s.cpu);
		made_u32(m, 0);
	}
	if (type & 1 << 8)
		made_u64(m, 8);
	if (type & 1 << 4)
		made_counters(m);
	if (type & 1 << 5)
		made_chain(m, s.caller);
	if (type & 1 << 10)
		made_raw_data(m, s.event, s.flags, s.tid, s.value);
	made_tail(m);
	made_record_end(m);
}

static inline void made_round(struct made_perf *m)
{
	made_record(m, 68, 0);
	made_record_end(m);
}

static inline void made_lost(struct made_perf *m, uint32_t cpu, uint64_t ns, uint64_t lost)
{
	made_record(m, 2, 0);
	made_u64(m, made_id(0, cpu));
	made_u64(m, lost);
	made_end_id(m, made_id(0, cpu), cpu, 1, ns);
}

static inline void made_comm(struct made_perf *m, uint32_t tid, const char *comm, uint64_t ns)
{
	char text[16] = "";

	snprintf(text, sizeof(text), "%s", comm);
	made_record(m, 3, 0);
	made_u32(m, tid);
	made_u32(m, tid);
	made_raw(m, text, sizeof(text));
	made_end_id(m, made_id(0, 0), 0, tid, ns);
}

static inline void made_fork(struct made_perf *m, uint32_t parent, uint32_t child, uint64_t ns)
{
	made_record(m, 7, 0);
	made_u32(m, child);
	made_u32(m, parent);
	made_u32(m, child);
	made_u32(m, parent);
	made_u64(m, ns);
	made_end_id(m, made_id(0, 0), 0, child, ns);
}

/* Packs what was written from @from on, in pieces of @piece bytes, as one or as the other type. */
static inline void made_pack(struct made_perf *m, size_t from, uint32_t type, size_t piece)
{
	size_t plain_size = m->size - from, room = ZSTD_compressBound(plain_size);
	uint8_t *plain = malloc(plain_size + 1), *packed = malloc(room);
	size_t size, at = 0;

	if (!plain || !packed)
		abort();
	memcpy(plain, m->bytes + from, plain_size);
	size = ZSTD_compress(packed, room, plain, plain_size, 1);
	m->size = from;
	for (; at < size; at += piece) {
		size_t part = size - at < piece ? size - at : piece;

		made_record(m, type, 0);
		if (type == 83)
			made_u64(m, part);
		made_raw(m, packed + at, part);
		if (type == 83)
			made_fill(m, (8 - part % 8) % 8);
		made_record_end(m);
	}
	free(plain);
	free(packed);
}

#endif
