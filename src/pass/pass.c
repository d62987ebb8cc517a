/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "staletlb/pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_NS = 5 * 1000 * 1000 };

struct stlb_pass {
	struct stlb_decoder *decoder;
	struct stlb_source *source;
	struct stlb_analysis *analysis;
	const char *kernel;
	enum stlb_arch arch;
	bool live;
	/* What stlb_source_next() said already when the trace was opened. */
	bool ahead;
	int first;
	struct stlb_error first_err;
	struct stlb_record record;
};

static int fail(const struct stlb_pass *pass, int ret, struct stlb_error *err)
{
	return stlb_error_set(err, ret, "%s: %s", stlb_source_info(pass->source)->path,
			      ret == -ENOMEM ? "out of memory" : strerror(-ret));
}

/* A pass without a source, and how to open that. */
static struct stlb_pass *new_pass(const struct stlb_pass_options *options,
				  struct stlb_source_options *reading)
{
	static const struct stlb_pass_options defaults;
	struct stlb_pass *pass = calloc(1, sizeof(*pass));

	if (!pass)
		return NULL;
	if (!options)
		options = &defaults;
	pass->kernel = options->kernel;
	pass->arch = options->arch;
	pass->decoder = stlb_decoder_new(options->profiles, options->nr_profiles);
	*reading = (struct stlb_source_options){
		.wanted = stlb_decoder_wants,
		.known = stlb_decoder_knows,
		.arg = pass->decoder,
		.symbols = options->symbols,
	};
	if (pass->decoder)
		return pass;
	free(pass);
	return NULL;
}

int stlb_pass_open(const char *path, const struct stlb_pass_options *options, struct stlb_pass **to,
		   struct stlb_error *err)
{
	struct stlb_source_options reading;
	struct stlb_pass *pass = new_pass(options, &reading);
	int ret;

	if (!pass)
		return stlb_error_set(err, -ENOMEM, "%s: out of memory", path);
	ret = stlb_source_open(path, &reading, &pass->source, err);
	if (ret) {
		stlb_pass_close(pass);
		return ret;
	}
	/* Text does not say before its first record whether it has irq flags. */
	pass->first = stlb_source_next(pass->source, &pass->record, &pass->first_err);
	pass->ahead = true;
	*to = pass;
	return 0;
}

int stlb_pass_open_live(const struct stlb_live_options *live,
			const struct stlb_pass_options *options, struct stlb_pass **to,
			struct stlb_error *err)
{
	struct stlb_source_options reading;
	struct stlb_pass *pass = new_pass(options, &reading);
	int ret;

	if (!pass)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	pass->live = true;
	ret = stlb_live_open(live, &reading, &pass->source, err);
	if (ret) {
		stlb_pass_close(pass);
		return ret;
	}
	*to = pass;
	return 0;
}

struct stlb_source *stlb_pass_source(const struct stlb_pass *pass)
{
	return pass->source;
}

struct stlb_trace_facts stlb_pass_facts(const struct stlb_pass *pass)
{
	const struct stlb_source_info *info = stlb_source_info(pass->source);
	struct stlb_trace_facts facts = {
		.kernel = pass->kernel ? pass->kernel : info->kernel,
		.arch = pass->arch != STLB_ARCH_UNKNOWN ? pass->arch : stlb_arch_find(info->arch),
		.clock = info->clock,
		.irq_flags = info->irq_flags,
	};

	if (!info->text)
		facts.recorded = *stlb_decoder_kinds(pass->decoder);
	return facts;
}

static const char *name_function(void *arg, uint64_t address)
{
	return stlb_source_symbol(arg, address, NULL);
}

int stlb_pass_analyze(struct stlb_pass *pass, const struct stlb_analysis_options *options,
		      struct stlb_error *err)
{
	struct stlb_trace_facts facts = stlb_pass_facts(pass);
	struct stlb_analysis_options own = *options;

	if (!own.symbol) {
		own.symbol = name_function;
		own.symbol_arg = pass->source;
	}
	pass->analysis = stlb_analysis_new(&own, &facts);
	return pass->analysis ? 0 : fail(pass, -ENOMEM, err);
}

struct stlb_analysis *stlb_pass_analysis(const struct stlb_pass *pass)
{
	return pass->analysis;
}

/* Where a run begins: with what was read when the trace was opened, or the next record. */
static int first_record(struct stlb_pass *pass, struct stlb_error *err)
{
	if (!pass->ahead)
		return stlb_source_next(pass->source, &pass->record, err);
	pass->ahead = false;
	return pass->first < 0 ? stlb_error_set(err, pass->first, "%s", pass->first_err.text)
			       : pass->first;
}

static inline int hand_out(struct stlb_pass *pass, const struct stlb_pass_hooks *hooks,
			   const struct stlb_event *event)
{
	if (pass->analysis && stlb_analysis_event(pass->analysis, event))
		return -ENOMEM;
	return hooks->event ? hooks->event(hooks->arg, event) : 0;
}

static int look(const struct stlb_pass_hooks *hooks, bool wait)
{
	const struct timespec pause = {.tv_nsec = WAIT_NS};
	int ret = hooks->look ? hooks->look(hooks->arg) : 0;

	if (ret == 0 && wait)
		nanosleep(&pause, NULL);
	return ret;
}

int stlb_pass_run(struct stlb_pass *pass, const struct stlb_pass_hooks *hooks,
		  struct stlb_error *err)
{
	static const struct stlb_pass_hooks none;
	int more = first_record(pass, err), r = 0;
	unsigned int every, until_look;
	struct stlb_event event;

	if (!hooks)
		hooks = &none;
	every = until_look = hooks->look_every ? hooks->look_every : STLB_PASS_RECORDS;
	while (more > 0 || (more == -EAGAIN && pass->live)) {
		if (more > 0 && stlb_decode(pass->decoder, &pass->record, &event))
			r = hand_out(pass, hooks, &event);
		if (r == 0 && (more < 0 || --until_look == 0)) {
			until_look = every;
			r = look(hooks, more < 0);
		}
		if (r)
			return r < 0 ? fail(pass, r, err) : r;
		more = stlb_source_next(pass->source, &pass->record, err);
	}
	return more;
}

const struct stlb_result *stlb_pass_finish(struct stlb_pass *pass, struct stlb_error *err)
{
	const struct stlb_result *result = NULL;
	struct stlb_event event;
	const char *note;
	int ret = 0;

	while (ret == 0 && stlb_decoder_missed(pass->decoder, &event))
		ret = stlb_analysis_event(pass->analysis, &event);
	while ((note = stlb_decoder_foreign(pass->decoder)))
		stlb_analysis_note(pass->analysis, note);
	if (ret == 0)
		result = stlb_analysis_finish(pass->analysis, stlb_decoder_kinds(pass->decoder));
	if (!result)
		fail(pass, -ENOMEM, err);
	return result;
}

void stlb_pass_close(struct stlb_pass *pass)
{
	if (!pass)
		return;
	stlb_analysis_free(pass->analysis);
	stlb_source_close(pass->source);
	stlb_decoder_free(pass->decoder);
	free(pass);
}
