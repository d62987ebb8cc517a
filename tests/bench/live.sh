#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What live costs a workload on an emulated 6.1: with all spinlocks of everybody, and with the filters
# in the kernel; and how many events each second it reads without losing any, there and, with the
# tracepoints that its kernel has, on this machine. Run by hand.
#
#	live.sh [RUNS [PHASE]...]	runs of each, 3 by default, of the workload's phases, by default
#					those that do not sleep; the medians are taken
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
runs=${1:-3}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- cow zero mprotect dontneed mremap fork
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

build() {
	if [ -n "${STALETLB_BENCH_BUILD-}" ]; then
		build=$STALETLB_BENCH_BUILD
		return
	fi
	build=$tmp/release
	cmake -S "$root" -B "$build" --preset release >"$tmp/log"
	cmake --build "$build" -j "$(nproc)" --target staletlb-program vm-workload >"$tmp/log" ||
		{ cat "$tmp/log" && exit 1; }
}

# here: staletlb's own pace on this machine's CPU, as far as its kernel gives events
here() {
	local children=() load

	if [ "$(id -u)" -ne 0 ] || [ ! -e /sys/kernel/tracing/trace ]; then
		echo "not measured on this machine: no root or no tracefs"
		return
	fi
	for load in 1 2 4; do
		while [ ${#children[@]} -lt $load ]; do
			STALETLB_MARKER=/dev/null "$build/tests/vm-workload" --no-kvm --spin 600 \
				cow zero dontneed fork >/dev/null &
			children+=($!)
		done
		"$build/staletlb" live -q -d 5 -f json -o "$tmp/here-$load.json" >/dev/null || true
	done
	kill "${children[@]}"
	wait
}

build
"$root/tests/vm/vm.sh" --kernel 6.1 --timeout 1800 --out "$tmp/out" \
	--add "$build/staletlb:/bin/staletlb" --add "$build/tests/vm-workload:/bin/workload" \
	"$root/tests/bench/live-guest.sh" "$runs" "$@"
here
[ -z "${STALETLB_VM_OUT-}" ] || cp "$tmp"/out/* "$STALETLB_VM_OUT"
python3 "$root/tests/bench/measure-live.py" "$tmp/out" "$tmp"
