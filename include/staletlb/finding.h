/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an analysis finds: the rules, the findings with the events that prove them, and what could
 * be judged at all. Everything here is data that the reports write; nothing here decides.
 */
#ifndef STALETLB_FINDING_H
#define STALETLB_FINDING_H

#include "staletlb/api.h"
#include "staletlb/decode.h"
#include "staletlb/event.h"
#include "staletlb/rule.h"

#ifdef __cplusplus
extern "C" {
#endif

/** enum stlb_verdict - how sure a finding is */
enum stlb_verdict {
	STLB_OBSERVED,	   /* the violation is in this run's order */
	STLB_STRICT,	   /* only the letter of the rule is broken */
	STLB_INCONCLUSIVE, /* the evidence spans lost events or lacks a kind that decides */
};

/** stlb_verdict_name - "observed", "strict", "inconclusive" */
STLB_API const char *stlb_verdict_name(enum stlb_verdict verdict);

/** struct stlb_evidence - one event that proves a finding */
struct stlb_evidence {
	const char *role; /* what it did, "lock", "bracket", "clear", "set", "free", ...; static */
	struct stlb_event event; /* @text and @stack are NULL; @comm and @name live as the source */
};

enum { STLB_FINGERPRINT = 24 };

enum { STLB_MAX_EVIDENCE = 12, STLB_MAX_STACK = 32, STLB_MAX_SUBSCRIBERS = 8, STLB_MAX_PHASE = 48 };

/** struct stlb_range - a range [start, end) of an mm; end ~0 is the end of the address space */
struct stlb_range {
	uint64_t start, end;
	bool known;
};

/** enum stlb_filter_kind - what a filter asks for; the rule is one that was turned off */
enum stlb_filter_kind {
	STLB_FILTER_MM,
	STLB_FILTER_PID,
	STLB_FILTER_COMM,
	STLB_FILTER_ADDR,
	STLB_FILTER_SINCE,
	STLB_FILTER_UNTIL,
	STLB_FILTER_RULE,
	STLB_NR_FILTERS
};

/** stlb_filter_name - "mm", "pid", ... as the options are called */
STLB_API const char *stlb_filter_name(enum stlb_filter_kind kind);

/** struct stlb_hidden - violations that the filters hide; one may be hidden by several */
struct stlb_hidden {
	uint64_t nr;
	uint64_t by[STLB_NR_FILTERS];
};

/**
 * struct stlb_finding - one site: same rule, verdict, code path, kind of update and phase
 *
 * Addresses, times and events are those of its first occurrence, of its first selected one where
 * filters hide others. An inconclusive finding has occurrences 0 and counts in @inconclusive
 * instead.
 */
struct stlb_finding {
	/* "F1", in order of the first occurrence, hidden or not, within one trace */
	char id[16];
	/*
	 * "2:0123456789abcdef", of rule, kind of update and the names of the functions of its code
	 * path: the same on other machines. "2w:..." where not all names are known: a weak one,
	 * which many faults share. The number is the version of how it is made.
	 */
	char fingerprint[STLB_FINGERPRINT];
	char first_fingerprint[17]; /* as version 1 made it, without names; for old baselines */
	enum stlb_rule rule;
	enum stlb_severity severity;
	enum stlb_verdict verdict;
	uint64_t occurrences;  /* obligations violated (of a range rule: events), selected ones */
	uint64_t inconclusive; /* the same, where the verdict is STLB_INCONCLUSIVE */
	struct stlb_hidden hidden; /* those that the filters hide, whatever the verdict */
	uint64_t cost_ns;	   /* redundant-invalidate: time spent, 0: not known */
	char action[160];  /* what was done: "copy-on-write of a pte: page 0x1 replaced by 0x2" */
	char message[320]; /* what was done to which address by whom, in one line */
	char missing[240]; /* what is missing, or what evidence would decide */
	uint64_t mm, addr, old, new_entry;
	bool has_mm, has_addr, has_old, has_new;
	enum stlb_level level;
	char comm[32];
	int32_t tid;
	uint64_t lock;		   /* the PTL of the hold of the update; 0: none known */
	struct stlb_range bracket; /* the outermost bracket of the update */
	struct stlb_evidence events[STLB_MAX_EVIDENCE]; /* in time order */
	uint32_t nr_events;
	uint64_t stack[STLB_MAX_STACK]; /* of the update, innermost first */
	uint32_t nr_stack;
	uint64_t subscribers[STLB_MAX_SUBSCRIBERS]; /* callback addresses, for symbols */
	uint32_t nr_subscribers;
	char phase[STLB_MAX_PHASE]; /* the phase mark in force, "" before the first */
	uint64_t first_ns, last_ns; /* of the violations that are counted above */
	bool selected;		    /* a filter selected one of them, or there is no filter */
	uint64_t site_ns;	    /* of the first violation, hidden or not, */
	uint32_t serial;	    /* and which site it was: ids follow both */
	bool suppressed;	   /* matched by a suppression or the baseline; set by the caller */
	const char *suppressed_by; /* the reason given; the caller's */
};

/** enum stlb_judged - how far a rule could be judged */
enum stlb_judged { STLB_JUDGED_NONE, STLB_JUDGED_PARTIAL, STLB_JUDGED_FULL };

/** STLB_RULE_IS_OFF - the reason why a rule that was turned off was not judged fully */
#define STLB_RULE_IS_OFF "the rule is off"

/** stlb_judged_name - "none", "partial", "full" */
STLB_API const char *stlb_judged_name(enum stlb_judged judged);

/** struct stlb_rule_result - coverage and count of one rule */
struct stlb_rule_result {
	enum stlb_judged judged;
	char reason[240];	     /* why not full; "" when full */
	uint64_t occurrences, sites; /* without inconclusive and suppressed ones */
	uint64_t inconclusive;
};

/** stlb_rules_decided - how far the rules that decide could be judged: the least of them */
STLB_API enum stlb_judged stlb_rules_decided(const struct stlb_rule_result *rules);

/** struct stlb_obligations - each obligation once, by how it ended, and exempt ones besides */
struct stlb_obligations {
	uint64_t total, discharged_in_lock, discharged_deferred, restored, expired, is_void,
		pending;
	uint64_t exempt;
};

/** struct stlb_gap - a place where the trace cannot be read, or does not go on */
struct stlb_gap {
	uint64_t line;	/* of a text; 0: it has none */
	char what[160]; /* one line */
};

enum { STLB_MAX_GAPS = 4 };

/**
 * struct stlb_broken_link - a page-table entry that was written without an event, between two
 *
 * Or (@used) a page table that was freed while entries in it were in use that nobody was seen
 * clearing.
 */
struct stlb_broken_link {
	struct stlb_evidence before; /* the write before; its name is NULL where there is none */
	struct stlb_evidence after;  /* the event that found something else, or the free */
	uint64_t ptep, said, found;  /* where the entry lies; by @before; by @after */
	uint64_t used;		     /* entries; 0: it is about a single one */
	uint64_t mm, addr;	     /* where @placed */
	bool placed;
	enum stlb_level level;
};

enum { STLB_MAX_BROKEN_LINKS = 16 };

/**
 * struct stlb_links - whether each write of an entry was recorded
 *
 * A link is an event that tells what an entry says, where the trace shows what was last written to
 * it.
 */
struct stlb_links {
	uint64_t links;					      /* where it is what was written */
	uint64_t broken;				      /* where it is not */
	uint64_t tables;				      /* freed with entries in use */
	struct stlb_broken_link first[STLB_MAX_BROKEN_LINKS]; /* of both, the first ones */
	uint32_t nr_first;
};

/*
 * How many obligations can be pending at a time: one mprotect() of 512 MiB leaves 131,072. Each
 * takes some 400 bytes.
 */
enum { STLB_MAX_OBLIGATIONS = 256 * 1024 };

/** struct stlb_result - all that an analysis of one trace found */
struct stlb_result {
	struct stlb_finding **findings; /* in order of their ids */
	uint32_t nr_findings;
	struct stlb_finding **hidden; /* those of which no occurrence is selected */
	uint32_t nr_hidden;
	uint64_t filters_matched; /* which values of the filter met something, as bits */
	struct stlb_rule_result rules[STLB_NR_RULES];
	struct stlb_obligations obligations;
	uint64_t kinds[STLB_NR_KINDS];	/* events per kind */
	uint64_t events_used;		/* events of a kind that has a meaning here */
	uint64_t unplaced;		/* updates that no slot could be found for */
	uint64_t mms;			/* mms that were subscribed at some time */
	uint64_t lost_while_subscribed; /* losses while an mm was subscribed, in places */
	uint64_t dropped;		/* obligations or sites given up for want of room */
	struct stlb_links continuity;
	uint64_t gaps; /* places that cannot be read: losses, each of them */
	struct stlb_gap first_gaps[STLB_MAX_GAPS]; /* of them the first ones */
	const char *notes[16];			   /* what was assumed, one line each */
	uint32_t nr_notes;
	const char *kernel; /* release, given or inferred; NULL: not known */
	bool before_6_6;    /* which of the two kernel models was used */
	enum stlb_arch arch;
};

#ifdef __cplusplus
}
#endif

#endif
