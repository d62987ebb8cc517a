/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds and brackets, as the machine tells them: drawn once something is done in them. */
#include <stdlib.h>

#include "graph/graph_internal.h"
#include "model/bracketing.h"

struct stlb_graph_open *stlb_graph_opened(const struct stlb_graph *graph, uint64_t id)
{
	return stlb_map_get(&graph->open, id);
}

static void open(struct stlb_graph *graph, uint64_t id, const struct stlb_graph_open *what)
{
	struct stlb_graph_open *kept = malloc(sizeof(*kept));

	if (!kept || stlb_map_put(&graph->open, id, kept)) {
		free(kept);
		graph->failed = true;
		return;
	}
	*kept = *what;
}

/* Whether it was drawn. */
static bool close(struct stlb_graph *graph, uint64_t id)
{
	struct stlb_graph_open *what = stlb_map_remove(&graph->open, id);
	bool drawn = what && what->node != STLB_NO_NODE;

	free(what);
	return drawn;
}

/* ---- holds ---- */

const struct stlb_hold *stlb_graph_ptl(const struct stlb_graph *graph,
				       const struct stlb_context *context)
{
	for (uint32_t i = graph->ptl ? context->nr_holds : 0; i > 0; i--)
		if (context->holds[i - 1].lock == graph->ptl)
			return &context->holds[i - 1];
	return stlb_context_hold(context);
}

static void asked(void *user, struct stlb_context *context, const struct stlb_event *event)
{
	struct stlb_graph *graph = user;
	struct stlb_graph_context *drawn = stlb_graph_context_of(graph, context->key);

	if (!drawn)
		return;
	drawn->asked.seq = graph->seq;
	drawn->asked.node = graph->current;
	drawn->asked.text =
		stlb_is_ptl_class(event->text) ? stlb_graph_text(graph, event->text) : NULL;
	stlb_saved_event_keep(&drawn->asked.event, event);
}

static void acquired(void *user, struct stlb_context *context, struct stlb_hold *hold)
{
	struct stlb_graph *graph = user;
	struct stlb_graph_context *drawn = stlb_graph_context_of(graph, context->key);

	if (!drawn)
		return;
	open(graph, hold->id, &drawn->asked);
	if (hold->confirmed && drawn->asked.node != STLB_NO_NODE)
		graph->nodes[drawn->asked.node].order_ns = hold->acquired_ns;
}

static void over(void *user, struct stlb_context *context, const struct stlb_hold *hold,
		 enum stlb_over how, const struct stlb_event *by)
{
	struct stlb_graph *graph = user;

	(void)context;
	if (close(graph, hold->id) && how == STLB_OVER_RELEASED)
		stlb_graph_draw(graph, by);
}

/* ---- brackets ---- */

static bool is_drawn(const struct stlb_graph *graph, const struct stlb_bracket *bracket)
{
	struct stlb_event start;

	stlb_saved_event_expand(&bracket->start_event, &start);
	return graph->has_mm && bracket->mm->id == graph->mm && stlb_graph_covers(graph, &start);
}

bool stlb_graph_in_bracket(const struct stlb_graph *graph, const struct stlb_context *context)
{
	for (uint32_t i = 0; i < context->nr_brackets; i++)
		if (stlb_graph_opened(graph, context->brackets[i].id))
			return true;
	return false;
}

static void begins(void *user, struct stlb_context *context, const struct stlb_bracket *bracket)
{
	struct stlb_graph *graph = user;
	struct stlb_graph_open what = {
		.seq = graph->seq, .event = bracket->start_event, .node = graph->current};

	(void)context;
	if (is_drawn(graph, bracket))
		open(graph, bracket->id, &what);
}

static void ends(void *user, struct stlb_context *context, const struct stlb_bracket *bracket,
		 const struct stlb_event *by)
{
	struct stlb_graph *graph = user;

	(void)context;
	if (close(graph, bracket->id) && by && stlb_bracket_is_end(bracket, by))
		stlb_graph_draw(graph, by);
}

struct stlb_facts stlb_graph_facts(struct stlb_graph *graph)
{
	return (struct stlb_facts){
		.user = graph,
		.asked = asked,
		.acquired = acquired,
		.over = over,
		.begins = begins,
		.ends = ends,
		.pages = stlb_graph_on_pages,
		.changed = stlb_graph_changed,
	};
}
