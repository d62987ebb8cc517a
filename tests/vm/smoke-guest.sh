#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of smoke.sh: runs the workload, with a few probes set by hand. Leaves in /out what was
# traced of all phases (trace), and of those of the faulty module (faulty) if it was brought along.
tracing=/sys/kernel/tracing

probe() {
	echo "$1" >>$tracing/kprobe_events && return
	echo "no probe: $1"
	exit 1
}

modprobe kvm-amd && [ -c /dev/kvm ] || exit 1
modprobe zram && echo 256M >/sys/block/zram0/disksize &&
	mkswap /dev/zram0 >/dev/null && swapon /dev/zram0 || exit 1

probe 'p:smoke/subscribe __mmu_notifier_register mm=%si:x64'
probe 'p:smoke/unsubscribe __mmu_notifier_release mm=%di:x64'
echo 1 >$tracing/events/smoke/enable
workload || exit 1
workload hugezero swap || exit 1
cp $tracing/trace /out/trace

[ -e /bin/staletlb_faulty.ko ] || exit 0
insmod /bin/staletlb_faulty.ko || exit 1
probe 'p:smoke/clear ptep_clear_flush addr=%si:x64 old=+0(%dx):x64'
probe 'p:smoke/notify __mmu_notifier_invalidate_range start=%si:x64'
probe 'p:smoke/set __mmu_notifier_change_pte addr=%si:x64'
probe 'p:smoke/end __mmu_notifier_invalidate_range_end only_end=%si:u8'
echo >$tracing/trace
echo 1 >$tracing/events/smoke/enable
echo 1 >$tracing/events/kmem/mm_page_free/enable
echo stacktrace >$tracing/events/smoke/clear/trigger
workload faulty-repoint=3 faulty-late=4 faulty-free=5 faulty-right=6 || exit 1
echo 0 >$tracing/tracing_on # or the reading would feed what is read
cp $tracing/trace /out/faulty
workload || exit 1
rmmod staletlb_faulty
