/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A text trace made by a test, and what the reader gives for it as one line a record. */
#ifndef TEXT_SAMPLE_H
#define TEXT_SAMPLE_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "staletlb/source.h"

static char sample_path[] = "/tmp/staletlb-text-XXXXXX";

static inline void sample_put(const char *text, size_t size)
{
	FILE *file;

	if (strstr(sample_path, "XXXXXX"))
		close(mkstemp(sample_path));
	file = fopen(sample_path, "w");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

static inline void sample_drop(void)
{
	unlink(sample_path);
}

static inline struct stlb_source *sample_open(const char *text)
{
	struct stlb_error err = {0};
	struct stlb_source *source;

	sample_put(text, strlen(text));
	cr_assert_eq(stlb_source_open(sample_path, NULL, &source, &err), 0, "%s", err.text);
	return source;
}

static inline uint64_t sample_number(const struct stlb_record *record,
				     const struct stlb_field *field)
{
	uint64_t value = 0;

	cr_assert_leq(field->offset + field->size, record->size);
	memcpy(&value, (const char *)record->data + field->offset, field->size);
	return value;
}

static inline const char *sample_string(const struct stlb_record *record,
					const struct stlb_field *field)
{
	uint64_t loc = sample_number(record, field);
	uint32_t offset = loc & 0xffff, length = (uint32_t)(loc >> 16);

	cr_assert_leq(offset + length, record->size);
	cr_assert_gt(length, 0);
	cr_assert_eq(((const char *)record->data)[offset + length - 1], 0);
	return (const char *)record->data + offset;
}

static inline void sample_print_field(FILE *out, const struct stlb_record *record,
				      const struct stlb_field *field)
{
	fprintf(out, " %s=", field->name);
	if (field->type == STLB_FIELD_DATA_LOC)
		fprintf(out, "'%s'", sample_string(record, field));
	else if (field->type == STLB_FIELD_SIGNED)
		fprintf(out, "%" PRId64, (int64_t)sample_number(record, field));
	else
		fprintf(out, "0x%" PRIx64, sample_number(record, field));
}

static inline void sample_print(FILE *out, const struct stlb_record *record)
{
	if (record->loss) {
		fprintf(out, "%" PRIu64 " loss %d cpu %d lost %" PRIu64 "\n", record->ns,
			record->loss, record->cpu, record->lost);
		return;
	}
	fprintf(out, "%" PRIu64 " %d %d %d %s|%s", record->ns, record->cpu, record->tid,
		record->context, record->comm ? record->comm : "", record->format->name);
	for (uint32_t i = 0; i < record->format->nr_fields; i++)
		sample_print_field(out, record, &record->format->fields[i]);
	fputc('\n', out);
}

/* All that is left of a source; the caller frees it. */
static inline char *sample_dump(struct stlb_source *source)
{
	struct stlb_error err = {0};
	struct stlb_record record;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret;

	while ((ret = stlb_source_next(source, &record, &err)) > 0)
		sample_print(out, &record);
	fclose(out);
	cr_assert_eq(ret, 0, "%s", err.text);
	return text;
}

static inline void sample_expect(const char *text, const char *wanted)
{
	struct stlb_source *source = sample_open(text);
	char *got = sample_dump(source);

	cr_expect_str_eq(got, wanted, "got:\n%swanted:\n%s", got, wanted);
	free(got);
	stlb_source_close(source);
}

#endif
