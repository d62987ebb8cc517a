#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of truth.sh: the workload is recorded, between two marks that the emulator sees as well.
modprobe kvm-amd && modprobe zram || exit 1
staletlb record --locks=none -b 8M -o /out/truth.dat -- workload --window "$@" || exit 1
cat /proc/kallsyms >/out/kallsyms
