/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/finding_pass.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "cmd/setters.h"
#include "cmd/target.h"

static const char *const name = "graph";

#define PAGE UINT64_C(4096)

/** struct graph_command - what the command has opened */
struct graph_command {
	const struct stlb_settings *settings;
	struct stlb_finding_pass second;
	struct stlb_graph *graph;
	uint64_t mm, pages[STLB_GRAPH_MAX_PAGES]; /* without a finding */
	uint32_t nr_pages;
};

/* The pages of all ranges; false: more than a graph shows. */
static bool find_pages(const struct stlb_filter *filter, uint64_t pages[STLB_GRAPH_MAX_PAGES],
		       uint32_t *nr)
{
	*nr = 0;
	for (uint32_t i = 0; i < filter->nr; i++) {
		const struct stlb_filter_value *range = &filter->values[i];

		if (range->kind != STLB_FILTER_ADDR)
			continue;
		for (uint64_t page = range->start; page < range->end; page += PAGE) {
			if (*nr == STLB_GRAPH_MAX_PAGES)
				return false;
			pages[(*nr)++] = page;
		}
	}
	return true;
}

/* Of one address space, as many ranges as are given. */
static int check_address(const struct stlb_filter *filter)
{
	const struct stlb_filter_value *mm = stlb_filter_find(filter, STLB_FILTER_MM, 0);
	uint64_t pages[STLB_GRAPH_MAX_PAGES];
	uint32_t nr;

	if (!mm || !stlb_filter_find(filter, STLB_FILTER_ADDR, 0))
		return stlb_usage_error(STLB_COMMAND_GRAPH,
					"nothing to draw: give --finding, or --mm and --addr");
	if (stlb_filter_find(filter, STLB_FILTER_MM, (uint32_t)(mm - filter->values) + 1))
		return stlb_usage_error(STLB_COMMAND_GRAPH, "--mm: one mm at a time");
	if (!find_pages(filter, pages, &nr))
		return stlb_usage_error(STLB_COMMAND_GRAPH,
					"--addr: a graph shows at most %d pages (%d KiB)",
					STLB_GRAPH_MAX_PAGES, STLB_GRAPH_MAX_PAGES * 4);
	return 0;
}

/* Of pictures and documents nobody is to find DOT in a file of that name. */
static bool is_other_format(const char *ending)
{
	static const char *const endings[] = {"png", "pdf",  "jpg", "jpeg", "gif",
					      "ps",  "html", "eps", "webp", "xml"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (strcasecmp(endings[i], ending) == 0)
			return true;
	return false;
}

static const char *ending_of(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *dot = path ? strrchr(slash ? slash : path, '.') : NULL;

	return dot ? dot + 1 : NULL;
}

/* "x.svg" asks for SVG as -f svg does; what no name tells is DOT. */
static int choose_writer(struct stlb_settings *settings)
{
	const char *ending = ending_of(settings->output);
	struct stlb_error err = {""};

	if (settings->graph_writer)
		return 0;
	settings->graph_writer = stlb_graph_writer_at(0);
	if (ending && is_other_format(ending))
		return stlb_usage_error(
			STLB_COMMAND_GRAPH,
			"%s: cannot write %s: name a .svg, .dot or .json file, or give --format",
			settings->output, ending);
	for (unsigned int i = 0; ending && stlb_word_graph_format(i); i++) {
		const char *format = stlb_word_graph_format(i);

		if (strcasecmp(format, ending) == 0 &&
		    stlb_option_graph_format(settings, format, &err))
			return stlb_usage_error(STLB_COMMAND_GRAPH, "%s: %s", settings->output,
						err.text);
	}
	return 0;
}

static int check(struct stlb_settings *settings)
{
	if (settings->nr_arguments != 1)
		return stlb_usage_error(STLB_COMMAND_GRAPH, settings->nr_arguments
								    ? "one trace at a time"
								    : "no trace given");
	if (!settings->finding && check_address(&settings->analysis.filter))
		return -EINVAL;
	if (stlb_settings_no_time(settings))
		return stlb_usage_error(STLB_COMMAND_GRAPH, "--until is not after --since");
	return choose_writer(settings);
}

static struct stlb_graph *new_graph(const struct graph_command *command)
{
	const struct stlb_settings *settings = command->settings;
	const struct stlb_finding_pass *second = &command->second;
	struct stlb_graph_want want = {
		.finding = second->found ? &second->finding : NULL,
		.mm = command->mm,
		.addr = command->pages[0],
		.more = command->pages + 1,
		.nr_more = command->nr_pages ? command->nr_pages - 1 : 0,
		.since_ns = stlb_settings_since(settings),
		.until_ns = stlb_settings_until(settings),
		.max_events = settings->max_events,
		.arch = second->arch,
		.kernel = second->kernel,
		.before_6_6 = second->before_6_6,
		.irq_flags = second->irq_flags,
	};

	if (!second->found) {
		struct stlb_trace_facts facts = stlb_pass_facts(second->pass);

		want.arch = facts.arch;
		want.irq_flags = facts.irq_flags;
		want.kernel = stlb_kernel_version(facts.kernel);
	}
	return stlb_graph_new(&want);
}

/* Only with the first event at hand: what the trace says of itself is known by then. */
static int take_event(void *arg, const struct stlb_event *event)
{
	struct graph_command *command = arg;

	if (!command->graph)
		command->graph = new_graph(command);
	return command->graph ? stlb_graph_event(command->graph, event) : -ENOMEM;
}

static int read_trace(struct graph_command *command, struct stlb_error *err)
{
	const struct stlb_settings *settings = command->settings;
	const char *path = settings->arguments[0];
	int ret;

	if (settings->finding) {
		ret = stlb_finding_pass_judge(&command->second, settings, path, settings->finding,
					      err);
	} else {
		command->second.settings = settings;
		command->second.path = path;
		ret = stlb_profiles_load(&settings->profiles, &command->second.profiles, err);
	}
	return ret ? ret : stlb_finding_pass_read(&command->second, take_event, command, err);
}

static int finish(struct graph_command *command, struct stlb_error *err)
{
	const char *path = command->settings->arguments[0];
	uint32_t nr = 0;

	if (command->graph && stlb_graph_finish(command->graph))
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	if (command->graph)
		stlb_graph_nodes(command->graph, &nr);
	if (nr == 0)
		return stlb_error_set(err, -ENOENT,
				      "%s: no event concerns this address of this mm in that time",
				      path);
	if (stlb_graph_dropped(command->graph) && !command->settings->quiet)
		stlb_message(name,
			     "%s: %llu more events are not drawn: raise --max-events, or narrow "
			     "--since and --until",
			     path, (unsigned long long)stlb_graph_dropped(command->graph));
	return 0;
}

static int draw(void *arg, FILE *to, struct stlb_error *err)
{
	struct graph_command *command = arg;
	const struct stlb_settings *settings = command->settings;
	struct stlb_error cause = {""};
	int ret = read_trace(command, err);

	if (ret == 0)
		ret = finish(command, err);
	if (ret)
		return ret;
	ret = settings->graph_writer->write(to, command->graph, &cause);
	return ret ? stlb_output_failed(settings->output, ret, &cause, err) : 0;
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	const struct stlb_filter *filter = &settings->analysis.filter;
	struct graph_command command = {.settings = settings};
	int ret = stlb_target_check(settings, settings->output, true, err);

	(void)status;
	if (!settings->finding) {
		command.mm = stlb_filter_find(filter, STLB_FILTER_MM, 0)->start;
		find_pages(filter, command.pages, &command.nr_pages);
	}
	if (ret == 0)
		ret = stlb_output_write(settings->output, draw, &command, err);
	stlb_graph_free(command.graph);
	stlb_finding_pass_release(&command.second);
	return ret;
}

const struct stlb_command stlb_cmd_graph = {STLB_COMMAND_GRAPH, check, run};
