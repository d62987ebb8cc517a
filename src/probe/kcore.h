/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's memory, read only. */
#ifndef PROBE_KCORE_H
#define PROBE_KCORE_H

#include <stddef.h>
#include <stdint.h>

struct stlb_kcore;

/** stlb_kcore_open - /proc/kcore below a root; free it with stlb_kcore_close(). 0 or -errno */
int stlb_kcore_open(const char *root, struct stlb_kcore **core);

/** stlb_kcore_close - NULL is fine */
void stlb_kcore_close(struct stlb_kcore *core);

/**
 * stlb_kcore_copy - bytes of the kernel that are in one piece of it
 *
 * What is not mapped reads as zeros, as the kernel does it. Returns 0; -ENOENT: no piece holds all
 * of them; another negative errno.
 */
int stlb_kcore_copy(const struct stlb_kcore *core, uint64_t address, void *to, size_t size);

/** stlb_kcore_word - a 64-bit word of the kernel; as stlb_kcore_copy() */
int stlb_kcore_word(const struct stlb_kcore *core, uint64_t address, uint64_t *value);

#endif
