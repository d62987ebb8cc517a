/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole of the text, part by part. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "explain/explain_internal.h"

enum { WIDTH = 80, INDENT = 2 };

static void write_text(struct stlb_plain_out *out, unsigned int indent, const char *fmt,
		       va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	stlb_plain_begin(out, indent, indent);
	stlb_plain_add(out, STLB_REGULAR, text);
	stlb_plain_end(out);
}

void stlb_explain_text(struct stlb_plain_out *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_text(out, INDENT, fmt, args);
	va_end(args);
}

void stlb_explain_step(struct stlb_plain_out *out, unsigned int indent, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	write_text(out, INDENT + indent, fmt, args);
	va_end(args);
}

static void heading(struct stlb_plain_out *out, const char *text)
{
	stlb_plain_gap(out);
	stlb_plain_begin(out, 0, 0);
	stlb_plain_add(out, STLB_STRONG, text);
	stlb_plain_end(out);
}

/* ---- what happened ---- */

static int write_moment(struct stlb_plain_out *out, struct stlb_arena *arena,
			const struct stlb_finding *finding, const struct stlb_moment *moment,
			uint64_t before)
{
	const struct stlb_event *event = &moment->event;
	struct stlb_report_event shown = {
		.event = event,
		.role = moment->role,
		.note = moment->held ? "PTL" : NULL,
	};

	shown.name = event->name ? stlb_arena_text(arena, event->name) : NULL;
	shown.comm = event->comm ? stlb_arena_text(arena, event->comm) : NULL;
	if ((event->name && !shown.name) || (event->comm && !shown.comm))
		return -ENOMEM;
	stlb_plain_event(out, finding, &shown, before);
	return 0;
}

static int write_moments(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	struct stlb_arena arena = {0};
	uint64_t before = 0;
	int ret = 0;

	for (uint32_t i = 0; i < explain->nr_moments && ret == 0; i++) {
		const struct stlb_moment *moment = &explain->moments[i];

		ret = write_moment(out, &arena, explain->want.finding, moment, before);
		before = moment->event.ns;
	}
	stlb_arena_free(&arena);
	if (explain->left_out)
		stlb_explain_text(out,
				  "%" PRIu64 " more events of this entry and these tasks are "
				  "omitted: 'staletlb graph' draws them.",
				  explain->left_out);
	return ret;
}

static int write_happened(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_finding *finding = explain->want.finding;

	heading(out, "What happened");
	stlb_explain_text(
		out,
		"In time order, each with the time since the previous one. Those with a role in "
		"the first column prove the finding, the others are its surroundings%s.%s",
		finding->lock ? "; (PTL): the page-table lock is held" : "",
		finding->occurrences + finding->inconclusive > 1
			? " They are from its first occurrence."
			: "");
	return write_moments(out, explain);
}

/* ---- all of it ---- */

static int write_parts(struct stlb_plain_out *out, const struct stlb_explain *explain,
		       const struct stlb_report_finding *finding, const char *path)
{
	int ret;

	stlb_plain_finding_head(out, finding);
	stlb_plain_label(out, "trace");
	stlb_plain_addf(out, STLB_REGULAR, "%s", path);
	stlb_plain_end(out);
	stlb_plain_finding_facts(out, finding);
	ret = write_happened(out, explain);
	if (ret)
		return ret;
	heading(out, "The rule");
	stlb_explain_rule(out, explain);
	heading(out, "The missing edge");
	stlb_explain_edge(out, explain, finding);
	heading(out, "What a device could observe");
	ret = stlb_explain_witness(out, explain);
	if (ret)
		return ret;
	heading(out, "What would have been correct");
	stlb_explain_remedy(out, explain);
	return 0;
}

int stlb_explain_write(const struct stlb_explain *explain, FILE *to, struct stlb_source *source,
		       struct stlb_error *err)
{
	struct stlb_finding *findings[] = {(struct stlb_finding *)explain->want.finding};
	struct stlb_result result = {.findings = findings, .nr_findings = 1};
	struct stlb_plain_out out = {.to = to, .width = WIDTH, .spare = 1};
	struct stlb_report_trace *copy =
		stlb_report_copy(stlb_source_info(source), &result, source, NULL, false);
	int ret = -ENOMEM;

	if (copy)
		ret = write_parts(&out, explain, &copy->findings[0], copy->info.path);
	stlb_report_copy_free(copy);
	if (ret)
		return stlb_error_set(err, ret, "out of memory");
	return stlb_report_flush(to, err);
}
