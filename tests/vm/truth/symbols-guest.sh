#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of truth.sh: where the kernel's functions are, and how many levels page tables have.
cat /proc/kallsyms >/out/kallsyms
if grep -qw la57 /proc/cpuinfo; then echo 5; else echo 4; fi >/out/levels
