/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A field that an event has not is nothing, whatever its place holds: readers fill one event again.
 */
#include "made_device.h"
#include "made_reading.h"

/** struct judged - what is compared of a result */
struct judged {
	struct stlb_obligations obligations;
	uint64_t occurrences[STLB_NR_RULES], inconclusive[STLB_NR_RULES];
	uint64_t unplaced, dropped, nr_notes, nr_findings;
	char actions[16][160];
};

static struct judged judged(const struct made *rows, size_t nr, const struct made_how *how,
			    uint64_t rest)
{
	struct made_reading reading = made_begin(how);
	const struct stlb_result *result;
	struct judged got = {0};
	struct stlb_event event;

	for (size_t i = 0; i < nr; i++) {
		made_fill(&event, &rows[i], 1000 * (i + 1));
		for (int id = 0; id < STLB_NR_FIELDS; id++)
			if (!(event.has >> id & 1))
				event.value[id] = rest;
		cr_assert_eq(stlb_analysis_event(reading.analysis, &event), 0);
	}
	result = made_result(&reading);
	got.obligations = result->obligations;
	got.unplaced = result->unplaced;
	got.dropped = result->dropped;
	got.nr_notes = result->nr_notes;
	got.nr_findings = result->nr_findings;
	for (int i = 0; i < STLB_NR_RULES; i++) {
		got.occurrences[i] = result->rules[i].occurrences;
		got.inconclusive[i] = result->rules[i].inconclusive;
	}
	for (uint32_t i = 0; i < result->nr_findings && i < 16; i++)
		strcpy(got.actions[i], result->findings[i]->action);
	stlb_analysis_free(reading.analysis);
	return got;
}

static void expect_same(int line, const struct made *rows, size_t nr, const struct made_how *how)
{
	static const uint64_t rests[] = {1, PAGE(0), TABLE1, MM1, RW(0xa), UINT64_MAX};
	struct judged plain = judged(rows, nr, how, 0), filled;

	for (size_t i = 0; i < sizeof(rests) / sizeof(*rests); i++) {
		filled = judged(rows, nr, how, rests[i]);
		cr_expect_eq(memcmp(&plain, &filled, sizeof(plain)), 0, "%d: 0x%lx", line,
			     rests[i]);
	}
}

#define HOW(...) (&(struct made_how){__VA_ARGS__})
#define SAME(rows, ...)                                                                            \
	expect_same(__LINE__, rows, sizeof(rows) / sizeof((rows)[0]), HOW(__VA_ARGS__))

Test(fields, of_updates_and_brackets)
{
	static const struct made trace[] = {{SUBSCRIBE(SUB1)},
					    {SUBSCRIBED(0)},
					    SETTLE,
					    {MMAP_LOCK(0)},
					    {START(0, 4)},
					    {LOCK(L1)},
					    {CLEAR(0, RW(0xa))},
					    {CLEAR(1, RO(0xb))},
					    {SET(1, 0, RW(0xc))},
					    {SET(2, RW(0xd), RO(0xd))},
					    {SET_NR(3, RW(0x20), 2)},
					    {CLEAR(3, 0)},
					    {CLEAR(4, 0)},
					    {UNLOCK(L1)},
					    {FREE(0xa)},
					    {T2, INV(0, 1)},
					    {END(0, 4)},
					    {MMAP_UNLOCK(0)},
					    {BYTES(0x1008, 0x2000)},
					    {UNREGISTER(SUB1)}};
	static const struct made huge[] = {SETTLE,
					   {SET(512, 0, RW(0xa))},
					   {START(0, 1024)},
					   {LOCK(L1)},
					   {PMD_CLEAR(0, HUGE(0x200))},
					   {COLLAPSE(512, TABLE(0x77))},
					   {PMD_SET(512, 0, HUGE(0x400))},
					   {INV(0, 1)},
					   {UNLOCK(L1)},
					   {ONLY_END(0, 1024)},
					   {FREES(0x200, 9)}};

	SAME(trace, BEFORE_6_6);
	SAME(trace, BEFORE_6_6, .strict = true, .redundant = true);
	SAME(huge, BEFORE_6_6);
}

Test(fields, of_what_has_no_address)
{
	static const struct made trace[] = {
		SETTLE_66,
		{SET_AT(PTE_OF(TABLE2, 5), 0, RW(0x5))},
		{CLEAR_AT(0)},
		{LOCK_ANY(L1)},
		{PTL_MAP(0, PTE_OF(TABLE1, 0), L1)},
		{SET_AT(PTE_OF(TABLE1, 0), 0, RW(0xa))},
		{CLEAR_AT(0)},
		{UNLOCK_ANY(L1)},
		{START(0, 9)},
		{LOCK_ANY(L1)},
		{OF(PTL_MAP, F(MM, MM1), F(ADDR, PAGE(0)), F(PTEP, TABLE1))},
		{CLEAR_AT(RW(0xa))},
		{CLEAR_AT(RW(0xf))},
		{SET_AT(PTE_OF(TABLE1, 1), 0, RW(0xb))},
		{MAP(2, 0xc)},
		{OF(PTE_SET, F(MM, MM1), F(ADDR, PAGE(3)), F(NEW, RW(0xd)))},
		{UNLOCK_ANY(L1)},
		{FREE(0xa)},
		{INV(0, 9)},
		{END_66(0, 9)},
	};

	SAME(trace, SINCE_6_6);
}

Test(fields, of_evidence_and_devices)
{
	static const struct made merged[] = {SETTLE,
					     {OF(SAME_CONTENT, F(MM, MM1))},
					     {START(0, 1)},
					     {LOCK(L1)},
					     {CLEAR(0, RO(0xa))},
					     {SET(0, 0, RO(0xb))},
					     {UNLOCK(L1)},
					     {END(0, 1)},
					     {OF(SAME_CONTENT, F(PFN, 0xb))}};
	static const struct made device[] = {SETTLE,	       {SET(0, 0, RO(0xa))}, {FILL(0, 0xa)},
					     COW(0, 0xa, 0xb), {READ(0, 0xa)},	     {FREE(0xa)},
					     {DROPS(0, 1)},    {FILL(0, 0xb)}};

	SAME(merged, BEFORE_6_6);
	SAME(device, BEFORE_6_6, DEVICES);
}
