/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/wrap.h"

enum { HELP_COLUMN = 28 };

static void write_words(const struct stlb_option *option, FILE *to, int column)
{
	char words[256] = ":";
	size_t length = 1;

	for (unsigned int i = 0; option->word(i) && length < sizeof(words); i++)
		length += (size_t)snprintf(words + length, sizeof(words) - length, "%s %s",
					   i ? "," : "", option->word(i));
	stlb_wrap(to, words + 2, column + fprintf(to, ":"), HELP_COLUMN);
}

static void write_option(const struct stlb_option *option, FILE *to)
{
	char letter[8] = "    ";
	int column;

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	column = fprintf(to, "  %s--%s%s%s", letter, option->name, option->argument ? "=" : "",
			 option->argument ? option->argument : "");
	if (column >= HELP_COLUMN - 1) {
		fputc('\n', to);
		column = 0;
	}
	fprintf(to, "%*s", HELP_COLUMN - column, "");
	column = stlb_wrap(to, option->help, HELP_COLUMN, HELP_COLUMN);
	if (option->values == STLB_VALUES_WORDS)
		write_words(option, to, column);
	fputc('\n', to);
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

static void write_status(const struct stlb_command_info *info, FILE *to)
{
	fputc('\n', to);
	stlb_wrap(to, info->status, 0, 0);
	fputc('\n', to);
}

void stlb_help_write(enum stlb_command_id id, FILE *to)
{
	const struct stlb_command_info *info = stlb_command_info(id);

	fprintf(to, "Usage: staletlb %s%s%s\n", info->name ? info->name : "", info->name ? " " : "",
		info->usage);
	stlb_wrap(to, info->about, 0, 0);
	fputc('\n', to);
	if (id == STLB_COMMAND_PROGRAM)
		write_commands(to);
	for (unsigned int group = 0; group < STLB_NR_GROUPS; group++)
		write_group(id, group, to);
	if (id == STLB_COMMAND_ANALYZE || id == STLB_COMMAND_LIVE)
		write_rules(to);
	write_status(info, to);
	if (id == STLB_COMMAND_PROGRAM)
		fputs("'staletlb help COMMAND' lists the options of a command.\n", to);
}
