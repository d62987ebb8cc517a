/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a trace that shows a difference as small as it can be. */
#ifndef PROPERTY_SHRINK_H
#define PROPERTY_SHRINK_H

#include "trace.h"

/**
 * shrink - delete events for as long as the trace keeps what is wanted of it
 * @trace: made smaller in place
 * @keeps: judges a smaller trace
 *
 * Events that belong together (a lock's, a set and its echo, a call and its return) go together.
 */
void shrink(struct trace *trace, bool (*keeps)(const struct trace *trace, void *arg), void *arg);

#endif
