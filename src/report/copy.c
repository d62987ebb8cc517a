/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies of all that a report writes about a trace, with clean strings. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/report_internal.h"
#include "staletlb/timeline.h"
#include "util/frames.h"

/* One pass over a trace's strings; the first failure stays, so it is looked at once, at the end. */
struct copier {
	struct stlb_arena *arena;
	struct stlb_source *symbols;
	struct stlb_suppressions *suppressions;
	bool peek, failed;
};

static const char *copy_text(struct copier *copier, const char *text)
{
	const char *copy = text ? stlb_arena_text(copier->arena, text) : NULL;

	copier->failed |= text && !copy;
	return copy;
}

/* Buffers in the finding are bounded, but nothing promises that the last byte is a NUL. */
static const char *copy_buffer(struct copier *copier, const char *buffer, size_t size)
{
	char text[256];
	size_t length = strnlen(buffer, size < sizeof(text) ? size : sizeof(text) - 1);

	memcpy(text, buffer, length);
	text[length] = '\0';
	return copy_text(copier, text);
}

#define COPY_BUFFER(copier, buffer) copy_buffer(copier, buffer, sizeof(buffer))

/* "func+0x12", of a module "func+0x12 [module]" as the kernel prints it; "func" without an offset.
 */
static const char *copy_named(struct copier *copier, const char *name, uint64_t address,
			      uint64_t offset)
{
	int length = name ? (int)strcspn(name, " ") : 0;
	char text[256];

	if (name && offset != STLB_NO_OFFSET)
		snprintf(text, sizeof(text), "%.*s+0x%" PRIx64 "%.60s", length < 180 ? length : 180,
			 name, offset, name + length);
	else if (name)
		snprintf(text, sizeof(text), "%.*s%.60s", length < 180 ? length : 180, name,
			 name + length);
	else
		snprintf(text, sizeof(text), "0x%" PRIx64, address);
	return copy_text(copier, text);
}

static const char *find_symbol(struct copier *copier, uint64_t address, uint64_t *offset)
{
	*offset = 0;
	return copier->symbols ? stlb_source_symbol(copier->symbols, address, offset) : NULL;
}

static const char *copy_symbol(struct copier *copier, uint64_t address)
{
	uint64_t offset;
	const char *name = find_symbol(copier, address, &offset);

	return copy_named(copier, name, address, offset);
}

static void copy_stack(struct copier *copier, struct stlb_finding *raw, const char **stack)
{
	const char *names[STLB_MAX_STACK];
	uint64_t offsets[STLB_MAX_STACK];
	uint32_t skip;

	for (uint32_t i = 0; i < raw->nr_stack; i++)
		names[i] = find_symbol(copier, raw->stack[i], &offsets[i]);
	skip = stlb_frames_of_tracer(names, raw->nr_stack);
	for (uint32_t i = skip; i < raw->nr_stack; i++)
		stack[i - skip] = copy_named(copier, names[i], raw->stack[i], offsets[i]);
	raw->nr_stack -= skip;
}

static void copy_info(struct copier *copier, struct stlb_source_info *info)
{
	info->path = copy_text(copier, info->path ? info->path : "-");
	info->format = copy_text(copier, info->format);
	info->kernel = copy_text(copier, info->kernel);
	info->arch = copy_text(copier, info->arch);
	info->clock = copy_text(copier, info->clock);
	info->cut = copy_text(copier, info->cut);
}

static void copy_result(struct copier *copier, struct stlb_result *result)
{
	const uint32_t room = sizeof(result->notes) / sizeof(*result->notes);

	result->findings = result->hidden = NULL;
	result->kernel = copy_text(copier, result->kernel);
	if (result->nr_notes > room)
		result->nr_notes = room;
	for (uint32_t i = 0; i < result->nr_notes; i++)
		result->notes[i] = copy_text(copier, result->notes[i]);
}

static void copy_event(struct copier *copier, const struct stlb_evidence *evidence,
		       struct stlb_report_event *event)
{
	event->event = &evidence->event;
	event->role = copy_text(copier, evidence->role ? evidence->role : "");
	event->name = copy_text(copier, evidence->event.name);
	event->comm = copy_text(copier, evidence->event.comm);
}

static void copy_broken(struct copier *copier, struct stlb_report_trace *trace)
{
	struct stlb_links *links = &trace->result.continuity;

	if (links->nr_first > STLB_MAX_BROKEN_LINKS)
		links->nr_first = STLB_MAX_BROKEN_LINKS;
	for (uint32_t i = 0; i < links->nr_first; i++) {
		trace->broken[i].raw = &links->first[i];
		copy_event(copier, &links->first[i].before, &trace->broken[i].before);
		copy_event(copier, &links->first[i].after, &trace->broken[i].after);
	}
}

static void copy_events(struct copier *copier, const struct stlb_finding *raw,
			struct stlb_report_event *events)
{
	for (uint32_t i = 0; i < raw->nr_events; i++)
		copy_event(copier, &raw->events[i], &events[i]);
}

/* The copy in @raw must not point into the source once that is gone. */
static void forget_pointers(struct stlb_finding *raw)
{
	raw->suppressed_by = NULL;
	for (uint32_t i = 0; i < raw->nr_events; i++) {
		raw->events[i].role = NULL;
		raw->events[i].event.name = NULL;
		raw->events[i].event.comm = NULL;
		raw->events[i].event.text = NULL;
		raw->events[i].event.stack = NULL;
	}
}

static const char *find_suppression(struct copier *copier, const struct stlb_finding *raw,
				    bool *weak)
{
	const char *reason = NULL;

	*weak = false;

	if (copier->suppressions && copier->peek)
		reason = stlb_suppressions_peek(copier->suppressions, raw, weak);
	else if (copier->suppressions)
		reason = stlb_suppressions_match(copier->suppressions, raw, weak);
	if (!reason && raw->suppressed)
		reason = raw->suppressed_by ? raw->suppressed_by : "";
	return copy_text(copier, reason);
}

static void bound(struct stlb_finding *raw)
{
	if (raw->nr_events > STLB_MAX_EVIDENCE)
		raw->nr_events = STLB_MAX_EVIDENCE;
	if (raw->nr_stack > STLB_MAX_STACK)
		raw->nr_stack = STLB_MAX_STACK;
	if (raw->nr_subscribers > STLB_MAX_SUBSCRIBERS)
		raw->nr_subscribers = STLB_MAX_SUBSCRIBERS;
}

static void copy_finding(struct copier *copier, const struct stlb_finding *from,
			 struct stlb_report_finding *to)
{
	struct stlb_finding *raw = stlb_arena_alloc(copier->arena, sizeof(*raw));

	to->raw = raw;
	if (!raw) {
		copier->failed = true;
		return;
	}
	*raw = *from;
	bound(raw);
	to->id = COPY_BUFFER(copier, raw->id);
	to->fingerprint = COPY_BUFFER(copier, raw->fingerprint);
	to->action = COPY_BUFFER(copier, raw->action);
	to->message = COPY_BUFFER(copier, raw->message);
	to->missing = COPY_BUFFER(copier, raw->missing);
	to->phase = COPY_BUFFER(copier, raw->phase);
	to->comm = COPY_BUFFER(copier, raw->comm);
	to->suppressed = find_suppression(copier, raw, &to->weakly);
	if (!to->suppressed && copier->suppressions)
		to->known = stlb_suppressions_known(copier->suppressions, raw);
	copy_events(copier, raw, to->events);
	copy_stack(copier, raw, to->stack);
	for (uint32_t i = 0; i < raw->nr_subscribers; i++)
		to->subscribers[i] = copy_symbol(copier, raw->subscribers[i]);
	forget_pointers(raw);
}

static void add_suppressed(struct stlb_report_hidden *to, const struct stlb_finding *finding)
{
	to->suppressed.nr += finding->hidden.nr;
	to->suppressed.rules[finding->rule] += finding->hidden.nr;
	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		to->suppressed.by[kind] += finding->hidden.by[kind];
}

static void add_hidden(struct stlb_report_hidden *to, const struct stlb_finding *finding,
		       bool suppressed)
{
	if (suppressed) {
		add_suppressed(to, finding);
		return;
	}
	if (finding->verdict == STLB_INCONCLUSIVE)
		to->inconclusive += finding->hidden.nr;
	else
		to->nr[finding->severity] += finding->hidden.nr;
	if (finding->verdict != STLB_INCONCLUSIVE)
		to->rules[finding->rule] += finding->hidden.nr;
	for (int kind = 0; kind < STLB_NR_FILTERS; kind++)
		to->by[kind] += finding->hidden.by[kind];
}

static void count_hidden(struct copier *copier, const struct stlb_result *result,
			 struct stlb_report_trace *trace)
{
	bool weak;

	for (uint32_t i = 0; i < trace->nr_findings; i++)
		add_hidden(&trace->hidden, trace->findings[i].raw,
			   trace->findings[i].suppressed != NULL);
	for (uint32_t i = 0; i < result->nr_hidden; i++)
		add_hidden(&trace->hidden, result->hidden[i],
			   find_suppression(copier, result->hidden[i], &weak) != NULL);
}

static void copy_findings(struct copier *copier, const struct stlb_result *result,
			  struct stlb_report_trace *trace)
{
	size_t size = sizeof(*trace->findings) * result->nr_findings;

	if (!result->nr_findings)
		return;
	trace->findings = stlb_arena_alloc(copier->arena, size);
	copier->failed |= !trace->findings;
	for (uint32_t i = 0; i < result->nr_findings && !copier->failed; i++) {
		copy_finding(copier, result->findings[i], &trace->findings[i]);
		trace->nr_findings++;
	}
}

struct stlb_report_trace *stlb_report_copy(const struct stlb_source_info *info,
					   const struct stlb_result *result,
					   struct stlb_source *symbols,
					   struct stlb_suppressions *suppressions, bool peek)
{
	struct stlb_report_trace *trace = calloc(1, sizeof(*trace));
	struct copier copier = {.symbols = symbols, .suppressions = suppressions, .peek = peek};

	if (!trace)
		return NULL;
	copier.arena = &trace->arena;
	trace->info = *info;
	trace->result = *result;
	copy_info(&copier, &trace->info);
	copy_result(&copier, &trace->result);
	copy_broken(&copier, trace);
	for (unsigned int rule = 0; rule < STLB_NR_RULES; rule++)
		trace->rule_reasons[rule] = COPY_BUFFER(&copier, result->rules[rule].reason);
	copy_findings(&copier, result, trace);
	count_hidden(&copier, result, trace);
	if (!copier.failed)
		return trace;
	stlb_report_copy_free(trace);
	return NULL;
}

void stlb_report_copy_free(struct stlb_report_trace *trace)
{
	if (!trace)
		return;
	stlb_timeline_free(trace->timeline);
	stlb_arena_free(&trace->arena);
	free(trace);
}
