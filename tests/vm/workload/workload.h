/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the phases of the workload share. */
#ifndef STALETLB_TESTS_VM_WORKLOAD_H
#define STALETLB_TESTS_VM_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PAGE 4096UL
#define HUGE (2UL << 20)

/* Each phase does its work `count` times; returns how often it did it, or -1 after it said why not.
 */
int phase_cow(unsigned int count);
int phase_zero(unsigned int count);
int phase_mprotect(unsigned int count);
int phase_dontneed(unsigned int count);
int phase_mremap(unsigned int count);
int phase_uffd(unsigned int count);
int phase_fork(unsigned int count);
int phase_ksm(unsigned int count);
int phase_migrate(unsigned int count);
int phase_thp(unsigned int count);
int phase_hugezero(unsigned int count);
int phase_shmcollapse(unsigned int count);
int phase_hugetlb(unsigned int count);
int phase_uprobe(unsigned int count);
int phase_swap(unsigned int count);
int phase_threads(unsigned int count);
int phase_several(unsigned int count);
int phase_hugezeroprotect(unsigned int count);
int phase_mthp(unsigned int count);
int phase_faulty_repoint(unsigned int count);
int phase_faulty_late(unsigned int count);
int phase_faulty_free(unsigned int count);
int phase_faulty_right(unsigned int count);
int phase_inline(unsigned int count);
int phase_inline_plain(unsigned int count);

/* Marks in the trace what follows. */
void mark(const char *name);

/* Says on stderr what failed, with the cause in errno if there is one; returns -1. */
int fail(const char *what);

/* Maps fresh anonymous memory, small pages only; NULL after it said why not. */
char *map_pages(size_t pages);

/* Maps fresh anonymous memory that begins where a huge page may; NULL after it said why not. */
char *map_huge(size_t huge_pages);

/* Writes `value` to each page. */
void write_pages(char *memory, size_t pages, char value);

/* Reads each page; returns the sum of their first bytes. */
unsigned int read_pages(const char *memory, size_t pages);

/* A child that shares this process' pages until it is released. */
struct holder {
	pid_t pid;
	int pipe;
};

int holder_start(struct holder *holder);
int holder_release(struct holder *holder);

/* Collapses a huge page's worth of memory; tries again where the kernel is only busy. */
int collapse(char *memory);

/* A userfaultfd that can write-protect; -1 after it said why not. */
int uffd_open(void);

/* A file's number, or what is written to it; -1 after it said why not. */
long read_number(const char *path);
int write_text(const char *path, const char *text);

#endif
