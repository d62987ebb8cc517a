/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the trace shows each write of an entry, and what is in doubt where it does not. */
#ifndef CHECK_LINKS_H
#define CHECK_LINKS_H

#include "check/check.h"

/** stlb_link_check - an event tells what an entry of a table said before its write */
void stlb_link_check(struct stlb_analysis *a, const struct stlb_act *act,
		     const struct stlb_node *node, unsigned int index);

/** stlb_link_freed - the page of a table is freed: all that was in it has to be cleared by now */
void stlb_link_freed(struct stlb_analysis *a, const struct stlb_act *act,
		     const struct stlb_node *node);

/** stlb_links_finish - put what was found into the result */
void stlb_links_finish(struct stlb_analysis *a);

#endif
