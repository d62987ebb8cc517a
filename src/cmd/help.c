/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cmd/options.h"
#include "util/plain_out.h"

enum { WIDTH = 80, HELP_COLUMN = 28 };

static void write_paragraph(const char *text, FILE *to)
{
	struct stlb_plain_out out = {.to = to, .width = WIDTH};

	stlb_plain_begin(&out, 0, 0);
	stlb_plain_add(&out, STLB_REGULAR, text);
	stlb_plain_end(&out);
}

static void write_option(const struct stlb_option *option, FILE *to)
{
	struct stlb_plain_out out = {.to = to, .width = WIDTH};

	stlb_plain_begin(&out, option->letter ? 2 : 6, 0);
	if (option->letter)
		stlb_plain_addf(&out, STLB_REGULAR, "-%c, ", option->letter);
	stlb_plain_addf(&out, STLB_REGULAR, "--%s%s%s", option->name, option->argument ? "=" : "",
			option->argument ? option->argument : "");
	if (out.column >= HELP_COLUMN - 1) {
		stlb_plain_end(&out);
		stlb_plain_begin(&out, 0, 0);
	}
	stlb_plain_field(&out, HELP_COLUMN);
	stlb_plain_add(&out, STLB_REGULAR, option->help);
	for (unsigned int i = 0; option->values == STLB_VALUES_WORDS && option->word(i); i++)
		stlb_plain_addf(&out, STLB_REGULAR, "%s %s%s", i ? "" : ":", option->word(i),
				option->word(i + 1) ? "," : "");
	stlb_plain_end(&out);
}

static void write_group(enum stlb_command_id id, enum stlb_option_group group, FILE *to)
{
	const struct stlb_option *option;
	bool title = false;

	for (unsigned int i = 0; (option = stlb_option(id, i)); i++) {
		if (option->group != group)
			continue;
		if (!title)
			fprintf(to, "\n%s:\n", stlb_option_group_title(group));
		title = true;
		write_option(option, to);
	}
}

static void write_commands(FILE *to)
{
	fputs("\nCommands:\n", to);
	for (unsigned int i = STLB_COMMAND_PROGRAM + 1; i < STLB_NR_COMMANDS; i++)
		fprintf(to, "  %-*s%s\n", HELP_COLUMN - 2, stlb_command_info(i)->name,
			stlb_command_info(i)->title);
}

static void write_rules(FILE *to)
{
	fputs("\nRules, with their default severity:\n", to);
	for (unsigned int i = 0; i < STLB_NR_RULES; i++)
		fprintf(to, "  %-*s%s\n", HELP_COLUMN - 2, stlb_rule_info(i)->id,
			stlb_severity_name(stlb_rule_info(i)->severity));
}

void stlb_help_write(enum stlb_command_id id, FILE *to)
{
	const struct stlb_command_info *info = stlb_command_info(id);

	fprintf(to, "Usage: staletlb %s%s%s\n", info->name ? info->name : "", info->name ? " " : "",
		info->usage);
	write_paragraph(info->about, to);
	if (id == STLB_COMMAND_PROGRAM)
		write_commands(to);
	for (unsigned int group = 0; group < STLB_NR_GROUPS; group++)
		write_group(id, group, to);
	if (id == STLB_COMMAND_ANALYZE || id == STLB_COMMAND_LIVE)
		write_rules(to);
	fputc('\n', to);
	write_paragraph(info->status, to);
	if (id == STLB_COMMAND_PROGRAM)
		fputs("'staletlb help COMMAND' lists the options of a command.\n", to);
}
