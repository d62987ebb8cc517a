/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/json_output.h"
#include "cmd/output.h"
#include "cmd/program.h"
#include "staletlb/analysis.h"
#include "staletlb/probe.h"
#include "util/plain_out.h"

#define SCHEMA_VERSION "2.0.0"

enum { WIDTH = 80, ANSWER_COLUMN = 2, NAME_COLUMN = 11, VALUE_COLUMN = 38 };

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

static void write_fact(struct stlb_plain_out *out, const struct stlb_fact *fact)
{
	stlb_plain_begin(out, ANSWER_COLUMN, 0);
	stlb_plain_add(out, STLB_REGULAR, stlb_answer_name(fact->answer));
	stlb_plain_field(out, NAME_COLUMN);
	stlb_plain_add(out, STLB_REGULAR, fact->title);
	if (*fact->value) {
		if (out->column >= VALUE_COLUMN)
			stlb_plain_add(out, STLB_REGULAR, ":");
		stlb_plain_field(out, out->column < VALUE_COLUMN ? VALUE_COLUMN : NAME_COLUMN + 2);
		stlb_plain_add(out, STLB_REGULAR, fact->value);
	}
	stlb_plain_end(out);
	if (*fact->effect) {
		stlb_plain_begin(out, NAME_COLUMN, NAME_COLUMN);
		stlb_plain_add(out, STLB_REGULAR, fact->effect);
		stlb_plain_end(out);
	}
	if (*fact->remedy) {
		stlb_plain_begin(out, NAME_COLUMN, NAME_COLUMN + 2);
		stlb_plain_add(out, STLB_REGULAR, "needs: ");
		stlb_plain_add(out, STLB_REGULAR, fact->remedy);
		stlb_plain_end(out);
	}
}

static void write_rule(struct stlb_plain_out *out, const struct doctor *doctor, enum stlb_rule id)
{
	const struct stlb_rule_result *rule = &doctor->rules[id];

	stlb_plain_begin(out, ANSWER_COLUMN, 0);
	stlb_plain_add(out, STLB_REGULAR, stlb_judged_name(rule->judged));
	stlb_plain_field(out, NAME_COLUMN);
	stlb_plain_add(out, STLB_REGULAR, stlb_rule_info(id)->id);
	if (*rule->reason) {
		stlb_plain_field(out, VALUE_COLUMN);
		stlb_plain_add(out, STLB_REGULAR, rule->reason);
	}
	stlb_plain_end(out);
}

static void write_text(const struct doctor *doctor, FILE *to)
{
	struct stlb_plain_out out = {.to = to, .width = WIDTH};
	const struct stlb_fact *fact;

	fprintf(to, "Linux %s on %s\n\n", stlb_kernel_release(doctor->kernel),
		stlb_kernel_arch(doctor->kernel));
	for (unsigned int i = 0; (fact = stlb_kernel_fact(doctor->kernel, i)); i++)
		write_fact(&out, fact);
	fputs("\nCoverage of a recording made here:\n", to);
	for (int id = 0; id < STLB_NR_RULES; id++)
		write_rule(&out, doctor, (enum stlb_rule)id);
	stlb_plain_gap(&out);
	stlb_plain_begin(&out, 0, 0);
	stlb_plain_add(
		&out, STLB_REGULAR,
		can_judge_what_decides(doctor)
			? "Both error rules of the kernel's mmu_notifier.rst can be checked. "
			  "'staletlb probes list' shows how."
			: "The two error rules of the kernel's mmu_notifier.rst cannot both "
			  "be checked here: a clean result of 'live' would prove nothing.");
	stlb_plain_end(&out);
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

/* json_pack() fails, and releases the parts, where a part is NULL. */
static json_t *document(const struct doctor *doctor)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:o}", "kernel", stlb_kernel_release(doctor->kernel),
			 "arch", stlb_kernel_arch(doctor->kernel), "error_rules_judgeable",
			 can_judge_what_decides(doctor), "facts", facts_json(doctor), "rules",
			 rules_json(doctor));
}

/* ---- all of it ---- */

static int write_report(void *arg, FILE *to, struct stlb_error *err)
{
	const struct doctor *doctor = arg;

	if (doctor->settings->json)
		return stlb_json_output_write(document(doctor), SCHEMA_VERSION, to, err);
	write_text(doctor, to);
	return 0;
}

static int look(struct doctor *doctor, struct stlb_error *err)
{
	struct stlb_plan_options options = {.locks = doctor->settings->locks,
					    .no_deep = doctor->settings->no_deep};
	struct stlb_kinds kinds;
	unsigned int version;
	int ret = stlb_kernel_open(NULL, &doctor->kernel, err);

	if (ret == 0)
		ret = stlb_plan_new(doctor->kernel, &options, &doctor->plan, err);
	if (ret)
		return ret;
	version = stlb_kernel_version(stlb_kernel_release(doctor->kernel));
	kinds = stlb_plan_kinds(doctor->plan);
	stlb_rules_judgeable(&kinds, version && version < 6006, doctor->rules);
	return 0;
}

static int check(struct stlb_settings *settings)
{
	if (!settings->nr_arguments)
		return 0;
	return stlb_usage_error(STLB_COMMAND_DOCTOR, "unexpected argument '%s'",
				settings->arguments[0]);
}

static int run(const struct stlb_settings *settings, enum stlb_status *status,
	       struct stlb_error *err)
{
	struct doctor doctor = {.settings = settings};
	int ret = look(&doctor, err);

	if (ret == 0) {
		*status = can_judge_what_decides(&doctor) ? STLB_STATUS_CLEAN
							  : STLB_STATUS_NOT_JUDGED;
		ret = stlb_output_write(settings->output, write_report, &doctor, err);
	}
	stlb_plan_free(doctor.plan);
	stlb_kernel_close(doctor.kernel);
	return ret;
}

const struct stlb_command stlb_cmd_doctor = {STLB_COMMAND_DOCTOR, check, run};
