/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree of page tables, for updates that say only where the entry lies: which page-table page is
 * linked where, from the root of an mm down, and what was last written to each entry. A link is
 * what an entry of the table above says, and nothing besides: it ends with that.
 */
#ifndef MODEL_TREE_H
#define MODEL_TREE_H

#include "model/mm.h"
#include "model/page_table.h"

enum {
	STLB_NODE_PARTS = 8, /* the entries of a table are kept in so many parts, each if used */
	STLB_PART_ENTRIES = STLB_ENTRIES / STLB_NODE_PARTS,
	STLB_MAX_PARTS = 64 * 1024, /* of all tables: each takes 2.5 KiB */
	STLB_FRESH_PAGES = 4096,
	STLB_MAX_WAITING = 16,
};

#define STLB_NO_PFN UINT64_MAX

/** struct stlb_written - what was last written to an entry, and by which event */
struct stlb_written {
	uint64_t raw;
	uint64_t ns;
	const char *name, *comm; /* as those of the event */
	int32_t tid;
	int16_t cpu;
	uint8_t kind; /* enum stlb_kind */
};

/** struct stlb_node - a page-table page */
struct stlb_node {
	uint64_t pfn;
	uint64_t
		parent; /* pfn of the table that was last made to point to it, STLB_NO_PFN: none, */
	uint16_t index; /* and which entry of it */
	uint8_t level;	/* enum stlb_level, of its entries */
	bool sure;	/* of the level */
	bool fresh;	/* allocated in the trace: an entry that nobody wrote says nothing */
	struct stlb_mm *root;	   /* whose topmost table it is; NULL: of none, as far as seen */
	uint64_t life;		   /* of that mm */
	struct stlb_mm *was;	   /* the mm that it was linked into last, NULL: none */
	uint64_t was_life, was_at; /* its life, and the address of the first entry there */
	uint64_t known[STLB_NODE_PARTS];
	struct stlb_written *parts[STLB_NODE_PARTS];
};

/** struct stlb_place - an entry of an mm */
struct stlb_place {
	struct stlb_mm *mm;
	enum stlb_level level;
	uint64_t addr;
};

/** struct stlb_waiting - a write before it was known where the direct map begins */
struct stlb_waiting {
	uint64_t ptep;
	enum stlb_level level;
	struct stlb_written write;
};

/** struct stlb_tree - set @format, zero the rest; free it with stlb_tree_forget() */
struct stlb_tree {
	const struct stlb_pte_format *format;
	struct stlb_map nodes; /* by pfn */
	uint64_t base;	       /* where the direct map begins, 0: not known */
	uint64_t highest;      /* pfn that was seen in use */
	struct stlb_waiting waiting[STLB_MAX_WAITING]; /* the latest ones */
	uint64_t nr_waiting;			       /* ever */
	uint64_t forgotten;			       /* tables given up for want of room */
	uint64_t version; /* of which tables are topmost ones of which mms */
	uint32_t nr_parts, hand;
	uint64_t fresh[STLB_FRESH_PAGES]; /* pfns plus one of pages that were just allocated */
};

/** stlb_tree_at - where the direct map begins: another place than before forgets all; 0, -ENOMEM */
int stlb_tree_at(struct stlb_tree *tree, uint64_t base);

/** stlb_tree_search - find out, from what waits and an entry that is written now; 0 or -ENOMEM */
int stlb_tree_search(struct stlb_tree *tree, uint64_t ptep);

/**
 * stlb_tree_pfn - the page of an entry
 * @ptep: its kernel address
 *
 * Returns false where it does not lie in the direct map (no page-table page is anywhere else), or
 * where that is not known yet.
 */
bool stlb_tree_pfn(const struct stlb_tree *tree, uint64_t ptep, uint64_t *pfn);

/**
 * stlb_tree_wait - keep a write until it is known where the direct map begins
 *
 * A table that was linked and is written to soon after shows that. Of more than STLB_MAX_WAITING
 * the oldest are given up.
 */
void stlb_tree_wait(struct stlb_tree *tree, uint64_t ptep, enum stlb_level level, uint64_t raw,
		    const struct stlb_event *event);

/** stlb_tree_find - the table in a page, NULL where none was seen */
struct stlb_node *stlb_tree_find(const struct stlb_tree *tree, uint64_t pfn);

/**
 * stlb_tree_get - the same, made where there was none; NULL without memory
 * @level: of the entries that an event is about. STLB_LEVEL_PTE proves nothing: hugetlb pages are
 *	set in upper tables by functions for ptes.
 *
 * One that was known at another level was freed unseen and is another one now.
 */
struct stlb_node *stlb_tree_get(struct stlb_tree *tree, uint64_t pfn, enum stlb_level level);

/** stlb_node_entry - what was last written to an entry, NULL: not known; or not by an event */
const struct stlb_written *stlb_node_entry(const struct stlb_node *node, unsigned int index);

/** stlb_node_raw - what an entry says; false where that is not known */
bool stlb_node_raw(const struct stlb_node *node, unsigned int index, uint64_t *raw);

/** stlb_node_write - an entry says @raw from now on, and links the table below; 0 or -ENOMEM */
int stlb_node_write(struct stlb_tree *tree, struct stlb_node *node, unsigned int index,
		    uint64_t raw, const struct stlb_event *event);

/** stlb_node_doubt - what an entry says is not known any more */
void stlb_node_doubt(struct stlb_node *node, unsigned int index);

/** stlb_node_child - the table that an entry with value @raw points to; STLB_NO_PFN: to none */
uint64_t stlb_node_child(const struct stlb_tree *tree, const struct stlb_node *node, uint64_t raw);

/** stlb_node_known - how many entries of a table were written */
unsigned int stlb_node_known(const struct stlb_node *node);

/** stlb_node_used - how many entries of a table were written and not cleared since */
unsigned int stlb_node_used(const struct stlb_tree *tree, const struct stlb_node *node);

/**
 * stlb_tree_place - which entry of which mm an entry is
 *
 * Returns false where the table is linked nowhere, or below a table of which it is not known where
 * it is linked; and for the kernel's half.
 */
bool stlb_tree_place(const struct stlb_tree *tree, const struct stlb_node *node, unsigned int index,
		     struct stlb_place *place);

/**
 * stlb_tree_may_be_linked - whether it is linked somewhere that the trace does not show
 *
 * One that was allocated in the trace is not, nor one that was seen being taken out.
 */
bool stlb_tree_may_be_linked(const struct stlb_tree *tree, const struct stlb_node *node);

/** stlb_tree_root - a page is the topmost table of an mm; 0 or -ENOMEM */
int stlb_tree_root(struct stlb_tree *tree, uint64_t pfn, struct stlb_mm *mm);

/** stlb_tree_reported - all tables of an mm that were linked before the trace have been reported */
void stlb_tree_reported(struct stlb_tree *tree, struct stlb_mm *mm);

/**
 * stlb_tree_knows_all - whether each table of an mm was linked in the trace, from the topmost on,
 *or reported at its beginning
 */
bool stlb_tree_knows_all(const struct stlb_tree *tree, const struct stlb_mm *mm);

/** stlb_tree_drop - forget a table: its page was freed */
void stlb_tree_drop(struct stlb_tree *tree, struct stlb_node *node);

/** stlb_tree_allocated - pages left the allocator: a table in one of them is a new one */
void stlb_tree_allocated(struct stlb_tree *tree, uint64_t pfn, uint64_t nr);

/** stlb_tree_next_freed - of pages that are freed, a table that is in one; NULL: in none */
struct stlb_node *stlb_tree_next_freed(struct stlb_tree *tree, uint64_t pfn, uint64_t nr);

/** stlb_tree_forget - all of it: events were lost, or the analysis is over */
void stlb_tree_forget(struct stlb_tree *tree);

#endif
