/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts: who acts. A task, or an interrupt of a CPU, with the locks that it holds and the
 * brackets that it has open.
 */
#ifndef MODEL_CONTEXT_H
#define MODEL_CONTEXT_H

#include "model/saved_event.h"
#include "model/mm.h"
#include "model/page_table.h"
#include "hb/edges.h"

enum {
	STLB_MAX_CONTEXTS = 4 * 1024,	    /* more forget one that has nothing pending */
	STLB_MAX_BUSY_CONTEXTS = 64 * 1024, /* with something pending: no more come */
	STLB_MAX_HOLDS = 64,		    /* more forget one that no update was made under */
	STLB_MAX_MMAP_LOCKS = 4,	    /* a context holds two at fork, more never */
	STLB_MAX_BRACKETS = 8,		    /* the same */
	STLB_MAX_CLEARED = STLB_ENTRIES / 64,
	STLB_MAX_PARKED_CLEARS = 8,
	STLB_MAX_PENDING_MAPS = 16,
	STLB_MAX_SAME_CONTENT = 8,
	STLB_MAX_STARTS = 16,
	STLB_MAX_UNSETTLED = 64,
};

/** struct stlb_hold - one acquisition of a lock, until its release or the task's switch */
struct stlb_hold {
	uint64_t id; /* number of the acquisition, never 0, never reused */
	uint64_t lock;
	uint64_t ns; /* of the event that stands for it: it was asked for, or had, by then */
	uint64_t acquired_ns; /* of the return of its lock function, where @confirmed */
	uint64_t left_ns;     /* when the context was switched out, where @suspended */
	const char *name;     /* of the trace event */
	int32_t cpu;
	uint8_t kind;
	bool named;	/* known to be a PTL, by its lockdep class or by ptl_map */
	bool shared;	/* taken for reading */
	bool used;	/* an update was made under it: it is a PTL */
	bool work;	/* something waits for its release */
	bool reported;	/* that it began was reported */
	bool confirmed; /* the return of its lock function was seen */
	bool lossy;	/* its release may be among what was lost */
	bool suspended; /* the context was switched out: only its release shows that it went on */
};

/** struct stlb_mmap_hold - an mmap_lock that a context holds */
struct stlb_mmap_hold {
	uint64_t mm; /* the mm_struct pointer */
	bool write;
};

/** struct stlb_bracket - an open invalidate_range_start */
struct stlb_bracket {
	uint64_t id; /* never 0, never reused */
	struct stlb_mm *mm;
	uint64_t life;	     /* of the mm, when it began */
	uint64_t start, end; /* as recorded */
	uint64_t flags;
	bool has_flags;
	bool sure;		     /* known to have succeeded */
	int event;		     /* enum mmu_notifier_event, -1: not known */
	uint32_t in_lock_discharges; /* obligations that were discharged before its end */
	struct stlb_saved_event start_event;
};

/**
 * struct stlb_parked_clear - a clear without an address that waits for the set that names it
 *
 * @start, @end: what its task invalidated since; two ranges, a third widens the second.
 */
struct stlb_parked_clear {
	struct stlb_mm *mm;
	struct stlb_entry old;
	struct stlb_saved_event event;
	uint64_t hold;
	uint64_t start[2], end[2];
	uint32_t nr_ranges;
};

/** struct stlb_pending_map - a set known to come before the hold, or the bracket, ends */
struct stlb_pending_map {
	struct stlb_mm *mm;
	enum stlb_level level;
	uint64_t addr, pfn, nr;
	struct stlb_saved_event event;
	uint64_t hold, bracket;
};

/** struct stlb_same_content - evidence of a merge of pages */
struct stlb_same_content {
	uint64_t mm;
	uint64_t pfn, kpfn; /* ~0: not known */
	uint64_t seq;	    /* event number */
};

/** struct stlb_start - a bracket began, the number of the event */
struct stlb_start {
	uint64_t seq, mm, start, end;
};

/** struct stlb_doubted_starts - those that may block, made in a hold that may have been over */
struct stlb_doubted_starts {
	uint64_t hold; /* 0: none */
	uint64_t nr;
	struct stlb_mm *mm; /* of the first */
	struct stlb_saved_event first;
};

/** struct stlb_unsettled - updates that may lie in a bracket older than what the trace shows */
struct stlb_unsettled {
	uint64_t site;
	uint64_t count;
	struct stlb_finding *finding; /* owned */
};

/** struct stlb_echo - the clears straight after a set that repeat what it overwrote */
struct stlb_echo {
	struct stlb_mm *mm;
	uint64_t addr;	       /* of the entry that the next one is about */
	uint64_t left;	       /* how many are still to come */
	uint64_t after;	       /* the context's nr_events at the set, or at the latest one */
	uint64_t raw;	       /* of the first, where @old is known */
	struct stlb_entry old; /* of the first, known only where the set recorded it */
	struct stlb_entry new; /* what the entry says that the next one is about */
	bool first, many;
	bool placed; /* @addr is the entry's address */
	bool tells;  /* what the first entry said before is known by its echo only */
	struct stlb_saved_event set;
};

/**
 * struct stlb_update_state - how a context's next updates are to be read
 *
 * @same_*: what a second probe will tell of a clear once more; @detached_*: the table whose ptes
 * are being cleared out of sight; @taken_*: the one that the operation took out, even if it is
 * back;
 * @split_*: the huge pmd being split; @map_*: the page table that ptl_map locked.
 */
struct stlb_update_state {
	struct stlb_mm *same_mm, *detached_mm, *taken_mm, *unplaced_table_mm;
	struct stlb_mm *split_mm, *map_mm;
	struct stlb_echo echo;
	uint64_t same_pfn;
	uint8_t same_level;
	uint64_t detached_base, taken_base;
	uint64_t split_addr;
	uint64_t map_addr, map_hold;
	uint64_t map_cleared[STLB_MAX_CLEARED]; /* bit per entry of the mapped table */
	struct stlb_parked_clear parked[STLB_MAX_PARKED_CLEARS];
	struct stlb_pending_map maps[STLB_MAX_PENDING_MAPS];
	uint32_t nr_parked, nr_maps;
	struct stlb_same_content merged[STLB_MAX_SAME_CONTENT]; /* the latest ones */
	uint32_t nr_merged;					/* ever */
	struct stlb_start starts[STLB_MAX_STARTS];		/* the same of brackets */
	uint64_t nr_starts;
	struct stlb_scope *scope; /* of its latest obligation, NULL: none */
	uint64_t created_at;	  /* its nr_events when that was made */
	bool loose;		  /* outside any hold it left an update that may be unbracketed */
};

/** enum stlb_locks_known - whether all locks that a context holds were seen being taken */
enum stlb_locks_known {
	STLB_LOCKS_SINCE_BEFORE, /* one may be held since before its first event */
	STLB_LOCKS_LOST,	 /* its acquisition may be among what was lost */
	STLB_LOCKS_KNOWN,
};

/** struct stlb_context - a context: a task, or an interrupt of a CPU */
struct stlb_context {
	uint64_t key; /* of struct stlb_contexts' map */
	int32_t tid;  /* of an interrupt: its CPU */
	uint8_t kind; /* enum stlb_context_kind */
	bool settled; /* was seen outside any bracket: pairing can be judged */
	bool lossy;   /* events that it may have made were lost */

	/* of its spinlocks; and whether it may hold an mmap_lock unseen, but for that of one mm */
	uint8_t locks_known; /* enum stlb_locks_known */
	bool mmap_lost;
	uint64_t mmap_again;

	int32_t cpu; /* where it ran last */
	uint64_t nr_events;
	uint64_t seen_at; /* number of its last event in the trace */
	uint64_t cpus;	  /* where it ever ran: bit cpu % 64 */
	const char *comm;
	bool newborn; /* forked, and not seen to run yet */
	bool user;    /* it was in user mode, or made a system call: no kernel thread */
	struct stlb_hb_context hb;
	struct stlb_hold *holds; /* room for @max_holds, the innermost last */
	uint32_t nr_holds, max_holds;
	uint32_t nr_suspended; /* of its holds */
	uint32_t nr_brackets;
	struct stlb_bracket *brackets;	  /* STLB_MAX_BRACKETS of them once it opens one */
	uint64_t freed_mms;		  /* so many had gone when they were last looked through */
	struct stlb_update_state *update; /* once it changes an entry */
	struct stlb_hold asked; /* the lock it asked for at its last event; lock 0: none */
	struct stlb_mmap_hold mmap[STLB_MAX_MMAP_LOCKS]; /* the mmap_locks that it holds */
	uint32_t nr_mmap;
	struct stlb_list clears, write_protects; /* its pending obligations */
	uint32_t nr_obligations;
	struct stlb_unsettled *unsettled; /* STLB_MAX_UNSETTLED of them once there is one */
	uint32_t nr_unsettled;
	struct stlb_doubted_starts *doubted; /* once there is one */
	uint64_t outer_start, outer_end;     /* its first balanced brackets lie in there */
	struct stlb_mm *range_mm;	     /* the invalidation that it has entered, NULL: none */
	uint64_t range_start, range_end, range_ns;
	struct stlb_mm *ending_mm; /* the range_end that it has entered, NULL: none */
	struct stlb_saved_event ending;
	struct stlb_mm *flushed; /* a CPU flush that waits for its secondary invalidation */
	bool flush_left;	 /* it was switched out since */
	struct stlb_saved_event *flush_event;
	struct stlb_mm *subscribing; /* the registration that it has entered, NULL: none */
	struct stlb_bracket failed;  /* the last one that seemed to have failed, mm NULL: none */
	bool start_entered;	     /* its innermost bracket's start has not returned yet */
};

/** struct stlb_cpu - who ran there last, and which interrupts came since */
struct stlb_cpu {
	struct stlb_context *task; /* the last task */
	struct stlb_context
		*irqs[STLB_CONTEXT_NMI + 1]; /* interrupts of it whose end was not seen */
	struct stlb_context *interrupted;    /* by those */
	bool has_irqs;
	uint64_t last_ns; /* of its last event */
	uint64_t lost_at; /* number of the last loss there, 0: none */
};

enum { STLB_MAX_CPUS = 8192 };

struct stlb_contexts {
	struct stlb_map map;
	void (*release)(struct stlb_context *context); /* called before one is freed, unless NULL */
	struct stlb_cpu *cpus;
	uint32_t nr_cpus;
	uint64_t forgotten;
	uint32_t search_at;		    /* where the search for room goes on */
	const struct stlb_context *current; /* of the latest event that was looked up */
};

/**
 * stlb_context_key - names a context: a task by its tid, wherever it runs
 *
 * Idle tasks all have tid 0, one on each CPU; interrupts are their CPU's.
 */
uint64_t stlb_context_key(int32_t tid, int32_t cpu, uint8_t kind);

/** stlb_context_key_of - that of an event's context */
static inline uint64_t stlb_context_key_of(const struct stlb_event *event)
{
	return stlb_context_key(event->tid, event->cpu, event->context);
}

/** stlb_contexts_at - the context of an event, made where it is new; NULL without memory */
struct stlb_context *stlb_contexts_at(struct stlb_contexts *contexts,
				      const struct stlb_event *event);

/** stlb_contexts_task - the task of a tid, made where it is new; NULL without memory */
struct stlb_context *stlb_contexts_task(struct stlb_contexts *contexts, int32_t tid);

/** stlb_contexts_find - the task of a tid (of tid 0: of a CPU), NULL where none was seen yet */
struct stlb_context *stlb_contexts_find(const struct stlb_contexts *contexts, int32_t tid,
					int32_t cpu);

/** stlb_contexts_cpu - the state of a CPU; NULL for a number out of range, or without memory */
struct stlb_cpu *stlb_contexts_cpu(struct stlb_contexts *contexts, int32_t cpu);

/** stlb_contexts_restart - a new task took a tid over: what the old one held is no longer its */
struct stlb_context *stlb_contexts_restart(struct stlb_contexts *contexts, int32_t tid);

/** stlb_contexts_free - all of it */
void stlb_contexts_free(struct stlb_contexts *contexts);

/** stlb_context_update_state - its update state, made on first use; NULL without memory */
struct stlb_update_state *stlb_context_update_state(struct stlb_context *context);

/** stlb_table_is_mapped - whether it still has a pte table of an mm locked: update->map_addr's */
bool stlb_table_is_mapped(const struct stlb_context *context, const struct stlb_mm *mm);

/** stlb_context_add_hold - room for one more hold, the innermost; NULL without memory */
struct stlb_hold *stlb_context_add_hold(struct stlb_context *context);

/** stlb_context_drop_hold - the hold at an index is over */
void stlb_context_drop_hold(struct stlb_context *context, uint32_t index);

/** stlb_context_hold - the hold of the PTL for an update that it makes now; NULL: no lock is held
 */
struct stlb_hold *stlb_context_hold(const struct stlb_context *context);

/** stlb_context_find_hold - the hold of an id; NULL: it is over */
struct stlb_hold *stlb_context_find_hold(const struct stlb_context *context, uint64_t id);

/** stlb_is_ptl_class - whether a lockdep class, by its name, is that of page-table locks; or NULL
 */
bool stlb_is_ptl_class(const char *name);

/** stlb_mmap_lock_of - an mm's mmap_lock among the addresses of locks: no mm_struct is odd */
static inline uint64_t stlb_mmap_lock_of(uint64_t mm)
{
	return mm | 1;
}

/** stlb_context_mmap - the mmap_lock of an mm that it holds; NULL: it holds none, as far as seen */
struct stlb_mmap_hold *stlb_context_mmap(struct stlb_context *context, uint64_t mm);

/** stlb_context_sleeps - it does what may sleep: it holds no spinlock */
static inline void stlb_context_sleeps(struct stlb_context *context)
{
	context->locks_known = STLB_LOCKS_KNOWN;
}

/** stlb_context_mmap_seen - how it holds the mmap_lock of an mm is known from here on */
static inline void stlb_context_mmap_seen(struct stlb_context *context, uint64_t mm)
{
	stlb_context_sleeps(context);
	context->mmap_again = mm;
}

/** stlb_context_holds_none - it is in no function of the kernel that holds a lock */
static inline void stlb_context_holds_none(struct stlb_context *context)
{
	stlb_context_sleeps(context);
	context->mmap_lost = false;
	context->nr_mmap = 0;
}

/** stlb_context_holds - whether it still holds what it acquired as hold @id; 0 is never held */
bool stlb_context_holds(const struct stlb_context *context, uint64_t id);

/** stlb_context_bracket - its outermost open bracket on an mm; NULL: none */
struct stlb_bracket *stlb_context_bracket(struct stlb_context *context, const struct stlb_mm *mm);

/** stlb_context_covers - whether one of its open brackets covers [start, end) of an mm */
bool stlb_context_covers(const struct stlb_context *context, const struct stlb_mm *mm,
			 uint64_t start, uint64_t end);

/** stlb_context_in_bracket - whether the bracket of an id is still open; 0 never is */
bool stlb_context_in_bracket(const struct stlb_context *context, uint64_t id);

#endif
