/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Migration entries and tables as tracepoints tell them. */
#ifndef CHECK_MIGRATE_H
#define CHECK_MIGRATE_H

#include "check/state.h"

/** stlb_on_migration_set, stlb_on_migration_remove - after the set of an entry, in its lock */
void stlb_on_migration_set(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_migration_remove(struct stlb_analysis *a, const struct stlb_event_context *ec);

/** stlb_on_pmd_install, stlb_on_table_free - a table is put into a pmd; a page of one is freed */
void stlb_on_pmd_install(struct stlb_analysis *a, const struct stlb_event_context *ec);
void stlb_on_table_free(struct stlb_analysis *a, const struct stlb_event_context *ec);

#endif
