/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/again.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "cmd/setters.h"
#include "cmd/target.h"

static const char *const name = "graph";

#define PAGE UINT64_C(4096)

/** struct graph_command - what the command has opened */
struct graph_command {
	struct stlb_settings settings;
	struct stlb_again again;
	struct stlb_graph *graph;
	struct stlb_output *output;
	uint64_t mm, pages[STLB_GRAPH_MAX_PAGES]; /* without a finding */
	uint32_t nr_pages;
};

static int add_pages(struct graph_command *command, const struct stlb_filter_value *range)
{
	for (uint64_t page = range->start; page < range->end; page += PAGE) {
		if (command->nr_pages == STLB_GRAPH_MAX_PAGES)
			return stlb_usage_error(STLB_COMMAND_GRAPH,
						"--addr: a graph shows at most %d pages (%d KiB)",
						STLB_GRAPH_MAX_PAGES, STLB_GRAPH_MAX_PAGES * 4);
		command->pages[command->nr_pages++] = page;
	}
	return 0;
}

/* Of one address space, as many ranges as are given. */
static int check_address(struct graph_command *command)
{
	const struct stlb_filter *filter = &command->settings.analysis.filter;
	const struct stlb_filter_value *mm = stlb_filter_find(filter, STLB_FILTER_MM, 0);
	int r = 0;

	if (!mm || !stlb_filter_find(filter, STLB_FILTER_ADDR, 0))
		return stlb_usage_error(STLB_COMMAND_GRAPH,
					"nothing to draw: give --finding, or --mm and --addr");
	if (stlb_filter_find(filter, STLB_FILTER_MM, (uint32_t)(mm - filter->values) + 1))
		return stlb_usage_error(STLB_COMMAND_GRAPH, "--mm: one mm at a time");
	command->mm = mm->start;
	for (uint32_t i = 0; i < filter->nr && r == 0; i++)
		if (filter->values[i].kind == STLB_FILTER_ADDR)
			r = add_pages(command, &filter->values[i]);
	return r;
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

static int check_arguments(struct graph_command *command)
{
	struct stlb_settings *settings = &command->settings;

	if (settings->nr_arguments != 1)
		return stlb_usage_error(STLB_COMMAND_GRAPH, settings->nr_arguments
								    ? "one trace at a time"
								    : "no trace given");
	if (!settings->finding && check_address(command))
		return -EINVAL;
	if (stlb_settings_no_time(settings))
		return stlb_usage_error(STLB_COMMAND_GRAPH, "--until is not after --since");
	return choose_writer(settings);
}

static struct stlb_graph *new_graph(const struct graph_command *command)
{
	const struct stlb_settings *settings = &command->settings;
	const struct stlb_again *again = &command->again;
	struct stlb_graph_want want = {
		.finding = again->found ? &again->finding : NULL,
		.mm = command->mm,
		.addr = command->pages[0],
		.more = command->pages + 1,
		.nr_more = command->nr_pages ? command->nr_pages - 1 : 0,
		.since_ns = stlb_settings_since(settings),
		.until_ns = stlb_settings_until(settings),
		.max_events = settings->max_events,
		.arch = again->arch,
		.kernel = again->kernel,
		.before_6_6 = again->before_6_6,
		.irq_flags = again->irq_flags,
	};

	if (!again->found) {
		struct stlb_trace_facts facts = stlb_pass_facts(again->pass);

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
	const struct stlb_settings *settings = &command->settings;
	const char *path = settings->arguments[0];
	int r;

	if (settings->finding) {
		r = stlb_again_judge(&command->again, settings, path, settings->finding, err);
	} else {
		command->again.settings = settings;
		command->again.path = path;
		r = stlb_profiles_load(&settings->profiles, &command->again.profiles, err);
	}
	return r ? r : stlb_again_read(&command->again, take_event, command, err);
}

static int draw(struct graph_command *command, struct stlb_error *err)
{
	const char *path = command->settings.arguments[0];
	uint32_t nr = 0;

	if (command->graph && stlb_graph_finish(command->graph))
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	if (command->graph)
		stlb_graph_nodes(command->graph, &nr);
	if (nr == 0)
		return stlb_error_set(err, -ENOENT,
				      "%s: no event concerns this address of this mm in that time",
				      path);
	if (stlb_graph_dropped(command->graph) && !command->settings.quiet)
		stlb_message(name,
			     "%s: %llu more events are not drawn: raise --max-events, or narrow "
			     "--since and --until",
			     path, (unsigned long long)stlb_graph_dropped(command->graph));
	return 0;
}

static int write_graph(struct graph_command *command, struct stlb_error *err)
{
	const struct stlb_settings *settings = &command->settings;
	struct stlb_error cause = {""};
	int r = settings->graph_writer->write(stlb_output_file(command->output), command->graph,
					      &cause);

	if (r)
		return stlb_error_set(err, r, "%s: %s",
				      settings->output ? settings->output : "standard output",
				      cause.text);
	return stlb_output_commit(command->output, err);
}

static int graph_run(struct graph_command *command)
{
	struct stlb_error err = {""};
	int r = stlb_target_check(&command->settings, command->settings.output, true, &err);

	if (r == 0)
		r = stlb_output_open(command->settings.output, &command->output, &err);
	if (r == 0)
		r = read_trace(command, &err);
	if (r == 0)
		r = draw(command, &err);
	if (r == 0)
		r = write_graph(command, &err);
	/* who closed the pipe has read enough */
	if (r == 0 || r == -EPIPE)
		return STLB_STATUS_CLEAN;
	stlb_message(name, "%s", err.text);
	return STLB_STATUS_FAILED;
}

static void graph_release(struct graph_command *command)
{
	stlb_output_close(command->output);
	stlb_graph_free(command->graph);
	stlb_again_release(&command->again);
	stlb_settings_release(&command->settings);
}

int cmd_graph(int argc, char **argv)
{
	struct graph_command command = {0};
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&command.settings);
	if (stlb_options_parse(STLB_COMMAND_GRAPH, argc, argv, &command.settings)) {
		graph_release(&command);
		return status;
	}
	if (command.settings.help || command.settings.version) {
		status = stlb_program_tell(STLB_COMMAND_GRAPH, &command.settings);
	} else if (check_arguments(&command) == 0) {
		status = graph_run(&command);
	}
	graph_release(&command);
	return status;
}
