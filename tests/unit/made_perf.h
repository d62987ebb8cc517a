/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small perf.data files, made in memory: file form and pipe form, of either byte order. Two
 * tracepoints, staletlb:mark and staletlb:other, with a value each; two CPUs with ids of their own.
 */
#ifndef UNIT_MADE_PERF_H
#define UNIT_MADE_PERF_H

#include "made_perf_record.h"

static inline uint8_t made_turned_bits(uint8_t byte)
{
	uint8_t swapped = 0;

	for (int i = 0; i < 8; i++)
		swapped |= (uint8_t)((byte >> i & 1) << (7 - i));
	return swapped;
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

	if (m->bad_format && id == MADE_MARK)
		memcpy(strstr(text, "offset:8"), "offset:x", 8);
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
	made_u32(m, 0);
	if (!m->short_tracing)
		made_u32(m, 0);
	made_record_end(m);
	m->data_at = m->size;
	made_tracing(m);
	made_patch(m, m->record_at + 8, m->size - m->data_at, 4);
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
