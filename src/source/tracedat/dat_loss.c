/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses that are shown by the CPUs' statistics and not by the pages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/tracedat/tracedat.h"
#include "util/grow.h"

static bool number_after(const char *line, const char *key, uint64_t *value)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length))
		return false;
	*value = strtoull(line + length, NULL, 10);
	return true;
}

/* Clocks that count ns are reported in seconds: "8.350640". */
static void time_after(const char *line, const char *key, uint64_t *stamp)
{
	char *end;

	if (!number_after(line, key, stamp))
		return;
	strtoull(line + strlen(key), &end, 10);
	if (*end == '.')
		*stamp = *stamp * 1000000000 + strtoull(end + 1, NULL, 10) * 1000;
}

static void parse_line(struct stlb_dat_stats *stats, const char *line, bool *has_cpu)
{
	uint64_t cpu, number;

	if (number_after(line, "CPU:", &cpu)) {
		stats->cpu = (uint32_t)cpu;
		*has_cpu = true;
	}
	number_after(line, "overrun:", &stats->overrun);
	number_after(line, "commit overrun:", &stats->commit_overrun);
	number_after(line, "dropped events:", &stats->dropped);
	if (number_after(line, "entries:", &number) || number_after(line, "read events:", &number))
		stats->recorded += number;
	time_after(line, "now ts:", &stats->now);
}

static int add_stats(struct stlb_dat *dat, const struct stlb_dat_stats *stats)
{
	if (dat->nr_stats >= STLB_DAT_MAX_AREAS)
		return 0;
	if (stlb_resize((void **)&dat->stats, dat->nr_stats + 1, sizeof(*stats)))
		return -ENOMEM;
	dat->stats[dat->nr_stats++] = *stats;
	return 0;
}

int stlb_dat_stats_parse(struct stlb_dat *dat, const char *text)
{
	struct stlb_dat_stats stats = {.instance = dat->stats_of};
	const char *buffer = strstr(text, "Buffer: ");
	bool has_cpu = false;

	if (buffer) { /* the statistics that follow are this instance's */
		buffer += strlen("Buffer: ");
		dat->stats_of = stlb_dat_text(dat, buffer, strcspn(buffer, "\n"));
		return dat->stats_of ? 0 : -ENOMEM;
	}
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		parse_line(&stats, line, &has_cpu);
	}
	if (!has_cpu || !(stats.overrun | stats.commit_overrun | stats.dropped | stats.recorded))
		return 0;
	return add_stats(dat, &stats);
}

static struct stlb_dat_cpu *find_cpu(struct stlb_dat *dat, const struct stlb_dat_stats *stats)
{
	const char *wanted = stats->instance ? stats->instance : "";

	for (uint32_t i = 0; i < dat->nr_areas; i++) {
		const struct stlb_dat_area *area = &dat->areas[i];

		if (area->cpu == stats->cpu && area->instance < dat->nr_instances &&
		    !strcmp(dat->instances[area->instance].name, wanted))
			return &dat->cpus[i];
	}
	return NULL;
}

/* Overruns that a reader met are shown by the pages' flags: only the rest is news. */
static int place_overrun(struct stlb_dat *dat, struct stlb_dat_cpu *cpu,
			 struct stlb_dat_stats *stats)
{
	bool unknown = false;
	uint64_t missed = 0;
	int ret = stlb_dat_cpu_missed(&dat->stream, cpu->area, &missed, &unknown);

	if (ret)
		return ret;
	if (unknown || missed >= stats->overrun)
		stats->overrun = 0;
	else
		stats->overrun -= missed;
	if (!stats->overrun || cpu->area->cut)
		return 0;
	stlb_dat_cpu_lose(cpu, STLB_LOSS_BEFORE, stats->overrun);
	stats->overrun = 0;
	return 0;
}

int stlb_dat_stats_place(struct stlb_dat *dat)
{
	for (uint32_t i = 0; i < dat->nr_stats; i++) {
		struct stlb_dat_stats *stats = &dat->stats[i];
		struct stlb_dat_cpu *cpu = find_cpu(dat, stats);
		int ret;

		stats->missing =
			stats->recorded &&
			(!cpu || (!cpu->area->size && !cpu->area->cut && !cpu->area->shared));
		if (!cpu)
			continue;
		cpu->dropped = stats->dropped;
		cpu->now = stats->now;
		stats->dropped = 0;
		if (!stats->overrun)
			continue;
		ret = place_overrun(dat, cpu, stats);
		if (ret)
			return ret;
	}
	return 0;
}

static const char *say_missing(struct stlb_dat *dat, const struct stlb_dat_stats *stats)
{
	if (!stats->missing)
		return NULL;
	snprintf(dat->gap, sizeof(dat->gap),
		 "CPU %u%s%s: it recorded %llu events, and the file has none of them", stats->cpu,
		 stats->instance ? " of buffer " : "", stats->instance ? stats->instance : "",
		 (unsigned long long)stats->recorded);
	stlb_dat_cut(dat, "%s", dat->gap);
	return dat->gap;
}

bool stlb_dat_stats_next(struct stlb_dat *dat, struct stlb_record *record)
{
	while (dat->next_stats < dat->nr_stats) {
		const struct stlb_dat_stats *stats = &dat->stats[dat->next_stats++];
		uint64_t lost = stats->overrun + stats->commit_overrun + stats->dropped;

		if (stats->missing)
			lost += stats->recorded;
		if (!lost)
			continue;
		*record = (struct stlb_record){
			.ns = dat->source->info.last_ns,
			.cpu = (int32_t)stats->cpu,
			.loss = STLB_LOSS_SOMEWHERE,
			.lost = lost,
			.gap = say_missing(dat, stats),
		};
		dat->source->info.lost_events += lost;
		return true;
	}
	return false;
}
