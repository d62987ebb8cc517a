/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Suppressions: findings that somebody has looked at and given a reason for, and those that an
 * earlier report (the baseline) already had. They are reported as suppressed, and do not count.
 */
#ifndef STALETLB_SUPPRESS_H
#define STALETLB_SUPPRESS_H

#include "staletlb/api.h"
#include "staletlb/finding.h"

#ifdef __cplusplus
extern "C" {
#endif

struct stlb_suppressions;

/**
 * stlb_suppressions_new - an empty set
 * @today: "YYYY-MM-DD", what the entries' "expires" is held against: an entry serves up to and
 *	including that day. NULL: none is expired. Copied.
 *
 * NULL without memory.
 */
STLB_API struct stlb_suppressions *stlb_suppressions_new(const char *today);

/** stlb_suppressions_free - NULL is fine. Not before the reports that use it. */
STLB_API void stlb_suppressions_free(struct stlb_suppressions *set);

/**
 * stlb_suppressions_load - add the entries of a suppression file (staletlb-report(5))
 * @path: JSON file, at most 4 MiB; copied
 * @err: names the file, the place in it and what was expected; may be NULL
 *
 * All of the file or nothing is added. Returns 0, -ENOENT and the like, -EINVAL for a file that
 * holds no valid suppressions, -EFBIG, -ENOMEM.
 */
STLB_API int stlb_suppressions_load(struct stlb_suppressions *set, const char *path,
				    struct stlb_error *err);

/**
 * stlb_suppressions_load_baseline - add the findings of an earlier JSON report as known ones
 * @path: the report, at most 64 MiB; copied
 * @err: as above
 *
 * A finding is known when the report has one of the same fingerprint, rule and verdict, and no
 * fewer occurrences of them in all; the reason is "baseline PATH". Returns as
 * stlb_suppressions_load().
 */
STLB_API int stlb_suppressions_load_baseline(struct stlb_suppressions *set, const char *path,
					     struct stlb_error *err);

/**
 * stlb_suppressions_match - the reason to suppress a finding
 *
 * Counts a use of every entry that matches, and takes the finding's occurrences, hidden ones too,
 * from what the entry may hide: where more are left than that, it hides none of them. Returns the
 * reason of the first entry that hides it, entries of suppression files before those of baselines
 * in the order of loading; NULL where none does. The string lives as long as the set.
 * @weak: whether that entry's fingerprint names no function; may be NULL
 */
STLB_API const char *stlb_suppressions_match(struct stlb_suppressions *set,
					     const struct stlb_finding *finding, bool *weak);

/** stlb_suppressions_peek - the same without counting */
STLB_API const char *stlb_suppressions_peek(const struct stlb_suppressions *set,
					    const struct stlb_finding *finding, bool *weak);

/** stlb_suppressions_known - how many occurrences the entries that match a finding had in all */
STLB_API uint64_t stlb_suppressions_known(const struct stlb_suppressions *set,
					  const struct stlb_finding *finding);

/**
 * struct stlb_suppression - one entry; strings live as long as the set
 *
 * What an entry does not say is NULL, @rule STLB_NR_RULES, @verdict -1, and matches everything.
 */
struct stlb_suppression {
	const char *path; /* the file that it is from */
	uint32_t index;	  /* of the entry in its file, from 0 */
	enum stlb_rule rule;
	int verdict; /* enum stlb_verdict; only a baseline's entries have one */
	const char *fingerprint;
	const char *comm;
	const char *phase;
	const char *reason;
	const char *expires; /* "YYYY-MM-DD" */
	bool expired;	     /* so it matches nothing */
	bool weak;	     /* its fingerprint names no function: many faults share it */
	bool unversioned;    /* and is one of the first version, which has no number */
	bool baseline;
	uint64_t used;	/* findings that it matched so far */
	uint64_t limit; /* occurrences that it may hide; UINT64_MAX: any number */
	uint64_t hides; /* occurrences that it hides so far */
};

/** stlb_suppressions_get - an entry, in order of loading; NULL out of range (or @set NULL) */
STLB_API const struct stlb_suppression *stlb_suppressions_get(const struct stlb_suppressions *set,
							      uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
