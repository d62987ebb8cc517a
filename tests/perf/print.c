/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read of a recording, a line for each record: to be compared with what perf script says.
 *
 *	perf-print FILE			records of the source
 *	perf-print --samples FILE	reads all of each sample, and counts
 *	perf-print --cuts STEP FILE	opens FILE cut at each STEP bytes, from memory
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "staletlb/perfdata.h"
#include "staletlb/source.h"

static uint64_t number(const struct stlb_record *record, const struct stlb_field *field)
{
	uint64_t value = 0;

	if (field->offset + field->size <= record->size && field->size <= 8)
		memcpy(&value, (const char *)record->data + field->offset, field->size);
	return value;
}

static void print_stack(const struct stlb_record *record)
{
	uint64_t nr = number(record, &record->format->fields[0]), caller;

	printf("stack");
	for (uint64_t i = 0; i < nr && 16 + 8 * i <= record->size; i++) {
		memcpy(&caller, (const char *)record->data + 8 + 8 * i, 8);
		printf("\t%" PRIx64, caller);
	}
	printf("\n");
}

static void print_record(const struct stlb_record *record)
{
	if (record->loss) {
		printf("lost\t%d\t%" PRIu64 "\n", record->loss, record->lost);
		return;
	}
	if (!strcmp(record->format->name, "kernel_stack")) {
		print_stack(record);
		return;
	}
	printf("%s\t%d\t%d\t%" PRIu64 "\t%s:%s\t", record->comm ? record->comm : "", record->tid,
	       record->cpu, record->ns, record->format->system, record->format->name);
	for (uint32_t i = 0; i < record->format->nr_fields; i++)
		if (record->format->fields[i].type == STLB_FIELD_UNSIGNED ||
		    record->format->fields[i].type == STLB_FIELD_SIGNED)
			printf("%s=%" PRIu64 " ", record->format->fields[i].name,
			       number(record, &record->format->fields[i]));
	printf("\n");
}

static int print_file(const char *path)
{
	struct stlb_error err = {""};
	struct stlb_record record;
	struct stlb_source *source;
	int ret = stlb_source_open(path, NULL, &source, &err);

	while (!ret && (ret = stlb_source_next(source, &record, &err)) > 0) {
		print_record(&record);
		ret = 0;
	}
	if (ret < 0)
		fprintf(stderr, "%s\n", err.text);
	else if (stlb_source_info(source)->cut)
		fprintf(stderr, "cut: %s\n", stlb_source_info(source)->cut);
	stlb_source_close(source);
	return ret < 0;
}

/* Whether all of each sample was understood: at most what rounds it up to 8 bytes is left. */
static int read_samples(const char *path)
{
	uint64_t samples = 0, odd = 0;
	struct stlb_perfdata_sample sample;
	struct stlb_perfdata_record record;
	struct stlb_perfdata *perf;
	struct stlb_error err = {""};
	int fd = open(path, O_RDONLY), ret;

	ret = stlb_perfdata_open_fd(fd, path, &perf, &err);
	while (!ret && (ret = stlb_perfdata_next(perf, &record, &err)) > 0) {
		ret = 0;
		if (record.kind != STLB_PERFDATA_SAMPLE)
			continue;
		samples++;
		odd += !stlb_perfdata_sample(perf, &record, &sample) || sample.left >= 8;
	}
	if (ret < 0)
		fprintf(stderr, "%s\n", err.text);
	printf("%" PRIu64 " samples, %" PRIu64 " odd\n", samples, odd);
	stlb_perfdata_close(ret < 0 && !samples ? NULL : perf);
	close(fd);
	return ret < 0 || odd;
}

static uint64_t count_samples(const void *data, size_t size)
{
	struct stlb_perfdata_record record;
	struct stlb_perfdata *perf;
	struct stlb_error err = {""};
	uint64_t nr = 0;

	if (stlb_perfdata_open_memory(data, size, "cut", &perf, &err)) {
		if (!err.text[0])
			abort();
		return 0;
	}
	while (stlb_perfdata_next(perf, &record, &err) > 0)
		nr += record.kind == STLB_PERFDATA_SAMPLE;
	stlb_perfdata_close(perf);
	return nr;
}

static int read_cuts(size_t step, const char *path)
{
	int fd = open(path, O_RDONLY);
	uint64_t last = 0, nr = 0;
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st))
		return 1;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	for (size_t size = 0; data != MAP_FAILED && size <= (size_t)st.st_size; size += step) {
		/* a copy, so that a byte too far is seen */
		void *cut = malloc(size ? size : 1);

		if (!cut)
			return 1;
		memcpy(cut, data, size);
		nr = count_samples(cut, size);
		free(cut);
		if (nr < last)
			printf("fewer samples with %zu bytes\n", size);
		last = nr;
	}
	printf("%" PRIu64 " samples\n", count_samples(data, (size_t)st.st_size));
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return print_file(argv[1]);
	if (argc == 3 && !strcmp(argv[1], "--samples"))
		return read_samples(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "--cuts"))
		return read_cuts(strtoul(argv[2], NULL, 10), argv[3]);
	return 2;
}
