/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ring buffers of a running kernel as a source. A record may be handed out once no earlier one
 * can come any more: the clock of the trace was asked, whoever was writing a record then has left
 * (barrier.h), and after that the buffers of all CPUs without a record at hand have been read
 * empty. Where the kernel does not tell when its writers have left, a delay has to do; it grows
 * with each record that comes too late, as far as there is memory for what waits meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/common_fields.h"
#include "source/ring/ring.h"

enum {
	MARGIN = 1000 * 1000,		 /* ns: by which clocks of CPUs may differ */
	LAST_DELAY = 1280 * 1000 * 1000, /* ns */
	POLL_INTERVAL = 4 * 1000 * 1000, /* ns: between two looks at the buffers that were empty */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* ---- reading the buffers ---- */

static int take_page(struct stlb_ring *ring, struct stlb_ring_cpu *cpu, const void *page,
		     size_t size, struct stlb_error *err)
{
	ring->source->info.bytes_done += size;
	return ring->page ? ring->page(ring->arg, cpu->instance, cpu->cpu, page, size, err) : 0;
}

/* All that is older than this will have been written once the writers of now have left. */
static int ask_clock(const struct stlb_ring *ring, struct stlb_ring_cpu *cpu)
{
	uint64_t margin = ring->by_delay ? ring->delay : MARGIN;
	struct stlb_ring_stats stats;
	int ret;

	cpu->asked = UINT64_MAX;
	if (ring->stopped)
		return 0;
	ret = stlb_ring_cpu_stats(cpu, &stats);
	cpu->asked = stats.now > margin ? stats.now - margin : 0;
	return ret;
}

static int ask(struct stlb_ring *ring)
{
	int ret = 0;

	if (ring->asking)
		return 0;
	ring->asking = true;
	ring->last_asked = ring->stopped;
	for (uint32_t i = 0; !ret && i < ring->nr_cpus; i++)
		ret = ask_clock(ring, &ring->cpus[i]);
	return ret;
}

/* Whoever is read empty from now on is read up to the time asked for. */
static void promise(struct stlb_ring *ring)
{
	ring->asking = false;
	ring->last_round = ring->last_asked;
	for (uint32_t i = 0; i < ring->nr_cpus; i++)
		ring->cpus[i].promised = ring->cpus[i].asked;
}

static int wait_for_writers(struct stlb_ring *ring)
{
	int ret;

	if (ring->last_round)
		return 0;
	ret = ask(ring);
	if (ret)
		return ret;
	if (!ring->by_delay)
		ret = ring->settled(ring->settled_arg);
	if (ret == 0) {
		promise(ring);
	} else if (ret != -EAGAIN) {
		ring->by_delay = true;
		ring->asking = false;
	}
	return 0;
}

static int drain_cpu(struct stlb_ring *ring, struct stlb_ring_cpu *cpu, struct stlb_error *err)
{
	const void *page;
	long got = 1;
	int ret = 0;

	while (!ret && stlb_ring_cpu_room(cpu) && (got = stlb_ring_cpu_read(cpu, &page)) > 0)
		ret = take_page(ring, cpu, page, (size_t)got, err);
	if (ret || got < 0)
		return ret ? ret : (int)got;
	if (got > 0)
		ring->more = true;
	else
		cpu->drained = cpu->promised;
	return 0;
}

static int queue_cpu(struct stlb_ring *ring, struct stlb_ring_cpu *cpu)
{
	uint64_t order = (uint64_t)cpu->cpu << 32 | cpu->instance;
	int ret;

	if (cpu->queued || !stlb_ring_cpu_next(cpu))
		return 0;
	ret = stlb_merge_add(&ring->merge, cpu->ns, order, cpu);
	cpu->queued = !ret;
	return ret;
}

static void find_floor(struct stlb_ring *ring)
{
	ring->floor = UINT64_MAX;
	for (uint32_t i = 0; i < ring->nr_cpus; i++)
		if (!ring->cpus[i].queued && ring->cpus[i].drained < ring->floor)
			ring->floor = ring->cpus[i].drained;
}

static int poll_buffers(struct stlb_ring *ring, struct stlb_error *err)
{
	int ret = wait_for_writers(ring);

	ring->more = false;
	for (uint32_t i = 0; !ret && i < ring->nr_cpus; i++) {
		ret = drain_cpu(ring, &ring->cpus[i], err);
		if (!ret)
			ret = queue_cpu(ring, &ring->cpus[i]);
	}
	find_floor(ring);
	/* What waits for a delay to pass must not fill the memory: the kernel would lose what
	 * follows. */
	if (ring->more && ring->delay / 2 >= STLB_RING_FIRST_DELAY)
		ring->delay /= 2;
	ring->moved = false;
	ring->polled_ns = now_ns();
	return ret;
}

/* ---- handing out ---- */

static void move_on(struct stlb_ring *ring, struct stlb_ring_cpu *cpu)
{
	ring->moved = true;
	if (stlb_ring_cpu_next(cpu)) {
		stlb_merge_moved(&ring->merge, cpu->ns);
		return;
	}
	stlb_merge_drop(&ring->merge);
	cpu->queued = false;
	if (cpu->drained < ring->floor)
		ring->floor = cpu->drained;
}

static void fill_loss(struct stlb_ring *ring, struct stlb_ring_cpu *cpu, struct stlb_record *record)
{
	*record = (struct stlb_record){
		.ns = cpu->ns,
		.cpu = (int32_t)cpu->cpu,
		.loss = STLB_LOSS_HERE,
		.lost = cpu->lost,
	};
	ring->source->info.lost_events += cpu->lost;
	cpu->losing = false;
	cpu->lost = 0;
}

static void fill_record(struct stlb_ring *ring, struct stlb_ring_cpu *cpu,
			const struct stlb_format *format, struct stlb_record *record)
{
	int32_t tid;

	memcpy(&tid, cpu->data + STLB_COMMON_PID, sizeof(tid));
	*record = (struct stlb_record){
		.ns = cpu->ns,
		.cpu = (int32_t)cpu->cpu,
		.tid = tid,
		.context = stlb_common_context(cpu->data[STLB_COMMON_FLAGS]),
		.format = format,
		.data = cpu->data,
		.size = cpu->size,
	};
	record->comm = stlb_ring_comm(ring, cpu, record);
}

static const struct stlb_format *pass_event(struct stlb_ring *ring, const struct stlb_ring_cpu *cpu)
{
	struct stlb_source_info *info = &ring->source->info;
	uint16_t id;

	memcpy(&id, cpu->data + STLB_COMMON_TYPE, sizeof(id));
	if (!info->events++)
		info->first_ns = cpu->ns;
	info->last_ns = cpu->ns;
	return ring->by_id[id];
}

/* It cannot be put where it belongs any more: what was judged without it may be wrong. */
static void note_late(struct stlb_ring *ring, struct stlb_ring_cpu *cpu)
{
	cpu->ns = ring->source->info.last_ns;
	cpu->losing = true;
	ring->late++;
	if (ring->delay < LAST_DELAY)
		ring->delay *= 2;
}

static bool may_hand_out(struct stlb_ring *ring, struct stlb_ring_cpu *cpu)
{
	if (!cpu || cpu->ns >= ring->floor)
		return false;
	if (cpu->ns < ring->source->info.last_ns)
		note_late(ring, cpu);
	return true;
}

/* 1 with a record, 0 with an event that nobody wants. */
static int hand_out(struct stlb_ring *ring, struct stlb_ring_cpu *cpu, struct stlb_record *record)
{
	const struct stlb_format *format;

	if (cpu->losing) {
		fill_loss(ring, cpu, record);
		return 1;
	}
	ring->taken = cpu;
	format = pass_event(ring, cpu);
	if (!format || !format->wanted)
		return 0;
	fill_record(ring, cpu, format, record);
	return 1;
}

static int next_record(struct stlb_source *source, struct stlb_record *record,
		       struct stlb_error *err)
{
	struct stlb_ring *ring = source->private;

	for (;;) {
		struct stlb_ring_cpu *cpu = ring->taken;
		int ret;

		ring->taken = NULL;
		if (cpu)
			move_on(ring, cpu);
		cpu = stlb_merge_top(&ring->merge);
		if (may_hand_out(ring, cpu)) {
			if (hand_out(ring, cpu, record))
				return 1;
			continue;
		}
		if (!cpu && ring->last_round && !ring->more && ring->floor == UINT64_MAX)
			return stlb_ring_tell_stats(ring, record);
		if (!(ring->more && ring->moved) && now_ns() - ring->polled_ns < POLL_INTERVAL)
			return -EAGAIN;
		ret = poll_buffers(ring, err);
		if (ret)
			return err && err->text[0]
				       ? ret
				       : stlb_error_set(err, ret,
							"the ring buffers cannot be read: %s",
							strerror(-ret));
	}
}

void stlb_live_lost(struct stlb_source *source, uint64_t nr)
{
	struct stlb_ring *ring = source->private;

	ring->lost_elsewhere += nr;
}

void stlb_live_stop(struct stlb_source *source)
{
	struct stlb_ring *ring = source->private;

	ring->stopped = true;
	ring->polled_ns = 0;
}

uint64_t stlb_live_late(const struct stlb_source *source)
{
	const struct stlb_ring *ring = source->private;

	return ring->late;
}

static const char *symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	return stlb_ring_symbol(source->private, address, offset);
}

static void close_ring(struct stlb_source *source)
{
	stlb_ring_free(source->private);
}

const struct stlb_source_ops stlb_ring_ops = {
	.name = "live",
	.next = next_record,
	.symbol = symbol,
	.close = close_ring,
};
