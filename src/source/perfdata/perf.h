/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of an open perf.data as a source, and what its parts do. */
#ifndef SOURCE_PERFDATA_PERF_H
#define SOURCE_PERFDATA_PERF_H

#include "source/event_format.h"
#include "source/event_unknown.h"
#include "source/source_ops.h"
#include "source/symbols.h"
#include "staletlb/perfdata.h"

enum { STLB_PERF_COMMS = 256, STLB_PERF_STACK = 128, STLB_PERF_RAW_MAX = 64 * 1024 };

/** struct stlb_perf_comm - the name last given for a task, where its slot is not another's */
struct stlb_perf_comm {
	const char *comm;
	uint64_t changes; /* one more than the reader's, of then; 0: the slot is empty */
	int32_t tid;
};

struct stlb_perf {
	struct stlb_input *input;
	struct stlb_perfdata *reader;
	const struct stlb_format **by_id;    /* STLB_EVENT_FORMAT_IDS of them */
	const struct stlb_format **by_event; /* by the reader's index */
	struct stlb_unknown unreadable;
	uint32_t nr_events;
	bool *unknown; /* by the same: the format cannot be read, and is needed */
	bool swap;

	const struct stlb_format *stack_format; /* NULL: no stacks, or nobody wants them */
	bool has_stack;				/* of the record just given */
	struct stlb_record stack_record;
	struct {
		uint64_t size;
		uint64_t caller[STLB_PERF_STACK];
	} stack;

	uint64_t lost, lost_samples; /* reported on the way; counted when it ended */
	bool sampled;		     /* by design not every event is in the file */
	bool overwritten;	     /* nor the oldest */
	bool cut;		     /* nor what came last */
	int32_t unread_cpu; /* of the loss just reported; what else it lost is the same one */
	bool unread;
	bool reported; /* what the source says of the file was the reason of a loss */
	char gap[200]; /* of the loss just reported */
	uint64_t last_ns;
	struct stlb_perf_comm comms[STLB_PERF_COMMS];

	const char *kallsyms; /* text in the formats' section: of old files */
	size_t kallsyms_size;
	struct stlb_symbols *symbols;
	uint64_t shift; /* of the kernel in memory, against the symbols */
	bool symbols_read;
	uint8_t *swapped; /* raw data in this machine's byte order */
};

/* ---- perf_tracing.c ---- */

/** stlb_perf_tracing - the formats of all tracepoints; 0, -EINVAL for a damaged text, -ENOMEM */
int stlb_perf_tracing(struct stlb_source *source, const void *data, size_t size);

/* ---- byteswap.c ---- */

/** stlb_perf_byteswap - raw data of the other byte order, the fields of @format turned; NULL: too
 * long
 */
const void *stlb_perf_byteswap(struct stlb_perf *perf, const struct stlb_format *format,
			       const uint8_t *raw, uint32_t size);

/* ---- perf_symbols.c ---- */

const char *stlb_perf_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset);

#endif
