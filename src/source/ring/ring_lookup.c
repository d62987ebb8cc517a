/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of tasks and functions, and losses: what the pages of the ring buffers do not hold. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/names.h"
#include "source/ring/ring.h"
#include "util/file.h"

enum {
	COMM_SIZE = 16,
	MAX_CMDLINES = 1024 * 1024,
	MAX_KALLSYMS = 256 * 1024 * 1024,
	CMDLINES_INTERVAL = 1000 * 1000 * 1000, /* ns of the trace */
};

/* ---- names of tasks ---- */

/* Only a name that changed is worth forgetting what the CPUs keep. */
static void set_comm(struct stlb_ring *ring, int32_t tid, const char *comm)
{
	const char *known = stlb_names_comm(ring->source->names, tid);

	if (known && !strcmp(known, comm))
		return;
	stlb_names_set_comm(ring->source->names, tid, comm);
	ring->names_changed++;
}

/* The kernel keeps the names of some tasks only; a switch names both of its tasks. */
static void learn_from_switch(struct stlb_ring *ring, const struct stlb_record *record)
{
	const struct stlb_field *pid = ring->next_pid, *comm = ring->next_comm;
	char text[COMM_SIZE + 1] = "";
	int32_t tid;

	if (pid->offset + pid->size > record->size || comm->offset + comm->size > record->size)
		return;
	memcpy(&tid, (const char *)record->data + pid->offset, sizeof(tid));
	memcpy(text, (const char *)record->data + comm->offset, comm->size);
	if (tid && *text)
		set_comm(ring, tid, text);
}

static const struct stlb_field *find_field(const struct stlb_format *format, const char *name)
{
	for (uint32_t i = 0; i < format->nr_fields; i++)
		if (!strcmp(format->fields[i].name, name))
			return &format->fields[i];
	return NULL;
}

void stlb_ring_learn_format(struct stlb_ring *ring, const struct stlb_format *format)
{
	if (strcmp(format->system, "sched") || strcmp(format->name, "sched_switch"))
		return;
	ring->next_pid = find_field(format, "next_pid");
	ring->next_comm = find_field(format, "next_comm");
	if (ring->next_pid && ring->next_comm && ring->next_pid->size == sizeof(int32_t) &&
	    ring->next_comm->size <= COMM_SIZE)
		ring->switches = format;
}

static void learn_from_proc(struct stlb_ring *ring, int32_t tid)
{
	char path[4096], text[64];

	snprintf(path, sizeof(path), "%s/%d/comm", ring->proc, tid);
	if (stlb_file_head(path, text, sizeof(text)) || !*text)
		return;
	text[strcspn(text, "\n")] = '\0';
	set_comm(ring, tid, text);
}

/* Of tasks that are gone already. */
static void learn_from_cmdlines(struct stlb_ring *ring)
{
	char path[4096], *text, *line, *rest;

	snprintf(path, sizeof(path), "%s/saved_cmdlines", ring->tracing);
	stlb_file_read(path, MAX_CMDLINES, &text, NULL, NULL);
	for (line = text ? strtok_r(text, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *comm;
		long tid = strtol(line, &comm, 10);

		if (comm == line || *comm != ' ' || tid <= 0 || tid > INT32_MAX ||
		    !strcmp(comm + 1, "<...>"))
			continue;
		if (!stlb_names_comm(ring->source->names, (int32_t)tid))
			set_comm(ring, (int32_t)tid, comm + 1);
	}
	free(text);
}

static const char *find_comm(struct stlb_ring *ring, int32_t tid, uint64_t ns)
{
	const char *comm = stlb_names_comm(ring->source->names, tid);

	if (comm)
		return comm;
	learn_from_proc(ring, tid);
	comm = stlb_names_comm(ring->source->names, tid);
	if (comm || ns - ring->cmdlines_ns < CMDLINES_INTERVAL)
		return comm;
	ring->cmdlines_ns = ns;
	learn_from_cmdlines(ring);
	return stlb_names_comm(ring->source->names, tid);
}

const char *stlb_ring_comm(struct stlb_ring *ring, struct stlb_ring_cpu *cpu,
			   const struct stlb_record *record)
{
	if (record->format == ring->switches)
		learn_from_switch(ring, record);
	if (cpu->tid != record->tid || cpu->names_known != ring->names_changed) {
		cpu->comm = find_comm(ring, record->tid, record->ns);
		cpu->tid = record->tid;
		cpu->names_known = ring->names_changed;
	}
	return cpu->comm;
}

/* ---- names of functions ---- */

const char *stlb_ring_symbol(struct stlb_ring *ring, uint64_t address, uint64_t *offset)
{
	char path[4096], *text;
	size_t size = 0;

	if (!ring->symbols_read) {
		ring->symbols_read = true;
		snprintf(path, sizeof(path), "%s/kallsyms", ring->proc);
		if (!stlb_file_read(path, MAX_KALLSYMS, &text, &size, NULL))
			ring->symbols = stlb_symbols_new(text, size);
		free(text);
	}
	return stlb_symbols_find(ring->symbols, address, offset);
}

/* ---- losses ---- */

/* Overruns that a reader met are shown by the pages' flags: only the rest is news. */
static uint64_t lost_by_stats(const struct stlb_ring_cpu *cpu)
{
	struct stlb_ring_stats stats;

	if (stlb_ring_cpu_stats(cpu, &stats))
		return 0;
	if (cpu->missed_uncounted || cpu->missed >= stats.overrun)
		stats.overrun = 0;
	else
		stats.overrun -= cpu->missed;
	return stats.overrun + stats.commit_overrun + stats.dropped;
}

static int tell_loss(struct stlb_ring *ring, struct stlb_record *record, int32_t cpu, uint64_t lost)
{
	*record = (struct stlb_record){
		.ns = ring->source->info.last_ns,
		.cpu = cpu,
		.loss = STLB_LOSS_SOMEWHERE,
		.lost = lost,
	};
	ring->source->info.lost_events += lost;
	return 1;
}

int stlb_ring_tell_stats(struct stlb_ring *ring, struct stlb_record *record)
{
	uint64_t lost = ring->lost_elsewhere;

	ring->lost_elsewhere = 0;
	if (lost)
		return tell_loss(ring, record, -1, lost);
	while (ring->next_stats < ring->nr_cpus) {
		const struct stlb_ring_cpu *cpu = &ring->cpus[ring->next_stats++];

		lost = lost_by_stats(cpu);
		if (lost)
			return tell_loss(ring, record, (int32_t)cpu->cpu, lost);
	}
	return 0;
}
