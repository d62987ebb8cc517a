/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan as a shell script. What a boot decides (where struct pages lie) the script finds out
 * where it runs; what the build of the kernel decides (offsets) is in it, so it checks the release.
 */
#include <errno.h>

#include "plan.h"

/* Stands in a filter for "the lock is in a struct page" until the script knows where they are. */
#define IN_PAGES "@pages@"

static const char head[] =
	"#!/bin/sh\n"
	"# Probes of page tables, their locks and mmu_notifiers, as staletlb wants them recorded.\n"
	"#\n"
	"#\t(no argument)\tinstalls them and prints how to record\n"
	"#\tremove\t\tremoves them; that empties the trace buffers that had them enabled\n"
	"#\n"
	"# Exit status: 1 if the kernel refused some of them, 2 if nothing could be done.\n";

static const char start[] =
	"fail() {\n"
	"\techo \"$0: $*\" >&2\n"
	"\texit 2\n"
	"}\n"
	"\n"
	"[ -z \"$release\" ] || [ \"$(uname -r)\" = \"$release\" ] ||\n"
	"\tfail \"made for the kernel $release, where things may lie elsewhere than in\" \\\n"
	"\t\t\"$(uname -r): make one there\"\n"
	"tracing=$(awk '$3 == \"tracefs\" { print $2; exit }' /proc/mounts)\n"
	"[ -n \"$tracing\" ] || fail \"tracefs is not mounted:\" \\\n"
	"\t\"mount -t tracefs nodev /sys/kernel/tracing\"\n"
	"[ -w \"$tracing/dynamic_events\" ] || fail \"$tracing/dynamic_events cannot be written:\" "
	"\\\n"
	"\t\"run it as root, on a kernel with CONFIG_DYNAMIC_EVENTS\"\n"
	"\n";

/*
 * Numbers of 64 bits are compared by halves: shells count in signed ones. The symbol is in the
 * kernel's image, whose part of the ELF file has the same upper half.
 */
static const char find_pages[] =
	"# words SKIP COUNT: 64-bit words of the kernel's memory as an ELF file\n"
	"words() {\n"
	"\tdd if=/proc/kcore bs=8 skip=\"$1\" count=\"$2\" 2>/dev/null |\n"
	"\t\tod -A n -v -t x8 | tr -s ' \\n' ' '\n"
	"}\n"
	"\n"
	"# value_at ADDRESS: of 16 hex digits\n"
	"value_at() {\n"
	"\tupper=${1%????????} lower=$((0x${1#????????}))\n"
	"\t# shellcheck disable=SC2046 # a word each\n"
	"\tset -- $(words 0 8)\n"
	"\t[ $# -eq 8 ] || return\n"
	"\tfirst=$((0x$5 / 8)) count=$((0x${8#????????????}))\n"
	"\t# shellcheck disable=SC2046\n"
	"\tset -- $(words $first $((7 * count)))\n"
	"\twhile [ $# -ge 7 ]; do\n"
	"\t\tif [ \"${3%????????}\" = \"$upper\" ] && [ \"${1#????????}\" = 00000001 ]; then\n"
	"\t\t\tinto=$((lower - 0x${3#????????}))\n"
	"\t\t\tif [ $into -ge 0 ] && [ $into -lt $((0x$6)) ]; then\n"
	"\t\t\t\twords $(((0x$2 + into) / 8)) 1 | tr -d ' '\n"
	"\t\t\t\treturn\n"
	"\t\t\tfi\n"
	"\t\tfi\n"
	"\t\tshift 7\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# in_pages: the filter of locks that lie in struct pages; nothing where those cannot be "
	"found\n"
	"in_pages() {\n"
	"\tat=$(awk '$3 == \"" STLB_VMEMMAP_SYMBOL "\" { print $1; exit }' /proc/kallsyms)\n"
	"\t[ ${#at} -eq 16 ] || return\n"
	"\tbase=$(value_at \"$at\")\n"
	"\t[ ${#base} -eq 16 ] || return\n"
	"\tupper=${base%????????} lower=${base#????????}\n"
	"\tprintf 'lock >= 0x%s && lock < 0x%08x%s' \"$base\" $((0x$upper + (1 << pages_shift - "
	"32))) \\\n"
	"\t\t\"$lower\"\n"
	"}\n"
	"\n";

static const char actions[] =
	"# Appended: opening the file to write it anew would remove the events of others.\n"
	"define() {\n"
	"\tprintf '%s\\n' \"$1\" 2>/dev/null >>\"$tracing/dynamic_events\" && return\n"
	"\trefused=1\n"
	"\techo \"refused: $1\" >&2\n"
	"\tif grep -qF \"$1\" \"$tracing/error_log\" 2>/dev/null; then\n"
	"\t\ttail -n 3 \"$tracing/error_log\" | sed 's/^/\\t/' >&2\n"
	"\tfi\n"
	"}\n"
	"\n"
	"install_all() {\n"
	"\trefused=0\n"
	"\twhile read -r definition; do\n"
	"\t\t[ -z \"$definition\" ] || define \"$definition\"\n"
	"\tdone <<-END\n"
	"\t\t$(definitions)\n"
	"\tEND\n"
	"}\n"
	"\n"
	"# how_to_record: events that are not there are left out\n"
	"how_to_record() {\n"
	"\tpages=$(in_pages)\n"
	"\tif [ -z \"$pages\" ] && events | grep -q '" IN_PAGES "'; then\n"
	"\t\tunfiltered='where struct pages lie cannot be read from /proc/kcore'\n"
	"\tfi\n"
	"\t[ -z \"$unfiltered\" ] || echo \"# all spinlocks are recorded: $unfiltered\"\n"
	"\tprintf 'trace-cmd record -C global'\n"
	"\tevents | while read -r event stack filter; do\n"
	"\t\t[ -d \"$tracing/events/${event%:*}/${event#*:}\" ] || continue\n"
	"\t\tprintf ' \\\\\\n\\t-e %s' \"$event\"\n"
	"\t\tcase $filter in\n"
	"\t\t*'" IN_PAGES "')\n"
	"\t\t\tfilter=${filter%'" IN_PAGES "'}$pages\n"
	"\t\t\tfilter=${filter%' && '}\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\t\t[ -z \"$filter\" ] || printf \" -f '%s'\" \"$filter\"\n"
	"\t\t[ \"$stack\" = - ] || printf ' -R stacktrace'\n"
	"\tdone\n"
	"\techo\n"
	"}\n"
	"\n"
	"remove_all() {\n"
	"\tfor enable in \"$tracing/events/$group/enable\" \\\n"
	"\t\t\"$tracing\"/instances/*/events/\"$group\"/enable; do\n"
	"\t\t[ ! -e \"$enable\" ] || echo 0 >\"$enable\"\n"
	"\tdone\n"
	"\trefused=0\n"
	"\tfor event in \"$tracing/events/$group\"/*/; do\n"
	"\t\t[ -d \"$event\" ] || continue\n"
	"\t\tevent=${event%/}\n"
	"\t\tdefine \"-:$group/${event##*/}\"\n"
	"\tdone\n"
	"}\n"
	"\n"
	"case ${1-} in\n"
	"'') install_all && how_to_record ;;\n"
	"remove) remove_all ;;\n"
	"*) fail \"remove, or no argument\" ;;\n"
	"esac\n"
	"exit $refused\n";

static void write_definitions(const struct stlb_plan *plan, FILE *to)
{
	fputs("definitions() {\n\tcat <<'END'\n", to);
	for (uint32_t i = 0; i < plan->nr; i++)
		if (plan->items[i].probe.definition)
			fprintf(to, "%s\n", plan->items[i].probe.definition);
	fputs("END\n}\n\n", to);
}

static void write_filter(const struct stlb_planned *planned, FILE *to)
{
	const char *base = planned->row->filter;

	if (planned->in_pages)
		fprintf(to, " %s%s" IN_PAGES, base ? base : "", base ? " && " : "");
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
	fputs("END\n}\n\n", to);
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

int stlb_plan_script(const struct stlb_plan *plan, FILE *to)
{
	errno = 0;
	fputs(head, to);
	fprintf(to, "group=%s release='%s' pages_shift=%d\nunfiltered='%s'\n\n", plan->group,
		plan->release, STLB_PAGES_SHIFT, unfiltered(plan));
	write_definitions(plan, to);
	write_events(plan, to);
	fputs(start, to);
	fputs(find_pages, to);
	fputs(actions, to);
	if (fflush(to) == 0 && !ferror(to))
		return 0;
	return errno ? -errno : -EIO;
}
