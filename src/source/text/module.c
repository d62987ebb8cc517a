/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/module.h"

#include <string.h>

/* "kernel", "kernel.kallsyms" */
static bool is_of(const char *at, const char *end, const char *name)
{
	size_t length = strlen(name), size = (size_t)(end - at);

	return size >= length && !memcmp(at, name, length) && (size == length || at[length] == '.');
}

/* What perf writes in brackets is a module, but for these. */
static bool is_core(const char *at, const char *end)
{
	static const char *const names[] = {"kernel",  "guest.kernel", "vmlinux",
					    "unknown", "vdso",	       "vsyscall"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_of(at, end, names[i]))
			return true;
	return false;
}

static void set_module(struct stlb_perf_caller *caller, const char *at, const char *end)
{
	if (at == end || is_core(at, end))
		return;
	caller->module = at;
	caller->module_size = (size_t)(end - at);
}

/* "[mod]" or "[mod buildid]" */
static bool read_brackets(const char *at, const char *end, struct stlb_perf_caller *caller)
{
	const char *close, *space;

	if (at == end || *at != '[')
		return false;
	at++;
	close = memchr(at, ']', (size_t)(end - at));
	if (!close)
		return false;
	space = memchr(at, ' ', (size_t)(close - at));
	set_module(caller, at, space ? space : close);
	return true;
}

void stlb_text_module_word(const char *at, const char *end, struct stlb_perf_caller *caller)
{
	while (at < end && *at == ' ')
		at++;
	read_brackets(at, end, caller);
}

void stlb_text_module_file(const char *at, const char *end, struct stlb_perf_caller *caller)
{
	const char *file, *ko;

	while (end > at && end[-1] == ' ')
		end--;
	if (end == at || end[-1] != ')')
		return;
	end--;
	for (file = end; file > at && *file != '('; file--)
		;
	if (*file++ != '(' || read_brackets(file, end, caller))
		return;
	ko = memmem(file, (size_t)(end - file), ".ko", 3);
	if (!ko || (ko + 3 < end && ko[3] != '.'))
		return;
	for (at = ko; at > file && at[-1] != '/'; at--)
		;
	set_module(caller, at, ko);
}
