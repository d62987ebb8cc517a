/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/finding_pass.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cmd/judge.h"
#include "cmd/message.h"

enum { IDS_IN_MESSAGE = 320 };

/** struct search - for one finding among those of the first reading */
struct search {
	struct stlb_finding_pass *second;
	const char *id;
	char ids[IDS_IN_MESSAGE]; /* "F1 repoint-before-invalidate, F2 ..." */
	uint32_t nr, matched;
};

/* A pipe is empty after the first reading. */
static int check_readable_twice(const char *path, struct stlb_error *err)
{
	struct stat status;

	if (strcmp(path, "-") == 0)
		return stlb_error_set(
			err, -EINVAL,
			"standard input cannot be read twice: save it to a file and name that");
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return stlb_error_set(err, -EINVAL,
				      "%s: not a regular file, so it cannot be read twice: copy it "
				      "to one and name that",
				      path);
	return 0;
}

static void list_id(struct search *search, const struct stlb_finding *finding)
{
	size_t used = strlen(search->ids);

	/* The last place is for what is left out. */
	if (used + 64 < sizeof(search->ids))
		snprintf(search->ids + used, sizeof(search->ids) - used, "%s%s %s",
			 used ? ", " : "", finding->id, stlb_rule_info(finding->rule)->id);
	else if (search->ids[used - 1] != '.')
		snprintf(search->ids + used, sizeof(search->ids) - used, ", ...");
}

static int keep_text(struct stlb_finding_pass *second, const char **text)
{
	if (*text && !(*text = stlb_arena_text(&second->arena, *text)))
		return -ENOMEM;
	return 0;
}

/* Who asks for it sees all of it. */
static void show_hidden(struct stlb_finding *finding)
{
	if (finding->verdict == STLB_INCONCLUSIVE)
		finding->inconclusive = finding->hidden.nr;
	else
		finding->occurrences = finding->hidden.nr;
	finding->hidden = (struct stlb_hidden){0};
}

static int keep_finding(struct stlb_finding_pass *second, const struct stlb_finding *finding)
{
	second->finding = *finding;
	second->finding.suppressed_by = NULL;
	second->hidden = !finding->occurrences && !finding->inconclusive;
	if (second->hidden)
		show_hidden(&second->finding);
	for (uint32_t i = 0; i < finding->nr_events; i++) {
		struct stlb_evidence *evidence = &second->finding.events[i];

		if (keep_text(second, &evidence->event.name) ||
		    keep_text(second, &evidence->event.comm) || keep_text(second, &evidence->role))
			return -ENOMEM;
	}
	second->found = true;
	return 0;
}

static bool is_it(const struct stlb_finding *finding, const char *id)
{
	return strcasecmp(finding->id, id) == 0 || strcasecmp(finding->fingerprint, id) == 0 ||
	       strcasecmp(finding->first_fingerprint, id) == 0;
}

/* Whether a filter selects it or not: its id is that of a run without filters. */
static int look_at(struct search *search, const struct stlb_finding *finding)
{
	list_id(search, finding);
	if ((search->id && !is_it(finding, search->id)) || search->matched++)
		return 0;
	return keep_finding(search->second, finding);
}

static int look_through(struct search *search, const struct stlb_result *result)
{
	int ret = 0;

	for (uint32_t i = 0; i < result->nr_findings && ret == 0; i++)
		ret = look_at(search, result->findings[i]);
	for (uint32_t i = 0; i < result->nr_hidden && ret == 0; i++)
		ret = look_at(search, result->hidden[i]);
	return ret;
}

static int look_for_it(void *arg, const struct stlb_source_info *info,
		       const struct stlb_result *result)
{
	struct search *search = arg;
	struct stlb_finding_pass *second = search->second;
	const char *kernel = second->settings->kernel ? second->settings->kernel : info->kernel;

	second->before_6_6 = result->before_6_6;
	second->arch = result->arch;
	second->irq_flags = info->irq_flags;
	second->kernel = stlb_kernel_version(kernel);
	search->nr = result->nr_findings + result->nr_hidden;
	return look_through(search, result);
}

/* What was asked for is reported all the same. */
static void say_what_is_shown(const struct search *search)
{
	const struct stlb_finding *finding = &search->second->finding;

	if (search->matched > 1 && search->id)
		stlb_message(NULL, "%s: %u findings have the fingerprint %s: showing %s, the first",
			     search->second->path, search->matched, search->id, finding->id);
	if (search->second->hidden)
		stlb_message(NULL,
			     "%s: warning: the filters select no occurrence of %s: showing its "
			     "first one",
			     search->second->path, finding->id);
}

static int unknown_id(const struct search *search, struct stlb_error *err)
{
	const char *path = search->second->path;

	if (!search->nr)
		return stlb_error_set(err, -ENOENT, "%s: no finding%s%s: the trace has none", path,
				      search->id ? " " : "", search->id ? search->id : "");
	if (!search->id)
		return stlb_error_set(err, -ENOENT,
				      "%s: several findings: choose one with --finding: %s", path,
				      search->ids);
	return stlb_error_set(err, -ENOENT, "%s: no finding %s: there %s %s", path, search->id,
			      search->nr == 1 ? "is" : "are", search->ids);
}

int stlb_finding_pass_judge(struct stlb_finding_pass *second, const struct stlb_settings *settings,
			    const char *path, const char *id, struct stlb_error *err)
{
	struct search search = {.second = second, .id = id};
	struct stlb_progress progress;
	struct stlb_judge judge = {
		.settings = settings,
		.profiles = &second->profiles,
		.progress = &progress,
		.found = look_for_it,
		.arg = &search,
	};
	char *const paths[] = {(char *)path};
	int ret = check_readable_twice(path, err);

	second->settings = settings;
	second->path = path;
	if (ret == 0)
		ret = stlb_profiles_load(&settings->profiles, &second->profiles, err);
	if (ret)
		return ret;
	stlb_progress_init(&progress, settings->progress, paths, 1);
	ret = stlb_judge_trace(&judge, path, err);
	stlb_progress_end(&progress);
	if (ret == 0 && (!second->found || (!id && search.matched > 1)))
		ret = unknown_id(&search, err);
	else if (ret == 0)
		say_what_is_shown(&search);
	return ret;
}

int stlb_finding_pass_read(struct stlb_finding_pass *second,
			   int (*event)(void *arg, const struct stlb_event *event), void *arg,
			   struct stlb_error *err)
{
	struct stlb_pass_options options =
		stlb_profiles_reading(&second->profiles, second->settings);
	struct stlb_pass_hooks hooks = {.event = event, .arg = arg};
	int ret = stlb_pass_open(second->path, &options, &second->pass, err);

	return ret ? ret : stlb_pass_run(second->pass, &hooks, err);
}

void stlb_finding_pass_release(struct stlb_finding_pass *second)
{
	stlb_pass_close(second->pass);
	stlb_profiles_free(&second->profiles);
	stlb_arena_free(&second->arena);
}
