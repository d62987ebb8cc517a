/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"

enum { WIDTH = 80, HELP_COLUMN = 28 };

/* Writes words of @text, which begins at @column, and breaks lines to @indent. */
static int wrap(FILE *to, const char *text, int column, int indent)
{
	while (*text) {
		int length = (int)strcspn(text, " ");
		bool first = column == indent;

		if (!first && column + 1 + length > WIDTH) {
			fprintf(to, "\n%*s", indent, "");
			column = indent;
			first = true;
		}
		fprintf(to, "%s%.*s", first ? "" : " ", length, text);
		column += length + !first;
		text += length;
		text += strspn(text, " ");
	}
	return column;
}

static void write_words(const struct stlb_option *option, FILE *to, int column)
{
	char words[256] = ":";
	size_t length = 1;

	for (unsigned int i = 0; option->word(i) && length < sizeof(words); i++)
		length += (size_t)snprintf(words + length, sizeof(words) - length, "%s %s",
					   i ? "," : "", option->word(i));
	wrap(to, words + 2, column + fprintf(to, ":"), HELP_COLUMN);
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
	column = wrap(to, option->help, HELP_COLUMN, HELP_COLUMN);
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
	fputs("\nRules, and how they are judged without --rule:\n", to);
	for (unsigned int i = 0; i < STLB_NR_RULES; i++)
		fprintf(to, "  %-*s%s\n", HELP_COLUMN - 2, stlb_rule_info(i)->id,
			stlb_severity_name(stlb_rule_info(i)->severity));
}

static void write_status(enum stlb_command_id id, FILE *to)
{
	if (id == STLB_COMMAND_GRAPH) {
		fputs("\nExit status: 0 drawn, 2 could not be carried out.\n", to);
		return;
	}
	fputs("\nExit status: 0 judged and nothing found, 1 findings, 2 could not be carried out,\n"
	      "3 nothing found but not judged either.\n",
	      to);
}

void stlb_help_write(enum stlb_command_id id, FILE *to)
{
	const struct stlb_command_info *info = stlb_command_info(id);

	fprintf(to, "Usage: staletlb %s%s%s\n", info->name ? info->name : "", info->name ? " " : "",
		info->usage);
	wrap(to, info->about, 0, 0);
	fputc('\n', to);
	if (id == STLB_COMMAND_PROGRAM)
		write_commands(to);
	for (unsigned int group = 0; group < STLB_NR_GROUPS; group++)
		write_group(id, group, to);
	if (id == STLB_COMMAND_ANALYZE)
		write_rules(to);
	write_status(id, to);
	if (id == STLB_COMMAND_PROGRAM)
		fputs("'staletlb COMMAND --help' tells the options of a command.\n", to);
}
