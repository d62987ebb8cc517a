/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/message.h"

/* Slices, and points, of all traces together; and what each may have at least. */
enum { ROOM = 64 * 1024, LEAST_ROOM = 1024 };

int stlb_draw_prepare(void *arg, const struct stlb_source_info *info,
		      const struct stlb_result *result)
{
	struct stlb_draw *draw = arg;
	uint32_t room = ROOM / (uint32_t)draw->settings->nr_arguments;

	(void)info;
	if (!result->nr_findings)
		return 0;
	draw->timeline = stlb_timeline_new(result, room > LEAST_ROOM ? room : LEAST_ROOM);
	return draw->timeline ? 0 : -ENOMEM;
}

static int say(const struct stlb_draw *draw, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int say(const struct stlb_draw *draw, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!draw->settings->quiet)
		stlb_message(draw->command, "%s", text);
	return stlb_report_add_note(draw->report, text);
}

static int say_left_out(const struct stlb_draw *draw, const char *path)
{
	const struct stlb_timeline_drawing *drawing = stlb_timeline_drawing(draw->timeline);

	if (!drawing->findings_left_out && !drawing->slices_left_out && !drawing->points_left_out &&
	    !drawing->events_left_out)
		return 0;
	return say(draw,
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

static int read_again(struct stlb_draw *draw, const char *path, struct stlb_error *err)
{
	struct stlb_pass_options options = stlb_profiles_reading(draw->profiles, draw->settings);
	struct stlb_pass_hooks hooks = {.event = take_event, .arg = draw->timeline};
	struct stlb_pass *pass = NULL;
	int ret = stlb_pass_open(path, &options, &pass, err);

	if (ret == 0)
		ret = stlb_pass_run(pass, &hooks, err);
	if (ret >= 0) {
		ret = stlb_timeline_finish(draw->timeline);
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

static int draw_trace(struct stlb_draw *draw, const char *path)
{
	struct stlb_error err = {""};
	int ret;

	if (!can_be_read_again(path))
		return say(draw,
			   "%s: cannot be read a second time, so only the events that prove the "
			   "findings are drawn: name a file instead",
			   strcmp(path, "-") == 0 ? "standard input" : path);
	if (read_again(draw, path, &err))
		return say(draw, "%s; only the events that prove the findings are drawn", err.text);
	ret = say_left_out(draw, path);
	stlb_report_take_timeline(draw->report, draw->timeline);
	draw->timeline = NULL;
	return ret;
}

int stlb_draw_trace(struct stlb_draw *draw, const char *path, bool judged)
{
	int ret = 0;

	if (draw->timeline && judged)
		ret = draw_trace(draw, path);
	stlb_timeline_free(draw->timeline);
	draw->timeline = NULL;
	return ret;
}
