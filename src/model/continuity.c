/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/continuity.h"

static struct stlb_broken *keep(struct stlb_continuity *continuity,
				const struct stlb_written *before, const struct stlb_event *after)
{
	struct stlb_broken *broken;

	if (continuity->nr_kept == STLB_MAX_BROKEN)
		return NULL;
	broken = &continuity->kept[continuity->nr_kept++];
	*broken = (struct stlb_broken){0};
	if (before) {
		broken->said = before->raw;
		broken->before = (struct stlb_saved_event){
			.ns = before->ns,
			.name = before->name,
			.comm = before->comm,
			.cpu = before->cpu,
			.tid = before->tid,
			.kind = before->kind,
		};
	}
	stlb_saved_event_keep(&broken->after, after);
	return broken;
}

struct stlb_broken *stlb_continuity_broken(struct stlb_continuity *continuity,
					   const struct stlb_written *before,
					   const struct stlb_event *after, uint64_t found)
{
	struct stlb_broken *broken = keep(continuity, before, after);

	continuity->broken++;
	if (broken)
		broken->found = found;
	return broken;
}

struct stlb_broken *stlb_continuity_freed(struct stlb_continuity *continuity,
					  const struct stlb_event *after)
{
	continuity->freed++;
	return keep(continuity, NULL, after);
}
