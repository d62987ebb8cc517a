/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings that live as long as a source, each once, and the names of tasks. */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct stlb_names;

/** stlb_names_new - no names; NULL without memory */
struct stlb_names *stlb_names_new(void);

/** stlb_names_intern - the one copy of a string; bounded: NULL without memory or past 1 Mi strings
 */
const char *stlb_names_intern(struct stlb_names *names, const char *text, size_t length);

/** stlb_names_set_comm, stlb_names_comm - the name of a task, the latest one known */
int stlb_names_set_comm(struct stlb_names *names, int32_t tid, const char *comm);
const char *stlb_names_comm(const struct stlb_names *names, int32_t tid);

/** stlb_names_free - with all strings handed out; NULL is fine */
void stlb_names_free(struct stlb_names *names);

#endif
