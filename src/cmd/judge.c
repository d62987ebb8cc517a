/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/judge.h"

#include <errno.h>
#include <inttypes.h>

#include "cmd/message.h"

/* Records between two looks at the clock. */
enum { PROGRESS_RECORDS = 4096 };

/** struct trace - one trace at work */
struct trace {
	struct stlb_decoder *decoder;
	struct stlb_source *source;
	const struct stlb_source_info *info;
	struct stlb_analysis *analysis;
};

static int out_of_memory(const char *path, struct stlb_error *err)
{
	return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
}

static int trace_open(struct trace *trace, struct stlb_judge *judge, const char *path,
		      struct stlb_error *err)
{
	struct stlb_source_options options = {
		.wanted = stlb_decoder_wants,
		.known = stlb_decoder_knows,
		.symbols = judge->settings->symbols,
	};
	int r;

	trace->decoder = stlb_decoder_new(judge->profiles, judge->nr_profiles);
	if (!trace->decoder)
		return out_of_memory(path, err);
	options.arg = trace->decoder;
	r = stlb_source_open(path, &options, &trace->source, err);
	if (r == 0)
		trace->info = stlb_source_info(trace->source);
	return r;
}

static void trace_close(struct trace *trace)
{
	stlb_analysis_free(trace->analysis);
	stlb_source_close(trace->source);
	stlb_decoder_free(trace->decoder);
}

static const char *name_function(void *arg, uint64_t address)
{
	return stlb_source_symbol(arg, address, NULL);
}

/* Only with the first record at hand: text does not say before whether it has irq flags. */
static int start_analysis(struct trace *trace, const struct stlb_settings *settings)
{
	const struct stlb_source_info *info = trace->info;
	struct stlb_analysis_options options = settings->analysis;
	struct stlb_trace_facts facts = {
		.kernel = settings->kernel ? settings->kernel : info->kernel,
		.arch = settings->arch != STLB_ARCH_UNKNOWN ? settings->arch
							    : stlb_arch_find(info->arch),
		.clock = info->clock,
		.irq_flags = info->irq_flags,
	};

	if (!info->text)
		facts.recorded = *stlb_decoder_kinds(trace->decoder);
	options.symbol = name_function;
	options.symbol_arg = trace->source;
	trace->analysis = stlb_analysis_new(&options, &facts);
	return trace->analysis ? 0 : -ENOMEM;
}

static int judge_records(struct trace *trace, struct stlb_progress *progress,
			 struct stlb_record *record, struct stlb_error *err)
{
	unsigned int until_progress = PROGRESS_RECORDS;
	struct stlb_event event;
	int r;

	do {
		if (stlb_decode(trace->decoder, record, &event)) {
			r = stlb_analysis_event(trace->analysis, &event);
			if (r)
				return out_of_memory(trace->info->path, err);
		}
		if (--until_progress == 0) {
			until_progress = PROGRESS_RECORDS;
			stlb_progress_update(progress, trace->info);
		}
		r = stlb_source_next(trace->source, record, err);
	} while (r > 0);
	return r;
}

static int judge_all(struct trace *trace, struct stlb_judge *judge, struct stlb_error *err)
{
	struct stlb_record record;
	int r = stlb_source_next(trace->source, &record, err);

	if (start_analysis(trace, judge->settings))
		return out_of_memory(trace->info->path, err);
	return r > 0 ? judge_records(trace, judge->progress, &record, err) : r;
}

bool stlb_judge_say_hidden(const struct stlb_settings *settings,
			   const struct stlb_source_info *info)
{
	if (!info->symbols_hidden || settings->symbols)
		return false;
	stlb_message(NULL,
		     "%s: its kernel symbol table holds only zeros (kernel.kptr_restrict): give a "
		     "readable one with --kallsyms",
		     info->path);
	return true;
}

/* Events that turned out to be missed only at the end, and names that are not what they seemed. */
static int tell_the_rest(struct trace *trace)
{
	struct stlb_event event;
	const char *text;

	while (stlb_decoder_missed(trace->decoder, &event))
		if (stlb_analysis_event(trace->analysis, &event))
			return -ENOMEM;
	while ((text = stlb_decoder_foreign(trace->decoder)))
		stlb_analysis_note(trace->analysis, text);
	return 0;
}

static void say_gaps(const struct stlb_judge *judge, const char *path,
		     const struct stlb_result *result)
{
	const struct stlb_gap *gap = result->first_gaps;
	uint64_t shown = result->gaps < STLB_MAX_GAPS ? result->gaps : STLB_MAX_GAPS;

	if (!judge->report)
		return;
	for (uint64_t i = 0; i < shown; i++, gap++)
		if (gap->line)
			stlb_message(NULL, "%s:%" PRIu64 ": %s", path, gap->line, gap->what);
		else
			stlb_message(NULL, "%s: %s", path, gap->what);
	if (result->gaps > shown)
		stlb_message(NULL, "%s: %" PRIu64 " more gaps", path, result->gaps - shown);
}

/* Also after an error: what was found up to there must not be lost. */
static int add_to_report(struct trace *trace, struct stlb_judge *judge, struct stlb_error *err)
{
	const struct stlb_result *result;

	if (!trace->analysis)
		return 0;
	if (tell_the_rest(trace))
		return out_of_memory(trace->info->path, err);
	result = stlb_analysis_finish(trace->analysis, stlb_decoder_kinds(trace->decoder));
	judge->events += trace->info->events;
	if (!result || (judge->found && judge->found(judge->arg, trace->info, result)))
		return out_of_memory(trace->info->path, err);
	if (judge->report &&
	    stlb_report_add_trace(judge->report, trace->info, result, trace->source))
		return out_of_memory(trace->info->path, err);
	say_gaps(judge, trace->info->path, result);
	/* once for all traces: they come from one machine more often than not */
	if (!judge->said_hidden)
		judge->said_hidden = stlb_judge_say_hidden(judge->settings, trace->info);
	return 0;
}

int stlb_judge_trace(struct stlb_judge *judge, const char *path, struct stlb_error *err)
{
	struct trace trace = {0};
	int r, added;

	stlb_progress_file(judge->progress, path, judge->events);
	r = trace_open(&trace, judge, path, err);
	if (r == 0) {
		r = judge_all(&trace, judge, err);
		stlb_progress_update(judge->progress, trace.info);
	}
	added = add_to_report(&trace, judge, r ? NULL : err);
	if (r == 0)
		r = added;
	if (r && judge->report && stlb_report_add_error(judge->report, path, err->text))
		r = -ENOMEM;
	trace_close(&trace);
	return r;
}
