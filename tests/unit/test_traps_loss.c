/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What cannot be known: after losses, across switches, inside what began before the trace.
 * The traps T<n> are those of staletlb-kernel(7).
 */
#include "made_events.h"

#define REPOINTED(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define REFAULTED(n) .counts = {[STLB_RULE_REFAULT] = (n)}
#define DOUBTFUL(n)  .inconclusive = {[STLB_RULE_REPOINT] = (n)}
#define FREED(n)     .counts = {[STLB_RULE_FREE] = (n)}
#define FILLED(n, entry)                                                                           \
	{LOCK(L1)}, {SET(n, 0, entry)}, {CLEAR(n, 0)},                                             \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
#define CLEARED                                                                                    \
	SETTLE, {START(0, 1)}, {LOCK(L1)},                                                         \
	{                                                                                          \
		CLEAR(0, RW(0xa))                                                                  \
	}
#define SET_AGAIN                                                                                  \
	{SET(0, 0, RW(0xb))}, {UNLOCK(L1)},                                                        \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
#define MAPS(table, n)                                                                             \
	{LOCK(L1)},                                                                                \
	{                                                                                          \
		PTL_MAP(n, PTE_OF(table, n), L1)                                                   \
	}
#define SET_NR_AT(p, o, w, nr) OF(PTE_SET, F(MM, MM1), F(PTEP, p), F(OLD, o), F(NEW, w), F(NR, nr))

static const struct stlb_result *judge(struct stlb_analysis *analysis, const struct made *rows,
				       size_t nr)
{
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		cr_assert_eq(stlb_analysis_event(analysis, &event), 0);
	}
	return made_finish(analysis);
}

static uint64_t lost_in(const struct made *rows, size_t nr)
{
	struct made_how how = {BEFORE_6_6};
	struct stlb_analysis *analysis = made_start(&how);
	uint64_t lost = judge(analysis, rows, nr)->lost_while_subscribed;

	stlb_analysis_free(analysis);
	return lost;
}
#define LOST_IN(table) lost_in(table, sizeof(table) / sizeof((table)[0]))

/* ---- a loss ends knowledge ---- */

/* What entries said before a loss is not what a set of many overwrites after it. */
Test(loss, ends_what_was_known_of_entries)
{
	static const struct made lost[] = {
		SETTLE_66,
		MAPS(TABLE1, 0),
		{SET_NR_AT(PTE_OF(TABLE1, 0), 0, RW(0x20), 2)},
		{CLEAR_AT(0)},
		{CLEAR_AT(0)},
		{UNLOCK(L1)},
		{LOST(HERE)},
		SETTLE_66,
		MAPS(TABLE1, 0),
		{SET_NR_AT(PTE_OF(TABLE1, 0), 0, RW(0x30), 2)},
		{UNLOCK(L1)},
	};
	static const struct made reported[] = {
		SETTLE_66,
		MAPS(TABLE1, 0),
		{SET_NR_AT(PTE_OF(TABLE1, 0), 0, RW(0x20), 2)},
		{CLEAR_AT(0)},
		{CLEAR_AT(0)},
		{UNLOCK(L1)},
		{LOST(HERE)},
		SETTLE_66,
		{START(0, 2)},
		MAPS(TABLE1, 0),
		{SET_NR_AT(PTE_OF(TABLE1, 0), RW(0x20), RW(0x30), 2)},
		{CLEAR_AT(RW(0x20))},
		{CLEAR_AT(RW(0x21))},
		{UNLOCK(L1)},
		{INV(0, 2)},
		{END_66(0, 2)},
	};

	JUDGE(lost, SINCE_6_6);
	JUDGE(reported, SINCE_6_6, REPOINTED(2));
}

/* The table may have been freed and be another's by now. */
Test(loss, ends_what_was_known_of_tables)
{
	static const struct made trace[] = {
		SETTLE_66,	MAPS(TABLE1, 0),
		{UNLOCK(L1)},	{LOST(HERE)},
		SETTLE_66,	{START(0, 1)},
		{LOCK(L1)},	{SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xb))},
		{UNLOCK(L1)},	{INV(0, 1)},
		{END_66(0, 1)},
	};
	static const struct made learned_again[] = {
		SETTLE_66,	 MAPS(TABLE1, 0),
		{UNLOCK(L1)},	 {LOST(HERE)},
		SETTLE_66,	 {START(0, 1)},
		MAPS(TABLE1, 0), {SET_AT(PTE_OF(TABLE1, 0), RW(0xa), RW(0xb))},
		{UNLOCK(L1)},	 {INV(0, 1)},
		{END_66(0, 1)},
	};

	JUDGE(trace, SINCE_6_6, .unplaced = 2);
	JUDGE(learned_again, SINCE_6_6, REPOINTED(1), .unplaced = 1);
}

/* A table that comes back after a loss is not known to say anything else. */
Test(loss, ends_what_was_known_of_a_table_that_is_out)
{
#define TAKEN_OUT                                                                                  \
	{START(0, 512)}, {LOCK(L2)}, {PMD_CLEAR(0, TABLE(0x77))},                                  \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
#define PUT_BACK(table)                                                                            \
	{LOCK(L2)}, {PMD_SET(0, 0, table)},                                                        \
	{                                                                                          \
		UNLOCK(L2)                                                                         \
	}
	static const struct made lost[] = {SETTLE,	 FILLED(0, RW(0xa)),	TAKEN_OUT,
					   {LOST(HERE)}, PUT_BACK(TABLE(0x77)), {FREE(0xa)}};
	static const struct made other_between[] = {SETTLE,	   FILLED(0, RW(0xa)),
						    TAKEN_OUT,	   PUT_BACK(TABLE(0x78)),
						    {LOCK(L2)},	   {PMD_CLEAR(0, TABLE(0x78))},
						    {UNLOCK(L2)},  PUT_BACK(TABLE(0x77)),
						    {INV(0, 512)}, {END(0, 512)}};

	JUDGE(lost, BEFORE_6_6);
	JUDGE(other_between, BEFORE_6_6, REPOINTED(2));
}

/* The release of a lock, and its next acquisition, may be among what was lost. */
Test(loss, a_hold_is_not_sure_to_go_on)
{
	static const struct made spanned[] = {SETTLE,	    {START(0, 1)},	 {LOCK(L1)},
					      {LOST(HERE)}, {CLEAR(0, RW(0xa))}, SET_AGAIN};
	static const struct made new_hold[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},	  {LOST(HERE)},
		{UNLOCK(L1)}, {LOCK(L1)},    {CLEAR(0, RW(0xa))}, SET_AGAIN};
	static const struct made elsewhere[] = {SETTLED(T3), SETTLE,	       {START(0, 1)},
						{LOCK(L1)},  {T3, LOST(HERE)}, {CLEAR(0, RW(0xa))},
						SET_AGAIN};

	JUDGE(spanned, BEFORE_6_6, DOUBTFUL(1));
	JUDGE(new_hold, BEFORE_6_6, REPOINTED(1));
	JUDGE(elsewhere, BEFORE_6_6, REPOINTED(1));
}

/* ---- between the entry of register and the first notifier event ---- */

Test(loss, while_an_mm_registers)
{
	static const struct made first_event[] = {
		{SUBSCRIBE(SUB1)}, {LOST(HERE)}, {START(0, 1)}, {END(0, 1)}};
	static const struct made nothing_more[] = {{SUBSCRIBE(SUB1)}, {LOST(HERE)}};
	static const struct made other_mm[] = {{SUBSCRIBE(SUB1)},
					       {LOST(HERE)},
					       {OF(SUBSCRIBE, F(MM, MM2), F(SUB, SUB2))},
					       {SUBSCRIBED(0)}};
	static const struct made twice[] = {{SUBSCRIBE(SUB1)},
					    {LOST(HERE)},
					    {T2, SUBSCRIBE(SUB2)},
					    {T2, START(0, 1)},
					    {T2, END(0, 1)}};
	static const struct made returned[] = {
		{SUBSCRIBE(SUB1)}, {LOST(HERE)}, {SUBSCRIBED(0)}, {START(0, 1)}, {END(0, 1)}};
	static const struct made failed[] = {{SUBSCRIBE(SUB1)}, {LOST(HERE)}, {SUBSCRIBED(-12)}};
	static const struct made before[] = {
		{LOST(HERE)}, {SUBSCRIBE(SUB1)}, {START(0, 1)}, {END(0, 1)}};

	cr_expect_eq(LOST_IN(first_event), 1);
	cr_expect_eq(LOST_IN(nothing_more), 1);
	cr_expect_eq(LOST_IN(other_mm), 1);
	cr_expect_eq(LOST_IN(twice), 1);
	/* until it returns nothing is pending */
	cr_expect_eq(LOST_IN(returned), 0);
	cr_expect_eq(LOST_IN(failed), 0);
	cr_expect_eq(LOST_IN(before), 0);
}

/* ---- a CPU that cannot be read ---- */

Test(unreadable, counts_whenever_an_mm_subscribes)
{
	static const struct made at_once[] = {
		{LOST(SOMEWHERE)}, {SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}};
	static const struct made at_the_end[] = {
		{SUBSCRIBE(SUB1)}, {SUBSCRIBED(0)}, {RELEASE}, {LOST(SOMEWHERE)}};
	static const struct made never[] = {{LOST(SOMEWHERE)}, {CLEAR(0, RW(0xa))}};

	cr_expect_eq(LOST_IN(at_once), 1);
	cr_expect_eq(LOST_IN(at_the_end), 1);
	cr_expect_eq(LOST_IN(never), 0);
}

/* The other half may have been there. */
Test(unreadable, an_unbalanced_range_is_not_sure)
{
#define UNBALANCED(n) .inconclusive = { [STLB_RULE_UNBALANCED] = (n) }
	static const struct made end[] = {{ON(3), LOST(SOMEWHERE)}, SETTLE, {END(0, 1)}};
	static const struct made start[] = {
		{ON(3), LOST(SOMEWHERE)}, SETTLE, {START(0, 1)}, {EXITS}};
	static const struct made in_lock[] = {{ON(3), LOST(SOMEWHERE)},
					      SETTLE,
					      {LOCK(L2)},
					      {UNLOCK(L2)},
					      {LOCK(L1)},
					      {START(0, 1)},
					      {END(0, 1)}};
	static const struct made sure[] = {SETTLE, {END(0, 1)}};

	JUDGE(end, BEFORE_6_6, UNBALANCED(1));
	JUDGE(start, BEFORE_6_6, UNBALANCED(1));
	JUDGE(in_lock, BEFORE_6_6, UNBALANCED(1));
	JUDGE(sure, BEFORE_6_6, .counts = {[STLB_RULE_UNBALANCED] = 1});
}

/* ---- a holder that is switched out ---- */

Test(switched_out, its_own_release_shows_that_the_hold_went_on)
{
	static const struct made back[] = {
		CLEARED, {SWITCH(200)}, {.tid = 200, SWITCH(100)}, SET_AGAIN};
	static const struct made elsewhere[] = {CLEARED,
						{SWITCH(200)},
						{ON(2), SET(0, 0, RW(0xb))},
						{ON(2), UNLOCK(L1)},
						{ON(2), END(0, 1)}};
	static const struct made twice[] = {CLEARED, {SWITCH(200)}, {SWITCH(200)}, SET_AGAIN};
	static const struct made lock_inside[] = {
		CLEARED,	  {SWITCH(200)}, {LOCK_ANY(RQ)}, {SET(0, 0, RW(0xb))},
		{UNLOCK_ANY(RQ)}, {UNLOCK(L1)},	 {END(0, 1)}};
	static const struct made waited_for[] = {
		CLEARED,	 {SWITCH(200)},	       {T2, ASK(L1)},
		{T2, SWITCH(0)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)},
		{T2, LOCK(L1)},	 {T2, UNLOCK(L1)},     {END(0, 1)}};
	static const struct made invalidated[] = {CLEARED, {SWITCH(200)}, {INV(0, 1)}, SET_AGAIN};
	static const struct made never[] = {
		CLEARED, {SWITCH(200)}, {SET(0, 0, RW(0xb))}, {UNLOCK(L1)}, {ONLY_END(0, 1)}};

	JUDGE(back, BEFORE_6_6, REPOINTED(1));
	JUDGE(elsewhere, BEFORE_6_6, REPOINTED(1));
	JUDGE(twice, BEFORE_6_6, REPOINTED(1));
	JUDGE(lock_inside, BEFORE_6_6, REPOINTED(1));
	JUDGE(waited_for, BEFORE_6_6, REPOINTED(1));
	JUDGE(invalidated, BEFORE_6_6);
	JUDGE(never, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1, [STLB_RULE_NEVER] = 1});
}

Test(switched_out, a_new_acquisition_shows_that_it_was_over)
{
	static const struct made by_another[] = {
		CLEARED, {SWITCH(200)}, {T2, LOCK(L1)}, {T2, UNLOCK(L1)}, SET_AGAIN};
	static const struct made by_itself[] = {CLEARED, {SWITCH(200)}, {LOCK(L1)}, SET_AGAIN};
	static const struct made at_exit[] = {
		CLEARED, {SWITCH(200)}, {SET(0, 0, RW(0xb))}, {EXITS}};

	JUDGE(by_another, BEFORE_6_6, REFAULTED(1));
	JUDGE(by_itself, BEFORE_6_6, REFAULTED(1));
	JUDGE(at_exit, BEFORE_6_6, .counts = {[STLB_RULE_REFAULT] = 1, [STLB_RULE_UNBALANCED] = 1});
}

/* What the hook of a set overwrites is recorded after the switch. */
Test(switched_out, between_a_set_and_its_echo)
{
	static const struct made echo[] = {
		SETTLE,
		FILLED(0, RW(0xa)),
		{LOCK(L1)},
		{SET(0, RW(0xa), RW(0xa))},
		{SWITCH(200)},
		{.tid = 200, SWITCH(100)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
	};
	static const struct made real[] = {
		SETTLE,
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, 0, RW(0xa))},
		{CLEAR(0, 0)},
		{SWITCH(200)},
		{.tid = 200, SWITCH(100)},
		{CLEAR(0, RW(0xa))},
		{UNLOCK(L1)},
		{FREE(0xa)},
		{END(0, 1)},
	};

	JUDGE(echo, BEFORE_6_6);
	JUDGE(real, BEFORE_6_6, FREED(1));
}

/* ---- a hold under many locks ---- */

static void under_locks(int nr, const char *name, const struct made_how *how)
{
	static const struct made before[] = {CLEARED}, after[] = {SET_AGAIN};
	struct made rows[200];
	size_t at = sizeof(before) / sizeof(*before);

	memcpy(rows, before, sizeof(before));
	for (int i = 0; i < nr; i++)
		rows[at++] = (struct made){OF(LOCK_ACQUIRE, F(LOCK, RQ + 64 * (uint64_t)i)),
					   .text = name};
	memcpy(rows + at, after, sizeof(after));
	made_judge(__func__, nr, rows, at + sizeof(after) / sizeof(*after), how);
}

Test(many_locks, a_hold_is_never_forgotten_in_silence)
{
	under_locks(11, NULL, &(struct made_how){BEFORE_6_6, REPOINTED(1)});
	under_locks(150, NULL, &(struct made_how){BEFORE_6_6, REPOINTED(1)});
	under_locks(11, "ptlock_ptr(page)", &(struct made_how){BEFORE_6_6, REPOINTED(1)});
	/* there is no room for all of these: what was done in the first one is not sure */
	under_locks(150, "ptlock_ptr(page)",
		    &(struct made_how){BEFORE_6_6, .inconclusive = {[STLB_RULE_REFAULT] = 1}});
}

/* ---- T50: a trace that begins inside an operation ---- */

Test(begun_inside, nothing_is_known_before_it_was_seen_outside)
{
#define ZAPPED(n)                                                                                  \
	{LOCK(L1)}, {CLEAR(n, RW(0xa))},                                                           \
	{                                                                                          \
		UNLOCK(L1)                                                                         \
	}
	static const struct made cut[] = {
		SETTLED(T2), {START(0, 512)}, {ONLY_END(0, 512)}, ZAPPED(600)};
	static const struct made cut_before[] = {SETTLED(T2), ZAPPED(600)};
	static const struct made two_splits[] = {
		SETTLED(T2),	     {START(0, 512)},	     {ONLY_END(0, 512)},
		{START(1024, 1536)}, {ONLY_END(1024, 1536)}, ZAPPED(600),
		{END(5, 1030)}};
	static const struct made outside[] = {SETTLED(T2), {START(0, 512)}, {ONLY_END(0, 512)},
					      ZAPPED(600), {START(5, 6)},   {END(5, 6)}};
	static const struct made after[] = {SETTLED(T2),    {START(0, 512)}, {ONLY_END(0, 512)},
					    {END(5, 1030)}, ZAPPED(600),     {INV(600, 601)}};

	JUDGE(cut, BEFORE_6_6);
	JUDGE(cut_before, BEFORE_6_6);
	JUDGE(two_splits, BEFORE_6_6);
	JUDGE(outside, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
	JUDGE(after, BEFORE_6_6, .counts = {[STLB_RULE_UNBRACKETED] = 1});
}

/* A reverse mapping that was added before the loss: what the entry was set to is not guessed. */
Test(loss, of_the_set_that_a_mapping_announced)
{
#define MAPPED_THEN(...)                                                                           \
	SETTLE, {START(0, 1)}, {LOCK(L1)}, {CLEAR(0, RW(0xa))}, {MAP(0, 0xb)}, __VA_ARGS__,        \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		END(0, 1)                                                                          \
	}
	static const struct made seen[] = {MAPPED_THEN({SWITCH(9)}, {.tid = 9, SWITCH(100)})};
	static const struct made lost[] = {MAPPED_THEN({LOST(HERE)})};
	struct stlb_kinds kinds = MADE_WITHOUT(STLB_PTE_SET);

	JUDGE(seen, BEFORE_6_6, .recorded = kinds, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(lost, BEFORE_6_6, .recorded = kinds);
}
