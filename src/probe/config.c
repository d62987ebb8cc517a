/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's configuration, and what it and the command line say of page_table_check. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "kernel.h"

int stlb_kernel_find_config(struct stlb_kernel *kernel)
{
	static const char *const places[] = {"/proc/config.gz", "/boot/config-%s",
					     "/lib/modules/%s/config"};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *release = strchr(places[i], '%');
		char path[PATH_MAX];

		if (release && !kernel->release[0])
			continue;
		snprintf(path, sizeof(path), "%.*s%s%s",
			 release ? (int)(release - places[i]) : (int)strlen(places[i]), places[i],
			 release ? kernel->release : "", release ? release + 2 : "");
		if (!stlb_root_exists(kernel->root, path))
			continue;
		kernel->config = stlb_arena_text(&kernel->arena, path);
		return kernel->config ? 0 : -ENOMEM;
	}
	return 0;
}

struct option {
	const char *name;
	char *value;
	size_t size;
	bool found;
};

static void config_line(void *context, char *text)
{
	struct option *option = context;
	size_t length = strlen(option->name);

	if (strncmp(text, option->name, length) || text[length] != '=')
		return;
	snprintf(option->value, option->size, "%s", text + length + 1);
	option->found = true;
}

enum stlb_answer stlb_kernel_config(const struct stlb_kernel *kernel, const char *option,
				    char *value, size_t size)
{
	struct option wanted = {option, value, size, false};

	value[0] = '\0';
	if (!kernel->config ||
	    stlb_root_lines(kernel->root, kernel->config, config_line, &wanted) < 0)
		return STLB_UNKNOWN;
	return wanted.found ? STLB_YES : STLB_NO;
}

/* ---- page_table_check ---- */

/* What the last page_table_check= of the command line says, as the kernel reads booleans. */
static enum stlb_answer asked_for(const char *cmdline)
{
	static const char option[] = "page_table_check=";
	enum stlb_answer answer = STLB_UNKNOWN;

	for (const char *at = cmdline; (at = strstr(at, option));) {
		const char *value = at + strlen(option);

		if (*value && (at == cmdline || at[-1] == ' ')) {
			if (strchr("yYtT1", *value) || !strncmp(value, "on", 2))
				answer = STLB_YES;
			else if (strchr("nNfF0", *value) || !strncmp(value, "off", 3))
				answer = STLB_NO;
		}
		at = value;
	}
	return answer;
}

enum stlb_answer stlb_kernel_page_table_check(const struct stlb_kernel *kernel)
{
	enum stlb_answer asked = asked_for(kernel->cmdline), built, enforced;
	char value[8];

	built = stlb_kernel_config(kernel, "CONFIG_PAGE_TABLE_CHECK", value, sizeof(value));
	if (built == STLB_UNKNOWN && kernel->symbols.readable)
		built = stlb_kallsyms_have(&kernel->symbols, "__page_table_check_pte_clear")
				? STLB_YES
				: STLB_NO;
	if (built != STLB_YES || asked != STLB_UNKNOWN)
		return built == STLB_YES ? asked : built;
	enforced = stlb_kernel_config(kernel, "CONFIG_PAGE_TABLE_CHECK_ENFORCED", value,
				      sizeof(value));
	return enforced;
}

/* ---- device entries ---- */

enum stlb_answer stlb_kernel_device_private(const struct stlb_kernel *kernel)
{
	static const char *const names[] = {STLB_DEVICE_PRIVATE_SYMBOLS};
	unsigned int major = 0, minor = 0;
	enum stlb_answer answer;
	char value[8];

	answer = stlb_kernel_config(kernel, "CONFIG_DEVICE_PRIVATE", value, sizeof(value));
	if (answer != STLB_UNKNOWN || !kernel->symbols.readable)
		return answer;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (stlb_kallsyms_have(&kernel->symbols, names[i]))
			return STLB_YES;
	if (sscanf(kernel->release, "%u.%u", &major, &minor) != 2)
		return STLB_UNKNOWN;
	return major > 5 || (major == 5 && minor >= 14) ? STLB_NO : STLB_UNKNOWN;
}
