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
#include "util/plain_out.h"

#define SCHEMA_VERSION "1.1.0"

static const char *const name = "probes";

enum { WIDTH = 80, TEXT_COLUMN = 4 };

/* ---- list ---- */

static void write_labelled(const char *label, const char *text, FILE *to)
{
	struct stlb_plain_out out = {.to = to, .width = WIDTH};

	if (!text || !*text)
		return;
	stlb_plain_begin(&out, TEXT_COLUMN, TEXT_COLUMN + 2);
	stlb_plain_addf(&out, STLB_REGULAR, "%s: ", label);
	stlb_plain_add(&out, STLB_REGULAR, text);
	stlb_plain_end(&out);
}

/* Those that cannot be probed are always reported: their updates are not seen. */
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
		probe->scope == STLB_SCOPE_TASKS ? ", for the selected tasks" : "");
	write_labelled("why", probe->reason, to);
	write_labelled("limits", probe->limitations, to);
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
			 "blind", probe->limitations, "definition", probe->definition, "filter",
			 probe->filter, "stack", probe->stack, "tasks_only",
			 probe->scope == STLB_SCOPE_TASKS, "sites", sites_json(probe));
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

/** struct listing - what a list or a script is made of */
struct listing {
	const struct stlb_settings *settings;
	struct stlb_kernel *kernel;
	struct stlb_plan *plan;
};

static int write_plan(void *arg, FILE *to, struct stlb_error *err)
{
	const struct listing *listing = arg;

	if (strcmp(listing->settings->arguments[0], "script") == 0)
		return stlb_plan_script(listing->plan, to);
	if (listing->settings->json)
		return stlb_json_output_write(document(listing->kernel, listing->plan),
					      SCHEMA_VERSION, to, err);
	list_text(listing->plan, listing->settings->verbose, to);
	return 0;
}

static int do_list(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_plan_options options = {.locks = settings->locks, .no_deep = settings->no_deep};
	struct listing listing = {.settings = settings};
	int ret = stlb_kernel_open(NULL, &listing.kernel, err);

	if (ret == 0)
		ret = stlb_plan_new(listing.kernel, &options, &listing.plan, err);
	if (ret == 0)
		ret = stlb_output_write(settings->output, write_plan, &listing, err);
	stlb_plan_free(listing.plan);
	stlb_kernel_close(listing.kernel);
	return ret;
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

/* As `record` would, with the stacks that a finding is shown by. */
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
	int ret = stlb_setup_plan(&setup, settings, NULL, false, err);

	if (ret == 0)
		ret = stlb_probes_install(setup.plan, stlb_kernel_tracing(setup.kernel),
					  tell_refused, &installed, err);
	if (ret == 0) {
		printf("installed: %u events in the group %s; to record them:\n", installed,
		       stlb_plan_group(setup.plan));
		ret = print_recording(&setup, settings);
	}
	if (ret == 0)
		puts("'staletlb probes remove' removes them.");
	stlb_setup_leave(&setup, NULL);
	return ret;
}

static int do_remove(const struct stlb_settings *settings, struct stlb_error *err)
{
	struct stlb_setup setup = {0};
	struct stlb_removed removed = {0};
	int ret = stlb_setup_plan(&setup, settings, NULL, false, err);

	if (ret == 0)
		ret = stlb_probes_remove(stlb_kernel_tracing(setup.kernel), &removed, err);
	if (ret == 0)
		printf("removed: %u events, %u instances\n", removed.events, removed.instances);
	if (ret == 0 && removed.running)
		printf("kept: what %u running staletlb use%s\n", removed.running,
		       removed.running == 1 ? "s" : "");
	stlb_setup_leave(&setup, NULL);
	return ret;
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
	for (unsigned int i = 0; i < NR_ACTIONS; i++)
		if (strcmp(actions[i].name, settings->arguments[0]) == 0)
			return &actions[i];
	return NULL;
}

static int check(struct stlb_settings *settings)
{
	struct stlb_error err = {""};

	if (settings->nr_arguments != 1)
		return stlb_usage_error(STLB_COMMAND_PROBES,
					"no action given: list, install, remove or script");
	if (find_action(settings))
		return 0;
	stlb_unknown_word(&err, settings->arguments[0], stlb_word_action);
	return stlb_usage_error(STLB_COMMAND_PROBES, "%s", err.text);
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	int ret = find_action(settings)->run(settings, err);

	if (ret)
		return ret;
	ret = stlb_output_check_stdout(name);
	if (ret && ret != -EPIPE)
		*status = STLB_STATUS_FAILED;
	return 0;
}

const struct stlb_command stlb_cmd_probes = {STLB_COMMAND_PROBES, check, run};
