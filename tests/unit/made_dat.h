/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small trace.dat files of both versions, made in memory: every byte of them is known. */
#ifndef UNIT_MADE_DAT_H
#define UNIT_MADE_DAT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { MADE_PAGE = 4096, MADE_DATA = MADE_PAGE - 16, MADE_ID = 500, MADE_OTHER = 501 };
enum { MADE_PAGES = 4, MADE_CPUS = 2, MADE_INSTANCES = 2, MADE_OPTIONS = 8 };

struct made_page {
	uint8_t bytes[MADE_PAGE];
	uint64_t last; /* time of the last record */
	uint32_t at;
};

struct made_cpu {
	struct made_page pages[MADE_PAGES];
	unsigned int nr;
};

struct made_option {
	uint16_t id;
	const void *data;
	uint32_t size;
};

struct made_trace {
	unsigned int version;
	const char *codec; /* "none", "zlib", "zstd" */
	unsigned int nr_instances;
	struct made_cpu cpus[MADE_INSTANCES][MADE_CPUS];
	struct made_option options[MADE_OPTIONS];
	unsigned int nr_options;
	bool bad_format; /* that of made:other does not parse */
};

struct made_file {
	uint8_t *bytes;
	size_t size, formats_end; /* where the event formats are complete */
	size_t last_options;	  /* version 7: where the options with the CPU table begin */
	size_t cpu_at[MADE_INSTANCES][MADE_CPUS]; /* where the pages of each begin */
	bool bad_format;
};

/* ---- pages ---- */

static inline void made_word(uint8_t *at, uint64_t value, unsigned int size)
{
	memcpy(at, &value, size);
}

static inline struct made_page *made_page(struct made_cpu *cpu, uint64_t ns)
{
	struct made_page *page = &cpu->pages[cpu->nr++];

	*page = (struct made_page){.last = ns};
	made_word(page->bytes, ns, 8);
	return page;
}

static inline void made_commit(struct made_page *page, uint64_t flags)
{
	made_word(page->bytes + 8, page->at | flags, 8);
}

/* A record of 16 bytes: the common fields and one number. */
static inline void made_event(struct made_page *page, uint64_t ns, uint16_t id, int32_t tid,
			      uint8_t flags, uint64_t value)
{
	uint8_t *at = page->bytes + 16 + page->at;

	made_word(at, 4 | (ns - page->last) << 5, 4);
	made_word(at + 4, id, 2);
	at[6] = flags;
	made_word(at + 8, (uint32_t)tid, 4);
	made_word(at + 12, value, 8);
	page->at += 20;
	page->last = ns;
	made_commit(page, 0);
}

/* ---- files ---- */

static inline void made_put(struct made_file *file, const void *data, size_t size)
{
	file->bytes = realloc(file->bytes, file->size + size + 1);
	if (size)
		memcpy(file->bytes + file->size, data, size);
	file->size += size;
}

static inline void made_number(struct made_file *file, uint64_t value, unsigned int size)
{
	made_put(file, &value, size);
}

static inline void made_string(struct made_file *file, const char *text)
{
	made_put(file, text, strlen(text) + 1);
}

static inline void made_sized(struct made_file *file, const char *text, unsigned int size)
{
	made_number(file, strlen(text), size);
	made_put(file, text, strlen(text));
}

static inline void made_align(struct made_file *file)
{
	while (file->size % MADE_PAGE)
		made_put(file, "", 1);
}

static inline void made_header_info(struct made_file *file)
{
	made_string(file, "header_page");
	made_sized(file,
		   "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		   "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		   "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		   "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n",
		   8);
	made_string(file, "header_event");
	made_sized(file, "# compressed entry header\n", 8);
}

static inline void made_format(struct made_file *file, const char *name, unsigned int id)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "name: %s\nID: %u\nformat:\n"
		 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		 "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
		 "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
		 "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
		 "\tfield:unsigned long value;\toffset:8;\tsize:8;\tsigned:0;\n"
		 "\tfield:char text[4];\toffset:8;\tsize:4;\tsigned:0;\n"
		 "\tfield:__data_loc char[] name;\toffset:12;\tsize:4;\tsigned:0;\n"
		 "\tfield:unsigned long many[2];\toffset:8;\tsize:16;\tsigned:0;\n"
		 "\tfield:int small;\toffset:12;\tsize:4;\tsigned:1;\n\n"
		 "print fmt: \"(%%lx)\", unparsable(REC->value\n",
		 name, id);
	if (file->bad_format && id == MADE_OTHER)
		memcpy(strstr(text, "offset:8"), "offset:x", 8);
	made_sized(file, text, 8);
}

static inline void made_formats(struct made_file *file)
{
	made_number(file, 1, 4);
	made_string(file, "made");
	made_number(file, 2, 4);
	made_format(file, "number", MADE_ID);
	made_format(file, "other", MADE_OTHER);
}

static inline void made_kallsyms(struct made_file *file)
{
	made_sized(file,
		   "ffffffff81000000 T first\nffffffff81000100 t second\t[module]\n"
		   "ffffffff81000180 D data\n",
		   4);
}

static inline void made_cmdlines(struct made_file *file)
{
	made_sized(file, "7 seven\n8 eight nine\n", 8);
}

static inline void made_head(struct made_file *file, const char *version)
{
	made_put(file, "\x17\x08\x44tracing", 10);
	made_string(file, version);
	made_put(file, "\0\x08", 2);
	made_number(file, MADE_PAGE, 4);
}

static inline void made_option(struct made_file *file, uint16_t id, const void *data, uint32_t size)
{
	made_number(file, id, 2);
	made_number(file, size, 4);
	made_put(file, data, size);
}

static inline void made_options(struct made_file *file, const struct made_trace *trace)
{
	for (unsigned int i = 0; i < trace->nr_options; i++)
		made_option(file, trace->options[i].id, trace->options[i].data,
			    trace->options[i].size);
}

/* ---- version 6 ---- */

static inline void made_v6_table(struct made_file *file)
{
	made_put(file, "flyrecord", 10);
	for (int i = 0; i < MADE_CPUS * 2; i++)
		made_number(file, 0, 8);
}

static inline void made_v6_pages(struct made_file *file, const struct made_trace *trace,
				 unsigned int instance, size_t table)
{
	const struct made_cpu *cpus = trace->cpus[instance];

	for (int cpu = 0; cpu < MADE_CPUS; cpu++) {
		made_align(file);
		file->cpu_at[instance][cpu] = file->size;
		made_word(file->bytes + table + 16 * cpu, file->size, 8);
		made_word(file->bytes + table + 16 * cpu + 8, cpus[cpu].nr * MADE_PAGE, 8);
		for (unsigned int i = 0; i < cpus[cpu].nr; i++)
			made_put(file, cpus[cpu].pages[i].bytes, MADE_PAGE);
	}
}

static inline void made_v6(struct made_file *file, const struct made_trace *trace)
{
	static const char second[] = "\0\0\0\0\0\0\0\0second";
	size_t table, option = 0;

	made_head(file, "6");
	made_header_info(file);
	made_number(file, 0, 4);
	made_formats(file);
	file->formats_end = file->size;
	made_kallsyms(file);
	made_number(file, 0, 4);
	made_cmdlines(file);
	made_number(file, MADE_CPUS, 4);
	made_put(file, "options  ", 10);
	made_options(file, trace);
	if (trace->nr_instances > 1) {
		made_option(file, 3, second, sizeof(second));
		option = file->size - sizeof(second);
	}
	made_number(file, 0, 2);
	made_v6_table(file);
	table = file->size - MADE_CPUS * 16;
	made_v6_pages(file, trace, 0, table);
	if (!option)
		return;
	made_word(file->bytes + option, file->size, 8);
	made_v6_table(file);
	table = file->size - MADE_CPUS * 16;
	made_v6_pages(file, trace, 1, table);
}

/* ---- version 7 ---- */

static inline size_t made_compress(const char *codec, void *to, size_t room, const void *from,
				   size_t size)
{
	uLongf packed = room;

	if (!strcmp(codec, "zstd"))
		return ZSTD_compress(to, room, from, size, 3);
	compress(to, &packed, from, size);
	return packed;
}

static inline void made_chunk(struct made_file *file, const char *codec, const void *data,
			      size_t size)
{
	size_t room = size + 1024, packed;
	void *to = malloc(room);

	packed = made_compress(codec, to, room, data, size);
	made_number(file, packed, 4);
	made_number(file, size, 4);
	made_put(file, to, packed);
	free(to);
}

/* The content is made in a file of its own and then put in with its header; returns where. */
static inline uint64_t made_section(struct made_file *file, const char *codec, unsigned int id,
				    struct made_file *content)
{
	bool packed = strcmp(codec, "none") && id;
	struct made_file body = {0};
	uint64_t at = file->size;

	if (packed)
		made_chunk(&body, codec, content->bytes, content->size);
	else
		made_put(&body, content->bytes, content->size);
	made_number(file, id, 2);
	made_number(file, packed, 2);
	made_number(file, 0, 4);
	made_number(file, body.size, 8);
	made_put(file, body.bytes, body.size);
	free(body.bytes);
	free(content->bytes);
	*content = (struct made_file){0};
	return at;
}

static inline void made_v7_cpu(struct made_file *file, const char *codec,
			       const struct made_cpu *cpu, struct made_file *option)
{
	struct made_file pages = {0};
	size_t count = 0, at;

	made_align(file);
	at = file->size;
	for (unsigned int i = 0; i < cpu->nr; i++)
		made_put(&pages, cpu->pages[i].bytes, MADE_PAGE);
	if (!strcmp(codec, "none")) {
		made_put(file, pages.bytes, pages.size);
	} else {
		made_number(file, (cpu->nr + 1) / 2, 4);
		count = 4;
	}
	for (size_t from = 0; count && from < pages.size; from += 2 * MADE_PAGE)
		made_chunk(file, codec, pages.bytes + from,
			   pages.size - from < 2 * MADE_PAGE ? MADE_PAGE : 2 * MADE_PAGE);
	free(pages.bytes);
	made_number(option, at, 8);
	made_number(option, file->size - at - count, 8);
}

static inline void made_v7_buffer(struct made_file *file, const struct made_trace *trace,
				  unsigned int instance, struct made_file *options)
{
	const struct made_cpu *cpus = trace->cpus[instance];
	const char *codec = trace->codec;
	struct made_file option = {0};
	size_t at = file->size;

	made_number(file, 3, 2);
	made_number(file, strcmp(codec, "none") != 0, 2);
	made_number(file, 0, 4);
	made_number(file, 0, 8);
	made_number(&option, at, 8);
	made_string(&option, instance ? "second" : "");
	made_string(&option, "global");
	made_number(&option, MADE_PAGE, 4);
	made_number(&option, MADE_CPUS, 4);
	for (unsigned int cpu = 0; cpu < MADE_CPUS; cpu++) {
		made_number(&option, cpu, 4);
		made_align(file);
		file->cpu_at[instance][cpu] = file->size;
		made_v7_cpu(file, codec, &cpus[cpu], &option);
	}
	made_word(file->bytes + at + 8, file->size - at - 16, 8);
	made_option(options, 3, option.bytes, (uint32_t)option.size);
	free(option.bytes);
}

static inline void made_v7_metadata(struct made_file *file, const char *codec,
				    struct made_file *options)
{
	static void (*const make[])(struct made_file *) = {made_header_info, NULL, made_formats,
							   made_kallsyms,    NULL, made_cmdlines};
	struct made_file content = {0};

	for (unsigned int i = 0; i < sizeof(make) / sizeof(make[0]); i++) {
		uint64_t at;

		if (!make[i])
			continue;
		content.bad_format = file->bad_format;
		make[i](&content);
		at = made_section(file, codec, 16 + i, &content);
		made_option(options, (uint16_t)(16 + i), &at, 8);
		if (i == 2)
			file->formats_end = file->size;
	}
}

static inline void made_v7(struct made_file *file, const struct made_trace *trace)
{
	static const uint64_t none = 0;
	struct made_file options = {0};
	size_t first, next;

	made_head(file, "7");
	made_string(file, trace->codec);
	made_string(file, "1");
	first = file->size;
	made_number(file, 0, 8);
	made_v7_metadata(file, trace->codec, &options);
	made_options(&options, trace);
	made_option(&options, 0, &none, 8);
	made_word(file->bytes + first, file->size, 8);
	made_section(file, trace->codec, 0, &options);
	next = file->size - 8;
	for (unsigned int i = 0; i < trace->nr_instances; i++)
		made_v7_buffer(file, trace, i, &options);
	made_option(&options, 0, &none, 8);
	made_word(file->bytes + next, file->size, 8);
	file->last_options = file->size;
	made_section(file, trace->codec, 0, &options);
}

static inline struct made_file made_dat(const struct made_trace *trace)
{
	struct made_file file = {.bad_format = trace->bad_format};

	if (trace->version == 6)
		made_v6(&file, trace);
	else
		made_v7(&file, trace);
	return file;
}

/* The first @size bytes as a file; @path is filled in, the caller unlinks it. */
static inline void made_write(const struct made_file *file, size_t size, char path[32])
{
	int fd;

	strcpy(path, "/tmp/made-dat-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, file->bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

#endif
