/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The setters and the lists of values that the table of options names, a pair for each option. */
#ifndef CMD_SETTERS_H
#define CMD_SETTERS_H

#include "cmd/settings.h"

#define STLB_SETTER(name)                                                                          \
	int stlb_option_##name(struct stlb_settings *settings, const char *value,                  \
			       struct stlb_error *err)

STLB_SETTER(format);
STLB_SETTER(output);
STLB_SETTER(profile);
STLB_SETTER(rule);
STLB_SETTER(strict);
STLB_SETTER(kernel);
STLB_SETTER(arch);
STLB_SETTER(kallsyms);
STLB_SETTER(mm);
STLB_SETTER(pid);
STLB_SETTER(comm);
STLB_SETTER(addr);
STLB_SETTER(since);
STLB_SETTER(until);
STLB_SETTER(suppress);
STLB_SETTER(baseline);
STLB_SETTER(fail_on);
STLB_SETTER(require);
STLB_SETTER(quiet);
STLB_SETTER(verbose);
STLB_SETTER(color);
STLB_SETTER(progress);
STLB_SETTER(finding);
STLB_SETTER(graph_format);
STLB_SETTER(max_events);
STLB_SETTER(trace_pid);
STLB_SETTER(duration);
STLB_SETTER(max_findings);
STLB_SETTER(save);
STLB_SETTER(buffer_size);
STLB_SETTER(locks);
STLB_SETTER(deep);
STLB_SETTER(perf);
STLB_SETTER(text_or_json);
STLB_SETTER(help);
STLB_SETTER(version);

/** stlb_word_* - the values of an option, by index; NULL past the last */
const char *stlb_word_format(unsigned int index);
const char *stlb_word_graph_format(unsigned int index);
const char *stlb_word_rule(unsigned int index);
const char *stlb_word_arch(unsigned int index);
const char *stlb_word_severity(unsigned int index);
const char *stlb_word_require(unsigned int index);
const char *stlb_word_when(unsigned int index);
const char *stlb_word_locks(unsigned int index);
const char *stlb_word_deep(unsigned int index);
const char *stlb_word_text_or_json(unsigned int index);

/** stlb_word_action - what probes can be asked to do, as the values of an option */
const char *stlb_word_action(unsigned int index);

/** stlb_settings_add - one more value of an option that can be given more than once */
int stlb_settings_add(struct stlb_strings *strings, const char *value, struct stlb_error *err);

/** stlb_settings_rule_off - note that a rule was turned off, which hides its findings, or on */
int stlb_settings_rule_off(struct stlb_settings *settings, enum stlb_rule rule, bool off,
			   const char *text, struct stlb_error *err);

/** stlb_unknown_word - the error for a value that is not one of an option's; -EINVAL */
int stlb_unknown_word(struct stlb_error *err, const char *value,
		      const char *(*word)(unsigned int index));

#endif
