/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/setters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/grow.h"
#include "util/nearest.h"

static const char *const when_words[] = {"auto", "always", "never", NULL};
static const char *const severity_words[] = {"error", "warning", "notice", NULL};
static const char *const require_words[] = {"partial", "full", NULL};
static const char *const arch_words[] = {"x86_64", "aarch64", NULL};

const char *stlb_word_format(unsigned int index)
{
	const struct stlb_report_writer *writer = stlb_report_writer(index);

	return writer ? writer->name : NULL;
}

const char *stlb_word_rule(unsigned int index)
{
	return index < STLB_NR_RULES ? stlb_rule_info(index)->id : NULL;
}

const char *stlb_word_arch(unsigned int index)
{
	return arch_words[index];
}

const char *stlb_word_severity(unsigned int index)
{
	return severity_words[index];
}

const char *stlb_word_require(unsigned int index)
{
	return require_words[index];
}

const char *stlb_word_when(unsigned int index)
{
	return when_words[index];
}

/* "'jsn' is not one of text, json; did you mean 'json'?" */
int stlb_unknown_word(struct stlb_error *err, const char *value,
		      const char *(*word)(unsigned int index))
{
	const char *nearest = stlb_nearest(value, word);
	char words[128] = "";
	size_t length = 0;

	for (unsigned int i = 0; word(i) && length < sizeof(words); i++)
		length += (size_t)snprintf(words + length, sizeof(words) - length, "%s%s",
					   i ? ", " : "", word(i));
	return stlb_error_set(err, -EINVAL, "'%s' is not one of %s%s%s%s", value, words,
			      nearest ? "; did you mean '" : "", nearest ? nearest : "",
			      nearest ? "'?" : "");
}

int stlb_settings_add(struct stlb_strings *strings, const char *value, struct stlb_error *err)
{
	if (stlb_resize((void **)&strings->value, strings->nr + 1, sizeof(value)))
		return stlb_error_set(err, -ENOMEM, "out of memory");
	strings->value[strings->nr++] = value;
	return 0;
}

static int set_when(enum stlb_when *when, const char *value, struct stlb_error *err)
{
	for (unsigned int i = 0; when_words[i]; i++) {
		if (strcmp(value, when_words[i]) == 0) {
			*when = (enum stlb_when)i;
			return 0;
		}
	}
	return stlb_unknown_word(err, value, stlb_word_when);
}

STLB_SETTER(format)
{
	settings->writer = stlb_report_writer_find(value);
	return settings->writer ? 0 : stlb_unknown_word(err, value, stlb_word_format);
}

STLB_SETTER(output)
{
	if (!*value)
		return stlb_error_set(err, -EINVAL, "the file name is empty");
	settings->output = strcmp(value, "-") == 0 ? NULL : value;
	return 0;
}

STLB_SETTER(profile)
{
	return stlb_settings_add(&settings->profiles, value, err);
}

STLB_SETTER(suppress)
{
	return stlb_settings_add(&settings->suppressions, value, err);
}

STLB_SETTER(baseline)
{
	return stlb_settings_add(&settings->baselines, value, err);
}

static enum stlb_severity enabled_severity(enum stlb_rule rule)
{
	enum stlb_severity severity = stlb_rule_info(rule)->severity;

	return severity == STLB_OFF ? STLB_NOTICE : severity;
}

static int unknown_rule(struct stlb_error *err, const char *id)
{
	const char *nearest = stlb_nearest(id, stlb_word_rule);

	if (!nearest)
		return stlb_error_set(err, -EINVAL, "'%s' is not a rule", id);
	return stlb_error_set(err, -EINVAL, "'%s' is not a rule; did you mean '%s'?", id, nearest);
}

STLB_SETTER(rule)
{
	char id[64] = "";
	size_t length = strcspn(value, "=");
	enum stlb_rule rule;
	int severity;

	memcpy(id, value, length < sizeof(id) ? length : sizeof(id) - 1);
	rule = stlb_rule_find(id);
	if (rule == STLB_NR_RULES)
		return unknown_rule(err, id);
	severity = value[length] ? stlb_severity_find(value + length + 1)
				 : (int)enabled_severity(rule);
	if (severity < 0)
		return stlb_error_set(err, -EINVAL,
				      "'%s' is not a severity (error, warning, notice, off)",
				      value + length + 1);
	settings->analysis.severity[rule] = (enum stlb_severity)severity;
	return stlb_settings_rule_off(settings, rule, severity == STLB_OFF, value, err);
}

STLB_SETTER(fail_on)
{
	int severity = stlb_severity_find(value);

	if (severity <= STLB_OFF)
		return stlb_unknown_word(err, value, stlb_word_severity);
	settings->fail_on = (enum stlb_severity)severity;
	return 0;
}

STLB_SETTER(require)
{
	for (unsigned int i = 0; require_words[i]; i++) {
		if (strcmp(value, require_words[i]) != 0)
			continue;
		settings->require_full = i == 1;
		return 0;
	}
	return stlb_unknown_word(err, value, stlb_word_require);
}

STLB_SETTER(kernel)
{
	if (stlb_kernel_version(value) == 0)
		return stlb_error_set(err, -EINVAL, "'%s' is not a kernel version such as 6.1",
				      value);
	settings->kernel = value;
	return 0;
}

STLB_SETTER(arch)
{
	settings->arch = stlb_arch_find(value);
	if (settings->arch == STLB_ARCH_UNKNOWN)
		return stlb_unknown_word(err, value, stlb_word_arch);
	return 0;
}

STLB_SETTER(color)
{
	return set_when(&settings->color, value, err);
}

STLB_SETTER(progress)
{
	return set_when(&settings->progress, value, err);
}

/* Options without a value: nothing can go wrong. */
#define FLAG(name, statement)                                                                      \
	STLB_SETTER(name)                                                                          \
	{                                                                                          \
		(void)value;                                                                       \
		(void)err;                                                                         \
		statement;                                                                         \
		return 0;                                                                          \
	}

FLAG(strict, settings->analysis.strict = true)
FLAG(quiet, settings->quiet = !(settings->verbose = false))
FLAG(verbose, settings->verbose = !(settings->quiet = false))
FLAG(help, settings->help = true)
FLAG(version, settings->version = true)
