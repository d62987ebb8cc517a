/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel as far as its files tell. */
#ifndef PROBE_KERNEL_H
#define PROBE_KERNEL_H

#include "btf.h"
#include "staletlb/probe.h"
#include "kallsyms.h"
#include "util/arena.h"

/** struct stlb_offers - what its dynamic events can do, by the README of tracefs */
struct stlb_offers {
	bool readme;	       /* it could be read */
	bool kprobes;	       /* kprobe events */
	bool fprobes;	       /* fprobe events */
	bool arguments;	       /* $argN */
	bool named_arguments;  /* parameters and members by name */
	bool return_arguments; /* arguments at the return of a function */
	bool disarmed;	       /* kprobes are switched off by debugfs */
	bool ftrace_off;       /* hooks at the entries of functions are switched off */
	bool fprobe_maxactive; /* fprobes on returns have a limit, and it can be set */
};

/** struct stlb_value - a number that may not be known */
struct stlb_value {
	bool known;
	uint64_t value;
	const char *unknown; /* why not */
};

enum { STLB_MAX_FACTS = 24 };

struct stlb_kernel {
	struct stlb_arena arena;
	const char *root; /* "" for / */
	const char *release, *arch, *cmdline;
	const char *build_id;	       /* hex digits; "" where it is not known */
	const char *tracing, *debugfs; /* where they are mounted, below @root; NULL: nowhere */
	const char *tracing_path;      /* with @root, where it may be read; else NULL */
	const char *config;	       /* the file that has the configuration; NULL: none */
	struct stlb_offers offers;
	struct stlb_kallsyms symbols;
	struct btf *btf;	   /* NULL: none */
	struct stlb_value vmemmap; /* vmemmap_base */
	enum stlb_answer page_table_check;
	enum stlb_answer device_private; /* CONFIG_DEVICE_PRIVATE */
	bool locked_down;		 /* so that tracing is refused */
	struct stlb_fact facts[STLB_MAX_FACTS];
	uint32_t nr_facts;
};

/* The base of struct pages. */
#define STLB_VMEMMAP_SYMBOL "vmemmap_base"

/* What writes page tables goes through it, where Xen is supported. */
#define STLB_PV_SYMBOL "pv_ops"

/* Where tasks are, and how their page tables are read. */
#define STLB_SNAPSHOT_SYMBOLS                                                                      \
	"init_task", "init_mm", "page_offset_base", "sme_me_mask", "__pgtable_l5_enabled"

/* Fprobes whose returns go by a pool of limited size have this; later ones have no limit to set. */
#define STLB_RETHOOK_SYMBOL "fprobe_exit_handler"

/* From 5.14 on kernels with CONFIG_DEVICE_PRIVATE have one of these, and no others do. */
#define STLB_DEVICE_PRIVATE_SYMBOLS "make_device_exclusive", "make_device_exclusive_range"

/** stlb_kernel_mounts - find tracefs and debugfs; 0 or -ENOMEM */
int stlb_kernel_mounts(struct stlb_kernel *kernel);

/** stlb_kernel_offers - what dynamic events can do; symbols have been read */
void stlb_kernel_offers(struct stlb_kernel *kernel);

/** stlb_kernel_has_event - whether there is a tracepoint "system:event" */
bool stlb_kernel_has_event(const struct stlb_kernel *kernel, const char *event);

/** stlb_kernel_tracing_file - a small file of tracefs, as stlb_root_read() */
int stlb_kernel_tracing_file(const struct stlb_kernel *kernel, const char *name, char *to,
			     size_t size);

/** stlb_kernel_find_config - where the configuration is; 0 or -ENOMEM */
int stlb_kernel_find_config(struct stlb_kernel *kernel);

/** stlb_kernel_config - the value of an option ("CONFIG_KPROBES"): "y", "m", a number; "" if not
 * set
 *
 * Returns STLB_UNKNOWN where the configuration is not known, STLB_NO where it is not set.
 */
enum stlb_answer stlb_kernel_config(const struct stlb_kernel *kernel, const char *option,
				    char *value, size_t size);

/** stlb_kernel_page_table_check - whether the hooks of page_table_check are called */
enum stlb_answer stlb_kernel_page_table_check(const struct stlb_kernel *kernel);

/** stlb_kernel_device_private - whether there are device entries among the swap types */
enum stlb_answer stlb_kernel_device_private(const struct stlb_kernel *kernel);

/** stlb_kcore_read - read a 64-bit value of the kernel from /proc/kcore; 0 or a negative errno */
int stlb_kcore_read(const char *root, uint64_t address, uint64_t *value);

/** stlb_kernel_find_build - the build id, by /sys/kernel/notes. 0 or -ENOMEM */
int stlb_kernel_find_build(struct stlb_kernel *kernel);

/**
 * stlb_kernel_lacks_deep - whether something is missing for probes of each instruction that writes
 *	a page table, as far as it shows without a search
 * @why: what it is
 */
bool stlb_kernel_lacks_deep(const struct stlb_kernel *kernel, struct stlb_error *why);

/** stlb_kernel_look - fill in the facts; all else is known. 0 or -ENOMEM */
int stlb_kernel_look(struct stlb_kernel *kernel);

#endif
