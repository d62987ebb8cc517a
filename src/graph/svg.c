/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The picture that Graphviz draws of the DOT text, where it was there when this was built. */
#include <errno.h>
#include <string.h>
#include <stdlib.h>

#include "graph/graph_internal.h"

#ifdef STALETLB_GRAPHVIZ

#include <gvc.h>

static int render(GVC_t *gvc, const char *dot, FILE *to, struct stlb_error *err)
{
	Agraph_t *picture = agmemread(dot);
	int ret = 0;

	if (!picture)
		return stlb_error_set(err, -EINVAL, "Graphviz does not read the graph");
	if (gvLayout(gvc, picture, "dot")) {
		agclose(picture);
		return stlb_error_set(err, -EINVAL,
				      "Graphviz cannot lay out the graph: use --format=dot");
	}
	errno = 0;
	if (gvRender(gvc, picture, "svg", to))
		ret = stlb_error_set(
			err, -ENOTSUP,
			"Graphviz cannot write SVG: is its plugin installed (dot -c)?");
	else if (fflush(to) || ferror(to))
		ret = stlb_error_set(err, errno ? -errno : -EIO,
				     "the graph could not be written: %s",
				     strerror(errno ? errno : EIO));
	gvFreeLayout(gvc, picture);
	agclose(picture);
	return ret;
}

int stlb_graph_write_svg(FILE *to, const struct stlb_graph *graph, struct stlb_error *err)
{
	char *dot = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&dot, &size);
	GVC_t *gvc = NULL;
	int ret = text ? stlb_graph_write_dot(text, graph, err) : -ENOMEM;

	if (text)
		fclose(text);
	if (ret == 0) {
		agseterr(AGMAX);
		gvc = gvContext();
	}
	if (gvc)
		ret = render(gvc, dot, to, err);
	else if (ret == 0)
		ret = stlb_error_set(err, -ENOMEM, "out of memory");
	if (gvc)
		gvFreeContext(gvc);
	free(dot);
	return ret;
}

#else

int stlb_graph_write_svg(FILE *to, const struct stlb_graph *graph, struct stlb_error *err)
{
	(void)to;
	(void)graph;
	return stlb_error_set(err, -ENOTSUP, "svg: %s", stlb_graph_writer_find("svg")->unavailable);
}

#endif
