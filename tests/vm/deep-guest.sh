#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: with each instruction probed that writes page tables. What it wrote stays
# in /out for check-live.py.
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh
out=/out

modprobe kvm-amd && modprobe zram || exit 1
make_somebody
state >/tmp/state
step list-json 0 staletlb probes list --deep=auto -f json -o $out/list.json
step install 0 staletlb probes install --deep=auto
cat "$tracing/dynamic_events" >$out/installed
step remove 0 staletlb probes remove
unchanged "probes remove"
for name in live threads; do
	phases=threads
	[ $name = threads ] || phases=
	# shellcheck disable=SC2086 # no phase is all of them
	step $name 0 staletlb live --deep=auto -f json -o "$out/$name.json" -- workload $phases
done
unchanged "live with a command"
exit "$failed"
