/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of a trace.dat: what the running kernel says of its events, functions and tasks. */
#include "source/tracedat/datwrite_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/tracedat/tracedat.h"
#include "util/file.h"

enum {
	MAX_HEADER = 4096, /* bytes of header_page */
	BLOCK = 16 * 1024,
	MIN_PAGE = 512,
	MAX_PAGE = 1024 * 1024,
};

/** struct piece - a file of the kernel that is copied with its size in front */
struct piece {
	const char *dir, *name;
	unsigned int width; /* bytes of the size: 4 or 8 */
	bool optional;	    /* some kernels are built without */
};

/* @fd is -1 afterwards where an optional one is not there. */
static int open_piece(const struct piece *piece, char path[PATH_MAX], int *fd,
		      struct stlb_error *err)
{
	*fd = -1;
	if (snprintf(path, PATH_MAX, "%s/%s", piece->dir, piece->name) < PATH_MAX)
		*fd = open(path, O_RDONLY | O_CLOEXEC);
	else
		errno = ENAMETOOLONG;
	if (*fd >= 0 || (errno == ENOENT && piece->optional))
		return 0;
	return stlb_error_set(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
}

/* Bytes read, 0 at the end, or a negative errno. */
static ssize_t read_some(int fd, void *block, size_t size, const char *path, struct stlb_error *err)
{
	ssize_t got;

	do
		got = read(fd, block, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return stlb_error_set(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
	return got;
}

static int copy_all(struct stlb_dat_out *out, int fd, const char *path, uint64_t *size,
		    struct stlb_error *err)
{
	char block[BLOCK];
	ssize_t got;

	while ((got = read_some(fd, block, sizeof(block), path, err)) > 0) {
		stlb_dat_out_put(out, block, (size_t)got);
		*size += (uint64_t)got;
	}
	return (int)got;
}

/* The kernel's files do not say how long they are before they are read. */
static int copy_piece(struct stlb_dat_out *out, const struct piece *piece, struct stlb_error *err)
{
	uint64_t at = stlb_dat_out_at(out), size = 0;
	char path[PATH_MAX];
	int fd, ret = open_piece(piece, path, &fd, err);

	if (ret)
		return ret;
	stlb_dat_out_put(out, &size, piece->width);
	if (fd < 0)
		return 0;
	ret = copy_all(out, fd, path, &size, err);
	close(fd);
	if (ret)
		return ret;
	if (piece->width == 4)
		stlb_dat_out_patch(out, at, &(uint32_t){(uint32_t)size}, 4);
	else
		stlb_dat_out_patch(out, at, &size, 8);
	return 0;
}

static int read_header(const struct stlb_dat_writer *writer, char text[MAX_HEADER],
		       struct stlb_error *err)
{
	char path[PATH_MAX];
	int ret = -ENAMETOOLONG;

	if (snprintf(path, PATH_MAX, "%s/events/header_page", writer->tracing_dir) < PATH_MAX)
		ret = stlb_file_head(path, text, MAX_HEADER);
	if (!ret)
		return 0;
	return stlb_error_set(err, ret, "%s: cannot be read: %s", path, strerror(-ret));
}

int stlb_dat_writer_header(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	char text[MAX_HEADER];
	unsigned int offset, size;
	const char *data;
	int ret = read_header(writer, text, err);

	if (ret)
		return ret;
	data = strstr(text, " data;");
	if (!data || sscanf(data, " data; offset:%u; size:%u;", &offset, &size) != 2 ||
	    offset > MIN_PAGE || size > MAX_PAGE || offset + size < MIN_PAGE ||
	    offset + size > MAX_PAGE || (offset + size) % 8)
		return stlb_error_set(
			err, -EINVAL,
			"%s/events/header_page: no known page size: is tracefs mounted there?",
			writer->tracing_dir);
	writer->header_size = offset;
	writer->page_size = offset + size;
	return 0;
}

static void put_initial(struct stlb_dat_writer *writer)
{
	struct stlb_dat_out *out = &writer->out;
	const uint8_t flags[2] = {__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, sizeof(long)};

	stlb_dat_out_put(out, STLB_DAT_MAGIC, strlen(STLB_DAT_MAGIC));
	stlb_dat_out_string(out, "6");
	stlb_dat_out_put(out, flags, sizeof(flags));
	stlb_dat_out_u32(out, writer->page_size);
}

static int copy_headers(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	static const char *const names[] = {"header_page", "header_event"};
	int ret = 0;

	for (int i = 0; !ret && i < 2; i++) {
		char name[32];
		struct piece piece = {writer->tracing_dir, name, 8, false};

		snprintf(name, sizeof(name), "events/%s", names[i]);
		stlb_dat_out_string(&writer->out, names[i]);
		ret = copy_piece(&writer->out, &piece, err);
	}
	return ret;
}

static int copy_format(struct stlb_dat_writer *writer, const char *system, const char *event,
		       struct stlb_error *err)
{
	char name[PATH_MAX];
	struct piece piece = {writer->tracing_dir, name, 8, false};

	if (snprintf(name, sizeof(name), "events/%s/%s/format", system, event) >= PATH_MAX)
		return stlb_error_set(err, -ENAMETOOLONG, "%s:%s: not an event", system, event);
	return copy_piece(&writer->out, &piece, err);
}

static int is_event(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.';
}

/* All of them: stacks are among them, and the kernel does not tell which were written. */
static int copy_ftrace_formats(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	struct dirent **events;
	char path[PATH_MAX];
	int nr = -1, ret = 0;

	errno = ENAMETOOLONG;
	if (snprintf(path, sizeof(path), "%s/events/ftrace", writer->tracing_dir) < PATH_MAX)
		nr = scandir(path, &events, is_event, alphasort);
	if (nr < 0)
		return stlb_error_set(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
	stlb_dat_out_u32(&writer->out, (uint32_t)nr);
	for (int i = 0; i < nr; i++) {
		if (!ret)
			ret = copy_format(writer, "ftrace", events[i]->d_name, err);
		free(events[i]);
	}
	free(events);
	return ret;
}

static int compare_events(const void *left, const void *right)
{
	const struct stlb_dat_event *a = left, *b = right;
	int order = strcmp(a->system, b->system);

	return order ? order : strcmp(a->name, b->name);
}

/* How many events from the first one on are of its system. */
static uint32_t same_system(const struct stlb_dat_event *events, uint32_t nr)
{
	uint32_t same = 1;

	while (same < nr && !strcmp(events[same].system, events[0].system))
		same++;
	return same;
}

static int copy_event_formats(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	const struct stlb_dat_event *event = writer->events;
	uint32_t systems = 0, nr = writer->nr_events;
	int ret = 0;

	if (nr)
		qsort(writer->events, nr, sizeof(*writer->events), compare_events);
	for (uint32_t i = 0; i < nr; i += same_system(event + i, nr - i))
		systems++;
	stlb_dat_out_u32(&writer->out, systems);
	for (uint32_t i = 0, last = 0; !ret && i < nr; i++) {
		if (i == last) {
			stlb_dat_out_string(&writer->out, event[i].system);
			stlb_dat_out_u32(&writer->out, same_system(event + i, nr - i));
			last += same_system(event + i, nr - i);
		}
		ret = copy_format(writer, event[i].system, event[i].name, err);
	}
	return ret;
}

int stlb_dat_writer_head(struct stlb_dat_writer *writer, struct stlb_error *err)
{
	const struct piece names[] = {
		{writer->proc_dir, "kallsyms", 4, true},
		{writer->tracing_dir, "printk_formats", 4, true},
		{writer->tracing_dir, "saved_cmdlines", 8, true},
	};
	int ret;

	put_initial(writer);
	ret = copy_headers(writer, err);
	if (!ret)
		ret = copy_ftrace_formats(writer, err);
	if (!ret)
		ret = copy_event_formats(writer, err);
	for (int i = 0; !ret && i < 3; i++)
		ret = copy_piece(&writer->out, &names[i], err);
	return ret ? ret : stlb_dat_out_check(&writer->out, err);
}
