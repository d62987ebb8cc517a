/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The module after the name of a function. */
#ifndef SOURCE_TEXT_MODULE_H
#define SOURCE_TEXT_MODULE_H

#include "source/text/perf_script.h"

/**
 * stlb_text_module_word - take "[mod]" or "[mod buildid]" of the kernel's own text
 * @at: "func+0x12/0x40" ends here
 */
void stlb_text_module_word(const char *at, const char *end, struct stlb_perf_caller *caller);

/**
 * stlb_text_module_file - take the file that perf script names last, "([mod])" or
 * "(/dir/mod.ko.xz)"
 *
 * The core kernel ("[kernel.kallsyms]", "vmlinux") is no module.
 */
void stlb_text_module_file(const char *at, const char *end, struct stlb_perf_caller *caller);

#endif
