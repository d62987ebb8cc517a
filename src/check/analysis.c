/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The analysis from outside: its life, and which event goes where. */
#include "staletlb/analysis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/bracket.h"
#include "check/coverage.h"
#include "check/deadline.h"
#include "check/detached.h"
#include "check/device.h"
#include "check/device_view.h"
#include "check/early.h"
#include "check/entry.h"
#include "check/evidence.h"
#include "check/filter.h"
#include "check/freed.h"
#include "check/hold.h"
#include "check/invalidate.h"
#include "check/links.h"
#include "check/loss.h"
#include "check/migrate.h"
#include "check/note.h"
#include "check/obligation.h"
#include "check/pages.h"
#include "check/place.h"
#include "check/rule.h"
#include "check/sched.h"
#include "check/site.h"
#include "check/subscribe.h"
#include "check/update.h"
#include "model/echo.h"
#include "model/locking.h"
#include "model/running.h"

enum { PAGE_BUCKETS = (1 << 16) + 1 };

/* ---- which kinds concern what ---- */

typedef void (*handler)(struct stlb_analysis *a, const struct stlb_event_context *ec);

static void on_phase(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_stack(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_mmap_locked(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_mmap_unlock(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_flush_mm(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_page_alloc(struct stlb_analysis *a, const struct stlb_event_context *ec);
static void on_page_free(struct stlb_analysis *a, const struct stlb_event_context *ec);

static const handler handlers[STLB_NR_KINDS] = {
	[STLB_SUBSCRIBE] = stlb_on_subscribe,
	[STLB_SUBSCRIBE_RET] = stlb_on_subscribe_ret,
	[STLB_UNREGISTER] = stlb_on_unregister,
	[STLB_NOTIFIER_PUT] = stlb_on_unregister,
	[STLB_INTERVAL_INSERT] = stlb_on_subscribe,
	[STLB_INTERVAL_REMOVE] = stlb_on_unregister,
	[STLB_UNSUBSCRIBE] = stlb_on_unsubscribe,
	[STLB_MM_FREE] = stlb_on_mm_free,
	[STLB_INV_START] = stlb_on_inv_start,
	[STLB_INV_START_RET] = stlb_on_inv_start_ret,
	[STLB_INV_END] = stlb_on_inv_end,
	[STLB_INV_END_RET] = stlb_on_inv_end_ret,
	[STLB_INV_RANGE] = stlb_on_inv_range,
	[STLB_INV_RANGE_RET] = stlb_on_inv_range_ret,
	[STLB_PTE_CLEAR] = stlb_on_clear,
	[STLB_PMD_CLEAR] = stlb_on_clear,
	[STLB_PTE_CLEAR_FLUSH] = stlb_on_clear_flush,
	[STLB_PMD_CLEAR_FLUSH] = stlb_on_clear_flush,
	[STLB_PMD_COLLAPSE_FLUSH] = stlb_on_clear_flush,
	[STLB_PMD_ZAP] = stlb_on_clear_flush,
	[STLB_PMD_INVAL] = stlb_on_clear_flush,
	[STLB_PMD_SPLIT] = stlb_on_pmd_split,
	[STLB_PTE_SET] = stlb_on_set,
	[STLB_PMD_SET] = stlb_on_set,
	[STLB_CHANGE_PTE] = stlb_on_set,
	[STLB_ACCESS_FLAGS] = stlb_on_set,
	[STLB_ENTRY_SET] = stlb_on_entry,
	[STLB_ENTRY_POPULATE] = stlb_on_entry,
	[STLB_ENTRY_XCHG] = stlb_on_entry,
	[STLB_ENTRY_CMPXCHG] = stlb_on_entry,
	[STLB_ENTRY_WRPROTECT] = stlb_on_entry,
	[STLB_ENTRY_MODIFY_START] = stlb_on_entry,
	[STLB_ENTRY_MODIFY_COMMIT] = stlb_on_entry,
	[STLB_ENTRY_PERHAPS] = stlb_on_entry,
	[STLB_ENTRY_SNAPSHOT] = stlb_on_entry_snapshot,
	[STLB_ROOT] = stlb_on_root,
	[STLB_EXIT_MMAP] = stlb_on_exit_mmap,
	[STLB_MAP] = stlb_on_map,
	[STLB_PMD_INSTALL] = stlb_on_pmd_install,
	[STLB_TABLE_FREE] = stlb_on_table_free,
	[STLB_FLUSH_MM] = on_flush_mm,
	[STLB_SAME_CONTENT] = stlb_on_same_content,
	[STLB_MIGRATION_SET] = stlb_on_migration_set,
	[STLB_MIGRATION_REMOVE] = stlb_on_migration_remove,
	[STLB_PAGE_ALLOC] = on_page_alloc,
	[STLB_PAGE_FREE] = on_page_free,
	[STLB_PAGE_FREE_BATCHED] = on_page_free,
	[STLB_HUGE_FREE] = on_page_free,
	[STLB_PTL_MAP] = stlb_on_ptl_map,
	[STLB_LOCK_ACQUIRE] = stlb_on_lock_acquire,
	[STLB_LOCK_ACQUIRED] = stlb_on_lock_acquired,
	[STLB_LOCK_RELEASE] = stlb_on_lock_release,
	[STLB_MMAP_LOCKED] = on_mmap_locked,
	[STLB_MMAP_UNLOCK] = on_mmap_unlock,
	[STLB_SCHED_SWITCH] = stlb_on_switch,
	[STLB_SCHED_WAKING] = stlb_on_waking,
	[STLB_FORK] = stlb_on_fork,
	[STLB_EXIT] = stlb_on_leave,
	[STLB_USER_MODE] = stlb_on_leave,
	[STLB_DEV_FILL] = stlb_on_dev_fill,
	[STLB_DEV_READ] = stlb_on_dev_access,
	[STLB_DEV_WRITE] = stlb_on_dev_access,
	[STLB_DEV_INV] = stlb_on_dev_inv,
	[STLB_PHASE] = on_phase,
	[STLB_STACK] = on_stack,
};

/* Fields that tell where struct pages and the direct map lie, and what is special about pages. */
#define TELLS_OF_PAGES                                                                             \
	(STLB_BIT(VMEMMAP) | STLB_BIT(DIRECT_MAP) | STLB_BIT(ZERO_PFN) | STLB_BIT(HUGE_ZERO_PFN) | \
	 STLB_BIT(DEVICE_PRIVATE))

/* ---- small events ---- */

/* Marks come back (a workload runs twice): the same text is the same phase. */
static void on_phase(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	const char *text = ec->event->text;

	if (!text)
		return;
	for (a->phase = 1; a->phase < a->nr_phases; a->phase++)
		if (!strncmp(a->phases[a->phase], text, STLB_MAX_PHASE - 1))
			return;
	if (a->nr_phases == STLB_MAX_PHASES) {
		a->phase = 0;
		return;
	}
	snprintf(a->phases[a->nr_phases++], STLB_MAX_PHASE, "%s", text);
}

/* The kernel stack of the update just before, if this CPU made one. */
static void on_stack(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	struct stlb_update_state *update = ec->context->update;
	struct stlb_scope *scope = update ? update->scope : NULL;
	uint32_t nr = ec->event->nr_stack;

	stlb_echo_waits(ec->context);
	/* of the context's own event before: other CPUs' events may lie in between */
	if (!scope || !nr || update->created_at + 1 != ec->context->nr_events || scope->nr_stack)
		return;
	scope->stack = calloc(STLB_MAX_STACK, sizeof(*scope->stack));
	if (!scope->stack) {
		a->failed = true;
		return;
	}
	scope->nr_stack = nr < STLB_MAX_STACK ? nr : STLB_MAX_STACK;
	memcpy(scope->stack, ec->event->stack, scope->nr_stack * sizeof(*scope->stack));
}

static void on_mmap_locked(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_mmap_locked(&a->machine, ec->context, ec->mm->id,
			 stlb_event_or(ec->event, WRITE, 0) != 0);
}

static void on_mmap_unlock(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_detached_over(ec->context, ec->mm);
	if (stlb_context_mmap(ec->context, ec->mm->id))
		stlb_deadline_at_unlock(a, ec);
	stlb_mmap_unlocked(&a->machine, ec->context, ec->mm->id,
			   stlb_event_or(ec->event, WRITE, 0) != 0);
}

static void on_flush_mm(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	STLB_CALL(a, flushed, a, ec);
}

static void on_page_alloc(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	stlb_tree_allocated(&a->tree, stlb_event_get(ec->event, PFN), stlb_event_pages(ec->event));
	stlb_on_page_alloc(a, ec);
}

static void on_page_free(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	uint64_t pfn;

	if (a->tree.nodes.count && stlb_machine_pfn(&a->machine, ec->event, &pfn))
		stlb_entry_pages_freed(a, ec, pfn, stlb_event_pages(ec->event));
	stlb_on_page_free(a, ec);
}

/* ---- life ---- */

void stlb_analysis_defaults(struct stlb_analysis_options *options)
{
	for (int id = 0; id < STLB_NR_RULES; id++)
		options->severity[id] = stlb_rule_info(id)->severity;
}

static bool is_one_clock(const char *clock)
{
	static const char *const per_cpu[] = {"local", "uptime", "perf", "mixed"};

	for (size_t i = 0; clock && i < sizeof(per_cpu) / sizeof(*per_cpu); i++)
		if (!strcmp(clock, per_cpu[i]))
			return false;
	return true;
}

static void take_facts(struct stlb_analysis *a)
{
	unsigned int version = stlb_kernel_version(a->facts.kernel);

	a->end_rule = stlb_end_rule_of(version);
	a->machine.irq_flags_known = a->facts.irq_flags;
	a->one_clock = is_one_clock(a->facts.clock);
	a->arch_known = a->facts.arch != STLB_ARCH_UNKNOWN;
	a->zero_pfn = a->huge_zero_pfn = UINT64_MAX;
	stlb_pte_format_init(&a->machine.format, a->facts.arch, version);
}

static void hook(struct stlb_hooked *hooked, const struct stlb_rule_hooks *hooks)
{
	const struct stlb_rule_hooks **to;

#define X(name, ...)                                                                               \
	for (to = hooked->by[STLB_HOOK_##name]; *to; to++)                                         \
		;                                                                                  \
	*to = hooks->name ? hooks : NULL;
	STLB_RULE_HOOKS(X)
#undef X
}

static void take_rules(struct stlb_analysis *a)
{
	for (int id = 0; id < STLB_NR_RULES; id++) {
		const struct stlb_rule_object *object = stlb_rule_objects[id];

		a->rules_of_place |= (uint32_t)object->of_place << id;
		a->rules_make_stale |= (uint32_t)object->makes_stale << id;
		if (!object->only_if_on || a->options.severity[id] != STLB_OFF)
			hook(&a->hooked, &object->hooks);
	}
}

static void put_scope(struct stlb_context *context)
{
	if (context->update)
		stlb_scope_put(context->update->scope);
}

struct stlb_analysis *stlb_analysis_new(const struct stlb_analysis_options *options,
					const struct stlb_trace_facts *facts)
{
	struct stlb_analysis *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->options = *options;
	a->facts = *facts;
	a->pages = calloc(PAGE_BUCKETS, sizeof(*a->pages));
	stlb_map_random(a->pages_random);
	a->occurrences = calloc(STLB_MAX_OCCURRENCES, sizeof(*a->occurrences));
	a->phases = calloc(STLB_MAX_PHASES, sizeof(*a->phases));
	a->machine.contexts.release = put_scope;
	a->machine.facts = (struct stlb_facts){
		.user = a,
		.over = stlb_hold_over,
		.doubted = stlb_loss_of,
		.renamed = stlb_context_renamed,
	};
	a->nr_phases = 1; /* 0 is "before the first" */
	if (!a->pages || !a->occurrences || !a->phases) {
		stlb_analysis_free(a);
		return NULL;
	}
	take_facts(a);
	take_rules(a);
	a->tree.format = &a->machine.format;
	stlb_entries_expect(a);
	stlb_devices_expect(a);
	return a;
}

static void end_all(struct stlb_analysis *a, enum stlb_ending ending)
{
	uint32_t at = 0;

	for (struct stlb_mm *mm; (mm = stlb_map_next(&a->machine.mms.map, &at));) {
		struct stlb_list *node, *next;

		stlb_list_each (node, next, &mm->obligations)
			stlb_obligation_end(a, stlb_list_entry(node, struct stlb_obligation, in_mm),
					    ending);
	}
}

static void free_values(struct stlb_map *map)
{
	uint32_t at = 0;

	for (void *value; (value = stlb_map_next(map, &at));)
		free(value);
	stlb_map_free(map);
}

void stlb_analysis_free(struct stlb_analysis *a)
{
	if (!a)
		return;
	end_all(a, STLB_END_PENDING);
	stlb_evidence_free(a);
	stlb_devices_free(a);
	STLB_CALL(a, forget, a);
	stlb_early_free(a);
	stlb_tree_forget(&a->tree);
	stlb_machine_free(&a->machine);
	free_values(&a->sites);
	free(a->result.findings);
	free(a->result.hidden);
	free(a->occurrences);
	free(a->phases);
	free(a->pages);
	free(a);
}

/* ---- events ---- */

/* arm64 kernels keep structures in the lower half of the kernel's addresses, x86 never. */
static void infer_arch(struct stlb_analysis *a, uint64_t mm)
{
	bool arm64 = mm >> 47 == UINT64_C(0x1fffe);

	if (mm >> 48 != 0xffff)
		return;
	a->arch_known = true;
	stlb_pte_format_init(&a->machine.format, arm64 ? STLB_ARCH_ARM64 : STLB_ARCH_X86_64,
			     a->machine.format.kernel);
	stlb_note(a, arm64 ? "architecture taken from kernel addresses: aarch64"
			   : "architecture taken from kernel addresses: x86_64");
}

static bool find_mm(struct stlb_analysis *a, const struct stlb_event *event,
		    struct stlb_event_context *ec)
{
	if (!stlb_event_has(event, MM))
		return true;
	if (!a->arch_known)
		infer_arch(a, stlb_event_get(event, MM));
	ec->mm = stlb_mm_get(&a->machine.mms, stlb_event_get(event, MM));
	if (!ec->mm)
		a->result.dropped++;
	return ec->mm != NULL;
}

static void judge_loose(struct stlb_analysis *a, const struct stlb_event_context *ec)
{
	enum stlb_kind kind = ec->event->kind;

	/* a hook's second telling of an update does not concern the next events */
	if (ec->context->update && ec->context->update->loose && !stlb_kind_is_update(kind) &&
	    kind != STLB_UNSUBSCRIBE)
		STLB_CALL(a, left_alone, a, ec, 0);
}

static void dispatch(struct stlb_analysis *a, const struct stlb_event *event)
{
	struct stlb_event_context ec = {.event = event};

	ec.context = stlb_running_acts(&a->machine, event);
	if (!ec.context) {
		a->result.dropped++;
		return;
	}
	judge_loose(a, &ec);
	if (!find_mm(a, event, &ec))
		return;
	if (event->has & TELLS_OF_PAGES || event->kind == STLB_PAGE_FREE ||
	    event->kind == STLB_PTL_MAP)
		stlb_pages_learn(a, event);
	if (!stlb_entry_repeats(a, &ec))
		handlers[event->kind](a, &ec);
}

/* Only where every set is recorded does it pay to know who maps a page. */
static void first_of_kind(struct stlb_analysis *a, enum stlb_kind kind)
{
	stlb_kinds_add(&a->seen, kind);
	if (stlb_kind_class(kind) == STLB_CLASS_ENTRY && !a->deep)
		stlb_entries_expect(a);
	if (kind == STLB_PTE_SET || kind == STLB_PMD_SET || a->deep)
		a->failed |= stlb_regions_keep_rmap(&a->machine.regions) < 0;
}

int stlb_analysis_event(struct stlb_analysis *a, const struct stlb_event *event)
{
	if (event->kind >= STLB_NR_KINDS)
		return 0;
	a->result.kinds[event->kind]++;
	a->result.events_used++;
	if (!stlb_kinds_has(&a->seen, event->kind))
		first_of_kind(a, event->kind);
	a->machine.hb.now++;
	if (stlb_filter_waits(a))
		stlb_filter_note(a, event);
	if (event->kind == STLB_LOST) {
		struct stlb_event_context ec = {.event = event};

		a->result.events_used--;
		stlb_on_lost(a, &ec);
	} else if (handlers[event->kind]) {
		dispatch(a, event);
	}
	return a->failed || a->machine.failed ? -ENOMEM : 0;
}

struct stlb_analysis_stats stlb_analysis_stats(const struct stlb_analysis *a)
{
	const struct stlb_obligations *all = &a->result.obligations;
	uint64_t ended = all->discharged_in_lock + all->discharged_deferred + all->restored +
			 all->expired + all->is_void;

	return (struct stlb_analysis_stats){
		.obligations = all->total,
		.pending = all->total > ended ? all->total - ended : 0,
		.sites = a->sites.count,
		.mms = a->machine.mms.ever,
	};
}

/* Tables that were taken out and did not come back. */
static void judge_tables(struct stlb_analysis *a)
{
	uint32_t at = 0;

	for (struct stlb_context *context;
	     (context = stlb_map_next(&a->machine.contexts.map, &at));)
		if (context->nr_obligations)
			STLB_CALL(a, tables_stay_out, a, context);
}

const struct stlb_result *stlb_analysis_finish(struct stlb_analysis *a,
					       const struct stlb_kinds *recorded)
{
	struct stlb_result *result = &a->result;

	if (recorded)
		a->facts.recorded = stlb_kinds_union(&a->facts.recorded, recorded);
	judge_tables(a);
	stlb_held_back_finish(a);
	STLB_CALL(a, finish, a);
	stlb_losses_finish(a);
	stlb_early_forget_all(a);
	end_all(a, STLB_END_PENDING);
	stlb_coverage(a);
	stlb_links_finish(a);
	result->mms = a->machine.mms.ever;
	result->kernel = a->facts.kernel;
	result->before_6_6 = a->end_rule.before_6_6;
	result->arch = a->machine.format.arch;
	if (a->failed || a->machine.failed || stlb_sites_finish(a) < 0)
		return NULL;
	return result;
}
