/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of entries' writes with the events of one probed instruction left out, for each
 * instruction in turn: does continuity notice that they are missing? A line for each, and how many
 * were noticed; exit status 1 where that is fewer than asked for.
 *
 *	leave_out TRACE [AT_LEAST]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "staletlb/analysis.h"
#include "staletlb/decode.h"
#include "staletlb/source.h"

enum { MAX_SITES = 1024, MAX_FORMATS = 4096 };

/** struct site - an instruction that is probed: its address, and the event it makes */
struct site {
	uint64_t address, nr;
	char event[32];
};

struct run {
	const char *path;
	struct stlb_decoder *decoder;
	uint32_t at[MAX_FORMATS]; /* where __probe_ip lies in records, plus one; 0: not probed */
	struct site sites[MAX_SITES];
	unsigned int nr_sites;
};

static bool wanted(void *arg, const struct stlb_format *format)
{
	struct run *run = arg;

	for (uint32_t i = 0; i < format->nr_fields && format->index < MAX_FORMATS; i++)
		if (!strcmp(format->system, "deep") &&
		    !strcmp(format->fields[i].name, "__probe_ip"))
			run->at[format->index] = format->fields[i].offset + 1;
	return stlb_decoder_wants(run->decoder, format);
}

static uint64_t site_of(const struct run *run, const struct stlb_record *record)
{
	uint64_t address = 0;
	uint32_t at;

	if (!record->format || record->format->index >= MAX_FORMATS)
		return 0;
	at = run->at[record->format->index];
	if (at && at - 1 + sizeof(address) <= record->size)
		memcpy(&address, (const char *)record->data + at - 1, sizeof(address));
	return address;
}

static void note(struct run *run, uint64_t address, const char *event)
{
	struct site *site = run->sites;

	while (site < run->sites + run->nr_sites && site->address != address)
		site++;
	if (site == run->sites + MAX_SITES)
		return;
	if (site == run->sites + run->nr_sites) {
		site->address = address;
		snprintf(site->event, sizeof(site->event), "%s", event);
		run->nr_sites++;
	}
	site->nr++;
}

static struct stlb_analysis *start(const struct run *run, const struct stlb_source *source)
{
	const struct stlb_source_info *info = stlb_source_info(source);
	struct stlb_trace_facts facts = {
		.kernel = info->kernel,
		.arch = stlb_arch_find(info->arch),
		.clock = info->clock,
		.irq_flags = info->irq_flags,
		.recorded = *stlb_decoder_kinds(run->decoder),
	};
	struct stlb_analysis_options options;

	memset(&options, 0, sizeof(options));
	stlb_analysis_defaults(&options);
	return stlb_analysis_new(&options, &facts);
}

/* Which events are writes: of the others that are probed, nothing is missed by continuity. */
static bool is_write(const struct stlb_event *event)
{
	return stlb_kind_class(event->kind) == STLB_CLASS_ENTRY;
}

/* Analyzes the trace without the events of @without; of 0 it collects the sites. */
static struct stlb_links analyze(struct run *run, uint64_t without)
{
	struct stlb_source_options options = {.wanted = wanted, .arg = run};
	struct stlb_links links = {0};
	struct stlb_analysis *analysis;
	struct stlb_source *source;
	struct stlb_record record;
	struct stlb_error err = {""};
	struct stlb_event event;

	run->decoder = stlb_decoder_new(NULL, 0);
	if (!run->decoder || stlb_source_open(run->path, &options, &source, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	analysis = start(run, source);
	while (analysis && stlb_source_next(source, &record, &err) == 1) {
		uint64_t site = site_of(run, &record);

		if (!stlb_decode(run->decoder, &record, &event) ||
		    (site && site == without && is_write(&event)))
			continue;
		if (!without && site && is_write(&event))
			note(run, site, event.name);
		if (stlb_analysis_event(analysis, &event))
			exit(2);
	}
	links = stlb_analysis_finish(analysis, NULL)->continuity;
	stlb_analysis_free(analysis);
	stlb_source_close(source);
	stlb_decoder_free(run->decoder);
	return links;
}

int main(int argc, char **argv)
{
	static struct run run;
	unsigned int noticed = 0;
	struct stlb_links links;

	if (argc < 2)
		return 2;
	run.path = argv[1];
	links = analyze(&run, 0);
	printf("all %" PRIu64 " links, %" PRIu64 " broken, %" PRIu64 " tables\n", links.links,
	       links.broken, links.tables);
	for (unsigned int i = 0; i < run.nr_sites; i++) {
		const struct site *site = &run.sites[i];

		links = analyze(&run, site->address);
		noticed += links.broken || links.tables;
		printf("%s 0x%" PRIx64 " %s, %" PRIu64 " events: %" PRIu64 " broken, %" PRIu64
		       " tables\n",
		       links.broken || links.tables ? "noticed" : "missed ", site->address,
		       site->event, site->nr, links.broken, links.tables);
	}
	printf("noticed %u of %u\n", noticed, run.nr_sites);
	return argc > 2 && noticed < strtoul(argv[2], NULL, 10);
}
