/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A result made by hand, for the tests of the reports: what an analysis could have found. */
#ifndef UNIT_REPORT_SAMPLE_H
#define UNIT_REPORT_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "staletlb/report.h"

enum { SAMPLE_FINDINGS = 4 };

struct sample {
	struct stlb_source_info info;
	struct stlb_result result;
	struct stlb_finding findings[SAMPLE_FINDINGS];
	struct stlb_finding *list[SAMPLE_FINDINGS];
};

static inline void sample_event(struct stlb_finding *finding, const char *role, enum stlb_kind kind,
				uint64_t has, uint64_t ns)
{
	struct stlb_evidence *evidence = &finding->events[finding->nr_events++];

	evidence->role = role;
	evidence->event = (struct stlb_event){
		.ns = ns,
		.has = has | STLB_BIT(MM),
		.name = stlb_kind_name(kind),
		.comm = "workload",
		.cpu = 1,
		.tid = 311,
		.kind = kind,
	};
	evidence->event.value[STLB_FIELD_MM] = 0xffff888004a30000;
	evidence->event.value[STLB_FIELD_ADDR] = 0x7f1234561000;
	evidence->event.value[STLB_FIELD_START] = 0x7f1234561000;
	evidence->event.value[STLB_FIELD_END] = 0x7f1234562000;
	evidence->event.value[STLB_FIELD_OLD] = 0x8000000012345025;
	evidence->event.value[STLB_FIELD_NEW] = 0x8000000045678067;
	evidence->event.value[STLB_FIELD_LOCK] = 0xffff8880041c2a28;
	evidence->event.value[STLB_FIELD_RET] = (uint64_t)-11;
}

static inline void sample_repoint(struct stlb_finding *finding)
{
	*finding = (struct stlb_finding){
		.id = "F1",
		.fingerprint = "2:0123456789abcdef",
		.rule = STLB_RULE_REPOINT,
		.severity = STLB_ERROR,
		.occurrences = 69,
		.action = "copy-on-write of a pte: page 0x12345 replaced by 0x45678",
		.message = "copy-on-write of the pte of 0x7f1234561000 by workload[311]: "
			   "page 0x12345 replaced by 0x45678",
		.missing = "an invalidation of 0x7f1234561000-0x7f1234562000 between the clear "
			   "and the set",
		.mm = 0xffff888004a30000,
		.addr = 0x7f1234561000,
		.old = 0x8000000012345025,
		.new_entry = 0x8000000045678067,
		.has_mm = true,
		.has_addr = true,
		.has_old = true,
		.has_new = true,
		.comm = "workload",
		.tid = 311,
		.lock = 0xffff8880041c2a28,
		.bracket = {0x7f1234561000, 0x7f1234562000, true},
		.phase = "cow",
		.stack = {0xffffffff81234567, 0xffffffff81234000},
		.nr_stack = 2,
		.subscribers = {0xffffffffc0123450},
		.nr_subscribers = 1,
		.first_ns = 12345678901,
		.last_ns = 13456789012,
	};
	sample_event(finding, "bracket", STLB_INV_START, STLB_BIT(START) | STLB_BIT(END),
		     12345678000);
	sample_event(finding, "lock", STLB_LOCK_ACQUIRED, STLB_BIT(LOCK), 12345678500);
	sample_event(finding, "clear", STLB_PTE_CLEAR, STLB_BIT(ADDR) | STLB_BIT(OLD), 12345678901);
	sample_event(finding, "set", STLB_PTE_SET, STLB_BIT(ADDR) | STLB_BIT(OLD) | STLB_BIT(NEW),
		     12345681901);
	sample_event(finding, "return", STLB_INV_START_RET, STLB_BIT(RET), 12346681901);
	finding->events[4].event.context = STLB_CONTEXT_SOFTIRQ;
}

static inline void sample_findings(struct sample *sample)
{
	sample_repoint(&sample->findings[0]);
	sample_repoint(&sample->findings[1]);
	strcpy(sample->findings[1].id, "F2");
	strcpy(sample->findings[1].fingerprint, "2:00000000000000aa");
	sample->findings[1].rule = STLB_RULE_FREE;
	sample->findings[1].verdict = STLB_INCONCLUSIVE;
	sample->findings[1].occurrences = 0;
	sample->findings[1].inconclusive = 2;
	sample->findings[2] = (struct stlb_finding){
		.id = "F3",
		.fingerprint = "2w:00000000000000bb",
		.rule = STLB_RULE_UNALIGNED,
		.severity = STLB_NOTICE,
		.occurrences = 1,
		.message = "a range that is not page-aligned",
		.comm = "bad\xff\033[31m",
		.tid = 7,
		.first_ns = 5,
		.last_ns = 5,
	};
	sample_repoint(&sample->findings[3]);
	strcpy(sample->findings[3].id, "F4");
	sample->findings[3].severity = STLB_WARNING;
	sample->findings[3].rule = STLB_RULE_PARTIAL;
	sample->findings[3].occurrences = 2;
	sample->findings[3].level = STLB_LEVEL_PMD;
	strcpy(sample->findings[3].phase, "hugetlb");
}

static inline void sample_counts(struct stlb_result *result)
{
	for (int rule = 0; rule < STLB_NR_RULES; rule++)
		result->rules[rule].judged = STLB_JUDGED_FULL;
	result->rules[STLB_RULE_REPOINT].occurrences = 69;
	result->rules[STLB_RULE_REPOINT].sites = 1;
	result->rules[STLB_RULE_FREE].inconclusive = 2;
	result->rules[STLB_RULE_UNALIGNED].occurrences = 1;
	result->rules[STLB_RULE_UNALIGNED].sites = 1;
	result->rules[STLB_RULE_PARTIAL].occurrences = 2;
	result->rules[STLB_RULE_PARTIAL].sites = 1;
	result->rules[STLB_RULE_NEVER].judged = STLB_JUDGED_PARTIAL;
	strcpy(result->rules[STLB_RULE_NEVER].reason,
	       "returns to user mode are not traced, so a deferral that is never made good may "
	       "go unnoticed");
	result->obligations = (struct stlb_obligations){
		.total = 1182,
		.discharged_in_lock = 1000,
		.discharged_deferred = 80,
		.restored = 30,
		.expired = 69,
		.is_void = 1,
		.pending = 2,
		.exempt = 63,
	};
	result->kinds[STLB_INV_START] = 800;
	result->kinds[STLB_INV_RANGE] = 700;
	result->kinds[STLB_PTE_CLEAR] = 900;
	result->kinds[STLB_PTE_SET] = 1200;
	result->kinds[STLB_PAGE_FREE] = 5000;
	result->kinds[STLB_LOST] = 1;
}

/** sample_init - a trace with an error, a notice, a warning and an inconclusive finding */
static inline void sample_init(struct sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->info = (struct stlb_source_info){
		.path = "debug-6.1.dat",
		.format = "trace.dat v7, zstd",
		.kernel = "6.1.0-56-amd64",
		.arch = "x86_64",
		.clock = "global",
		.cpus = 2,
		.events = 98765,
		.lost_events = 12,
		.first_ns = 12000000000,
		.last_ns = 20123000000,
	};
	sample_findings(sample);
	sample_counts(&sample->result);
	sample->result.events_used = 54321;
	sample->result.unplaced = 3;
	sample->result.mms = 1;
	sample->result.lost_while_subscribed = 1;
	sample->result.notes[0] = "the kernel is taken for one before 6.6: inv_end has only_end";
	sample->result.nr_notes = 1;
	sample->result.before_6_6 = true;
	sample->result.arch = STLB_ARCH_X86_64;
	for (int i = 0; i < SAMPLE_FINDINGS; i++)
		sample->list[i] = &sample->findings[i];
	sample->result.findings = sample->list;
	sample->result.nr_findings = SAMPLE_FINDINGS;
}

/** sample_clean - make it a trace that nothing can be said against */
static inline void sample_clean(struct sample *sample)
{
	sample->result.unplaced = 0;
	sample->result.nr_findings = 0;
	sample->result.lost_while_subscribed = 0;
	for (int rule = 0; rule < STLB_NR_RULES; rule++)
		sample->result.rules[rule] = (struct stlb_rule_result){.judged = STLB_JUDGED_FULL};
}

/** sample_written - the report as a writer writes it; free it */
static inline char *sample_written(const struct stlb_report *report, const char *format,
				   const struct stlb_report_options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int code = stlb_report_writer_find(format)->write(report, to, options, NULL);

	fclose(to);
	if (!code)
		return text;
	free(text);
	return NULL;
}

#endif
