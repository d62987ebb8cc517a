/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cmd/json_output.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "cmd/wrap.h"
#include "staletlb/analysis.h"
#include "staletlb/probe.h"

#define SCHEMA_VERSION "2.0.0"

static const char *const name = "doctor";

enum { NAME_COLUMN = 11, VALUE_COLUMN = 38 };

/** struct doctor - what was found */
struct doctor {
	const struct stlb_settings *settings;
	struct stlb_kernel *kernel;
	struct stlb_plan *plan;
	struct stlb_rule_result rules[STLB_NR_RULES];
};

static bool can_judge_what_decides(const struct doctor *doctor)
{
	return stlb_rules_decided(doctor->rules) != STLB_JUDGED_NONE;
}

/* ---- text ---- */

static void write_fact(const struct stlb_fact *fact, FILE *to)
{
	int column = fprintf(to, "  %-9s", stlb_answer_name(fact->answer));
	int indent = VALUE_COLUMN;

	column = stlb_wrap(to, fact->title, column, NAME_COLUMN);
	if (*fact->value) {
		if (column < VALUE_COLUMN) {
			column += fprintf(to, "%*s", VALUE_COLUMN - column, "");
		} else {
			column += fprintf(to, ":");
			indent = NAME_COLUMN + 2;
		}
		stlb_wrap(to, fact->value, column, indent);
	}
	fputc('\n', to);
	if (*fact->effect) {
		fprintf(to, "%*s", NAME_COLUMN, "");
		stlb_wrap(to, fact->effect, NAME_COLUMN, NAME_COLUMN);
		fputc('\n', to);
	}
	if (*fact->remedy) {
		column = fprintf(to, "%*sneeds:", NAME_COLUMN, "");
		stlb_wrap(to, fact->remedy, column, NAME_COLUMN + 2);
		fputc('\n', to);
	}
}

static void write_rule(const struct doctor *doctor, enum stlb_rule id, FILE *to)
{
	const struct stlb_rule_result *rule = &doctor->rules[id];
	int column =
		fprintf(to, "  %-9s%s", stlb_judged_name(rule->judged), stlb_rule_info(id)->id);

	if (*rule->reason) {
		if (column < VALUE_COLUMN)
			column += fprintf(to, "%*s", VALUE_COLUMN - column, "");
		stlb_wrap(to, rule->reason, column, VALUE_COLUMN);
	}
	fputc('\n', to);
}

static void write_text(const struct doctor *doctor, FILE *to)
{
	const struct stlb_fact *fact;

	fprintf(to, "Linux %s on %s\n\n", stlb_kernel_release(doctor->kernel),
		stlb_kernel_arch(doctor->kernel));
	for (unsigned int i = 0; (fact = stlb_kernel_fact(doctor->kernel, i)); i++)
		write_fact(fact, to);
	fputs("\nCoverage of a recording made here:\n", to);
	for (int id = 0; id < STLB_NR_RULES; id++)
		write_rule(doctor, (enum stlb_rule)id, to);
	fputc('\n', to);
	stlb_wrap(to,
		  can_judge_what_decides(doctor)
			  ? "Both error rules of the kernel's mmu_notifier.rst can be checked. "
			    "'staletlb probes list' shows how."
			  : "The two error rules of the kernel's mmu_notifier.rst cannot both be "
			    "checked here: a clean result of 'live' would prove nothing.",
		  0, 0);
	fputc('\n', to);
}

/* ---- JSON ---- */

static json_t *facts_json(const struct doctor *doctor)
{
	json_t *array = json_array();
	const struct stlb_fact *fact;

	for (unsigned int i = 0; array && (fact = stlb_kernel_fact(doctor->kernel, i)); i++)
		array = stlb_json_output_append(
			array,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", fact->id, "title",
				  fact->title, "answer", stlb_answer_name(fact->answer), "value",
				  fact->value, "effect", fact->effect, "remedy", fact->remedy));
	return array;
}

static json_t *rules_json(const struct doctor *doctor)
{
	json_t *object = json_object();
	int failed = object ? 0 : -1;

	for (int id = 0; !failed && id < STLB_NR_RULES; id++)
		failed = json_object_set_new(object, stlb_rule_info((enum stlb_rule)id)->id,
					     json_pack("{s:s, s:s}", "judged",
						       stlb_judged_name(doctor->rules[id].judged),
						       "reason", doctor->rules[id].reason));
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

/* json_pack() fails, and lets go of the parts, where a part is NULL. */
static json_t *document(const struct doctor *doctor)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:o}", "kernel", stlb_kernel_release(doctor->kernel),
			 "arch", stlb_kernel_arch(doctor->kernel), "error_rules_judgeable",
			 can_judge_what_decides(doctor), "facts", facts_json(doctor), "rules",
			 rules_json(doctor));
}

/* ---- all of it ---- */

static int write_report(const struct doctor *doctor, struct stlb_error *err)
{
	struct stlb_output *output = NULL;
	int r = stlb_output_open(doctor->settings->output, &output, err);

	if (r == 0 && doctor->settings->json)
		r = stlb_json_output_write(document(doctor), SCHEMA_VERSION,
					   stlb_output_file(output), err);
	else if (r == 0)
		write_text(doctor, stlb_output_file(output));
	if (r == 0)
		r = stlb_output_commit(output, err);
	stlb_output_close(output);
	return r;
}

static int look(struct doctor *doctor, struct stlb_error *err)
{
	struct stlb_plan_options options = {.locks = doctor->settings->locks,
					    .no_deep = doctor->settings->no_deep};
	struct stlb_kinds kinds;
	unsigned int version;
	int r = stlb_kernel_open(NULL, &doctor->kernel, err);

	if (r == 0)
		r = stlb_plan_new(doctor->kernel, &options, &doctor->plan, err);
	if (r)
		return r;
	version = stlb_kernel_version(stlb_kernel_release(doctor->kernel));
	kinds = stlb_plan_kinds(doctor->plan);
	stlb_rules_judgeable(&kinds, version && version < 6006, doctor->rules);
	return 0;
}

static int run(const struct stlb_settings *settings)
{
	struct doctor doctor = {.settings = settings};
	struct stlb_error err = {""};
	int r = look(&doctor, &err), status = STLB_STATUS_FAILED;

	if (r == 0) {
		status = can_judge_what_decides(&doctor) ? STLB_STATUS_CLEAN
							 : STLB_STATUS_NOT_JUDGED;
		r = write_report(&doctor, &err);
	}
	if (r && r != -EPIPE) {
		stlb_message(name, "%s", err.text[0] ? err.text : strerror(-r));
		status = STLB_STATUS_FAILED;
	}
	stlb_plan_free(doctor.plan);
	stlb_kernel_close(doctor.kernel);
	return status;
}

int cmd_doctor(int argc, char **argv)
{
	struct stlb_settings settings;
	int status = STLB_STATUS_FAILED;

	stlb_settings_init(&settings);
	if (stlb_options_parse(STLB_COMMAND_DOCTOR, argc, argv, &settings) == 0) {
		if (settings.help || settings.version) {
			status = stlb_program_tell(STLB_COMMAND_DOCTOR, &settings);
		} else if (settings.nr_arguments) {
			stlb_usage_error(STLB_COMMAND_DOCTOR, "unexpected argument '%s'",
					 settings.arguments[0]);
		} else {
			status = run(&settings);
		}
	}
	stlb_settings_release(&settings);
	return status;
}
