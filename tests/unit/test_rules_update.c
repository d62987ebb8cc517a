/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an update is, and what it replaces: by the entry before, the hold, and the echoes. */
#include "made_events.h"

#define REPOINT(n) .counts = {[STLB_RULE_REPOINT] = (n)}
#define REFAULT(n) .counts = {[STLB_RULE_REFAULT] = (n)}
#define FREED(n)   .counts = {[STLB_RULE_FREE] = (n)}
#define NEVER(n)   .counts = {[STLB_RULE_NEVER] = (n)}
#define ENDED(...)                                                                                 \
	.ended = &(struct stlb_obligations)                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define HELD(...)                                                                                  \
	SETTLE, {START(0, 1024)}, {LOCK(L1)}, __VA_ARGS__, {UNLOCK(L1)},                           \
	{                                                                                          \
		END(0, 1024)                                                                       \
	}

/* Write-protected, and then replaced: what is pending for the page is pending once. */
Test(update, a_page_protected_and_then_replaced)
{
	static const struct made reported[] = {HELD({SET(0, RW(0xa), RO(0xa))}, {CLEAR(0, RW(0xa))},
						    {SET(0, RO(0xa), RW(0xb))},
						    {CLEAR(0, RO(0xa))})};
	static const struct made unknown[] = {
		HELD({SET(0, RW(0xa), RO(0xa))},
		     {OF(CHANGE_PTE, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, RW(0xb)))})};

	JUDGE(reported, BEFORE_6_6, REPOINT(1), ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(unknown, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
}

/* A pmd made invalid in place is set again, to what is not recorded: nothing shows a repoint. */
Test(update, made_invalid_where_sets_are_not_recorded)
{
	static const struct made trace[] = {
		HELD({PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))}, {MAP(0, 0x900)})};
	struct stlb_kinds kinds = MADE_WITHOUT(STLB_PMD_SET, STLB_PTE_SET);

	JUDGE(trace, BEFORE_6_6, .recorded = kinds, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(trace, BEFORE_6_6, .recorded = MADE_MORE(kinds, STLB_PMD_SET), REPOINT(1));
}

/* A present entry that is set is no second telling of the clear before it. */
Test(update, another_huge_page_after_an_invalidation_in_place)
{
	static const struct made other[] = {HELD({PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
						 {PMD_SET(0, NUMA(0x200), HUGE(0x400))})};
	static const struct made reported_twice[] = {HELD({PMD_CLEARS(PMD_INVAL, 0, HUGE(0x200))},
							  {PMD_SET(0, HUGE(0x200), NUMA(0x200))},
							  {PMD_CLEAR(0, HUGE(0x200))})};

	JUDGE(other, BEFORE_6_6, REPOINT(1));
	JUDGE(reported_twice, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
}

/* What a set tells of the entry before wins over what was known; of several nothing is guessed. */
Test(update, what_was_there_before)
{
#define KNOWN                                                                                      \
	{SET(0, 0, RW(0xc))}, {START(7, 8)}, {CLEAR(7, RW(0x99))}, {INV(7, 8)},                    \
	{                                                                                          \
		END(7, 8)                                                                          \
	}
	static const struct made reported[] = {
		SETTLE,	      KNOWN,	   {START(0, 2)}, {LOCK(L1)}, {SET(0, RW(0xa), SWAP)},
		{UNLOCK(L1)}, {FREE(0xa)}, {END(0, 2)}};
	static const struct made known[] = {
		SETTLE,
		KNOWN,
		{START(0, 2)},
		{LOCK(L1)},
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)), F(NEW, SWAP))},
		{UNLOCK(L1)},
		{FREE(0xc)},
		{END(0, 2)}};
	static const struct made several[] = {
		SETTLE,	      KNOWN,	  {START(0, 2)}, {LOCK(L1)}, {SET_NR(0, RW(0x30), 2)},
		{UNLOCK(L1)}, {END(0, 2)}};

	JUDGE(reported, BEFORE_6_6, FREED(1));
	JUDGE(known, BEFORE_6_6, FREED(1));
	JUDGE(several, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
}

/* What the clear left first is what it left. */
Test(update, a_swap_entry_that_becomes_a_migration_entry)
{
	static const struct made swap[] = {SETTLE,
					   {START(0, 1)},
					   {LOCK(L1)},
					   {SET(0, RW(0xa), SWAP)},
					   {SET(0, SWAP, MIGRATION)},
					   {UNLOCK(L1)},
					   {ONLY_END(0, 1)}};
	static const struct made migration[] = {SETTLE,	      {START(0, 1)},
						{LOCK(L1)},   {SET(0, RW(0xa), MIGRATION)},
						{UNLOCK(L1)}, {ONLY_END(0, 1)}};

	JUDGE(swap, BEFORE_6_6, NEVER(1));
	JUDGE(migration, BEFORE_6_6);
}

/* ---- a huge page in subpages ---- */

/* 512 times one page is a split only of zeroes: a special page that nobody can write. */
Test(subpages, all_of_one_page)
{
	static struct made trace[5 + 512 + 3];
	static const struct {
		uint64_t was, is, repoints;
	} cases[] = {
		{HUGERO(0x200), ZERO(0x50), 0},
		{HUGERO(0x200), RO(0x50), 1},
		{HUGERO(0x200), RW(0x50) | 0x200, 1},
		{HUGE(0x200), ZERO(0x50), 1},
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		const struct made head[] = {
			SETTLE, {START(0, 512)}, {LOCK(L1)}, {PMD_CLEAR(0, cases[at].was)}};
		const struct made tail[] = {{UNLOCK(L1)}, {END(0, 512)}};
		size_t nr = 0;

		for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
			trace[nr++] = head[i];
		for (unsigned int i = 0; i < 512; i++)
			trace[nr++] = (struct made){SET(i, 0, cases[at].is)};
		for (size_t i = 0; i < sizeof(tail) / sizeof(*tail); i++)
			trace[nr++] = tail[i];
		made_judge(__func__, __LINE__, trace, nr,
			   &(struct made_how){BEFORE_6_6, REPOINT(cases[at].repoints)});
	}
}

/* Fewer than all of them, or of two pages, do not count; the hold's end tells. */
Test(subpages, not_all_of_one_page)
{
	static const struct made some[] = {HELD({PMD_CLEAR(0, HUGERO(0x200))},
						{SET(0, 0, ZERO(0x50))}, {SET(1, 0, ZERO(0x50))})};
	static const struct made two[] = {HELD({PMD_CLEAR(0, HUGERO(0x200))},
					       {SET(0, 0, ZERO(0x50))}, {SET(1, 0, ZERO(0x51))})};
	static const struct made in_time[] = {
		HELD({PMD_CLEAR(0, HUGERO(0x200))}, {INV(0, 512)}, {SET(0, 0, ZERO(0x50))})};
	static const struct made covered_later[] = {
		HELD({PMD_CLEAR(0, HUGERO(0x200))}, {SET(0, 0, ZERO(0x50))}, {INV(0, 512)})};

	JUDGE(some, BEFORE_6_6, REPOINT(1));
	JUDGE(two, BEFORE_6_6, REPOINT(1));
	JUDGE(in_time, BEFORE_6_6);
	JUDGE(covered_later, BEFORE_6_6);
}

/* Which end of it was left out makes no difference. */
Test(subpages, all_but_some_covered)
{
#define COVERED(a, b)                                                                              \
	SETTLE, {START(0, 512)}, {LOCK(L1)}, {PMD_CLEAR(0, HUGE(0x200))}, {INV(a, b)},             \
		{UNLOCK(L1)},                                                                      \
	{                                                                                          \
		ONLY_END(0, 512)                                                                   \
	}
#define PARTIAL .counts = {[STLB_RULE_PARTIAL] = 1}
	static const struct made not_the_first[] = {COVERED(1, 512)};
	static const struct made not_the_last[] = {COVERED(0, 511)};
	static const struct made all[] = {COVERED(0, 512)};

	JUDGE(not_the_first, BEFORE_6_6, PARTIAL);
	JUDGE(not_the_last, BEFORE_6_6, PARTIAL);
	JUDGE(all, BEFORE_6_6);
}

/* A subpage that is set twice is one subpage. */
Test(subpages, one_set_twice)
{
	static const struct made trace[] = {SETTLE,
					    {START(0, 512)},
					    {LOCK(L1)},
					    {PMD_CLEAR(0, HUGE(0x200))},
					    {SET_NR(0, RW(0x200), 511)},
					    {SET(0, 0, RW(0x200))},
					    {UNLOCK(L1)},
					    {ONLY_END(0, 512)}};
	static const struct made last[] = {SETTLE,
					   {START(0, 512)},
					   {LOCK(L1)},
					   {PMD_CLEAR(0, HUGE(0x200))},
					   {SET_NR(0, RW(0x200), 511)},
					   {SET(511, 0, RW(0x3ff))},
					   {UNLOCK(L1)},
					   {ONLY_END(0, 512)}};
	static const struct made read_only[] = {SETTLE,
						{START(0, 512)},
						{LOCK(L1)},
						{PMD_CLEAR(0, HUGE(0x200))},
						{SET_NR(0, RW(0x200), 100)},
						{SET_NR(100, RO(0x264), 412)},
						{UNLOCK(L1)},
						{ONLY_END(0, 512)}};

	JUDGE(trace, BEFORE_6_6, NEVER(1));
	JUDGE(last, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
	JUDGE(read_only, BEFORE_6_6, NEVER(1));
}

/* A swap entry in a subpage of a huge page that was zapped does not wait for the huge page. */
Test(subpages, a_swap_entry_below_a_zap)
{
	static const struct made swap[] = {
		HELD({PMD_CLEAR(0, HUGE(0x200))}, {SET(3, 0, SWAP)}, {UNLOCK(L1)}, {T2, LOCK(L1)},
		     {T2, PMD_SET(0, 0, HUGE(0x400))}, {T2, UNLOCK(L1)})};
	static const struct made migration[] = {
		HELD({PMD_CLEAR(0, HUGE(0x200))}, {SET(3, 0, MIGRATION)}, {UNLOCK(L1)},
		     {T2, LOCK(L1)}, {T2, PMD_SET(0, 0, HUGE(0x400))}, {T2, UNLOCK(L1)})};

	JUDGE(swap, BEFORE_6_6, REFAULT(1));
	JUDGE(migration, BEFORE_6_6, REPOINT(1));
}

/* ---- tables and huge pages in each other's place ---- */

Test(tables, replaced_in_place)
{
#define BELOW(...)                                                                                 \
	SETTLE, {LOCK(L1)}, {SET(0, 0, RW(0x200))}, {CLEAR(0, 0)}, {SET(1, 0, RW(0x201))},         \
		{CLEAR(1, 0)}, {UNLOCK(L1)}, {START(0, 512)}, {LOCK(L2)}, __VA_ARGS__,             \
		{UNLOCK(L2)},                                                                      \
	{                                                                                          \
		END(0, 512)                                                                        \
	}
	static const struct made same[] = {BELOW({PMD_SET(0, TABLE(0x50), HUGE(0x200))})};
	static const struct made other[] = {BELOW({PMD_SET(0, TABLE(0x50), HUGE(0x400))})};
	static const struct made last_alone[] = {BELOW({PMD_SET(0, TABLE(0x50), HUGE(0x1ff))})};
	static const struct made first_differs[] = {
		BELOW({UNLOCK(L2)}, {LOCK(L1)}, {SET(0, RW(0x200), RW(0x900))}, {INV(0, 1)},
		      {UNLOCK(L1)}, {LOCK(L2)}, {PMD_SET(0, TABLE(0x50), HUGE(0x200))})};
	static const struct made freed[] = {
		BELOW({PMD_SET(0, TABLE(0x50), HUGE(0x200))}, {FREE(0x50)})};
	static const struct made huge_to_table[] = {
		BELOW({PMD_SET(0, HUGE(0x400), TABLE(0x50))}, {FREE(0x400)})};
	static const struct made table_alone[] = {
		BELOW({PMD_SET(0, 0, TABLE(0x50))}, {FREE(0x400)})};

	JUDGE(same, BEFORE_6_6, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(other, BEFORE_6_6, REPOINT(1));
	JUDGE(last_alone, BEFORE_6_6, REPOINT(1));
	JUDGE(first_differs, BEFORE_6_6, REPOINT(2));
	JUDGE(freed, BEFORE_6_6, FREED(1));
	JUDGE(huge_to_table, BEFORE_6_6, FREED(1));
	JUDGE(table_alone, BEFORE_6_6);
}

/* The huge zero page replaced by another zero page, in one set. */
Test(tables, zeroes_in_place)
{
#define ZEROES                                                                                     \
	{OF(SUBSCRIBE, F(MM, MM1), F(SUB, SUB1), F(ZERO_PFN, 0x50), F(HUGE_ZERO_PFN, 0x400))},     \
	{                                                                                          \
		SUBSCRIBED(0)                                                                      \
	}
	static const struct made zeroes[] = {
		ZEROES, HELD({SET(0, ZERO(0x50), ZERO(0x401))}, {CLEAR(0, ZERO(0x50))})};
	static const struct made other[] = {
		ZEROES, HELD({SET(0, ZERO(0x50), ZERO(0x61))}, {CLEAR(0, ZERO(0x50))})};

	JUDGE(zeroes, BEFORE_6_6, ENDED(.total = 1, .restored = 1));
	JUDGE(other, BEFORE_6_6, REPOINT(1));
}

/* ---- echoes ---- */

/* What an echo tells of an entry that went is a clear, where it was replaced by none. */
Test(echoes, of_an_entry_set_to_none_that_is_present)
{
#define SET_SWAPS(n, m) OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(NEW, SWAP), F(NR, m))
	static const struct made freed[] = {
		HELD({SET_SWAPS(0, 2)}, {CLEAR(0, RW(0xa))}, {CLEAR(1, RW(0xb))}, {FREE(0xb)})};
	static const struct made none[] = {
		HELD({SET_SWAPS(0, 2)}, {CLEAR(0, 0)}, {CLEAR(1, 0)}, {FREE(0xb)})};

	JUDGE(freed, BEFORE_6_6, FREED(1), ENDED(.total = 2, .discharged_deferred = 2));
	JUDGE(none, BEFORE_6_6, ENDED(.total = 0));
}

/* A clear of just what was set, where no echo was ever seen, is a clear. */
Test(echoes, a_clear_of_what_was_just_set)
{
#define SET_UNTOLD(n, w) OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(NEW, w))
	static const struct made real[] = {
		HELD({SET_UNTOLD(0, RW(0xa))}, {CLEAR(0, RW(0xa))}, {FREE(0xa)})};
	static const struct made echo[] = {
		HELD({SET_UNTOLD(0, RW(0xa))}, {CLEAR(0, RW(0xb))}, {FREE(0xa)}, {INV(0, 1)})};
	/* once the hook is known to tell sets too, the clear straight after one is its echo */
	static const struct made known[] = {HELD({SET_UNTOLD(0, RW(0xa))}, {CLEAR(0, 0)},
						 {SET_UNTOLD(0, RW(0xa))}, {CLEAR(0, RW(0xa))},
						 {FREE(0xb)})};

	JUDGE(real, BEFORE_6_6, FREED(1));
	JUDGE(echo, BEFORE_6_6, .counts = {[STLB_RULE_REPOINT] = 1});
	JUDGE(known, BEFORE_6_6, ENDED(.total = 0));
}

/* In text without irq flags an echo may come late, of a set that recorded nothing too. */
Test(echoes, late_ones_of_a_set_that_reported_nothing)
{
#define FILLED                                                                                     \
	{SET_UNTOLD(0, RW(0xa))},                                                                  \
	{                                                                                          \
		CLEAR(0, 0)                                                                        \
	}
	static const struct made late[] = {HELD(FILLED, {SET_UNTOLD(0, RO(0xa))}, {WAKE(14)},
						{CLEAR(0, RW(0xa))}, {FREE(0x99)})};
	static const struct made never_seen[] = {
		HELD({SET_UNTOLD(0, RO(0xa))}, {WAKE(14)}, {CLEAR(0, RO(0xa))}, {FREE(0xa)})};
	static const struct made other_value[] = {HELD(
		FILLED, {SET(0, RW(0xa), RO(0xa))}, {WAKE(14)}, {CLEAR(0, RO(0xa))}, {FREE(0xa)})};

	JUDGE(late, BEFORE_6_6, .no_irq_flags = true, ENDED(.total = 1, .discharged_deferred = 1));
	JUDGE(never_seen, BEFORE_6_6, .no_irq_flags = true, FREED(1));
	JUDGE(other_value, BEFORE_6_6, .no_irq_flags = true, FREED(1));
}

/* Nor is a late one of a second entry held against what was reported of the first. */
Test(echoes, late_ones_of_several_entries)
{
	static const struct made late[] = {HELD({OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(0)),
						    F(OLD, RO(0xa)), F(NEW, RW(0x30)), F(NR, 2))},
						{CLEAR(0, RO(0xa))}, {WAKE(14)},
						{CLEAR(1, RO(0xb))})};

	JUDGE(late, BEFORE_6_6, .no_irq_flags = true, REPOINT(2));
}

/* Where an echo was missed, what others have set since is no late echo of the set before. */
Test(echoes, not_of_what_others_set_since)
{
#define REFILLED(...)                                                                              \
	HELD({SET_NR(0, RW(0x20), 4)}, {CLEAR(0, 0)}), {T2, START(2, 3)}, {T2, LOCK(L1)},          \
		{T2, CLEAR(2, RW(0x22))}, {T2, INV(2, 3)}, {T2, SET(2, 0, RW(0x99))},              \
		{T2, UNLOCK(L1)}, {T2, ONLY_END(2, 3)}, HELD(__VA_ARGS__)
	static const struct made freed[] = {REFILLED({CLEAR(2, RW(0x99))}, {FREE(0x99)})};
	static const struct made right[] = {
		REFILLED({CLEAR(2, RW(0x99))}, {INV(0, 4)}, {FREE(0x99)})};

	JUDGE(freed, BEFORE_6_6, .no_irq_flags = true, FREED(1));
	JUDGE(right, BEFORE_6_6, .no_irq_flags = true, ENDED(.total = 2, .discharged_in_lock = 2));
}

/* An echo is of its own mm. */
Test(echoes, of_another_mm)
{
	static const struct made other_mm[] = {
		SETTLE,
		{STARTS(MM2, 0, 1, 1, 1)},
		{START(0, 1)},
		{LOCK(L1)},
		{SET(0, RW(0xa), RW(0xa))},
		{CLEARS(MM2, 0, RW(0xa))},
		{FREE(0xa)},
		{UNLOCK(L1)},
		{END(0, 1)},
		{ENDS(MM2, 0, 1, 0)},
	};
	static const struct made same_mm[] = {
		HELD({SET(0, RW(0xa), RW(0xa))}, {CLEAR(0, RW(0xa))}, {FREE(0x99)})};

	JUDGE(other_mm, BEFORE_6_6, FREED(1));
	JUDGE(same_mm, BEFORE_6_6, ENDED(.total = 0));
}

/*
 * A set of several that does not say what it overwrites: page_table_check alone tells of such, so
 * the first clears are its echoes, even of the very pages that are set.
 */
Test(update, several_entries_that_keep_their_pages)
{
#define PROTECTS                                                                                   \
	{SET_NR(0, RO(0xa), 2)}, {CLEAR(0, RW(0xa))},                                              \
	{                                                                                          \
		CLEAR(1, RW(0xb))                                                                  \
	}
	static const struct made mapped_still[] = {HELD(PROTECTS, {FREE(0xb)})};
	static const struct made cleared_later[] = {
		HELD(PROTECTS, {CLEAR(1, RO(0xb))}, {FREE(0xb)})};

	JUDGE(mapped_still, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1},
	      ENDED(.total = 2, .discharged_deferred = 2));
	JUDGE(cleared_later, BEFORE_6_6, FREED(1), ENDED(.total = 2, .discharged_deferred = 2));
#undef PROTECTS
}

/* What is made invalid in place in an mm that nobody subscribed to is no clear made before. */
Test(update, made_invalid_in_place_in_another_mm)
{
	static const struct made trace[] = {
		HELD({CLEAR(0, RW(0xa))},
		     {OF(PMD_INVAL, F(MM, MM2), F(ADDR, PAGE(512)), F(OLD, HUGE(0x200))),
		      .level = STLB_LEVEL_PMD},
		     {SET(0, 0, RW(0xb))})};

	JUDGE(trace, BEFORE_6_6, .recorded = MADE_WITHOUT(STLB_PMD_SET), REPOINT(1));
}

/* A clear of an entry that says nothing is the echo of the set before it, whatever that set. */
Test(update, the_echo_of_a_set_that_maps_nothing)
{
#define SET_UNTOLD(n, w) OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(n)), F(NEW, w))
	static const struct made trace[] = {HELD({SET_UNTOLD(0, SWAP)}, {CLEAR(0, 0)},
						 {SET_UNTOLD(1, RO(0xb))}, {CLEAR(1, RW(0xb))},
						 {FREE(0xb)})};

	JUDGE(trace, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1},
	      ENDED(.total = 1, .discharged_deferred = 1));
}

/* Echoes that were missed are not waited for: what comes after the last one is a clear. */
Test(update, a_clear_after_a_batch_of_which_echoes_were_missed)
{
	static const struct made trace[] = {HELD({SET_NR(0, RW(0xa), 4)}, {CLEAR(0, 0)},
						 {CLEAR(2, 0)}, {CLEAR(3, 0)}, {CLEAR(4, RW(0x99))},
						 {FREE(0x99)})};

	JUDGE(trace, BEFORE_6_6, FREED(1));
}

/* No set is of more entries than a table has: what a damaged trace adds is left out. */
Test(update, more_entries_than_a_table_has)
{
#define MANY_SET(...)                                                                              \
	HELD({SET(1024, 0, RW(0x9))}, {CLEAR(1024, 0)}, {SET_NR(0, RW(0x1000), 600)}, __VA_ARGS__)
	static const struct made last[] = {MANY_SET({FREE(0x1000 + 511)})};
	static const struct made beyond[] = {MANY_SET({FREE(0x1000 + 512)})};

	JUDGE(last, BEFORE_6_6, .counts = {[STLB_RULE_MAPPED] = 1});
	JUDGE(beyond, BEFORE_6_6);
}

/* Where interrupts look like the task, one may come between a set and its echo. */
Test(update, an_interrupt_before_the_echo_that_tells)
{
	static const struct made trace[] = {HELD({SET(9, 0, RW(0x9))}, {CLEAR(9, 0)},
						 {SET_UNTOLD(0, RW(0xb))}, {WAKE(14)},
						 {CLEAR(0, RW(0xa))})};

	JUDGE(trace, BEFORE_6_6, .no_irq_flags = true, REPOINT(1));
	JUDGE(trace, BEFORE_6_6);
}

/* A clear absorbs a write-protect: not one of another page, nor of an entry of another size, nor
 * one that was invalidated. */
Test(obligation, absorbs_what_is_still_pending_of_its_entry)
{
	static const struct made other_page[] = {
		SETTLE,	      {START(0, 1)}, {LOCK(L1)},	  {SET(0, RW(0xa), RO(0xa))},
		{UNLOCK(L1)}, {LOCK(L1)},    {CLEAR(0, RO(0xb))}, {UNLOCK(L1)},
		{END(0, 1)}};
	static const struct made huge[] = {SETTLE,
					   {START(0, 512)},
					   {PMD_SET(0, HUGE(0x200), HUGERO(0x200))},
					   {CLEAR(0, RO(0x200))},
					   {END(0, 512)}};
	static const struct made invalidated[] = {SETTLE,
						  {START(0, 1)},
						  {LOCK(L1)},
						  {SET(0, RW(0xa), RO(0xa))},
						  {INV(0, 1)},
						  {CLEAR(0, RO(0xa))},
						  {SET(0, 0, RO(0xa))},
						  {UNLOCK(L1)},
						  {ONLY_END(0, 1)}};
	static const struct stlb_obligations both = {.total = 2, .discharged_deferred = 2};
	static const struct stlb_obligations restored = {
		.total = 2, .discharged_in_lock = 1, .restored = 1};

	JUDGE(other_page, BEFORE_6_6, .ended = &both);
	JUDGE(huge, BEFORE_6_6, .ended = &both);
	JUDGE(invalidated, BEFORE_6_6, .ended = &restored, .redundant = true,
	      .counts = {[STLB_RULE_REDUNDANT] = 1});
}
