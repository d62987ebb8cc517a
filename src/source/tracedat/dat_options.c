/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options that versions 6 and 7 of trace.dat have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/names.h"
#include "source/tracedat/tracedat.h"

const char *stlb_dat_text(struct stlb_dat *dat, const char *data, size_t size)
{
	return stlb_names_intern(dat->source->names, data, strnlen(data, size));
}

static void take_offset(struct stlb_dat *dat, const char *text, int64_t unit)
{
	struct stlb_dat_clock *clock = &dat->stream.clock;
	uint64_t offset = (uint64_t)strtoll(text, NULL, 0) * (uint64_t)unit;

	clock->offset = (int64_t)((uint64_t)clock->offset + offset);
}

/* "local [global] counter": the one in brackets; without brackets there is only the name. */
static int take_clock(struct stlb_dat *dat, const char *text)
{
	const char *from = strchr(text, '['), *to = from ? strchr(from, ']') : NULL;

	if (to)
		from++;
	else
		to = (from = text) + strcspn(text, " \n");
	if (to == from)
		return 0;
	dat->source->info.clock = stlb_dat_text(dat, from, (size_t)(to - from));
	return dat->source->info.clock ? 0 : -ENOMEM;
}

/* "Linux node 6.1.0-56-amd64 x86_64" */
static int take_uname(struct stlb_dat *dat, const char *text)
{
	struct stlb_source_info *info = &dat->source->info;
	const char *machine = strrchr(text, ' '), *release;

	if (!machine)
		return 0;
	for (release = machine; release > text && release[-1] != ' '; release--)
		;
	info->kernel = stlb_dat_text(dat, release, (size_t)(machine - release));
	info->arch = stlb_dat_text(dat, machine + 1, strcspn(machine + 1, " \n"));
	return info->kernel && info->arch ? 0 : -ENOMEM;
}

static void take_tsc(struct stlb_dat *dat, const void *data, size_t size)
{
	struct stlb_dat_clock *clock = &dat->stream.clock;
	uint32_t words[2];

	if (size < 16)
		return;
	memcpy(words, data, sizeof(words));
	if (words[1] > 63)
		return;
	clock->mult = words[0];
	clock->shift = words[1];
}

static int take_text(struct stlb_dat *dat, unsigned int id, const char *text)
{
	switch (id) {
	case DAT_OPTION_DATE:
		take_offset(dat, text, 1000); /* microseconds */
		return 0;
	case DAT_OPTION_OFFSET:
		take_offset(dat, text, 1);
		return 0;
	case DAT_OPTION_CPUSTAT:
		return stlb_dat_stats_parse(dat, text);
	case DAT_OPTION_TRACECLOCK:
		return take_clock(dat, text);
	default:
		return take_uname(dat, text);
	}
}

int stlb_dat_option(struct stlb_dat *dat, unsigned int id, const void *data, size_t size)
{
	const char *text;

	switch (id) {
	case DAT_OPTION_DATE:
	case DAT_OPTION_OFFSET:
	case DAT_OPTION_CPUSTAT:
	case DAT_OPTION_TRACECLOCK:
	case DAT_OPTION_UNAME:
		text = stlb_dat_text(dat, data, size);
		return text ? take_text(dat, id, text) : 0;
	case DAT_OPTION_CPUCOUNT:
		if (size >= 4)
			memcpy(&dat->source->info.cpus, data, 4);
		return 0;
	case DAT_OPTION_TSC2NSEC:
		take_tsc(dat, data, size);
		return 0;
	default:
		return 0;
	}
}
