#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: each command does on this kernel what it says. What it wrote stays in /out
# for check-live.py.
#
#	live-guest.sh [keep]	keep: leave the traces too
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh
out=/out keep=${1-}

modprobe kvm-amd && modprobe zram || exit 1
make_somebody
state >/tmp/state

# ---- what can be seen, and the probes for it ----
step doctor 0 staletlb doctor
step doctor-json 0 staletlb doctor -f json -o $out/doctor.json
step list 0 staletlb probes list
step list-json 0 staletlb probes list -f json -o $out/list.json
unchanged doctor
step install 0 staletlb probes install
cat "$tracing/dynamic_events" >$out/installed
step install-again 0 staletlb probes install
cmp -s $out/installed "$tracing/dynamic_events" || say "installing again changed dynamic_events"
step remove 0 staletlb probes remove
unchanged "probes remove"
step script 0 staletlb probes script -o $out/script
step script-install 0 sh $out/script
cat "$tracing/dynamic_events" >$out/installed-by-script
step script-remove 0 sh $out/script remove
unchanged "the script's remove"

# ---- judging while it runs ----
# The files themselves are large: they stay in the guest.
# live_and_file NAME PHASE...: judged while it runs and judged once more from what was kept of it
live_and_file() {
	name=$1
	shift
	step "$name" 0 staletlb live -f json -o "$out/$name.json" --save "/tmp/$name.dat" -- \
		workload "$@"
	step "$name-file" 0 staletlb analyze -f json -o "$out/$name-file.json" "/tmp/$name.dat"
	if [ -n "$keep" ]; then mv "/tmp/$name.dat" "$out"; else rm -f "/tmp/$name.dat"; fi
}

live_and_file live
live_and_file threads threads
live_and_file sizes several hugezeroprotect mthp hugetlb uprobe
step jsonl 0 staletlb live -f jsonl --locks=all -- workload

# The reader knows the process, and is halted then until the buffers have run over.
cat >/tmp/overrun <<'END'
. /bin/guest.sh
workload --spin 36000 cow mprotect >/dev/null 2>&1 &
until_counted $PPID "read events" 3000
kill -STOP $PPID
until_counted $PPID overrun 1
kill -CONT $PPID
until_counted $PPID "read events" 3000
kill $!
END
step tiny 3 staletlb live -q -f json -o $out/tiny.json -b 64K -- sh /tmp/overrun
unchanged "live with a command"

STALETLB_MARKER=/dev/null workload --spin 36000 cow mprotect dontneed fork >$out/spin.out 2>&1 &
spin=$!
step_until_read pid 0 30000 staletlb live -f json -o $out/pid.json -p $spin
step_until_read everybody 0 90000 staletlb live -f json -o $out/everybody.json --locks=all
kill $spin
wait $spin
unchanged "live without a command"

# ---- recorded first, judged later ----
if [ -e /bin/trace-cmd ]; then
	step record 0 staletlb record -o $out/record.dat -- workload
	step record-analyze 0 staletlb analyze -f json -o $out/record.json $out/record.dat
	unchanged "record"
fi
if [ -e /bin/perf ]; then
	step perf 0 staletlb record --perf -o $out/perf.data -- workload
	step perf-analyze '[03]' staletlb analyze -f json -o $out/perf.json $out/perf.data
	unchanged "record --perf"
fi

# ---- a module that forgets to invalidate ----
if [ -e /bin/staletlb_faulty.ko ]; then
	insmod /bin/staletlb_faulty.ko || exit 1
	step faulty 1 staletlb live -f json -o $out/faulty.json -- \
		workload faulty-repoint=4 faulty-late=5 faulty-free=6 faulty-right=7
	step faulty-right 0 staletlb live -f json -o $out/faulty-right.json -- \
		workload faulty-right=7
	step faulty-first 1 staletlb live -f json -o $out/faulty-first.json --max-findings 1 -- \
		workload --spin 36000 faulty-repoint faulty-right
	unchanged "a faulty kernel"
fi
exit "$failed"
