/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/gen/completion.h"

#include "cmd/options.h"

/* "=" breaks words: --format=json comes as three of them. */
static const char head[] =
	"# shellcheck shell=bash\n"
	"# bash completion for staletlb, generated from its table of options\n"
	"\n"
	"_staletlb()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command='' words='' first=0 i\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=''\n"
	"\telif [[ $option == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n"
	"\t\t-*) ;;\n"
	"\t\t*)\n"
	"\t\t\tcommand=${COMP_WORDS[i]}\n"
	"\t\t\tbreak\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tCOMPREPLY=()\n";

/* The command to be run is the shell's to complete. */
static const char of_command[] =
	"\tif ((first)); then\n"
	"\t\tif ((first < COMP_CWORD)) && declare -F _command_offset >/dev/null; then\n"
	"\t\t\t_command_offset \"$first\"\n"
	"\t\telif ((first == COMP_CWORD)) && [[ $cur != */* ]]; then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\" | sort -u)\n"
	"\t\telse\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\tfi\n"
	"\t\treturn\n"
	"\tfi\n";

static const char tail[] = "\tif [[ -n $words ]]; then\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
			   "\telif [[ -n $command ]]; then\n"
			   "\t\tcompopt -o filenames 2>/dev/null\n"
			   "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
			   "\tfi\n"
			   "}\n"
			   "\n"
			   "complete -F _staletlb staletlb\n";

static const char *command_name(enum stlb_command_id id)
{
	const char *name = stlb_command_info(id)->name;

	return name ? name : "";
}

static void write_pattern(enum stlb_command_id id, const struct stlb_option *option, FILE *to)
{
	fprintf(to, "\t%s:--%s", command_name(id), option->name);
	if (option->letter)
		fprintf(to, " | %s:-%c", command_name(id), option->letter);
	fputs(")", to);
}

/* What can stand after an option with a value. */
static void write_values(enum stlb_command_id id, const struct stlb_option *option, FILE *to)
{
	if (!option->argument)
		return;
	write_pattern(id, option, to);
	switch (option->values) {
	case STLB_VALUES_WORDS:
	case STLB_VALUES_IDS:
		fputs(" words='", to);
		for (unsigned int i = 0; option->word(i); i++)
			fprintf(to, "%s%s", i ? " " : "", option->word(i));
		fputs("' ;;\n", to);
		break;
	case STLB_VALUES_FILE:
		fputs(" ;;\n", to);
		break;
	case STLB_VALUES_FREE:
		fputs(" return ;;\n", to);
		break;
	}
}

static void write_options(enum stlb_command_id id, FILE *to)
{
	const struct stlb_command_info *info = stlb_command_info(id);
	const struct stlb_option *option;

	fprintf(to, "\t%s:*)\n\t\tif [[ $cur == -* ]]; then\n\t\t\twords='", command_name(id));
	for (unsigned int i = 0; (option = stlb_option(id, i)); i++)
		fprintf(to, "%s--%s", i ? " " : "", option->name);
	fputs("'\n", to);
	if (info->arguments == STLB_ARGUMENTS_NONE) {
		fputs("\t\telse\n\t\t\treturn\n", to);
	} else if (info->arguments == STLB_ARGUMENTS_WORD) {
		fputs("\t\telse\n\t\t\twords='", to);
		for (unsigned int i = 0; info->word(i); i++)
			fprintf(to, "%s%s", i ? " " : "", info->word(i));
		fputs("'\n", to);
	}
	fputs("\t\tfi\n\t\t;;\n", to);
}

/* Where the command to be run begins: after "--", or the first word that is no option's. */
static void write_first(enum stlb_command_id id, FILE *to)
{
	const struct stlb_option *option;
	const char * or = "";

	fprintf(to,
		"\tif [[ $command == %s ]]; then\n"
		"\t\tfor ((i++; i <= COMP_CWORD && !first; i++)); do\n"
		"\t\t\tcase ${COMP_WORDS[i]} in\n"
		"\t\t\t--) ((i < COMP_CWORD)) && first=$((i + 1)) ;;\n\t\t\t",
		command_name(id));
	for (unsigned int i = 0; (option = stlb_option(id, i)); i++) {
		if (!option->argument)
			continue;
		fprintf(to, "%s--%s", or, option->name);
		if (option->letter)
			fprintf(to, " | -%c", option->letter);
		or = " | ";
	}
	fputs(")\n"
	      "\t\t\t\ti=$((i + 1))\n"
	      "\t\t\t\t[[ ${COMP_WORDS[i]-} == = ]] && i=$((i + 1))\n"
	      "\t\t\t\t;;\n"
	      "\t\t\t-*) ;;\n"
	      "\t\t\t*) first=$i ;;\n"
	      "\t\t\tesac\n"
	      "\t\tdone\n"
	      "\tfi\n",
	      to);
}

static void write_commands(FILE *to)
{
	fputs("\tif [[ -z $command && $cur != -* ]]; then\n\t\twords='", to);
	for (unsigned int i = STLB_COMMAND_PROGRAM + 1; i < STLB_NR_COMMANDS; i++)
		fprintf(to, "%s%s", i > STLB_COMMAND_PROGRAM + 1 ? " " : "", command_name(i));
	fputs("'\n\tfi\n", to);
}

void stlb_completion_write(FILE *to)
{
	const struct stlb_option *option;

	fputs(head, to);
	for (unsigned int id = STLB_COMMAND_PROGRAM + 1; id < STLB_NR_COMMANDS; id++)
		if (stlb_command_info(id)->arguments == STLB_ARGUMENTS_COMMAND)
			write_first(id, to);
	fputs(of_command, to);
	fputs("\tcase $command:$option in\n", to);
	for (unsigned int id = 0; id < STLB_NR_COMMANDS; id++) {
		for (unsigned int i = 0; (option = stlb_option(id, i)); i++)
			write_values(id, option, to);
		write_options(id, to);
	}
	fputs("\tesac\n", to);
	write_commands(to);
	fputs(tail, to);
}
