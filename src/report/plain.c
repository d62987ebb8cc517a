/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text report: first how each trace was judged, then the findings, then what to know of it. */
#include "report/plain.h"

#include <string.h>

enum { DEFAULT_WIDTH = 80, LEAST_WIDTH = 40 };

/** enum section - where a finding is shown */
enum section { SECTION_FOUND, SECTION_INCONCLUSIVE, SECTION_SUPPRESSED };

static enum section section_of(const struct stlb_report_finding *finding)
{
	if (finding->suppressed)
		return SECTION_SUPPRESSED;
	return finding->raw->verdict == STLB_INCONCLUSIVE ? SECTION_INCONCLUSIVE : SECTION_FOUND;
}

static void put_title(struct stlb_plain_out *out, const char *title)
{
	stlb_plain_gap(out);
	stlb_plain_begin(out, 0, 0);
	stlb_plain_add(out, STLB_STRONG, title);
	stlb_plain_end(out);
}

static void put_section(struct stlb_plain_out *out, const struct stlb_report_trace *trace,
			enum section section, const char *title)
{
	bool any = false;

	for (int severity = STLB_ERROR; severity >= STLB_OFF; severity--) {
		for (uint32_t i = 0; i < trace->nr_findings; i++) {
			const struct stlb_report_finding *finding = &trace->findings[i];

			if ((int)finding->raw->severity != severity ||
			    section_of(finding) != section)
				continue;
			if (title && !any)
				put_title(out, title);
			any = true;
			stlb_plain_gap(out);
			stlb_plain_finding(out, finding);
		}
	}
}

static void put_trace(struct stlb_plain_out *out, const struct stlb_report *report,
		      const struct stlb_report_trace *trace,
		      const struct stlb_report_options *options)
{
	if (report->nr_traces > 1) {
		stlb_plain_gap(out);
		stlb_plain_begin(out, 0, 0);
		stlb_plain_addf(out, STLB_STRONG, "== %s", trace->info.path);
		stlb_plain_end(out);
	}
	stlb_plain_details(out, trace);
	if (trace->nr_reasons && !stlb_report_is_cut_bare(trace))
		stlb_plain_hints(out, trace);
	put_section(out, trace, SECTION_FOUND, NULL);
	put_section(out, trace, SECTION_INCONCLUSIVE,
		    "inconclusive, because events were lost or not recorded:");
	if (options->verbose)
		put_section(out, trace, SECTION_SUPPRESSED, "suppressed:");
	if (!stlb_report_is_cut_bare(trace))
		stlb_plain_coverage(out, trace, options->verbose);
	stlb_plain_broken(out, trace);
}

static void put_errors(struct stlb_plain_out *out, const struct stlb_report *report)
{
	for (uint32_t i = 0; i < report->nr_errors; i++) {
		const struct stlb_report_error *error = &report->errors[i];
		size_t length = strlen(error->path);

		stlb_plain_begin(out, 0, 2);
		stlb_plain_addf(out, STLB_STRONG, "%s:", error->path);
		stlb_plain_add(out, STLB_BAD, " not read: ");
		/* messages begin with the path, which is said already */
		if (!strncmp(error->message, error->path, length) && error->message[length] == ':')
			stlb_plain_add(out, STLB_REGULAR, error->message + length + 1);
		else
			stlb_plain_add(out, STLB_REGULAR, error->message);
		stlb_plain_end(out);
	}
}

static void put_notes(struct stlb_plain_out *out, const struct stlb_report *report)
{
	if (!report->nr_notes)
		return;
	put_title(out, "notes:");
	for (uint32_t i = 0; i < report->nr_notes; i++) {
		stlb_plain_begin(out, 2, 4);
		stlb_plain_add(out, STLB_REGULAR, report->notes[i]);
		stlb_plain_end(out);
	}
}

static struct stlb_plain_out make_out(FILE *to, const struct stlb_report_options *options)
{
	struct stlb_plain_out out = {
		.to = to,
		.color = options->color,
		.width = DEFAULT_WIDTH,
		.spare = 1, /* a comma may follow that is added without a space */
	};

	if (options->width)
		out.width = options->width < LEAST_WIDTH ? LEAST_WIDTH : options->width;
	return out;
}

static const struct stlb_report_options defaults;

int stlb_report_tell_text(const struct stlb_report_finding *finding, FILE *to,
			  const struct stlb_report_options *options)
{
	struct stlb_plain_out out = make_out(to, options ? options : &defaults);

	stlb_plain_finding_head(&out, finding);
	return 0;
}

int stlb_report_write_text(const struct stlb_report *report, FILE *to,
			   const struct stlb_report_options *options, struct stlb_error *err)
{
	struct stlb_plain_out out = make_out(to, options ? options : &defaults);

	if (!options)
		options = &defaults;
	for (uint32_t i = 0; i < report->nr_traces; i++)
		stlb_plain_verdict(&out, report->traces[i], report->fail_on);
	if (!options->no_errors)
		put_errors(&out, report);
	if (options->quiet)
		return stlb_report_flush(to, err);
	for (uint32_t i = 0; i < report->nr_traces; i++)
		put_trace(&out, report, report->traces[i], options);
	put_notes(&out, report);
	stlb_plain_unused(&out, report->suppressions);
	return stlb_report_flush(to, err);
}
