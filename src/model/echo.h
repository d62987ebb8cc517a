/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One update that several events tell: a set's hook repeats what it overwrites, and two probes can
 * see one clear (staletlb-rules(7), Echoes, Clears reported twice; staletlb-kernel(7), T5, T41,
 * T48, T49).
 */
#ifndef MODEL_ECHO_H
#define MODEL_ECHO_H

#include "model/change.h"

/**
 * struct stlb_echoed - what an echo tells of its set
 * @is_echo: it is one; else the change was shown by another probe, or is no news
 * @set: the set; NULL: nothing that is not known already
 * @addr: of the entry, which says @new since
 */
struct stlb_echoed {
	bool is_echo;
	const struct stlb_saved_event *set;
	uint64_t addr;
	struct stlb_entry new;
};

/** stlb_next_entry - what a set of many puts in the entry after this one */
struct stlb_entry stlb_next_entry(struct stlb_entry entry, enum stlb_level level);

/** stlb_has_echo - whether the hook of the kind, a set, calls that of clears */
bool stlb_has_echo(enum stlb_kind kind);

/**
 * stlb_repeats - whether a change is one that was reported before; notes what will tell it again
 * @was: what a set's first entry said, as far as known; of a clear what the change says
 * @echoed: set where it is an echo; may be NULL
 *
 * To be asked once for each clear and set, in the order of the trace. The context has its update
 * state.
 */
bool stlb_repeats(struct stlb_machine *m, struct stlb_context *context,
		  const struct stlb_change *change, struct stlb_entry was,
		  struct stlb_echoed *echoed);

/** stlb_split_begins - pmd_split: the huge pmd is made not present, or cleared, as a part of it */
void stlb_split_begins(struct stlb_context *context, const struct stlb_change *change);

/** stlb_split_takes - whether a change of a pmd is that part; once for each split */
bool stlb_split_takes(struct stlb_context *context, const struct stlb_change *change);

/** stlb_known_by_end - the context ends a range: what it reported of it before is not recorded
 * again */
void stlb_known_by_end(struct stlb_context *context);

/** stlb_echo_waits - the current event changes nothing about what comes straight after a set */
void stlb_echo_waits(const struct stlb_context *context);

/** stlb_echo_forget - events were lost: what comes next tells nothing again. It has changed
 * entries. */
void stlb_echo_forget(struct stlb_context *context);

#endif
