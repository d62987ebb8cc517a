/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modes: a function each, so that stacks name them. CLEAR, SET and WRPROTECT say how an entry
 * is updated; MODE and MODES name the functions and their table. What is wrong does what is right,
 * but for one step.
 */
#include <linux/swap.h>
#include <linux/swapops.h>

#include "place.h"

/* A bracket over @pages with one hold of the lock, and what is done after it. */
#define OPERATION(name, pages, in_hold, after)                                                     \
	static noinline int MODE(name)(struct place * place)                                       \
	{                                                                                          \
		open_range(place, pages);                                                          \
		spin_lock(place->ptl);                                                             \
		in_hold;                                                                           \
		spin_unlock(place->ptl);                                                           \
		after;                                                                             \
		close_range(place);                                                                \
		return 0;                                                                          \
	}
#define NOTHING
#define TAKE_OUT   CLEAR(place, place->ptep)
#define PUT(entry) SET(place->ptep, entry)
#define REPOINT	   PUT(entry_of(place, place->spare))
#define NOTIFY	   NOTIFY_OF(place->mm, 0, 1)
#define AGAIN                                                                                      \
	spin_unlock(place->ptl);                                                                   \
	spin_lock(place->ptl)
#define SWAP_ENTRY   swp_entry_to_pte(swp_entry(0, 1))
#define MOVING_ENTRY swp_entry_to_pte(make_writable_migration_entry(page_to_pfn(place->page)))
#define READ_ONLY    pte_wrprotect(entry_of(place, place->page))
#define NOTIFY_OF(mm, first, end)                                                                  \
	notify(mm, place->addr + (first)*place->size, place->addr + (end)*place->size)

/* An entry is repointed. */
OPERATION(right_repoint, 1, TAKE_OUT; NOTIFY; REPOINT, NOTHING)
OPERATION(wrong_never, 1, TAKE_OUT; REPOINT, NOTHING)
OPERATION(wrong_after_set, 1, TAKE_OUT; REPOINT; NOTIFY, NOTHING)
OPERATION(wrong_after_unlock, 1, TAKE_OUT; REPOINT, NOTIFY)
OPERATION(wrong_address, 1, TAKE_OUT; NOTIFY_OF(place->mm, 1, 2); REPOINT, NOTHING)
OPERATION(wrong_mm, 1, TAKE_OUT; NOTIFY_OF(place->other, 0, 1); REPOINT, NOTHING)
OPERATION(wrong_empty, 1, TAKE_OUT; NOTIFY_OF(place->mm, 0, 0); REPOINT, NOTHING)
OPERATION(right_two_holds, 1, TAKE_OUT; NOTIFY; AGAIN; REPOINT, NOTHING)
OPERATION(wrong_two_holds, 1, TAKE_OUT; AGAIN; REPOINT, NOTIFY)

/* Two entries are: they change places. */
#define TAKE_TWO pte_t first = TAKE_OUT, second = CLEAR(place, place->second)
#define PUT_TWO                                                                                    \
	PUT(second);                                                                               \
	SET(place->second, first)
OPERATION(right_length, 2, TAKE_TWO; NOTIFY_OF(place->mm, 0, 2); PUT_TWO, NOTHING)
OPERATION(wrong_length, 2, TAKE_TWO; NOTIFY; PUT_TWO, NOTHING)

/* Another CPU invalidates, and it is luck that it does so in time. */
OPERATION(wrong_elsewhere, 1, TAKE_OUT; notify_elsewhere(); REPOINT, NOTHING)

/* A page, or a table of ptes, is freed. */
OPERATION(right_free, 1, TAKE_OUT, NOTIFY; free_page_of(place))
OPERATION(wrong_free, 1, TAKE_OUT, free_page_of(place); NOTIFY)
OPERATION(wrong_free_mapped, 1, free_page_of(place); TAKE_OUT; NOTIFY, NOTHING)
OPERATION(right_free_table, 1, TAKE_OUT, NOTIFY; free_table_of(place))
OPERATION(wrong_free_table, 1, TAKE_OUT, free_table_of(place); NOTIFY)

/* An entry loses its page, or rights. */
OPERATION(right_zap, 1, TAKE_OUT, NOTIFY)
OPERATION(wrong_zap, 1, TAKE_OUT, NOTHING)
OPERATION(right_move, 1, SET(place->second, TAKE_OUT); NOTIFY, NOTHING)
OPERATION(wrong_move, 1, SET(place->second, TAKE_OUT), NOTHING)
OPERATION(right_swap_out, 1, TAKE_OUT; NOTIFY; PUT(SWAP_ENTRY), NOTHING)
OPERATION(wrong_swap_out, 1, TAKE_OUT; PUT(SWAP_ENTRY), NOTHING)
OPERATION(right_migration, 1, TAKE_OUT; NOTIFY; PUT(MOVING_ENTRY), NOTHING)
OPERATION(wrong_migration, 1, TAKE_OUT; PUT(MOVING_ENTRY), NOTHING)
OPERATION(right_protect, 1, TAKE_OUT; PUT(READ_ONLY), NOTIFY)
OPERATION(wrong_protect, 1, TAKE_OUT; PUT(READ_ONLY), NOTHING)
OPERATION(right_fork, 1, WRPROTECT(place, place->ptep), NOTIFY)
OPERATION(wrong_fork, 1, WRPROTECT(place, place->ptep), NOTHING)

#define ROW(name)                                                                                  \
	{                                                                                          \
#name, MODE(name)                                                                  \
	}

const struct mode MODES[] = {
	ROW(right_repoint),    ROW(wrong_never),    ROW(wrong_after_set),   ROW(wrong_after_unlock),
	ROW(wrong_address),    ROW(wrong_mm),	    ROW(wrong_empty),	    ROW(right_two_holds),
	ROW(wrong_two_holds),  ROW(right_length),   ROW(wrong_length),	    ROW(wrong_elsewhere),
	ROW(right_free),       ROW(wrong_free),	    ROW(wrong_free_mapped), ROW(right_free_table),
	ROW(wrong_free_table), ROW(right_zap),	    ROW(wrong_zap),	    ROW(right_move),
	ROW(wrong_move),       ROW(right_swap_out), ROW(wrong_swap_out),    ROW(right_migration),
	ROW(wrong_migration),  ROW(right_protect),  ROW(wrong_protect),	    ROW(right_fork),
	ROW(wrong_fork),       {NULL, NULL},
};
