/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/tracedat/dat_cpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/ring_page.h"
#include "source/tracedat/dat_reader.h"
#include "util/grow.h"

enum {
	SPARE = 64, /* kbuffer reads a word or two after a page's end */
	CHUNK_HEADER = 8,
	MAX_CHUNK = 4 * 1024 * 1024,
	MAX_RATIO = 1024, /* of compression: what claims more is a bomb */
	MAX_MEMORY = 96 * 1024 * 1024,
	TOLERANCE = 1 << 20, /* of time that goes backwards, in time stamps or ns */
};

/* In time stamps, most of them ns: what is recorded while it is copied; half a year. */
#define COPYING	  (UINT64_C(1) << 36)
#define HALF_YEAR (UINT64_C(1) << 54)

void stlb_dat_cpu_lose(struct stlb_dat_cpu *cpu, enum stlb_loss loss, uint64_t lost)
{
	if (!cpu->loss)
		cpu->loss = loss;
	cpu->lost += lost;
	cpu->lost_unknown |= !lost;
}

void stlb_dat_cpu_unread(struct stlb_dat_cpu *cpu, const char *what, uint64_t at)
{
	stlb_dat_cpu_lose(cpu, STLB_LOSS_HERE, 0);
	if (!cpu->gap.what)
		cpu->gap = (struct stlb_dat_gap){what, at};
}

uint64_t stlb_dat_cpu_place(const struct stlb_dat_cpu *cpu)
{
	uint64_t before = cpu->at - cpu->area->page_size;

	return cpu->area->compressed ? cpu->window_at : cpu->window_at + before;
}

/* Interrupts can turn time back by a little in old kernels: the records are sound then. */
void stlb_dat_cpu_backwards(struct stlb_dat_cpu *cpu, uint64_t ns)
{
	if (cpu->backwards || cpu->ns - ns < TOLERANCE)
		return;
	stlb_dat_cpu_unread(cpu, "time goes back in the page", stlb_dat_cpu_place(cpu));
	cpu->backwards = true;
}

static int reserve_window(struct stlb_dat_cpu *cpu, size_t size)
{
	struct stlb_dat_stream *stream = cpu->stream;

	if (size <= cpu->capacity)
		return 0;
	if (stream->memory - cpu->capacity + size > MAX_MEMORY)
		return -ENOMEM;
	if (stlb_resize((void **)&cpu->window, size + SPARE, 1))
		return -ENOMEM;
	memset(cpu->window + size, 0, SPARE);
	stream->memory += size - cpu->capacity;
	cpu->capacity = size;
	return 0;
}

static int read_chunk_count(struct stlb_dat_cpu *cpu)
{
	int64_t got;

	if (cpu->file_end - cpu->file_at < sizeof(cpu->chunks))
		return 0;
	got = stlb_pread_all(cpu->stream->fd, &cpu->chunks, sizeof(cpu->chunks), cpu->file_at);
	if (got < (int64_t)sizeof(cpu->chunks))
		cpu->chunks = 0;
	cpu->file_at += sizeof(cpu->chunks);
	return got < 0 ? (int)got : 0;
}

int stlb_dat_cpu_open(struct stlb_dat_cpu *cpu, struct stlb_dat_stream *stream,
		      const struct stlb_dat_area *area)
{
	*cpu = (struct stlb_dat_cpu){.stream = stream, .area = area, .tid = -1};
	cpu->file_at = area->offset;
	cpu->file_end = area->offset + area->size;
	cpu->kbuf = kbuffer_alloc(stream->long_size == 4 ? KBUFFER_LSIZE_4 : KBUFFER_LSIZE_8,
				  KBUFFER_ENDIAN_SAME_AS_HOST);
	if (!cpu->kbuf)
		return -ENOMEM;
	if (area->compressed)
		return read_chunk_count(cpu);
	return area->size ? reserve_window(cpu, stream->window) : 0;
}

void stlb_dat_cpu_close(struct stlb_dat_cpu *cpu)
{
	if (cpu->kbuf)
		kbuffer_free(cpu->kbuf);
	if (cpu->stream)
		cpu->stream->memory -= cpu->capacity;
	free(cpu->window);
	*cpu = (struct stlb_dat_cpu){0};
}

static int refill_raw(struct stlb_dat_cpu *cpu)
{
	uint64_t left = cpu->file_end - cpu->file_at;
	size_t want = left < cpu->capacity ? (size_t)left : cpu->capacity;
	int64_t got;

	if (!want)
		return 0;
	got = stlb_pread_all(cpu->stream->fd, cpu->window, want, cpu->file_at);
	if (got <= 0)
		return (int)got;
	cpu->window_at = cpu->file_at;
	cpu->file_at += (uint64_t)got;
	cpu->stream->bytes_done += (uint64_t)got;
	cpu->valid = (size_t)got;
	return 1;
}

static int read_compressed(struct stlb_dat_cpu *cpu, uint32_t size)
{
	struct stlb_dat_stream *stream = cpu->stream;
	int64_t got;

	if (size > stream->scratch_size) {
		if (stlb_resize((void **)&stream->scratch, size, 1))
			return -ENOMEM;
		stream->scratch_size = size;
	}
	got = stlb_pread_all(stream->fd, stream->scratch, size, cpu->file_at);
	if (got < 0)
		return (int)got;
	cpu->file_at += size;
	stream->bytes_done += size;
	return got == size ? 0 : -EINVAL;
}

static int load_chunk(struct stlb_dat_cpu *cpu, uint32_t packed, uint32_t size)
{
	int ret;

	if (packed > MAX_CHUNK || size > MAX_CHUNK ||
	    size > (uint64_t)packed * MAX_RATIO + cpu->area->page_size ||
	    reserve_window(cpu, size)) {
		cpu->file_at += packed;
		return -EINVAL;
	}
	ret = read_compressed(cpu, packed);
	if (ret)
		return ret;
	if (!size)
		return -EINVAL;
	cpu->valid = size;
	return stlb_dat_codec_decompress(cpu->stream->codec, cpu->window, size,
					 cpu->stream->scratch, packed);
}

/* A chunk that cannot be read is a loss; one that reaches out of the area is the last. */
static int refill_chunk(struct stlb_dat_cpu *cpu)
{
	uint32_t header[2];
	int64_t got;
	int ret;

	while (cpu->chunks && cpu->file_end - cpu->file_at >= CHUNK_HEADER) {
		got = stlb_pread_all(cpu->stream->fd, header, CHUNK_HEADER, cpu->file_at);
		if (got < 0)
			return (int)got;
		if (got < CHUNK_HEADER)
			break;
		cpu->window_at = cpu->file_at;
		cpu->file_at += CHUNK_HEADER;
		cpu->chunks--;
		if (header[0] > cpu->file_end - cpu->file_at) {
			cpu->chunks++;
			break;
		}
		ret = load_chunk(cpu, header[0], header[1]);
		if (!ret)
			return 1;
		cpu->valid = 0;
		if (ret != -EINVAL)
			return ret;
		stlb_dat_cpu_unread(cpu, "a chunk cannot be decompressed", cpu->window_at);
	}
	return 0;
}

static int refill(struct stlb_dat_cpu *cpu)
{
	cpu->at = 0;
	cpu->valid = 0;
	return cpu->area->compressed ? refill_chunk(cpu) : refill_raw(cpu);
}

/* The rest of a cut file, chunks that are not there, and bytes that are no chunk. */
static void find_missing_end(struct stlb_dat_cpu *cpu)
{
	const struct stlb_dat_area *area = cpu->area;

	if (area->shared)
		stlb_dat_cpu_unread(cpu, "another CPU claims the same bytes", area->offset);
	else if (area->cut)
		stlb_dat_cpu_unread(cpu, "the file is truncated", area->offset + area->size);
	else if (cpu->chunks)
		stlb_dat_cpu_unread(cpu, "chunks are missing from there on", cpu->file_at);
	else if (area->compressed && cpu->file_end - cpu->file_at >= CHUNK_HEADER)
		stlb_dat_cpu_unread(cpu, "bytes are left over after the last chunk", cpu->file_at);
}

/* What is missing after the last record. */
static int finish(struct stlb_dat_cpu *cpu)
{
	if (!cpu->done)
		find_missing_end(cpu);
	if (!cpu->done && cpu->dropped)
		stlb_dat_cpu_lose(cpu, STLB_LOSS_AFTER, cpu->dropped);
	if (cpu->loss == STLB_LOSS_HERE)
		cpu->loss = STLB_LOSS_AFTER;
	if (cpu->loss == STLB_LOSS_BEFORE && cpu->gap.what)
		cpu->loss = STLB_LOSS_SOMEWHERE; /* before and after, and it has no record */
	cpu->done = true;
	cpu->data = NULL;
	return 0;
}

/* The next page, checked; 1, 0 at the end, a negative errno. */
static int next_page(struct stlb_dat_cpu *cpu, struct stlb_ring_page *page, uint8_t **at)
{
	size_t size = cpu->area->page_size;
	int ret;

	if (cpu->at >= cpu->valid) {
		ret = refill(cpu);
		if (ret <= 0)
			return ret;
	}
	*at = cpu->window + cpu->at;
	if (size > cpu->valid - cpu->at)
		size = cpu->valid - cpu->at;
	stlb_page_check(*at, size, cpu->stream->long_size, page);
	cpu->at += cpu->area->page_size;
	return 1;
}

/* The time of the page after the one at hand; false where it is not known without decompressing. */
static bool next_stamp(const struct stlb_dat_cpu *cpu, uint64_t *next)
{
	if (cpu->at < cpu->valid && cpu->valid - cpu->at >= sizeof(*next)) {
		memcpy(next, cpu->window + cpu->at, sizeof(*next));
		return true;
	}
	return !cpu->area->compressed && cpu->file_end - cpu->file_at >= sizeof(*next) &&
	       stlb_pread_all(cpu->stream->fd, next, sizeof(*next), cpu->file_at) == sizeof(*next);
}

/*
 * Whether the page ends later than the next one begins, and so is not to be believed: its records
 * would hold up all others of their CPU.
 */
static bool ends_too_late(const struct stlb_dat_cpu *cpu, const struct stlb_ring_page *page)
{
	uint64_t next;

	if (!next_stamp(cpu, &next))
		return false;
	return next && next >= cpu->last_stamp && page->last > next &&
	       page->last - next > TOLERANCE;
}

static const char *time_fault(const struct stlb_dat_cpu *cpu, const struct stlb_ring_page *page)
{
	if (!page->ns)
		return "a page without a timestamp";
	if (ends_too_late(cpu, page))
		return "a page that ends after the next one begins";
	if (cpu->last_stamp && page->ns > cpu->last_stamp && page->ns - cpu->last_stamp > HALF_YEAR)
		return "a page much later than the previous one";
	if (cpu->now && page->last > cpu->now && page->last - cpu->now > COPYING)
		return "a page from after the end of the recording";
	return NULL;
}

/* Why nothing of a page is to be believed; NULL: it is. A cut page says more than it has. */
static const char *page_fault(const struct stlb_dat_cpu *cpu, const struct stlb_ring_page *page,
			      bool whole)
{
	if (page->overlong && whole)
		return "a page with a damaged header";
	if (page->blank && whole)
		return "a page without events";
	return time_fault(cpu, page);
}

/* Whether records of the page are to be read. */
static bool take_page(struct stlb_dat_cpu *cpu, const struct stlb_ring_page *page)
{
	const bool whole = cpu->at <= cpu->valid;
	const char *fault = page_fault(cpu, page, whole);

	cpu->backwards = false;
	if (page->damaged)
		cpu->tail = (struct stlb_dat_gap){"a page is damaged", stlb_dat_cpu_place(cpu)};
	if (fault)
		cpu->tail = (struct stlb_dat_gap){fault, stlb_dat_cpu_place(cpu)};
	if (page->has_missed && !(page->overlong && whole))
		stlb_dat_cpu_lose(cpu, cpu->started ? STLB_LOSS_HERE : STLB_LOSS_BEFORE,
				  page->missed);
	if (!fault)
		cpu->last_stamp = page->last;
	return !fault;
}

int stlb_dat_cpu_page(struct stlb_dat_cpu *cpu)
{
	unsigned long long stamp;
	struct stlb_ring_page page;
	uint8_t *at;
	void *data;
	int ret;

	do {
		/* What could not be read of the page before comes before all that follows. */
		if (cpu->tail.what)
			stlb_dat_cpu_unread(cpu, cpu->tail.what, cpu->tail.at);
		cpu->tail.what = NULL;
		ret = next_page(cpu, &page, &at);
		if (ret <= 0)
			return ret ? ret : finish(cpu);
		data = NULL;
		if (!take_page(cpu, &page))
			continue;
		kbuffer_load_subbuffer(cpu->kbuf, at);
		data = kbuffer_read_event(cpu->kbuf, &stamp);
	} while (!data);
	cpu->started = true;
	stlb_dat_cpu_take(cpu, data, stamp);
	return 1;
}

int stlb_dat_cpu_missed(struct stlb_dat_stream *stream, const struct stlb_dat_area *area,
			uint64_t *missed, bool *unknown)
{
	uint64_t bytes_done = stream->bytes_done;
	struct stlb_dat_cpu cpu;
	struct stlb_ring_page page;
	uint8_t *at;
	int ret = stlb_dat_cpu_open(&cpu, stream, area);

	while (!ret && (ret = next_page(&cpu, &page, &at)) > 0) {
		*missed += page.missed;
		*unknown |= page.has_missed && !page.missed;
		ret = 0;
	}
	stlb_dat_cpu_close(&cpu);
	stream->bytes_done = bytes_done;
	return ret;
}
