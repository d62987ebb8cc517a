/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan in the kernel: what is made last is removed first. */
#include "staletlb/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracefs/dynamic.h"
#include "tracefs/instance.h"
#include "tracefs/missed.h"

enum { MAX_NAME = 64, MAX_REFUSED = 256, LEAST_BUFFER_KB = 512, MEMORY_SHARE = 8 };

static const char *const clock_name = "global";

/**
 * enum - the instances of a session. TASKS only where tasks are asked for. STACKS only where single
 * instructions are probed: a probe that the kernel has made a jump has no stack by a trigger, but
 * by the option of an instance, which all of the instance's events have.
 */
enum { INSTANCE_ALL, INSTANCE_STACKS, INSTANCE_TASKS, NR_INSTANCES };

struct stlb_session {
	const struct stlb_plan *plan;
	char *tracing;
	char names[NR_INSTANCES][MAX_NAME];
	const char *made[NR_INSTANCES]; /* of those, in this order */
	unsigned int nr_instances;
	uint64_t buffer_kb;
	bool by_task, by_stack;
	int (*cancelled)(void);
	struct stlb_live_event *events;
	unsigned int nr_events;
	char *refused[MAX_REFUSED];
	unsigned int nr_refused;
};

void stlb_session_group(char *group, size_t size)
{
	snprintf(group, size, "staletlb_%d", (int)getpid());
}

/* ---- what it is to be like ---- */

static unsigned int count_cpus(void)
{
	long nr = sysconf(_SC_NPROCESSORS_CONF);

	return nr > 0 ? (unsigned int)nr : 1;
}

/* No more than an eighth of the memory, on machines of many CPUs. */
uint64_t stlb_session_default_kb(unsigned int nr_instances)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	uint64_t all = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size / 1024 : 0;
	uint64_t share = all / MEMORY_SHARE / count_cpus() / nr_instances;

	if (share < LEAST_BUFFER_KB)
		return LEAST_BUFFER_KB;
	return share < STLB_SESSION_BUFFER_KB ? share : STLB_SESSION_BUFFER_KB;
}

static void note_refused(void *arg, const struct stlb_probe *probe, const char *where,
			 const char *why)
{
	struct stlb_session *session = arg;
	char *text;

	if (session->nr_refused == MAX_REFUSED)
		return;
	if (asprintf(&text, "%s (%s%s%s): the kernel rejected it: %s", probe->event,
		     stlb_probe_source_name(probe->source), *where ? " of " : "", where, why) >= 0)
		session->refused[session->nr_refused++] = text;
}

/* Places that are known to write page tables, and that no probe sees. */
static void note_unusable(struct stlb_session *session, const struct stlb_probe *probe)
{
	for (unsigned int i = 0; i < probe->nr_sites; i++) {
		const struct stlb_probe_site *site = &probe->sites[i];
		char *text;

		if (site->use != STLB_SITE_UNUSABLE || session->nr_refused == MAX_REFUSED)
			continue;
		if (asprintf(&text, "%s: %s is not probed, its updates are not seen: %s",
			     probe->event, site->where, site->reason) >= 0)
			session->refused[session->nr_refused++] = text;
	}
}

/* ---- putting it in ---- */

static bool is_wanted(const struct stlb_session *session, unsigned int instance)
{
	return instance == INSTANCE_ALL || (instance == INSTANCE_TASKS && session->by_task) ||
	       (instance == INSTANCE_STACKS && session->by_stack);
}

static int make_instances(struct stlb_session *session, struct stlb_error *err)
{
	struct stlb_instance_setup setup = {.buffer_kb = session->buffer_kb, .clock = clock_name};
	int ret = 0;

	for (unsigned int i = 0; !ret && i < NR_INSTANCES; i++) {
		if (!is_wanted(session, i))
			continue;
		ret = stlb_instance_make(session->tracing, session->names[i], &setup, err);
		if (!ret)
			session->made[session->nr_instances++] = session->names[i];
		if (!ret && i == INSTANCE_STACKS)
			ret = stlb_instance_write(session->tracing, session->names[i],
						  "options/stacktrace", "1", err);
	}
	return ret;
}

static unsigned int instance_of(const struct stlb_session *session, const struct stlb_probe *probe)
{
	if (session->by_stack && probe->stack)
		return INSTANCE_STACKS;
	return session->by_task && probe->scope == STLB_SCOPE_TASKS ? INSTANCE_TASKS : INSTANCE_ALL;
}

static int enable(struct stlb_session *session, const struct stlb_probe *probe)
{
	unsigned int instance = instance_of(session, probe);
	bool trigger = probe->stack && instance != INSTANCE_STACKS;
	struct stlb_error why = {""};
	int ret = stlb_instance_event(session->tracing, session->names[instance], probe->system,
				      probe->event, probe->filter, trigger ? "stacktrace" : NULL,
				      &why);

	if (ret) {
		note_refused(session, probe, "", why.text);
		return ret == -ENOMEM ? ret : 0;
	}
	session->events[session->nr_events++] =
		(struct stlb_live_event){probe->system, probe->event};
	return 0;
}

/* One that the kernel refuses is missing afterwards, which the coverage will tell. */
static int add_probe(struct stlb_session *session, const struct stlb_probe *probe)
{
	int ret = 0;

	note_unusable(session, probe);
	if (probe->source == STLB_PROBE_NONE)
		return 0;
	if (probe->definition)
		ret = stlb_dynamic_add_probe(session->tracing, probe, note_refused, session);
	if (!ret)
		return enable(session, probe);
	return ret == -ENOMEM ? ret : 0;
}

static int add_probes(struct stlb_session *session, struct stlb_error *err)
{
	const struct stlb_probe *probe;
	unsigned int nr = 0;
	int ret = 0;

	while (stlb_plan_probe(session->plan, nr))
		nr++;
	session->events = calloc(nr + 1, sizeof(*session->events));
	if (!session->events)
		return -ENOMEM;
	for (unsigned int i = 0; !ret && (probe = stlb_plan_probe(session->plan, i)); i++) {
		if (session->cancelled && session->cancelled())
			return stlb_error_set(err, -EINTR, "interrupted before the first event");
		ret = add_probe(session, probe);
	}
	if (!ret && !session->nr_events)
		return stlb_error_set(err, -EIO, "no probe could be installed: %s",
				      session->nr_refused ? session->refused[0]
							  : "this kernel offers none");
	return ret;
}

static int put_in(struct stlb_session *session, const struct stlb_session_options *options,
		  struct stlb_error *err)
{
	int ret = stlb_session_remove(session, err);

	if (!ret)
		ret = make_instances(session, err);
	if (!ret)
		ret = add_probes(session, err);
	if (!ret && session->by_task)
		ret = stlb_session_follow(session, options->tids, options->nr_tids, err);
	return ret;
}

static bool has_sites(const struct stlb_plan *plan)
{
	const struct stlb_probe *probe;

	for (unsigned int i = 0; (probe = stlb_plan_probe(plan, i)); i++)
		if (probe->nr_sites && probe->definition)
			return true;
	return false;
}

static struct stlb_session *make(const struct stlb_plan *plan,
				 const struct stlb_session_options *options)
{
	struct stlb_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->plan = plan;
	session->by_task = options->tids != NULL;
	session->by_stack = has_sites(plan);
	session->cancelled = options->cancelled;
	session->tracing = strdup(options->tracing);
	session->buffer_kb = options->buffer_kb;
	if (!session->buffer_kb)
		session->buffer_kb =
			stlb_session_default_kb(1U + session->by_task + session->by_stack);
	snprintf(session->names[INSTANCE_ALL], MAX_NAME, "%s", stlb_plan_group(plan));
	snprintf(session->names[INSTANCE_STACKS], MAX_NAME, "%.40s_stacks", stlb_plan_group(plan));
	snprintf(session->names[INSTANCE_TASKS], MAX_NAME, "%.40s_tasks", stlb_plan_group(plan));
	if (session->tracing)
		return session;
	free(session);
	return NULL;
}

int stlb_session_new(const struct stlb_plan *plan, const struct stlb_session_options *options,
		     struct stlb_session **session, struct stlb_error *err)
{
	struct stlb_error cause = {""}, left = {""};
	int ret;

	*session = make(plan, options);
	if (!*session)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	ret = put_in(*session, options, &cause);
	if (!ret)
		return 0;
	if (stlb_session_remove(*session, &left))
		return stlb_error_set(err, ret, "%s; and %s", cause.text, left.text);
	stlb_session_free(*session);
	*session = NULL;
	return stlb_error_set(err, ret, "%s", cause.text[0] ? cause.text : strerror(-ret));
}

/* ---- what it is like ---- */

const char *stlb_session_refused(const struct stlb_session *session, unsigned int index)
{
	return index < session->nr_refused ? session->refused[index] : NULL;
}

const char *stlb_session_instance(const struct stlb_session *session, unsigned int index)
{
	return index < session->nr_instances ? session->made[index] : NULL;
}

const struct stlb_live_event *stlb_session_events(const struct stlb_session *session,
						  unsigned int *nr)
{
	*nr = session->nr_events;
	return session->events;
}

const char *stlb_session_tracing(const struct stlb_session *session)
{
	return session->tracing;
}

uint64_t stlb_session_buffer_kb(const struct stlb_session *session)
{
	return session->buffer_kb;
}

/* ---- running ---- */

int stlb_session_follow(struct stlb_session *session, const int32_t *tids, unsigned int nr,
			struct stlb_error *err)
{
	if (!session->by_task)
		return 0;
	return stlb_instance_tasks(session->tracing, session->names[INSTANCE_TASKS], tids, nr, err);
}

static int set_tracing(struct stlb_session *session, unsigned int instance, const char *on,
		       struct stlb_error *err)
{
	return !is_wanted(session, instance)
		       ? 0
		       : stlb_instance_write(session->tracing, session->names[instance],
					     "tracing_on", on, err);
}

/*
 * The instance of tasks has their locks, the first one their brackets: both are on for as long as
 * updates are seen. An update after they were off would seem to be made under a lock whose release
 * was not seen, or in no bracket.
 */
static const unsigned int starting_order[NR_INSTANCES] = {INSTANCE_TASKS, INSTANCE_ALL,
							  INSTANCE_STACKS};

int stlb_session_start(struct stlb_session *session, struct stlb_error *err)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < NR_INSTANCES; i++)
		ret = set_tracing(session, starting_order[i], "1", err);
	return ret;
}

int stlb_session_stop(struct stlb_session *session, struct stlb_error *err)
{
	int ret = 0;

	for (unsigned int i = NR_INSTANCES; i > 0; i--) {
		int one = set_tracing(session, starting_order[i - 1], "0", ret ? NULL : err);

		ret = ret ? ret : one;
	}
	return ret;
}

uint64_t stlb_session_missed(const struct stlb_session *session)
{
	return stlb_missed_returns(session->plan, session->tracing);
}

/* ---- taking it out ---- */

int stlb_session_remove(struct stlb_session *session, struct stlb_error *err)
{
	session->nr_instances = 0;
	return stlb_probes_uninstall(session->plan, session->tracing, err);
}

void stlb_session_free(struct stlb_session *session)
{
	if (!session)
		return;
	for (unsigned int i = 0; i < session->nr_refused; i++)
		free(session->refused[i]);
	free(session->events);
	free(session->tracing);
	free(session);
}
