/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cmd/json_output.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/probe_setup.h"
#include "cmd/program.h"
#include "cmd/recorder.h"
#include "cmd/setters.h"
#include "cmd/wrap.h"

#define SCHEMA_VERSION "1.1.0"

static const char *const name = "probes";

enum { TEXT_COLUMN = 4 };

/* ---- list ---- */

static void write_labelled(const char *label, const char *text, FILE *to)
{
	int column;

	if (!text || !*text)
		return;
	column = fprintf(to, "%*s%s:", TEXT_COLUMN, "", label);
	stlb_wrap(to, text, column, TEXT_COLUMN + 2);
	fputc('\n', to);
}

/* Those that cannot be probed are always told: their updates are not seen. */
static void write_sites(const struct stlb_probe *probe, bool all, FILE *to)
{
	for (unsigned int i = 0; i < probe->nr_sites; i++) {
		const struct stlb_probe_site *site = &probe->sites[i];

		if (site->use == STLB_SITE_UNUSABLE)
			fprintf(to, "%*sunusable: %s: %s\n", TEXT_COLUMN, "", site->where,
				site->reason);
		else if (all && site->use == STLB_SITE_UNNEEDED)
			fprintf(to, "%*sunneeded: %s: %s\n", TEXT_COLUMN, "", site->where,
				site->reason);
		else if (all)
			fprintf(to, "%*s%s\n", TEXT_COLUMN, "", site->definition);
	}
}

static void write_probe(const struct stlb_probe *probe, bool all, FILE *to)
{
	bool usable = probe->source != STLB_PROBE_NONE;

	fprintf(to, "%s:%s  %s%s\n", probe->system, probe->event,
		usable ? stlb_probe_source_name(probe->source) : "not available",
		probe->reach == STLB_REACH_TASKS ? ", for the selected tasks" : "");
	write_labelled("why", probe->reason, to);
	write_labelled("limits", probe->blind, to);
	/* not wrapped: they are to be copied */
	if (probe->filter)
		fprintf(to, "%*sfilter: %s\n", TEXT_COLUMN, "", probe->filter);
	if (probe->nr_sites)
		write_sites(probe, all, to);
	else if (probe->definition)
		fprintf(to, "%*s%s\n", TEXT_COLUMN, "", probe->definition);
}

static void list_text(const struct stlb_plan *plan, bool all, FILE *to)
{
	const struct stlb_probe *probe;
	unsigned int usable = 0, i;

	for (i = 0; (probe = stlb_plan_probe(plan, i)); i++) {
		write_probe(probe, all, to);
		usable += probe->source != STLB_PROBE_NONE;
	}
	fprintf(to, "%u of %u probes are available on this kernel\n", usable, i);
}

static json_t *sites_json(const struct stlb_probe *probe)
{
	json_t *array = json_array();

	for (unsigned int i = 0; array && i < probe->nr_sites; i++) {
		const struct stlb_probe_site *site = &probe->sites[i];

		array = stlb_json_output_append(
			array,
			json_pack("{s:s, s:s, s:s, s:s, s:s?}", "where", site->where, "function",
				  site->function, "use", stlb_site_use_name(site->use), "reason",
				  site->reason, "definition", site->definition));
	}
	return array;
}

static json_t *probe_json(const struct stlb_probe *probe)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:b, s:b, s:o}", "system",
			 probe->system, "event", probe->event, "kind", stlb_kind_name(probe->kind),
			 "source", stlb_probe_source_name(probe->source), "reason", probe->reason,
			 "blind", probe->blind, "definition", probe->definition, "filter",
			 probe->filter, "stack", probe->stack, "tasks_only",
			 probe->reach == STLB_REACH_TASKS, "sites", sites_json(probe));
}

static json_t *document(const struct stlb_kernel *kernel, const struct stlb_plan *plan)
{
	json_t *array = json_array();
	const struct stlb_probe *probe;

	for (unsigned int i = 0; array && (probe = stlb_plan_probe(plan, i)); i++)
		array = stlb_json_output_append(array, probe_json(probe));
	return json_pack("{s:s, s:s, s:s, s:o}", "kernel", stlb_kernel_release(kernel), "arch",
			 stlb_kernel_arch(kernel), "group", stlb_plan_group(plan), "probes", array);
}

/* ---- what the arguments ask for; each is given a plan for the kernel ---- */

static int write_plan(const struct stlb_settings *settings, const struct stlb_kernel *kernel,
		      const struct stlb_plan *plan, struct stlb_error *err)
{
	bool script = strcmp(settings->arguments[0], "script") == 0;
	struct stlb_output *output = NULL;
	int r = stlb_output_open(settings->output, &output, err);
	FILE *to = r == 0 ? stlb_output_file(output) : NULL;

	if (to && script)
		r = stlb_plan_script(plan, to);
	else if (to && settings->json)
		r = stlb_json_output_write(document(kernel, plan), SCHEMA_VERSION, to, err);
	else if (to)
		list_text(plan, settings->verbose, to);
	if (r == 0)
		r = stlb_output_commit(output, err);
	stlb_output_close(output);
	return r;
}

static int do_list(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_plan_options options = {.locks = settings->locks, .no_deep = settings->no_deep};
	struct stlb_kernel *kernel = NULL;
	struct stlb_plan *plan = NULL;
	int r = stlb_kernel_open(NULL, &kernel, err);

	if (r == 0)
		r = stlb_plan_new(kernel, &options, &plan, err);
	if (r == 0)
		r = write_plan(settings, kernel, plan, err);
	stlb_plan_free(plan);
	stlb_kernel_close(kernel);
	return r;
}

static void tell_refused(void *arg, const struct stlb_probe *probe, const char *why)
{
	unsigned int *installed = arg;

	if (why)
		stlb_message(name, "%s: the kernel rejected it: %s", probe->event, why);
	else
		++*installed;
}

/* So that a shell takes it for one word. */
static void print_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-:./";

	printf(*word && strspn(word, plain) == strlen(word) ? "%s" : "'%s'", word);
}

/* As `record` would, with the stacks that a finding is told by. */
static int print_recording(const struct stlb_setup *setup, const struct stlb_settings *settings)
{
	struct stlb_settings with_file = *settings;
	struct stlb_recording what = {
		.settings = &with_file,
		.plan = setup->plan,
		.tracing = stlb_kernel_tracing(setup->kernel),
	};
	struct stlb_recorder recorder = {0};
	bool failed;

	with_file.save = "trace.dat";
	with_file.nr_arguments = 0;
	stlb_recorder_trace_cmd(&recorder, &what);
	for (unsigned int i = 0; i < recorder.nr; i++) {
		bool event = strcmp(recorder.argv[i], "-e") == 0;

		printf("%s", i == 0 ? "    " : (event ? " \\\n\t" : " "));
		print_word(recorder.argv[i]);
	}
	putchar('\n');
	failed = recorder.failed;
	stlb_recorder_free(&recorder);
	return failed ? -ENOMEM : 0;
}

static int do_install(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_setup setup = {0};
	unsigned int installed = 0;
	int r = stlb_setup_plan(&setup, settings, NULL, false, err);

	if (r == 0)
		r = stlb_probes_install(setup.plan, stlb_kernel_tracing(setup.kernel), tell_refused,
					&installed, err);
	if (r == 0) {
		printf("installed: %u events in the group %s; to record them:\n", installed,
		       stlb_plan_group(setup.plan));
		r = print_recording(&setup, settings);
	}
	if (r == 0)
		puts("'staletlb probes remove' removes them.");
	stlb_setup_leave(&setup, NULL);
	return r;
}

static int do_remove(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_setup setup = {0};
	struct stlb_removed removed = {0};
	int r = stlb_setup_plan(&setup, settings, NULL, false, err);

	if (r == 0)
		r = stlb_probes_remove(stlb_kernel_tracing(setup.kernel), &removed, err);
	if (r == 0)
		printf("removed: %u events, %u instances\n", removed.events, removed.instances);
	if (r == 0 && removed.running)
		printf("kept: what %u running staletlb use%s\n", removed.running,
		       removed.running == 1 ? "s" : "");
	stlb_setup_leave(&setup, NULL);
	return r;
}

static const struct action {
	const char *name;
	int (*run)(const struct stlb_settings *settings, struct stlb_error *err);
} actions[] = {
	{"list", do_list},
	{"install", do_install},
	{"remove", do_remove},
	{"script", do_list},
};

enum { NR_ACTIONS = sizeof(actions) / sizeof(actions[0]) };

const char *stlb_word_action(unsigned int index)
{
	return index < NR_ACTIONS ? actions[index].name : NULL;
}

static const struct action *find_action(const struct stlb_settings *settings)
{
	struct stlb_error err = {""};

	if (settings->nr_arguments != 1) {
		stlb_usage_error(STLB_COMMAND_PROBES,
				 "no action given: list, install, remove or script");
		return NULL;
	}
	for (unsigned int i = 0; i < NR_ACTIONS; i++)
		if (strcmp(actions[i].name, settings->arguments[0]) == 0)
			return &actions[i];
	stlb_unknown_word(&err, settings->arguments[0], stlb_word_action);
	stlb_usage_error(STLB_COMMAND_PROBES, "%s", err.text);
	return NULL;
}

static int run(const struct stlb_settings *settings)
{
	const struct action *action = find_action(settings);
	struct stlb_error err = {""};
	int r;

	if (!action)
		return STLB_STATUS_FAILED;
	r = action->run(settings, &err);
	if (r == 0)
		r = stlb_output_check_stdout(name);
	else if (r != -EPIPE)
		stlb_message(name, "%s", err.text[0] ? err.text : strerror(-r));
	return r == 0 || r == -EPIPE ? STLB_STATUS_CLEAN : STLB_STATUS_FAILED;
}

int cmd_probes(int argc, char **argv)
{
	struct stlb_settings settings;
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&settings);
	if (stlb_options_parse(STLB_COMMAND_PROBES, argc, argv, &settings) == 0) {
		if (settings.help || settings.version) {
			status = stlb_program_tell(STLB_COMMAND_PROBES, &settings);
		} else {
			status = run(&settings);
		}
	}
	stlb_settings_release(&settings);
	return status;
}
