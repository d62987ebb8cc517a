/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reverse map: which entries are known to map a page, and what set them. */
#include "made_model.h"

static struct stlb_mapping *found(const struct tables *t, enum stlb_mapped how, uint64_t pfn)
{
	return stlb_rmap_find(t->regions.rmap, how, pfn, NULL);
}

static struct stlb_entry huge(uint64_t pfn)
{
	struct stlb_entry entry = page(pfn);

	entry.huge = 1;
	return entry;
}

/* ---- what is found ---- */

Test(rmap, a_page_is_found_until_its_entry_says_otherwise)
{
	struct tables t;

	tables_init_mapped(&t);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0, "nothing is mapped yet");
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(511), 0xb);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 1);
	cr_expect_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_PTE, 0xb)), PAGE(511));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 0);
	set_page(&t, t.mm, PAGE(0), 0xc);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 1);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	tables_free(&t);
}

/* Whichever of the entries goes, the others stay: the first, the last, one between. */
Test(rmap, every_entry_of_a_page)
{
	for (unsigned int gone = 0; gone < 5; gone++) {
		struct stlb_mapping *mapping = NULL;
		uint64_t left = 0;
		struct tables t;

		tables_init_mapped(&t);
		for (unsigned int i = 0; i < 5; i++)
			set_page(&t, t.mm, PAGE(i), 0xa);
		cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 5);
		set_page(&t, t.mm, PAGE(gone), 0xb);
		while ((mapping = stlb_rmap_find(t.regions.rmap, STLB_MAPPED_PTE, 0xa, mapping)))
			left |= 1u << ((stlb_mapping_addr(mapping) - BASE) >> 12);
		cr_expect_eq(left, 31u & ~(1u << gone), "without %u", gone);
		for (unsigned int i = 0; i < 5; i++)
			set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(i), stlb_entry_none());
		set_page(&t, t.mm, PAGE(100), 0xc);
		cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
		cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 1);
		cr_expect_eq(t.regions.rmap->count, 1);
		tables_free(&t);
	}
}

Test(rmap, an_entry_that_is_cleared_twice)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	set_page(&t, t.mm, PAGE(1), 0xb);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	tables_free(&t);
}

Test(rmap, a_huge_page_is_found_by_each_of_its_pages_and_by_no_other)
{
	struct tables t;

	tables_init_mapped(&t);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(512), huge(0x400));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PMD, 0x400), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PMD, 0x5ff), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PMD, 0x3ff), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PMD, 0x600), 0);
	cr_expect_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_PMD, 0x4aa)), PAGE(512));
	tables_free(&t);
}

Test(rmap, ways_of_mapping_a_page_are_apart)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0x400);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0x401));
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(512), huge(0x400));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x400), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x401), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0x400), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0x401), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PMD, 0x401), 1);
	tables_free(&t);
}

Test(rmap, tables_beside_each_other_are_apart)
{
	struct tables t;

	tables_init_mapped(&t);
	for (uint64_t i = 0; i < 64; i++)
		set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(512 * i), table_of(0x800 + i));
	for (uint64_t i = 0; i < 64; i++) {
		cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0x800 + i), 1);
		cr_expect_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_TABLE, 0x800 + i)),
			     PAGE(512 * i));
	}
	tables_free(&t);
}

/* Nobody frees the zero page; a page of a device that can be written to is no zero page. */
Test(rmap, the_zero_page_is_not_mapped)
{
	struct stlb_entry zero = page(0x9), other = page(0xa), untold = page(0xb);
	struct tables t;

	tables_init_mapped(&t);
	zero.special = other.special = untold.special = 1;
	zero.writable = untold.writable = untold.rights_known = 0;
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), zero);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(1), other);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(2), untold);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0x9), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1, "its rights are not known");
	tables_free(&t);
}

Test(rmap, a_read_only_page_is_mapped)
{
	struct stlb_entry entry = page(0xa);
	struct tables t;

	tables_init_mapped(&t);
	entry.writable = 0;
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), entry);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 1);
	tables_free(&t);
}

Test(rmap, swapped_and_unknown_entries_map_nothing)
{
	struct stlb_entry swapped = page(0xa), unknown = page(0xb);
	struct tables t;

	tables_init_mapped(&t);
	swapped.state = STLB_SWAP;
	unknown.known = 0;
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), swapped);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(1), unknown);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 0);
	tables_free(&t);
}

/* ---- who is in it ---- */

Test(rmap, entries_of_subscribed_mms_alone)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.other, PAGE(0), 0xa);
	set_entry(&t, t.other, STLB_LEVEL_PMD, PAGE(0), table_of(0xc));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 1);
	cr_expect_eq(found(&t, STLB_MAPPED_PTE, 0xa)->region->mm, t.mm);
	stlb_mm_subscribe(&t.mms, t.other);
	cr_assert_eq(stlb_regions_map(&t.regions, t.other), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 2, "what it had joins");
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xc), 1);
	cr_expect_eq(found(&t, STLB_MAPPED_TABLE, 0xc)->level, STLB_LEVEL_PMD);
	stlb_regions_unmap(&t.regions, t.other);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xc), 0);
	cr_expect_eq(pfn_at(&t, t.other, PAGE(0)), 0xa, "the entry is known nevertheless");
	tables_free(&t);
}

Test(rmap, all_entries_of_an_mm_join_and_leave)
{
	struct tables t;

	tables_init_mapped(&t);
	for (unsigned int i = 0; i < 1024; i++)
		set_page(&t, t.other, PAGE(i), 0x1000 + i);
	stlb_mm_subscribe(&t.mms, t.other);
	cr_assert_eq(stlb_regions_map(&t.regions, t.other), 0);
	for (unsigned int i = 0; i < 1024; i++) {
		cr_assert_eq(mappings(&t, STLB_MAPPED_PTE, 0x1000 + i), 1, "%u", i);
		cr_assert_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_PTE, 0x1000 + i)), PAGE(i));
	}
	stlb_regions_unmap(&t.regions, t.other);
	cr_expect_eq(t.regions.rmap->count, 0);
	tables_free(&t);
}

Test(rmap, none_is_kept_unless_asked_for)
{
	struct tables t;

	tables_init(&t);
	stlb_mm_subscribe(&t.mms, t.mm);
	set_page(&t, t.mm, PAGE(0), 0xa);
	cr_expect_null(t.regions.rmap);
	cr_assert_eq(stlb_regions_map(&t.regions, t.mm), 0);
	stlb_regions_unmap(&t.regions, t.mm);
	stlb_regions_forget(&t.regions);
	cr_expect_null(t.regions.rmap);
	cr_assert_eq(stlb_regions_keep_rmap(&t.regions), 0);
	set_page(&t, t.mm, PAGE(1), 0xb);
	cr_assert_eq(stlb_regions_keep_rmap(&t.regions), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1, "asking twice takes nothing away");
	tables_free(&t);
}

/* What an mm's entries said while nobody watched may have changed unseen. */
Test(rmap, stale_entries_do_not_join)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.other, PAGE(0), 0xa);
	set_entry(&t, t.other, STLB_LEVEL_PMD, PAGE(0), table_of(0xc));
	learn(&t, t.other, TABLE1, PAGE(0));
	t.other->stale = true;
	stlb_mm_subscribe(&t.mms, t.other);
	cr_assert_eq(stlb_regions_map(&t.regions, t.other), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_not(entry_at(&t, t.other, STLB_LEVEL_PTE, PAGE(0)).known);
	cr_expect_not(entry_at(&t, t.other, STLB_LEVEL_PMD, PAGE(0)).known);
	cr_expect_eq(placed(&t, t.other, TABLE1), PAGE(0), "where its tables lie stays known");
	/* what they say from now on was seen, whether somebody watches or not */
	stlb_regions_unmap(&t.regions, t.other);
	stlb_mm_unsubscribe(&t.mms, t.other);
	set_page(&t, t.other, PAGE(0), 0xb);
	stlb_mm_subscribe(&t.mms, t.other);
	cr_assert_eq(stlb_regions_map(&t.regions, t.other), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	cr_expect_eq(pfn_at(&t, t.other, PAGE(0)), 0xb);
	tables_free(&t);
}

/* ---- what goes ---- */

Test(rmap, ptes_go_with_their_table_and_the_pmd_stays)
{
	struct stlb_region *region;
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(511), 0xb);
	set_page(&t, t.mm, PAGE(512), 0xc);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_forget_ptes(&t.regions, region);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 1, "of another table");
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 1);
	stlb_region_drop(&t.regions, region);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 0);
	cr_expect_eq(t.regions.rmap->count, 1);
	tables_free(&t);
}

Test(rmap, a_doubted_entry_maps_nothing)
{
	struct stlb_region *region;
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(1), 0xb);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_doubt(&t.regions, region, STLB_LEVEL_PTE, PAGE(0));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 1);
	stlb_region_doubt(&t.regions, region, STLB_LEVEL_PMD, PAGE(0));
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 0);
	tables_free(&t);
}

Test(rmap, a_loss_ends_it_and_it_begins_anew)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	stlb_regions_forget(&t.regions);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xa), 0);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 0);
	cr_expect_not(t.regions.rmap->full);
	set_page(&t, t.mm, PAGE(1), 0xb);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_TABLE, 0xd), 1);
	tables_free(&t);
}

/* A loss while an mm subscribes or leaves: of what it knew nothing joins or is looked at. */
Test(rmap, a_loss_before_an_mm_joins_or_leaves)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.other, PAGE(0), 0xb);
	stlb_regions_forget(&t.regions);
	stlb_regions_unmap(&t.regions, t.mm);
	stlb_mm_subscribe(&t.mms, t.other);
	cr_assert_eq(stlb_regions_map(&t.regions, t.other), 0);
	cr_expect_eq(t.regions.rmap->count, 0);
	tables_free(&t);
}

Test(rmap, a_region_goes_after_a_loss)
{
	struct stlb_region *region;
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	set_page(&t, t.mm, PAGE(512), 0xb);
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_regions_forget(&t.regions);
	set_page(&t, t.mm, PAGE(512), 0xb);
	stlb_region_drop(&t.regions, region);
	cr_expect_eq(t.regions.rmap->count, 1);
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xb), 1);
	tables_free(&t);
}

/* mremap moved its table. */
Test(rmap, a_moved_entry_is_found_where_it_went)
{
	struct tables t;

	tables_init_mapped(&t);
	learn(&t, t.mm, TABLE1, PAGE(0));
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(511), 0xb);
	set_page(&t, t.mm, PAGE(515), 0xc);
	learn(&t, t.mm, TABLE1, PAGE(512));
	cr_expect_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_PTE, 0xa)), PAGE(512));
	cr_expect_eq(stlb_mapping_addr(found(&t, STLB_MAPPED_PTE, 0xb)), PAGE(1023));
	cr_expect_eq(mappings(&t, STLB_MAPPED_PTE, 0xc), 0, "of the table that was there");
	tables_free(&t);
}

/* ---- what set it ---- */

Test(rmap, what_set_an_entry)
{
	struct stlb_event event = {.ns = 123,
				   .name = "page_table_check_pte_set",
				   .comm = "qemu",
				   .cpu = 3,
				   .tid = 77,
				   .kind = STLB_PTE_SET,
				   .context = STLB_CONTEXT_SOFTIRQ};
	struct stlb_region *region;
	struct stlb_saved_event saved;
	struct tables t;

	tables_init_mapped(&t);
	region = region_at(&t, t.mm, PAGE(5));
	stlb_region_set(&t.regions, region, STLB_LEVEL_PTE, PAGE(5), page(0xa), &event);
	stlb_mapping_saved_event(found(&t, STLB_MAPPED_PTE, 0xa), &saved);
	cr_expect_eq(saved.ns, 123);
	cr_expect_str_eq(saved.name, event.name);
	cr_expect_str_eq(saved.comm, "qemu");
	cr_expect_eq(saved.cpu, 3);
	cr_expect_eq(saved.tid, 77);
	cr_expect_eq(saved.kind, STLB_PTE_SET);
	cr_expect_eq(saved.context, STLB_CONTEXT_SOFTIRQ);
	cr_expect_eq(saved.level, STLB_LEVEL_PTE);
	stlb_saved_event_expand(&saved, &event);
	cr_expect_eq(event.has, STLB_BIT(MM) | STLB_BIT(ADDR) | STLB_BIT(PFN));
	cr_expect_eq(stlb_event_get(&event, MM), MM1);
	cr_expect_eq(stlb_event_get(&event, ADDR), PAGE(5));
	cr_expect_eq(stlb_event_get(&event, PFN), 0xa);
	tables_free(&t);
}

Test(rmap, what_set_a_huge_entry)
{
	struct stlb_event event = {.kind = STLB_PMD_SET};
	struct stlb_region *region;
	struct stlb_saved_event saved;
	struct tables t;

	tables_init_mapped(&t);
	region = region_at(&t, t.mm, PAGE(512));
	stlb_region_set(&t.regions, region, STLB_LEVEL_PMD, PAGE(517), huge(0x400), &event);
	stlb_mapping_saved_event(found(&t, STLB_MAPPED_PMD, 0x400), &saved);
	cr_expect_str_eq(saved.name, "pmd_set", "the kind's name, where the event has none");
	cr_expect_eq(saved.level, STLB_LEVEL_PMD);
	stlb_saved_event_expand(&saved, &event);
	cr_expect_eq(stlb_event_get(&event, ADDR), PAGE(512));
	tables_free(&t);
}

/* Room that an entry left says nothing of who had it before. */
Test(rmap, what_set_an_entry_may_not_be_known)
{
	struct stlb_event event = {.name = "set", .kind = STLB_PTE_SET};
	struct stlb_region *region;
	struct stlb_saved_event saved;
	struct tables t;

	tables_init_mapped(&t);
	region = region_at(&t, t.mm, PAGE(0));
	stlb_region_set(&t.regions, region, STLB_LEVEL_PTE, PAGE(0), page(0xa), &event);
	set_entry(&t, t.mm, STLB_LEVEL_PTE, PAGE(0), stlb_entry_none());
	set_page(&t, t.mm, PAGE(1), 0xb);
	stlb_mapping_saved_event(found(&t, STLB_MAPPED_PTE, 0xb), &saved);
	cr_expect_null(saved.name);
	tables_free(&t);
}

/* ---- reported ---- */

Test(rmap, that_a_page_was_freed_is_reported_of_one_entry)
{
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(1), 0xb);
	set_entry(&t, t.mm, STLB_LEVEL_PMD, PAGE(0), table_of(0xd));
	cr_expect_not(found(&t, STLB_MAPPED_PTE, 0xa)->reported);
	stlb_mapping_reported(found(&t, STLB_MAPPED_PTE, 0xa));
	cr_expect(found(&t, STLB_MAPPED_PTE, 0xa)->reported);
	cr_expect(entry_at(&t, t.mm, STLB_LEVEL_PTE, PAGE(0)).reported);
	cr_expect_not(found(&t, STLB_MAPPED_PTE, 0xb)->reported);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PTE, PAGE(1)).reported);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).reported);
	stlb_mapping_reported(found(&t, STLB_MAPPED_TABLE, 0xd));
	cr_expect(found(&t, STLB_MAPPED_TABLE, 0xd)->reported);
	cr_expect(entry_at(&t, t.mm, STLB_LEVEL_PMD, PAGE(0)).reported);
	cr_expect_not(entry_at(&t, t.mm, STLB_LEVEL_PTE, PAGE(1)).reported);
	/* the entry that is set anew was not reported */
	set_page(&t, t.mm, PAGE(0), 0xa);
	cr_expect_not(found(&t, STLB_MAPPED_PTE, 0xa)->reported);
	tables_free(&t);
}

/* With its table it goes and comes: what is reported stays reported. */
Test(rmap, what_was_reported_is_reported_still_when_its_table_is_back)
{
	struct stlb_region *region;
	struct tables t;

	tables_init_mapped(&t);
	set_page(&t, t.mm, PAGE(0), 0xa);
	set_page(&t, t.mm, PAGE(1), 0xb);
	stlb_mapping_reported(found(&t, STLB_MAPPED_PTE, 0xa));
	region = stlb_region_find(&t.regions, t.mm, PAGE(0));
	stlb_region_take_out(&t.regions, region, 0x77);
	cr_expect_eq(t.regions.rmap->count, 0);
	cr_expect_eq(stlb_region_put_back(&t.regions, region, 0x77), 1);
	cr_expect(found(&t, STLB_MAPPED_PTE, 0xa)->reported);
	cr_expect_not(found(&t, STLB_MAPPED_PTE, 0xb)->reported);
	tables_free(&t);
}
