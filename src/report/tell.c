/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One finding by itself, as it is found. */
#include <errno.h>

#include "report/report_internal.h"

int stlb_report_tell(struct stlb_report *report, const struct stlb_source_info *info,
		     const struct stlb_finding *finding, struct stlb_source *symbols,
		     const struct stlb_report_writer *writer, FILE *to,
		     const struct stlb_report_options *options, struct stlb_error *err)
{
	struct stlb_finding *findings[] = {(struct stlb_finding *)finding};
	struct stlb_result result = {.findings = findings, .nr_findings = 1};
	struct stlb_report_trace *trace;
	int ret;

	if (!writer->tell)
		return 0;
	trace = stlb_report_copy(info, &result, symbols, report->suppressions, true);
	ret = trace ? 0 : -ENOMEM;
	report->reported = true;
	if (trace && !trace->findings[0].suppressed)
		ret = writer->tell(&trace->findings[0], to, options);
	stlb_report_copy_free(trace);
	if (ret)
		return stlb_error_set(err, ret, "no memory to write a finding");
	return stlb_report_flush(to, err);
}
