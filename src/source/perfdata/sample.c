/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of a sample after those that always have one size, in the kernel's order. What is not
 * in a sample has no bytes there.
 */
#include "source/perfdata/perf_layout.h"

enum {
	FORMAT_ENABLED = 1,
	FORMAT_RUNNING = 2,
	FORMAT_ID = 4,
	FORMAT_GROUP = 8,
	FORMAT_LOST = 16,
	BRANCH_HW_INDEX = 1 << 17,
	BRANCH_COUNTERS = 1 << 19,
	BRANCH_ENTRY = 24,
};

/** struct body - what is left of a sample */
struct body {
	const uint8_t *at;
	uint64_t left;
	bool swap, failed;
};

static const uint8_t *skip(struct body *body, uint64_t size)
{
	const uint8_t *here = body->at;

	if (body->failed || size > body->left) {
		body->failed = true;
		return NULL;
	}
	body->at += size;
	body->left -= size;
	return here;
}

static uint64_t take(struct body *body)
{
	const uint8_t *at = skip(body, 8);

	return at ? stlb_perf_u64(at, body->swap) : 0;
}

/* As many as @nr says, where there can be so many. */
static const uint8_t *skip_array(struct body *body, uint64_t nr, uint64_t each)
{
	if (each && nr > body->left / each) {
		body->failed = true;
		return NULL;
	}
	return skip(body, nr * each);
}

static uint64_t bits(uint64_t mask)
{
	return (uint64_t)__builtin_popcountll(mask);
}

static void read_counters(struct body *body, uint64_t format, struct stlb_perfdata_sample *sample)
{
	uint64_t after = 8 * bits(format & (FORMAT_ID | FORMAT_LOST));
	uint64_t first = take(body);

	skip(body, 8 * bits(format & (FORMAT_ENABLED | FORMAT_RUNNING)));
	if (format & FORMAT_GROUP)
		skip_array(body, first, 8 + after);
	else
		skip(body, after);
	if (sample && format & FORMAT_GROUP)
		sample->read_nr = first;
	else if (sample)
		sample->read_value = first;
}

static void read_raw(struct body *body, struct stlb_perf_parts *parts)
{
	const uint8_t *size = skip(body, 4);

	parts->raw_size = size ? stlb_perf_u32(size, body->swap) : 0;
	parts->raw = skip(body, parts->raw_size);
}

static void read_branches(struct body *body, uint64_t branch_type,
			  struct stlb_perfdata_sample *sample)
{
	sample->nr_branches = take(body);
	if (branch_type & BRANCH_HW_INDEX)
		take(body);
	skip_array(body, sample->nr_branches, BRANCH_ENTRY);
	if (branch_type & BRANCH_COUNTERS)
		skip_array(body, sample->nr_branches, 8);
}

static uint64_t read_regs(struct body *body, uint64_t mask, uint64_t *abi)
{
	*abi = take(body);
	if (!*abi)
		return 0;
	skip_array(body, bits(mask), 8);
	return bits(mask);
}

static void read_stack(struct body *body, struct stlb_perfdata_sample *sample)
{
	sample->stack_size = take(body);
	skip(body, sample->stack_size);
	if (sample->stack_size)
		sample->stack_used = take(body);
}

static uint64_t take_if(struct body *body, uint64_t type, uint64_t bit)
{
	return type & bit ? take(body) : 0;
}

static void read_rest(struct body *body, const struct stlb_perfdata_event *event,
		      struct stlb_perfdata_sample *sample)
{
	uint64_t type = event->sample_type;

	if (type & STLB_PERF_BRANCH_STACK)
		read_branches(body, event->branch_type, sample);
	if (type & STLB_PERF_REGS_USER)
		sample->user_regs = read_regs(body, event->regs_user, &sample->user_abi);
	if (type & STLB_PERF_STACK_USER)
		read_stack(body, sample);
	sample->weight = take_if(body, type, STLB_PERF_WEIGHT | STLB_PERF_WEIGHT_STRUCT);
	sample->data_src = take_if(body, type, STLB_PERF_DATA_SRC);
	sample->transaction = take_if(body, type, STLB_PERF_TRANSACTION);
	if (type & STLB_PERF_REGS_INTR)
		sample->interrupted_regs =
			read_regs(body, event->regs_interrupted, &sample->interrupted_abi);
	sample->phys_addr = take_if(body, type, STLB_PERF_PHYS_ADDR);
	sample->cgroup = take_if(body, type, STLB_PERF_CGROUP);
	sample->data_page_size = take_if(body, type, STLB_PERF_DATA_PAGE_SIZE);
	sample->code_page_size = take_if(body, type, STLB_PERF_CODE_PAGE_SIZE);
	sample->aux_size = take_if(body, type, STLB_PERF_AUX);
	skip(body, sample->aux_size);
	sample->left = (uint32_t)body->left;
}

static void read_fixed(struct body *body, uint64_t type, struct stlb_perfdata_sample *sample)
{
	uint64_t identifier = take_if(body, type, STLB_PERF_IDENTIFIER);

	sample->ip = take_if(body, type, STLB_PERF_IP);
	take_if(body, type, STLB_PERF_TID);
	take_if(body, type, STLB_PERF_TIME);
	sample->addr = take_if(body, type, STLB_PERF_ADDR);
	sample->id = take_if(body, type, STLB_PERF_ID);
	sample->stream = take_if(body, type, STLB_PERF_STREAM_ID);
	take_if(body, type, STLB_PERF_CPU);
	sample->period = take_if(body, type, STLB_PERF_PERIOD);
	if (type & STLB_PERF_IDENTIFIER)
		sample->id = identifier;
}

bool stlb_perf_parse(const struct stlb_perf_layout *layout, const uint8_t *data, uint32_t size,
		     bool swap, struct stlb_perf_parts *parts, struct stlb_perfdata_sample *sample)
{
	const struct stlb_perfdata_event *event = &layout->event;
	struct body body = {.at = data, .left = size, .swap = swap};

	if (sample)
		read_fixed(&body, event->sample_type, sample);
	else
		skip(&body, layout->fixed);
	if (event->sample_type & STLB_PERF_READ)
		read_counters(&body, event->read_format, sample);
	if (event->sample_type & STLB_PERF_CALLCHAIN) {
		parts->nr_chain = take(&body);
		parts->chain = skip_array(&body, parts->nr_chain, 8);
	}
	if (event->sample_type & STLB_PERF_RAW)
		read_raw(&body, parts);
	if (sample) {
		sample->nr_chain = parts->nr_chain;
		sample->raw_size = parts->raw_size;
		read_rest(&body, event, sample);
	}
	return !body.failed;
}

uint64_t stlb_perf_counters_lost(const struct stlb_perf_layout *layout, const uint8_t *data,
				 uint32_t size, bool swap)
{
	const uint64_t format = layout->event.read_format;
	struct body body = {.at = data, .left = size, .swap = swap};
	uint64_t nr = take(&body), lost = 0;

	if (!(format & FORMAT_LOST))
		return 0;
	skip(&body, 8 * bits(format & (FORMAT_ENABLED | FORMAT_RUNNING)));
	for (uint64_t i = 0; !body.failed && i < (format & FORMAT_GROUP ? nr : 1); i++) {
		skip(&body, format & FORMAT_GROUP ? 8 : 0);
		skip(&body, 8 * bits(format & FORMAT_ID));
		lost += take(&body);
	}
	return lost;
}
