#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh, on a kernel that does not tell when its writers are done: what live says in
# the end is what analyze says of the trace that it kept, also where records came too late.
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh

modprobe kvm-amd || exit 1
[ -s /sys/devices/system/cpu/nohz_full ] || say "no CPU has full dynticks"
make_somebody
state >/tmp/state
STALETLB_MARKER=/dev/null workload --spin 36000 cow mprotect dontneed fork >/out/spin.out 2>&1 &
spin=$!
for run in 1 2 3; do
	step_until_read "late-$run" 0 90000 staletlb live -f json -o "/out/late-$run.json" \
		--save "/tmp/late.dat" --locks=all
	step "late-file-$run" 0 staletlb analyze -f json -o "/out/late-file-$run.json" /tmp/late.dat
	grep -o '[0-9]* records* arrived after later ones' "/out/late-$run.json"
	for name in "late-$run" "late-file-$run"; do
		tr -d '\n' <"/out/$name.json" |
			sed 's/"notes": .*"summary": /"summary": /; s/"traces": .*//' >"/tmp/$name"
		grep -q '"findings".*"summary"' "/tmp/$name" || say "$name: no verdict"
	done
	cmp "/tmp/late-$run" "/tmp/late-file-$run" || say "run $run: the file is judged to something else"
done
kill $spin
wait $spin
unchanged "runs that were late"
exit "$failed"
