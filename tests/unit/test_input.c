/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "source/input/input.h"
#include "source/source_ops.h"

#define TEXT_SIZE 300000

static char path[] = "/tmp/staletlb-input-XXXXXX";
static uint8_t text[TEXT_SIZE];
static uint8_t packed[TEXT_SIZE * 2];
static uint8_t back[TEXT_SIZE * 2];

static void setup(void)
{
	uint32_t seed = 1;

	close(mkstemp(path));
	for (size_t i = 0; i < sizeof(text); i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = (uint8_t)("0123456789abcdef"[seed >> 28]);
	}
}

static void teardown(void)
{
	unlink(path);
}

TestSuite(input, .init = setup, .fini = teardown);

static void put_file(const void *data, size_t size)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(data, 1, size, file), size);
	fclose(file);
}

static size_t gzip_pack(uint8_t *to, size_t room, const uint8_t *from, size_t size)
{
	z_stream z = {.next_in = (Bytef *)from, .avail_in = (uInt)size};

	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = to;
	z.avail_out = (uInt)room;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t zstd_pack(uint8_t *to, size_t room, const uint8_t *from, size_t size)
{
	size_t ret = ZSTD_compress(to, room, from, size, 3);

	cr_assert(!ZSTD_isError(ret));
	return ret;
}

/* Two members or frames, the second one of the text's last third. */
static size_t pack(bool gzip, size_t first)
{
	size_t (*fn)(uint8_t *, size_t, const uint8_t *, size_t) = gzip ? gzip_pack : zstd_pack;
	size_t size = fn(packed, sizeof(packed), text, first);

	if (first < TEXT_SIZE)
		size += fn(packed + size, sizeof(packed) - size, text + first, TEXT_SIZE - first);
	return size;
}

static struct stlb_input *open_ok(void)
{
	struct stlb_error err = {0};
	struct stlb_input *input;

	cr_assert_eq(stlb_input_open(path, &input, &err), 0, "%s", err.text);
	return input;
}

static size_t read_all(struct stlb_input *input)
{
	struct stlb_error err = {0};
	size_t size = 0;
	ssize_t got;

	while ((got = stlb_input_read(input, back + size, 7001, &err)) > 0) {
		size += (size_t)got;
		cr_assert_leq(size, TEXT_SIZE);
	}
	cr_assert_eq(got, 0, "%s", err.text);
	return size;
}

static void expect_text(const char *compression)
{
	struct stlb_input *input = open_ok();
	struct stlb_error err = {0};
	const void *head;

	cr_assert_eq(stlb_input_peek(input, &head, 4096, &err), 4096);
	cr_assert_eq(memcmp(head, text, 4096), 0);
	cr_assert_eq(read_all(input), TEXT_SIZE);
	cr_assert_eq(memcmp(back, text, TEXT_SIZE), 0);
	cr_assert_not(stlb_input_cut(input));
	if (compression)
		cr_assert_str_eq(stlb_input_compression(input), compression);
	else
		cr_assert_null(stlb_input_compression(input));
	stlb_input_close(input);
}

Test(input, plain)
{
	put_file(text, TEXT_SIZE);
	expect_text(NULL);
}

Test(input, one_and_two_members)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		put_file(packed, pack(gzip, TEXT_SIZE));
		expect_text(gzip ? "gzip" : "zstd");
		put_file(packed, pack(gzip, 100000));
		expect_text(gzip ? "gzip" : "zstd");
	}
}

Test(input, zero_padding_is_not_data)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		size_t size = pack(gzip, 200000);

		memset(packed + size, 0, 1000);
		put_file(packed, size + 1000);
		expect_text(gzip ? "gzip" : "zstd");
	}
}

Test(input, broken_off_gives_what_there_is)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		size_t size = pack(gzip, 200000);
		struct stlb_input *input;
		size_t got;

		put_file(packed, size - 5);
		input = open_ok();
		got = read_all(input);
		cr_assert(stlb_input_cut(input));
		cr_assert_geq(got, 190000);
		cr_assert_eq(memcmp(back, text, got), 0);
		stlb_input_close(input);
	}
}

Test(input, trailing_garbage_is_reported)
{
	for (int gzip = 0; gzip < 2; gzip++) {
		size_t size = pack(gzip, TEXT_SIZE);
		struct stlb_input *input;

		memcpy(packed + size, "garbage", 7);
		put_file(packed, size + 7);
		input = open_ok();
		cr_assert_eq(read_all(input), TEXT_SIZE);
		cr_assert(stlb_input_cut(input));
		stlb_input_close(input);
	}
}

Test(input, damage_is_an_error)
{
	struct stlb_error err = {0};
	struct stlb_input *input;
	size_t size = pack(true, TEXT_SIZE);
	ssize_t got;

	memset(packed + size / 2, 0xff, 64);
	put_file(packed, size);
	input = open_ok();
	do {
		got = stlb_input_read(input, back, 7001, &err);
	} while (got > 0);
	cr_assert_eq(got, -EBADMSG);
	cr_assert_not_null(strstr(err.text, path));
	stlb_input_close(input);
}

static void expect_fd(struct stlb_input *input)
{
	struct stlb_error err = {0};
	int fd = stlb_input_fd(input, &err);
	struct stat st;

	cr_assert_geq(fd, 0, "%s", err.text);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(st.st_size, TEXT_SIZE);
	cr_assert_eq(pread(fd, back, TEXT_SIZE, 0), TEXT_SIZE);
	cr_assert_eq(memcmp(back, text, TEXT_SIZE), 0);
	cr_assert_eq(stlb_input_fd(input, &err), fd);
}

Test(input, descriptor_of_plain_and_compressed)
{
	struct stlb_error err = {0};
	struct stlb_input *input;
	const void *head;

	for (int kind = 0; kind < 3; kind++) {
		if (kind == 2)
			put_file(text, TEXT_SIZE);
		else
			put_file(packed, pack(kind, 1000));
		input = open_ok();
		cr_assert_eq(stlb_input_peek(input, &head, 10, &err), 10);
		expect_fd(input);
		cr_assert_eq(stlb_input_compression(input) == NULL, kind == 2);
		cr_assert_eq(read_all(input), TEXT_SIZE);
		stlb_input_close(input);
	}
}

Test(input, standard_input_from_a_pipe)
{
	struct stlb_error err = {0};
	struct stlb_input *input;
	char command[100];
	FILE *pipe;

	put_file(packed, pack(true, 1000));
	snprintf(command, sizeof(command), "(head -c 2 %s; sleep 0.1; tail -c +3 %s)", path, path);
	pipe = popen(command, "r");
	cr_assert_geq(dup2(fileno(pipe), STDIN_FILENO), 0);
	cr_assert_eq(stlb_input_open("-", &input, &err), 0, "%s", err.text);
	expect_fd(input);
	stlb_input_close(input);
	pclose(pipe);
}

Test(input, standard_input_begins_where_it_is)
{
	struct stlb_error err = {0};
	struct stlb_input *input;
	int fd;

	put_file("skip", 4);
	fd = open(path, O_RDWR | O_APPEND);
	cr_assert_eq(write(fd, text, TEXT_SIZE), TEXT_SIZE);
	cr_assert_eq(lseek(fd, 4, SEEK_SET), 4);
	cr_assert_geq(dup2(fd, STDIN_FILENO), 0);
	cr_assert_eq(stlb_input_open("-", &input, &err), 0, "%s", err.text);
	expect_fd(input);
	stlb_input_close(input);
	close(fd);
}

static void expect_refused(const char *name, int code, const char *says)
{
	struct stlb_error err = {0};
	struct stlb_input *input;

	cr_assert_eq(stlb_input_open(name, &input, &err), code, "%s", err.text);
	cr_assert_null(input);
	cr_assert_not_null(strstr(err.text, name), "%s", err.text);
	cr_assert_not_null(strstr(err.text, says), "%s", err.text);
}

Test(input, what_cannot_be_opened)
{
	expect_refused("/tmp", -EISDIR, "name a trace");
	expect_refused("/nonexistent/trace.dat", -ENOENT, "No such file");
	put_file("", 0);
	expect_refused(path, -EINVAL, "empty");
}

Test(input, short_file_is_plain)
{
	struct stlb_input *input;

	put_file("\x1f\x8b", 2);
	input = open_ok();
	cr_assert_eq(read_all(input), 2);
	stlb_input_close(input);
}

static void expect_perf_data(const void *data, size_t size)
{
	struct stlb_error err = {0};
	struct stlb_source *source;

	put_file(data, size);
	cr_expect_eq(stlb_source_open(path, NULL, &source, &err), -EINVAL);
	cr_expect_null(source);
	cr_expect(strstr(err.text, path) && !strstr(err.text, "trace of a known format"), "%s",
		  err.text);
}

Test(source, perf_data_without_events_is_refused)
{
	static const char *const magic[] = {"PERFILE2", "2ELIFREP"};

	for (int i = 0; i < 2; i++) {
		memset(text, 0, 104);
		memcpy(text, magic[i], 8);
		expect_perf_data(text, 8);
		expect_perf_data(text, 104);
		expect_perf_data(packed, gzip_pack(packed, sizeof(packed), text, 104));
		expect_perf_data(packed, zstd_pack(packed, sizeof(packed), text, 104));
	}
}
