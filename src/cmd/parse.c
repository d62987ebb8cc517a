/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/message.h"
#include "cmd/options.h"
#include "util/nearest.h"

enum { MAX_OPTIONS = 64, LONG_BASE = 256 };

/** struct parser - the rows of a command as getopt_long() wants them */
struct parser {
	enum stlb_command_id id;
	struct option longs[MAX_OPTIONS + 1];
	char shorts[2 * MAX_OPTIONS + 3];
};

int stlb_usage_error(enum stlb_command_id id, const char *fmt, ...)
{
	const char *command = stlb_command_info(id)->name;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	stlb_message(command, "%s", text);
	fprintf(stderr, "Try 'staletlb%s%s --help'.\n", command ? " " : "", command ? command : "");
	return -EINVAL;
}

/* '+': options end at the command, the program's at ours and ours at the user's. ':': a missing
 * value is distinguished from the rest. */
static void parser_init(struct parser *parser, enum stlb_command_id id)
{
	const struct stlb_option *option;
	char *letters = parser->shorts;

	memset(parser, 0, sizeof(*parser));
	parser->id = id;
	if (id == STLB_COMMAND_PROGRAM ||
	    stlb_command_info(id)->arguments == STLB_ARGUMENTS_COMMAND)
		*letters++ = '+';
	*letters++ = ':';
	for (unsigned int i = 0; i < MAX_OPTIONS && (option = stlb_option(id, i)); i++) {
		parser->longs[i].name = option->name;
		parser->longs[i].has_arg = option->argument ? required_argument : no_argument;
		parser->longs[i].val = LONG_BASE + (int)i;
		if (!option->letter)
			continue;
		*letters++ = option->letter;
		if (option->argument)
			*letters++ = ':';
	}
}

/* The row of what getopt_long() returned. */
static const struct stlb_option *row(enum stlb_command_id id, int value)
{
	const struct stlb_option *option;

	if (value >= LONG_BASE)
		return stlb_option(id, (unsigned int)(value - LONG_BASE));
	for (unsigned int i = 0; (option = stlb_option(id, i)); i++) {
		if (option->letter == value)
			break;
	}
	return option;
}

/* Whose options stlb_nearest() is to look through: it has no argument for it. */
static enum stlb_command_id nearest_of;

static const char *option_name(unsigned int index)
{
	const struct stlb_option *option = stlb_option(nearest_of, index);

	return option ? option->name : NULL;
}

/* Unknown, or short for more than one: getopt_long() does not say which, nor does it matter. */
static int unknown_option(enum stlb_command_id id, const char *given)
{
	char name[64];
	const char *nearest;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(given + 2, "="), given + 2);
	nearest_of = id;
	nearest = stlb_nearest(name, option_name);
	if (!nearest)
		return stlb_usage_error(id, "unknown option '--%s'", name);
	return stlb_usage_error(id, "unknown option '--%s'; did you mean '--%s'?", name, nearest);
}

static int wrong_option(enum stlb_command_id id, int value, char **argv)
{
	if (value == ':' && optopt < LONG_BASE)
		return stlb_usage_error(id, "option '-%c' needs a value", optopt);
	if (value == ':')
		return stlb_usage_error(id, "option '--%s' needs a value", row(id, optopt)->name);
	if (optopt >= LONG_BASE)
		return stlb_usage_error(id, "option '--%s' takes no value", row(id, optopt)->name);
	if (optopt)
		return stlb_usage_error(id, "unknown option '-%c'", optopt);
	return unknown_option(id, argv[optind - 1]);
}

static int set(const struct parser *parser, int value, struct stlb_settings *settings)
{
	const struct stlb_option *option = row(parser->id, value);
	struct stlb_error err = {""};
	int ret;

	ret = option->set(settings, optarg, &err);
	if (ret == 0)
		return 0;
	if (value < LONG_BASE)
		stlb_usage_error(parser->id, "-%c: %s", value, err.text);
	else
		stlb_usage_error(parser->id, "--%s: %s", option->name, err.text);
	return ret;
}

int stlb_options_parse(enum stlb_command_id id, int argc, char **argv,
		       struct stlb_settings *settings)
{
	struct parser parser;
	int value, ret;

	parser_init(&parser, id);
	opterr = 0;
	optind = 0; /* the program's own options were parsed before */
	while ((value = getopt_long(argc, argv, parser.shorts, parser.longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			return wrong_option(id, value, argv);
		ret = set(&parser, value, settings);
		if (ret)
			return ret;
	}
	settings->arguments = argv + optind;
	settings->nr_arguments = argc - optind;
	return 0;
}
