/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of the commands that look at one finding. */
#include <errno.h>
#include <stdlib.h>

#include "cmd/setters.h"

const char *stlb_word_graph_format(unsigned int index)
{
	const struct stlb_graph_writer *writer = stlb_graph_writer_at(index);

	return writer ? writer->name : NULL;
}

STLB_SETTER(graph_format)
{
	settings->graph_writer = stlb_graph_writer_find(value);
	if (!settings->graph_writer)
		return stlb_error_set(err, -EINVAL, "'%s' is not one of dot, json, svg", value);
	if (settings->graph_writer->unavailable)
		return stlb_error_set(err, -EINVAL, "%s: %s", value,
				      settings->graph_writer->unavailable);
	return 0;
}

STLB_SETTER(finding)
{
	if (!*value)
		return stlb_error_set(err, -EINVAL, "the finding's id is empty");
	settings->finding = value;
	return 0;
}

STLB_SETTER(max_events)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || number < 1 ||
	    number > STLB_GRAPH_MAX_EVENTS)
		return stlb_error_set(err, -EINVAL, "'%s' is not a number from 1 to %d", value,
				      STLB_GRAPH_MAX_EVENTS);
	settings->max_events = (uint32_t)number;
	return 0;
}
