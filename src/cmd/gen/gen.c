/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built and run with the program, not installed: what is derived from the table of options.
 *
 *	staletlb-gen completion FILE    the bash completion
 *	staletlb-gen man COMMAND        the .It lines of the OPTIONS section, "" for the program's
 *	staletlb-gen commands           the names of the commands
 *	staletlb-gen rules              the ids of the rules, their severities and former ids
 *	staletlb-gen man-rules          the list of the rules in staletlb-analyze(1)
 *	staletlb-gen sources            the ids, and the lines of mmu_notifier.rst behind them
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/gen/completion.h"
#include "cmd/options.h"

static void write_man(enum stlb_command_id id)
{
	const struct stlb_option *option;

	for (unsigned int i = 0; (option = stlb_option(id, i)); i++) {
		fputs(".It ", stdout);
		if (option->letter)
			printf("Fl %c , ", option->letter);
		printf("Fl -%s", option->name);
		if (option->argument)
			printf(" Ns = Ns Ar %s", option->argument);
		putchar('\n');
	}
}

static int man(const char *command)
{
	for (unsigned int i = 0; i < STLB_NR_COMMANDS; i++) {
		const char *name = stlb_command_info(i)->name;

		if (strcmp(name ? name : "", command) == 0) {
			write_man(i);
			return EXIT_SUCCESS;
		}
	}
	return EXIT_FAILURE;
}

static int completion(const char *path)
{
	FILE *to = fopen(path, "w");

	if (!to) {
		perror(path);
		return EXIT_FAILURE;
	}
	stlb_completion_write(to);
	if (fclose(to)) {
		perror(path);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int names(const char *what)
{
	if (strcmp(what, "commands") == 0) {
		for (unsigned int i = STLB_COMMAND_PROGRAM + 1; i < STLB_NR_COMMANDS; i++)
			puts(stlb_command_info(i)->name);
		return EXIT_SUCCESS;
	}
	for (unsigned int i = 0; i < STLB_NR_RULES; i++) {
		const struct stlb_rule_info *rule = stlb_rule_info(i);

		printf("%s %s%s%s\n", rule->id, stlb_severity_name(rule->severity),
		       rule->former ? " " : "", rule->former ? rule->former : "");
	}
	return EXIT_SUCCESS;
}

/* write_sentence - a clause of a rule as a sentence of its own, in a line of its own */
static void write_sentence(const char *clause)
{
	printf("%c%s.\n", toupper((unsigned char)*clause), clause + 1);
}

static int man_rules(void)
{
	for (unsigned int i = 0; i < STLB_NR_RULES; i++) {
		const struct stlb_rule_info *rule = stlb_rule_info(i);

		printf(".It Cm %s Pq %s\n", rule->id, stlb_severity_name(rule->severity));
		write_sentence(rule->wrong);
		write_sentence(rule->risk);
		if (rule->former)
			printf("Its former id,\n.Cm %s ,\nis accepted as well.\n", rule->former);
	}
	return EXIT_SUCCESS;
}

static int sources(void)
{
	for (unsigned int i = 0; i < STLB_NR_RULES; i++) {
		const struct stlb_rule_info *rule = stlb_rule_info(i);

		printf("%s %s%s\n", rule->id, *rule->implied ? "implied by " : "",
		       *rule->lines ? rule->lines : "none");
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "completion") == 0)
		return completion(argv[2]);
	if (argc == 3 && strcmp(argv[1], "man") == 0)
		return man(argv[2]);
	if (argc == 2 && (strcmp(argv[1], "commands") == 0 || strcmp(argv[1], "rules") == 0))
		return names(argv[1]);
	if (argc == 2 && strcmp(argv[1], "man-rules") == 0)
		return man_rules();
	if (argc == 2 && strcmp(argv[1], "sources") == 0)
		return sources();
	fputs("usage: staletlb-gen completion FILE | man COMMAND | commands | rules | man-rules | "
	      "sources\n",
	      stderr);
	return EXIT_FAILURE;
}
