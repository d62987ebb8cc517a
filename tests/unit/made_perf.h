/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small perf.data files, made in memory: file form and pipe form, of either byte order. Two
 * tracepoints, staletlb:mark and staletlb:other, with a value each; two CPUs with ids of their own.
 */
#ifndef UNIT_MADE_PERF_H
#define UNIT_MADE_PERF_H

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

/* ---- records ---- */

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

/* ---- what stands around the records ---- */

static inline uint8_t made_turned_bits(uint8_t byte)
{
	uint8_t turned = 0;

	for (int i = 0; i < 8; i++)
		turned |= (uint8_t)((byte >> i & 1) << (7 - i));
	return turned;
}

static inline bool made_big(const struct made_perf *m)
{
	return m->swap == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
}

static inline void made_attr(struct made_perf *m, unsigned int event)
{
	size_t from = m->size;
	uint64_t flags = m->flags | 1 << 18; /* sample_id_all */

	made_u32(m, 2);
	made_u32(m, m->attr_size);
	made_u64(m, event ? MADE_OTHER_MARK : MADE_MARK);
	made_u64(m, m->period);
	made_u64(m, m->sample_type);
	made_u64(m, m->read_format);
	for (int i = 0; i < 8; i++) {
		uint8_t byte = (uint8_t)(flags >> 8 * i);

		byte = made_big(m) ? made_turned_bits(byte) : byte;
		made_raw(m, &byte, 1);
	}
	made_fill(m, 24);
	made_u64(m, m->branch_type);
	made_u64(m, m->regs_user);
	made_u32(m, 0);
	made_u32(m, m->clock);
	made_u64(m, m->regs_intr);
	made_fill(m, 256);
	m->size = from + m->attr_size;
}

static inline void made_string(struct made_perf *m, const char *text)
{
	made_u32(m, strlen(text) + 1);
	made_raw(m, text, strlen(text) + 1);
}

static inline void made_format(struct made_perf *m, const char *name, int id)
{
	char text[1024];
	int size = snprintf(text, sizeof(text),
			    "name: %s\nID: %d\nformat:\n"
			    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
			    "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
			    "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;"
			    "\tsigned:0;\n"
			    "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
			    "\tfield:u64 value;\toffset:8;\tsize:8;\tsigned:0;\n\n"
			    "print fmt: \"value=%%llu\", REC->value\n",
			    name, id);

	made_u64(m, (uint64_t)size);
	made_raw(m, text, (size_t)size);
}

static inline void made_tracing(struct made_perf *m)
{
	uint8_t sizes[2] = {made_big(m), 8};
	const char *kallsyms = m->kallsyms ? m->kallsyms : "";

	made_raw(m, "\x17\x08\x44tracing0.6", 14);
	made_raw(m, sizes, 2);
	made_u32(m, 4096);
	made_raw(m, "header_page", 12);
	made_u64(m, 0);
	made_raw(m, "header_event", 13);
	made_u64(m, 0);
	made_u32(m, 0);
	made_u32(m, 1);
	made_raw(m, "staletlb", 9);
	made_u32(m, 2);
	made_format(m, "mark", MADE_MARK);
	made_format(m, "other", MADE_OTHER_MARK);
	made_u32(m, strlen(kallsyms));
	made_raw(m, kallsyms, strlen(kallsyms));
	made_u32(m, 0);
	made_u64(m, 0);
}

/* A feature: its bytes, of whatever form around them. */
static inline void made_feature(struct made_perf *m, unsigned int feature)
{
	switch (feature) {
	case 1:
		made_tracing(m);
		break;
	case 4:
		made_string(m, "6.1.0-made");
		break;
	case 6:
		made_string(m, "x86_64");
		break;
	case 7:
		made_u32(m, 2);
		made_u32(m, 2);
		break;
	case 27:
		made_u32(m, 1);
		made_u32(m, 1);
		made_u32(m, 1);
		made_u32(m, 4);
		made_u32(m, 1024 * 1024);
		break;
	default:
		break;
	}
}

static inline uint64_t made_features(const struct made_perf *m)
{
	uint64_t tracing = m->no_tracing ? 0 : 1 << 1;

	return tracing | 1 << 4 | 1 << 6 | 1 << 7 | m->features;
}

static inline void made_begin_pipe(struct made_perf *m)
{
	made_u64(m, 16);
	for (unsigned int event = 0; event < 2; event++) {
		made_record(m, 64, 0);
		made_attr(m, event);
		made_u64(m, made_id(event, 0));
		made_u64(m, made_id(event, 1));
		made_record_end(m);
	}
	for (unsigned int i = 2; i < 64; i++) {
		if (!(made_features(m) >> i & 1))
			continue;
		made_record(m, 80, 0);
		made_u64(m, i);
		made_feature(m, i);
		made_record_end(m);
	}
	if (m->no_tracing)
		return;
	made_record(m, 66, 0);
	made_u64(m, 0);
	made_record_end(m);
	m->data_at = m->size;
	made_tracing(m);
	made_patch(m, m->data_at - 8, m->size - m->data_at, 4);
	made_fill(m, (8 - (m->size - m->data_at) % 8) % 8);
}

static inline void made_begin_file(struct made_perf *m)
{
	size_t ids = 104, attrs = ids + 32, each = m->attr_size + 16;

	made_u64(m, 104);
	made_u64(m, each);
	made_u64(m, attrs);
	made_u64(m, 2 * each);
	made_u64(m, attrs + 2 * each);
	made_fill(m, 8 + 16);
	made_u64(m, made_features(m));
	made_fill(m, 24);
	for (unsigned int i = 0; i < 4; i++)
		made_u64(m, made_id(i / 2, i % 2));
	for (unsigned int event = 0; event < 2; event++) {
		made_attr(m, event);
		made_u64(m, ids + 16 * event);
		made_u64(m, 16);
	}
	m->data_at = m->size;
}

static inline void made_perf_begin(struct made_perf *m)
{
	m->size = 0;
	m->sample_type = m->sample_type ? m->sample_type : MADE_PLAIN;
	m->period = m->period ? m->period : 1;
	m->attr_size = m->attr_size ? m->attr_size : 128;
	made_u64(m, 0x32454c4946524550);
	if (m->pipe)
		made_begin_pipe(m);
	else
		made_begin_file(m);
}

static inline void made_perf_end(struct made_perf *m)
{
	uint64_t features = m->killed ? 0 : made_features(m);
	size_t table = m->size;

	m->data_end = m->size;
	if (m->pipe)
		return;
	if (!m->killed)
		made_patch(m, 48, m->size - m->data_at, 8);
	made_fill(m, 16 * (size_t)__builtin_popcountll(features));
	for (unsigned int i = 0; i < 64; i++) {
		size_t from = m->size;

		if (!(features >> i & 1))
			continue;
		made_feature(m, i);
		made_patch(m, table, from, 8);
		made_patch(m, table + 8, m->size - from, 8);
		table += 16;
	}
}

/* ---- a recording that has something of everything ---- */

static inline void made_everything(struct made_perf *m)
{
	made_perf_begin(m);
	made_comm(m, 7, "first", 0);
	made_record(m, 1, 1); /* where the kernel is */
	made_fill(m, 24);
	made_u64(m, 0xffffffff81000000);
	made_raw(m, "[kernel.kallsyms]_text\0", 24);
	made_end_id(m, 0, 0, 0, 0);
	made_record(m, 82, 0);
	made_record_end(m);
	made_sample(m, (struct made_sample){0, 0, 7, 1000, 1, 0xffffffff81000100, 0});
	made_sample(m, (struct made_sample){1, 0, 7, 3000, 3, 0xffffffff81000100, 0x08});
	made_sample(m, (struct made_sample){0, 1, 8, 2000, 2, 0xffffffff81000200, 0x10});
	made_fork(m, 7, 8, 1500);
	if (!m->no_rounds)
		made_round(m);
	made_comm(m, 8, "second", 3500);
	made_sample(m, (struct made_sample){0, 0, 7, 5000, 5, 0xffffffff81000300, 0});
	made_lost(m, 1, 4500, 33);
	made_sample(m, (struct made_sample){1, 1, 8, 4600, 4, 0xffffffff81000300, 0x40});
	if (!m->no_rounds)
		made_round(m);
	made_record(m, 17, 0); /* code of the kernel at run time */
	made_u64(m, 0xffffffffa0000000);
	made_u32(m, 0x100);
	made_u32(m, 1);
	made_raw(m, "bpf_prog_made\0\0", 16);
	made_end_id(m, made_id(0, 0), 0, 7, 5500);
	made_record(m, 5, 0); /* the kernel stops an event */
	made_u64(m, 5600);
	made_u64(m, made_id(1, 0));
	made_u64(m, 0);
	made_end_id(m, made_id(1, 0), 0, 7, 5600);
	made_record(m, 77, 0); /* one that nobody knows */
	made_fill(m, 40);
	made_record_end(m);
	made_sample(m, (struct made_sample){0, 1, 8, 6000, 6, 0xffffffff81000300, 0});
	made_record(m, 13, 0);
	made_u64(m, 40);
	made_end_id(m, made_id(0, 1), 0, 0, 0);
	made_round(m);
	made_perf_end(m);
}

#endif
