#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of tour.sh: each command with what it prints, in a file of its own.

# show FILE ARGUMENT...
show() {
	file=$1
	shift
	echo "# staletlb $*" >"/out/$file.out"
	staletlb "$@" >>"/out/$file.out" 2>&1
	echo "$file: status $?"
}

modprobe kvm-amd && [ -c /dev/kvm ] && insmod /bin/staletlb_faulty.ko && cd /out || exit 1
show doctor-6.1 doctor
show probes-6.1 probes list
show clean-6.1 live -- workload
show faulty-6.1 live --save faulty.dat -- workload faulty-repoint=3 faulty-free=2 faulty-right=6
[ "$(ls /sys/kernel/tracing/instances)" = "" ] && [ ! -s /sys/kernel/tracing/dynamic_events ]
