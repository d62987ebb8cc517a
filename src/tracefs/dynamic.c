/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tracefs/dynamic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tracefs/tracing.h"

static const char *const list_file = "dynamic_events";

enum { MAX_NAME = 128, BUSY_TRIES = 50, BUSY_WAIT = 10 * 1000 * 1000 /* ns */ };

/* ---- adding ---- */

/*
 * "[  12.3] trace_kprobe: error: Invalid argument\n  Command: ...\n" of the last command that
 * failed; @to stays empty where it was another's.
 */
static void last_complaint(const char *tracing, const char *definition, char *to, size_t size)
{
	char *log = stlb_tracing_read(tracing, "error_log");
	const char *at = NULL, *next = log;

	to[0] = '\0';
	while (next && (next = strstr(next, "error: ")))
		at = next += strlen("error: ");
	if (at) {
		const char *command = strstr(at, "Command: ");

		if (command &&
		    !strncmp(command + strlen("Command: "), definition, strcspn(definition, "\n")))
			snprintf(to, size, "%.*s", (int)strcspn(at, "\n"), at);
	}
	free(log);
}

int stlb_dynamic_add(const char *tracing, const char *definition, struct stlb_error *err)
{
	char complaint[160];
	int ret = stlb_tracing_write(tracing, list_file, definition, STLB_TRACING_ADD, NULL);

	if (!ret)
		return 0;
	last_complaint(tracing, definition, complaint, sizeof(complaint));
	return stlb_error_set(err, ret, "%s%s%s", strerror(-ret), complaint[0] ? ": " : "",
			      complaint);
}

/* Its places become one event: the first makes it, the others are appended. */
static int add_sites(const char *tracing, const struct stlb_probe *probe,
		     void (*refused)(void *arg, const struct stlb_probe *probe, const char *where,
				     const char *why),
		     void *arg)
{
	int ret = -ENOENT, one;
	bool added = false;

	for (unsigned int i = 0; i < probe->nr_sites; i++) {
		const struct stlb_probe_site *site = &probe->sites[i];
		struct stlb_error why = {""};

		if (!site->definition)
			continue;
		one = stlb_dynamic_add(tracing, site->definition, &why);
		added |= !one;
		if (!one)
			continue;
		ret = one;
		refused(arg, probe, site->where, why.text);
		if (one == -ENOMEM)
			return one;
	}
	return added ? 0 : ret;
}

int stlb_dynamic_add_probe(const char *tracing, const struct stlb_probe *probe,
			   void (*refused)(void *arg, const struct stlb_probe *probe,
					   const char *where, const char *why),
			   void *arg)
{
	struct stlb_error why = {""};
	int ret;

	if (probe->nr_sites)
		return add_sites(tracing, probe, refused, arg);
	ret = stlb_dynamic_add(tracing, probe->definition, &why);
	if (ret)
		refused(arg, probe, "", why.text);
	return ret;
}

/* ---- removing ---- */

/* An event that was in use a moment ago stays busy until its last user is gone. */
static int write_patiently(const char *tracing, const char *text)
{
	const struct timespec wait = {.tv_nsec = BUSY_WAIT};
	int ret = -EBUSY;

	for (int i = 0; ret == -EBUSY && i < BUSY_TRIES; i++) {
		if (i)
			nanosleep(&wait, NULL);
		ret = stlb_tracing_write(tracing, list_file, text, STLB_TRACING_ADD, NULL);
	}
	return ret;
}

int stlb_dynamic_remove(const char *tracing, const char *group, const char *event,
			struct stlb_error *err)
{
	char text[2 * MAX_NAME + 8];
	int ret;

	snprintf(text, sizeof(text), "-:%s/%s", group, event);
	ret = write_patiently(tracing, text);
	if (!ret || ret == -ENOENT)
		return 0;
	return stlb_error_set(err, ret, "%s/%s: the event %s/%s cannot be removed: %s", tracing,
			      list_file, group, event, strerror(-ret));
}

/* "p:group/event ..." or "r128:group/event ..." */
static bool parse_names(const char *line, char *group, char *event)
{
	const char *colon = line + strcspn(line, ": \n");
	const char *slash = colon + strcspn(colon, "/ \n");
	size_t group_length, event_length;

	if (*colon != ':' || *slash != '/')
		return false;
	group_length = (size_t)(slash - colon - 1);
	event_length = strcspn(slash + 1, " \n");
	if (!group_length || !event_length || group_length >= MAX_NAME || event_length >= MAX_NAME)
		return false;
	memcpy(group, colon + 1, group_length);
	group[group_length] = '\0';
	memcpy(event, slash + 1, event_length);
	event[event_length] = '\0';
	return true;
}

int stlb_dynamic_each(const char *tracing, const char *prefix,
		      void (*call)(void *arg, const char *group, const char *event), void *arg)
{
	char group[MAX_NAME], event[MAX_NAME], last[2][MAX_NAME] = {"", ""};
	char *list = stlb_tracing_read(tracing, list_file);

	if (!list)
		return -errno;
	for (const char *line = list; *line; line += *line == '\n') {
		/* an event of many places has a line for each */
		if (parse_names(line, group, event) && !strncmp(group, prefix, strlen(prefix)) &&
		    (strcmp(group, last[0]) || strcmp(event, last[1]))) {
			call(arg, group, event);
			memcpy(last[0], group, sizeof(group));
			memcpy(last[1], event, sizeof(event));
		}
		line += strcspn(line, "\n");
	}
	free(list);
	return 0;
}

/** struct removal - of the events of one group */
struct removal {
	const char *tracing, *group;
	unsigned int nr;
	int ret;
	struct stlb_error *err;
};

static void remove_one(void *arg, const char *group, const char *event)
{
	struct removal *removal = arg;
	int ret;

	if (strcmp(group, removal->group))
		return;
	ret = stlb_dynamic_remove(removal->tracing, group, event,
				  removal->ret ? NULL : removal->err);
	if (ret)
		removal->ret = ret;
	else
		removal->nr++;
}

int stlb_dynamic_remove_group(const char *tracing, const char *group, unsigned int *nr,
			      struct stlb_error *err)
{
	struct removal removal = {.tracing = tracing, .group = group, .err = err};
	int ret = stlb_dynamic_each(tracing, group, remove_one, &removal);

	if (nr)
		*nr += removal.nr;
	if (ret == -ENOENT) /* a kernel without dynamic events */
		return 0;
	if (ret)
		return stlb_error_set(err, ret, "%s/%s: %s", tracing, list_file, strerror(-ret));
	return removal.ret;
}
