/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The property test: random small traces, judged by the library and by the oracle; every difference
 * is a bug in one of them, or an open question about the rules (oracle.c says how it decides
 * those). It stops at the first difference, made as small as it can be; --all goes on, --brief too,
 * with a line for each. --seed N is
 * the first seed, --runs N how many, --verbose prints each trace and both results.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "generate.h"
#include "oracle.h"
#include "selftest.h"
#include "shrink.h"

enum { DEFAULT_RUNS = 20000 };

struct options {
	uint64_t seed, runs;
	bool verbose, all, brief;
};

/* What the traces exercised: a rule that none of them violates was not tested. */
struct tally {
	uint64_t violated[STLB_NR_RULES], inconclusive[STLB_NR_RULES];
	uint64_t events, longest, clean, differing;
	struct stlb_obligations obligations;
};

static struct stlb_event shown_event(const struct trace *trace, unsigned int at)
{
	struct stlb_event event = trace->events[at];

	if (trace->bare && event.kind == STLB_PTE_SET)
		event.has &= ~STLB_BIT(ADDR);
	else if (trace->bare && event.kind == STLB_PTE_CLEAR)
		event.has &= ~(STLB_BIT(ADDR) | STLB_BIT(PTEP));
	return event;
}

static void library_judge(const struct trace *trace, struct judgement *judgement)
{
	struct stlb_analysis_options options = {0};
	struct stlb_analysis *analysis;
	const struct stlb_result *result;

	stlb_analysis_defaults(&options);
	options.strict = trace->strict;
	analysis = stlb_analysis_new(&options, &trace->facts);
	for (unsigned int i = 0; analysis && i < trace->nr; i++) {
		struct stlb_event event = shown_event(trace, i);

		if (stlb_analysis_event(analysis, &event))
			break;
	}
	result = analysis ? stlb_analysis_finish(analysis, &trace->facts.recorded) : NULL;
	if (!result) {
		fprintf(stderr, "property: the analysis gave no result\n");
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < STLB_NR_RULES; i++) {
		judgement->rules[i].observed = result->rules[i].occurrences;
		judgement->rules[i].inconclusive = result->rules[i].inconclusive;
	}
	judgement->obligations = result->obligations;
	stlb_analysis_free(analysis);
}

static bool has_loss(const struct trace *trace)
{
	for (unsigned int i = 0; i < trace->nr; i++)
		if (trace->events[i].kind == STLB_LOST)
			return true;
	return false;
}

/* After a loss nobody knows which locks are still held: only that it was discharged is certain. */
static void forget_locks(const struct trace *trace, struct judgement *judgement)
{
	struct stlb_obligations *sum = &judgement->obligations;

	if (!has_loss(trace))
		return;
	sum->discharged_deferred += sum->discharged_in_lock;
	sum->discharged_in_lock = 0;
}

/*
 * How far a loss reaches is open for the rules about brackets and about what is known of entries:
 * they may be judged as if nothing were lost or not at all.
 */
static void allow_silence(const struct trace *trace, const struct judgement *expected,
			  struct judgement *actual)
{
	static const enum stlb_rule rules[] = {STLB_RULE_UNBRACKETED, STLB_RULE_UNBALANCED,
					       STLB_RULE_MAPPED};
	static struct trace whole;
	struct judgement most;

	whole = *trace;
	whole.nr = 0;
	for (unsigned int i = 0; i < trace->nr; i++)
		if (trace->events[i].kind != STLB_LOST)
			whole.events[whole.nr++] = trace->events[i];
	if (whole.nr == trace->nr)
		return;
	oracle_judge(&whole, &most);
	for (unsigned int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		enum stlb_rule rule = rules[i];
		uint64_t found = actual->rules[rule].observed + actual->rules[rule].inconclusive;

		if (found <= most.rules[rule].observed + most.open[rule] ||
		    found <= expected->rules[rule].observed)
			actual->rules[rule] = expected->rules[rule];
	}
}

static void allow_open(const struct trace *trace, const struct judgement *expected,
		       struct judgement *actual)
{
	for (int i = 0; i < STLB_NR_RULES; i++) {
		uint64_t found = actual->rules[i].observed + actual->rules[i].inconclusive;
		uint64_t sure = expected->rules[i].observed + expected->rules[i].inconclusive;

		uint64_t doubts = actual->rules[i].inconclusive - expected->rules[i].inconclusive;

		if ((found > sure && found <= sure + expected->open[i]) ||
		    (found == sure && doubts <= expected->doubtful[i]))
			actual->rules[i] = expected->rules[i];
	}
	if (actual->obligations.discharged_in_lock - expected->obligations.discharged_in_lock <=
		    expected->open_in_lock &&
	    actual->obligations.discharged_in_lock + actual->obligations.discharged_deferred ==
		    expected->obligations.discharged_in_lock +
			    expected->obligations.discharged_deferred) {
		actual->obligations.discharged_in_lock = expected->obligations.discharged_in_lock;
		actual->obligations.discharged_deferred = expected->obligations.discharged_deferred;
	}
	if (has_loss(trace))
		actual->rules[STLB_RULE_STALE_ACCESS].inconclusive =
			expected->rules[STLB_RULE_STALE_ACCESS].inconclusive;
}

static uint64_t compare(const struct trace *trace, struct judgement *expected,
			struct judgement *actual)
{
	oracle_judge(trace, expected);
	library_judge(trace, actual);
	forget_locks(trace, expected);
	forget_locks(trace, actual);
	allow_silence(trace, expected, actual);
	allow_open(trace, expected, actual);
	return judgement_differs(expected, actual);
}

/* A smaller trace shows the same only if it differs in nothing new. */
static bool still_differs(const struct trace *trace, void *arg)
{
	struct judgement expected, actual;
	uint64_t differs = compare(trace, &expected, &actual), wanted = *(uint64_t *)arg;

	return differs && !(differs & ~wanted);
}

static void report(uint64_t seed, struct trace *trace, uint64_t differs)
{
	struct judgement expected, actual;

	shrink(trace, still_differs, &differs);
	compare(trace, &expected, &actual);
	printf("seed %" PRIu64 ": the oracle and the library differ\n", seed);
	trace_print(trace);
	judgement_print_difference(&expected, &actual);
}

static void print_brief(uint64_t seed, uint64_t differs, const struct judgement *expected,
			const struct judgement *actual)
{
	printf("seed %" PRIu64 ":", seed);
	for (int i = 0; i < STLB_NR_RULES; i++)
		if (differs >> i & 1)
			printf(" %s %" PRIu64 "+%" PRIu64 ", not %" PRIu64 "+%" PRIu64 ";",
			       stlb_rule_info(i)->id, actual->rules[i].observed,
			       actual->rules[i].inconclusive, expected->rules[i].observed,
			       expected->rules[i].inconclusive);
	printf("%s\n", differs >> STLB_NR_RULES & 1 ? " obligations" : "");
}

static void add_obligations(struct stlb_obligations *sum, const struct stlb_obligations *one)
{
	sum->total += one->total;
	sum->discharged_in_lock += one->discharged_in_lock;
	sum->discharged_deferred += one->discharged_deferred;
	sum->restored += one->restored;
	sum->expired += one->expired;
	sum->is_void += one->is_void;
	sum->pending += one->pending;
	sum->exempt += one->exempt;
}

static void count(struct tally *tally, const struct trace *trace, const struct judgement *judgement)
{
	bool clean = true;

	for (int i = 0; i < STLB_NR_RULES; i++) {
		tally->violated[i] += judgement->rules[i].observed > 0;
		tally->inconclusive[i] += judgement->rules[i].inconclusive > 0;
		clean &= !judgement->rules[i].observed && !judgement->rules[i].inconclusive;
	}
	add_obligations(&tally->obligations, &judgement->obligations);
	tally->events += trace->nr;
	if (trace->nr > tally->longest)
		tally->longest = trace->nr;
	tally->clean += clean;
}

static const enum stlb_rule exercised[] = {
	STLB_RULE_REPOINT,     STLB_RULE_REFAULT,    STLB_RULE_FREE,	STLB_RULE_NEVER,
	STLB_RULE_UNBRACKETED, STLB_RULE_RACY,	     STLB_RULE_PARTIAL, STLB_RULE_EMPTY,
	STLB_RULE_UNALIGNED,   STLB_RULE_UNBALANCED, STLB_RULE_MAPPED,	STLB_RULE_STALE_ACCESS,
};

static bool print_tally(const struct tally *tally, const struct options *options)
{
	const struct stlb_obligations *sum = &tally->obligations;
	bool complete = true;

	printf("%" PRIu64 " traces from seed %" PRIu64 ", %" PRIu64 " events (longest %" PRIu64
	       "), %" PRIu64 " clean, %" PRIu64 " judged differently\n",
	       options->runs, options->seed, tally->events, tally->longest, tally->clean,
	       tally->differing);
	for (unsigned int i = 0; i < sizeof(exercised) / sizeof(exercised[0]); i++) {
		enum stlb_rule rule = exercised[i];

		printf("  %-26s breached in %" PRIu64 " traces, inconclusive in %" PRIu64 "\n",
		       stlb_rule_info(rule)->id, tally->violated[rule], tally->inconclusive[rule]);
		complete &= tally->violated[rule] > 0;
	}
	printf("  obligations %" PRIu64 ": in lock %" PRIu64 ", deferred %" PRIu64
	       ", restored %" PRIu64 ", expired %" PRIu64 ", void %" PRIu64 ", pending %" PRIu64
	       "; exempt %" PRIu64 "\n",
	       sum->total, sum->discharged_in_lock, sum->discharged_deferred, sum->restored,
	       sum->expired, sum->is_void, sum->pending, sum->exempt);
	return complete && sum->exempt && sum->restored && sum->is_void && sum->expired;
}

static void run(const struct options *options, struct tally *tally)
{
	static struct trace trace;

	for (uint64_t i = 0; i < options->runs; i++) {
		struct judgement expected, actual;
		uint64_t differs;

		generate(options->seed + i, &trace);
		differs = compare(&trace, &expected, &actual);
		count(tally, &trace, &expected);
		if (options->verbose) {
			printf("seed %" PRIu64 "\n", options->seed + i);
			trace_print(&trace);
			judgement_print_difference(&expected, &actual);
		}
		if (!differs)
			continue;
		tally->differing++;
		if (options->brief) {
			print_brief(options->seed + i, differs, &expected, &actual);
			continue;
		}
		report(options->seed + i, &trace, differs);
		if (!options->all)
			return;
	}
}

static bool read_number(const char *text, uint64_t *number)
{
	char *end;

	*number = strtoull(text, &end, 0);
	return *text && !*end;
}

static bool read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{"seed", required_argument, NULL, 's'}, {"runs", required_argument, NULL, 'r'},
		{"verbose", no_argument, NULL, 'v'},	{"all", no_argument, NULL, 'a'},
		{"brief", no_argument, NULL, 'b'},	{0},
	};
	bool good = true;
	int option;

	while (good && (option = getopt_long(argc, argv, "s:r:vab", known, NULL)) != -1) {
		if (option == 's')
			good = read_number(optarg, &options->seed);
		else if (option == 'r')
			good = read_number(optarg, &options->runs);
		else if (option == 'v')
			options->verbose = true;
		else if (option == 'a')
			options->all = true;
		else if (option == 'b')
			options->brief = true;
		else
			good = false;
	}
	return good && optind == argc;
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1, .runs = DEFAULT_RUNS};
	struct tally tally = {0};
	bool complete;

	if (!read_options(argc, argv, &options)) {
		fprintf(stderr,
			"usage: property [--seed N] [--runs N] [--verbose] [--all] [--brief]\n");
		return EXIT_FAILURE;
	}
	if (selftest())
		return EXIT_FAILURE;
	run(&options, &tally);
	complete = print_tally(&tally, &options);
	if (!complete && options.runs >= DEFAULT_RUNS && !tally.differing)
		printf("a rule was never breached, or a way to end never taken: nothing was "
		       "tested\n");
	else
		complete = true;
	return !tally.differing && complete ? EXIT_SUCCESS : EXIT_FAILURE;
}
