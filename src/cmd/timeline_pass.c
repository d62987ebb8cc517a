/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/timeline_pass.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/message.h"

/* Slices, and points, of all traces together; and what each may have at least. */
enum { ROOM = 64 * 1024, LEAST_ROOM = 1024 };

int stlb_timeline_pass_prepare(void *arg, const struct stlb_source_info *info,
			       const struct stlb_result *result)
{
	struct stlb_timeline_pass *drawing_pass = arg;
	uint32_t room = ROOM / (uint32_t)drawing_pass->settings->nr_arguments;

	(void)info;
	if (!result->nr_findings)
		return 0;
	drawing_pass->timeline = stlb_timeline_new(result, room > LEAST_ROOM ? room : LEAST_ROOM);
	return drawing_pass->timeline ? 0 : -ENOMEM;
}

static int say(const struct stlb_timeline_pass *drawing_pass, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int say(const struct stlb_timeline_pass *drawing_pass, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!drawing_pass->settings->quiet)
		stlb_message(drawing_pass->command, "%s", text);
	return stlb_report_add_note(drawing_pass->report, text);
}

static int say_left_out(const struct stlb_timeline_pass *drawing_pass, const char *path)
{
	const struct stlb_timeline_drawing *drawing = stlb_timeline_drawing(drawing_pass->timeline);

	if (!drawing->findings_left_out && !drawing->slices_left_out && !drawing->points_left_out &&
	    !drawing->events_left_out)
		return 0;
	return say(drawing_pass,
		   "%s: not everything is drawn: omitted are the surroundings of %" PRIu64
		   " findings, %" PRIu64 " slices, %" PRIu64 " updates and invalidations, and "
		   "%" PRIu64 " events of other contexts",
		   path, drawing->findings_left_out, drawing->slices_left_out,
		   drawing->points_left_out, drawing->events_left_out);
}

/* To the end of the trace, or of what is drawn. */
static int take_event(void *arg, const struct stlb_event *event)
{
	return stlb_timeline_event(arg, event);
}

static int read_again(struct stlb_timeline_pass *drawing_pass, const char *path,
		      struct stlb_error *err)
{
	struct stlb_pass_options options =
		stlb_profiles_reading(drawing_pass->profiles, drawing_pass->settings);
	struct stlb_pass_hooks hooks = {.event = take_event, .arg = drawing_pass->timeline};
	struct stlb_pass *pass = NULL;
	int ret = stlb_pass_open(path, &options, &pass, err);

	if (ret == 0)
		ret = stlb_pass_run(pass, &hooks, err);
	if (ret >= 0) {
		ret = stlb_timeline_finish(drawing_pass->timeline);
		if (ret)
			stlb_error_set(err, ret, "%s: out of memory", path);
	}
	stlb_pass_close(pass);
	return ret;
}

static bool can_be_read_again(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	       (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static int draw_timeline(struct stlb_timeline_pass *drawing_pass, const char *path)
{
	struct stlb_error err = {""};
	int ret;

	if (!can_be_read_again(path))
		return say(drawing_pass,
			   "%s: cannot be read a second time, so only the events that prove the "
			   "findings are drawn: name a file instead",
			   strcmp(path, "-") == 0 ? "standard input" : path);
	if (read_again(drawing_pass, path, &err))
		return say(drawing_pass, "%s; only the events that prove the findings are drawn",
			   err.text);
	ret = say_left_out(drawing_pass, path);
	stlb_report_take_timeline(drawing_pass->report, drawing_pass->timeline);
	drawing_pass->timeline = NULL;
	return ret;
}

int stlb_timeline_pass_trace(struct stlb_timeline_pass *drawing_pass, const char *path, bool judged)
{
	int ret = 0;

	if (drawing_pass->timeline && judged)
		ret = draw_timeline(drawing_pass, path);
	stlb_timeline_free(drawing_pass->timeline);
	drawing_pass->timeline = NULL;
	return ret;
}
