/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan as a shell script. What a boot decides (where struct pages lie) the script finds out
 * where it runs; what the build of the kernel decides (offsets) is in it, so it checks the release,
 * and where instructions are probed, the build id.
 */
#include <errno.h>
#include <string.h>

#include "plan.h"
#include "script_template.h" /* script.sh.in, made when the build is configured */

/*
 * The script itself is script.sh.in. Numbers of 64 bits are compared there by halves: shells count
 * in signed ones. The symbol is in the kernel's image, whose part of the ELF file has the same
 * upper half.
 */

/* Stands, here and in the template, in a filter for "the lock is in a struct page" until the script
 * knows where they are. */
#define IN_PAGES "@pages@"

/* The same for "the entry is in the direct map". */
#define IN_DIRECT_MAP "@direct_map@"

static void write_definitions(const struct stlb_plan *plan, FILE *to)
{
	fputs("definitions() {\n\tcat <<'END'\n", to);
	for (uint32_t i = 0; i < plan->nr; i++) {
		const struct stlb_probe *probe = &plan->items[i].probe;

		if (probe->definition && !probe->nr_sites)
			fprintf(to, "%s\n", probe->definition);
		for (unsigned int site = 0; site < probe->nr_sites; site++)
			if (probe->sites[site].definition)
				fprintf(to, "%s\n", probe->sites[site].definition);
	}
	fputs("END\n}", to);
}

static void write_filter(const struct stlb_planned *planned, FILE *to)
{
	const char *base = planned->row->filter;

	if (planned->in_pages)
		fprintf(to, " %s%s" IN_PAGES, base ? base : "", base ? " && " : "");
	else if (planned->in_direct_map)
		fputs(" " IN_DIRECT_MAP, to);
	else if (planned->probe.filter)
		fprintf(to, " %s", planned->probe.filter);
}

static void write_events(const struct stlb_plan *plan, FILE *to)
{
	fputs("# system:event, - or whether its stack is wanted, filter\n"
	      "events() {\n\tcat <<'END'\n",
	      to);
	for (uint32_t i = 0; i < plan->nr; i++) {
		const struct stlb_planned *planned = &plan->items[i];

		if (planned->probe.source == STLB_PROBE_NONE)
			continue;
		fprintf(to, "%s:%s %s", planned->probe.system, planned->probe.event,
			planned->probe.stack ? "stack" : "-");
		write_filter(planned, to);
		fputc('\n', to);
	}
	fputs("END\n}", to);
}

/* Why all spinlocks will be recorded wherever it runs; "" where they are not, or none is. */
static const char *unfiltered(const struct stlb_plan *plan)
{
	for (uint32_t i = 0; plan->unfiltered && i < plan->nr; i++) {
		const struct stlb_planned *planned = &plan->items[i];

		if (planned->probe.source != STLB_PROBE_NONE && !planned->in_pages &&
		    planned->row->flags & STLB_ROW_IN_PAGES)
			return plan->unfiltered;
	}
	return "";
}

static void write_settings(const struct stlb_plan *plan, FILE *to)
{
	fprintf(to, "group=%s release='%s' build_id='%s' pages_shift=%d\nunfiltered='%s'",
		plan->group, plan->release, plan->deep ? plan->build_id : "", STLB_PAGES_SHIFT,
		unfiltered(plan));
}

static void write_vmemmap_symbol(const struct stlb_plan *plan, FILE *to)
{
	(void)plan;
	fputs(STLB_VMEMMAP_SYMBOL, to);
}

/* What stands for these words of the template. */
static const struct part {
	const char *word;
	void (*write)(const struct stlb_plan *plan, FILE *to);
} parts[] = {
	{"@settings@", write_settings},
	{"@definitions@", write_definitions},
	{"@events@", write_events},
	{"@vmemmap_symbol@", write_vmemmap_symbol},
};

/* At an @ of the template; returns how much of it was dealt with. */
static size_t write_part(const struct stlb_plan *plan, const char *at, FILE *to)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t length = strlen(parts[i].word);

		if (strncmp(at, parts[i].word, length))
			continue;
		parts[i].write(plan, to);
		return length;
	}
	fputc(*at, to);
	return 1;
}

int stlb_plan_script(const struct stlb_plan *plan, FILE *to)
{
	const char *at = script_template;

	errno = 0;
	while (*at) {
		size_t plain = strcspn(at, "@");

		fwrite(at, 1, plain, to);
		at += plain;
		if (*at)
			at += write_part(plan, at, to);
	}
	if (fflush(to) == 0 && !ferror(to))
		return 0;
	return errno ? -errno : -EIO;
}
