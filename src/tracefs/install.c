/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events that are put in to stay. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "staletlb/session.h"
#include "tracefs/dynamic.h"
#include "tracefs/instance.h"
#include "tracefs/tracing.h"

enum { MAX_NAME = 128, MAX_PATH = 4096 };

static bool is_installed(const char *tracing, const struct stlb_probe *probe)
{
	char file[512], path[MAX_PATH];

	snprintf(file, sizeof(file), "events/%s/%s/format", probe->system, probe->event);
	return !stlb_tracing_path(path, sizeof(path), tracing, file) && !access(path, F_OK);
}

/** struct refusals - who is reported of them */
struct refusals {
	void (*installed)(void *arg, const struct stlb_probe *probe, const char *why);
	void *arg;
};

static void tell_refused(void *arg, const struct stlb_probe *probe, const char *where,
			 const char *why)
{
	const struct refusals *refusals = arg;
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s", where, *where ? ": " : "", why);
	if (refusals->installed)
		refusals->installed(refusals->arg, probe, text);
}

int stlb_probes_install(const struct stlb_plan *plan, const char *tracing,
			void (*installed)(void *arg, const struct stlb_probe *probe,
					  const char *why),
			void *arg, struct stlb_error *err)
{
	struct refusals refusals = {installed, arg};
	const struct stlb_probe *probe;
	unsigned int nr = 0;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++) {
		int ret = 0;

		if (!probe->definition)
			continue;
		if (!is_installed(tracing, probe))
			ret = stlb_dynamic_add_probe(tracing, probe, tell_refused, &refusals);
		nr += !ret;
		if (installed && !ret)
			installed(arg, probe, NULL);
	}
	return nr ? 0
		  : stlb_error_set(err, -EIO,
				   "no dynamic event could be created: 'staletlb doctor' shows "
				   "what the kernel lacks");
}

int stlb_probes_uninstall(const struct stlb_plan *plan, const char *tracing, struct stlb_error *err)
{
	static const char *const suffixes[] = {"tasks", "stacks"};
	char name[MAX_NAME];
	int ret = 0, one;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(name, sizeof(name), "%.40s_%s", stlb_plan_group(plan), suffixes[i]);
		one = stlb_instance_remove(tracing, name, ret ? NULL : err);
		ret = ret ? ret : one;
	}
	one = stlb_instance_remove(tracing, stlb_plan_group(plan), ret ? NULL : err);
	ret = ret ? ret : one;
	one = stlb_dynamic_remove_group(tracing, stlb_plan_group(plan), NULL, ret ? NULL : err);
	return ret ? ret : one;
}
