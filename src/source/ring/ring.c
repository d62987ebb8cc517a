/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ring buffers of a running kernel as a source. A record may be handed out once no earlier one
 * can come any more: the clock of the trace was asked, whoever was writing a record then has left
 * (live_barrier.h), and after that the buffers of all CPUs without a record at hand have been read
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

static int take_page(struct stlb_live *live, struct stlb_live_cpu *cpu, const void *page,
		     size_t size, struct stlb_error *err)
{
	live->source->info.bytes_done += size;
	return live->page ? live->page(live->arg, cpu->instance, cpu->cpu, page, size, err) : 0;
}

/* All that is older than this will have been written once the writers of now have left. */
static int ask_clock(const struct stlb_live *live, struct stlb_live_cpu *cpu)
{
	uint64_t margin = live->by_delay ? live->delay : MARGIN;
	struct stlb_live_stats stats;
	int ret;

	cpu->asked = UINT64_MAX;
	if (live->stopped)
		return 0;
	ret = stlb_live_cpu_stats(cpu, &stats);
	cpu->asked = stats.now > margin ? stats.now - margin : 0;
	return ret;
}

static int ask(struct stlb_live *live)
{
	int ret = 0;

	if (live->asking)
		return 0;
	live->asking = true;
	live->last_asked = live->stopped;
	for (uint32_t i = 0; !ret && i < live->nr_cpus; i++)
		ret = ask_clock(live, &live->cpus[i]);
	return ret;
}

/* Whoever is read empty from now on is read up to the time asked for. */
static void promise(struct stlb_live *live)
{
	live->asking = false;
	live->last_round = live->last_asked;
	for (uint32_t i = 0; i < live->nr_cpus; i++)
		live->cpus[i].promised = live->cpus[i].asked;
}

static int wait_for_writers(struct stlb_live *live)
{
	int ret;

	if (live->last_round)
		return 0;
	ret = ask(live);
	if (ret)
		return ret;
	if (!live->by_delay)
		ret = live->settled(live->settled_arg);
	if (ret == 0) {
		promise(live);
	} else if (ret != -EAGAIN) {
		live->by_delay = true;
		live->asking = false;
	}
	return 0;
}

static int drain_cpu(struct stlb_live *live, struct stlb_live_cpu *cpu, struct stlb_error *err)
{
	const void *page;
	long got = 1;
	int ret = 0;

	while (!ret && stlb_live_cpu_room(cpu) && (got = stlb_live_cpu_read(cpu, &page)) > 0)
		ret = take_page(live, cpu, page, (size_t)got, err);
	if (ret || got < 0)
		return ret ? ret : (int)got;
	if (got > 0)
		live->more = true;
	else
		cpu->drained = cpu->promised;
	return 0;
}

static int queue_cpu(struct stlb_live *live, struct stlb_live_cpu *cpu)
{
	uint64_t order = (uint64_t)cpu->cpu << 32 | cpu->instance;
	int ret;

	if (cpu->queued || !stlb_live_cpu_next(cpu))
		return 0;
	ret = stlb_merge_add(&live->merge, cpu->ns, order, cpu);
	cpu->queued = !ret;
	return ret;
}

static void find_floor(struct stlb_live *live)
{
	live->floor = UINT64_MAX;
	for (uint32_t i = 0; i < live->nr_cpus; i++)
		if (!live->cpus[i].queued && live->cpus[i].drained < live->floor)
			live->floor = live->cpus[i].drained;
}

/* What waits for a delay to pass must not fill the memory: the kernel would lose what follows. */
static void fit_delay(struct stlb_live *live)
{
	if (live->more && live->delay / 2 >= STLB_LIVE_FIRST_DELAY)
		live->delay /= 2;
}

static int poll_buffers(struct stlb_live *live, struct stlb_error *err)
{
	int ret = wait_for_writers(live);

	live->more = false;
	for (uint32_t i = 0; !ret && i < live->nr_cpus; i++) {
		ret = drain_cpu(live, &live->cpus[i], err);
		if (!ret)
			ret = queue_cpu(live, &live->cpus[i]);
	}
	find_floor(live);
	fit_delay(live);
	live->moved = false;
	live->polled_ns = now_ns();
	return ret;
}

/* ---- handing out ---- */

static void move_on(struct stlb_live *live, struct stlb_live_cpu *cpu)
{
	live->moved = true;
	if (stlb_live_cpu_next(cpu)) {
		stlb_merge_moved(&live->merge, cpu->ns);
		return;
	}
	stlb_merge_drop(&live->merge);
	cpu->queued = false;
	if (cpu->drained < live->floor)
		live->floor = cpu->drained;
}

static void fill_loss(struct stlb_live *live, struct stlb_live_cpu *cpu, struct stlb_record *record)
{
	*record = (struct stlb_record){
		.ns = cpu->ns,
		.cpu = (int32_t)cpu->cpu,
		.loss = STLB_LOSS_HERE,
		.lost = cpu->lost,
	};
	live->source->info.lost_events += cpu->lost;
	cpu->losing = false;
	cpu->lost = 0;
}

static void fill_record(struct stlb_live *live, struct stlb_live_cpu *cpu,
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
	record->comm = stlb_live_comm(live, cpu, record);
}

static const struct stlb_format *pass_event(struct stlb_live *live, const struct stlb_live_cpu *cpu)
{
	struct stlb_source_info *info = &live->source->info;
	uint16_t id;

	memcpy(&id, cpu->data + STLB_COMMON_TYPE, sizeof(id));
	if (!info->events++)
		info->first_ns = cpu->ns;
	info->last_ns = cpu->ns;
	return live->by_id[id];
}

/* It cannot be put where it belongs any more: what was judged without it may be wrong. */
static void note_late(struct stlb_live *live, struct stlb_live_cpu *cpu)
{
	cpu->ns = live->source->info.last_ns;
	cpu->losing = true;
	live->late++;
	if (live->delay < LAST_DELAY)
		live->delay *= 2;
}

static bool may_hand_out(struct stlb_live *live, struct stlb_live_cpu *cpu)
{
	if (!cpu || cpu->ns >= live->floor)
		return false;
	if (cpu->ns < live->source->info.last_ns)
		note_late(live, cpu);
	return true;
}

/* 1 with a record, 0 with an event that nobody wants. */
static int hand_out(struct stlb_live *live, struct stlb_live_cpu *cpu, struct stlb_record *record)
{
	const struct stlb_format *format;

	if (cpu->losing) {
		fill_loss(live, cpu, record);
		return 1;
	}
	live->taken = cpu;
	format = pass_event(live, cpu);
	if (!format || !format->wanted)
		return 0;
	fill_record(live, cpu, format, record);
	return 1;
}

static int next_record(struct stlb_source *source, struct stlb_record *record,
		       struct stlb_error *err)
{
	struct stlb_live *live = source->private;

	for (;;) {
		struct stlb_live_cpu *cpu = live->taken;
		int ret;

		live->taken = NULL;
		if (cpu)
			move_on(live, cpu);
		cpu = stlb_merge_top(&live->merge);
		if (may_hand_out(live, cpu)) {
			if (hand_out(live, cpu, record))
				return 1;
			continue;
		}
		if (!cpu && live->last_round && !live->more && live->floor == UINT64_MAX)
			return stlb_live_tell_stats(live, record);
		if (!(live->more && live->moved) && now_ns() - live->polled_ns < POLL_INTERVAL)
			return -EAGAIN;
		ret = poll_buffers(live, err);
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
	struct stlb_live *live = source->private;

	live->lost_elsewhere += nr;
}

void stlb_live_stop(struct stlb_source *source)
{
	struct stlb_live *live = source->private;

	live->stopped = true;
	live->polled_ns = 0;
}

uint64_t stlb_live_late(const struct stlb_source *source)
{
	const struct stlb_live *live = source->private;

	return live->late;
}

static const char *symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	return stlb_live_symbol(source->private, address, offset);
}

static void close_live(struct stlb_source *source)
{
	stlb_live_free(source->private);
}

const struct stlb_source_ops stlb_live_ops = {
	.name = "live",
	.next = next_record,
	.symbol = symbol,
	.close = close_live,
};
