#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Speed and memory of reading perf.data, against perf script and against the trace.dat twin. Run by
# hand: it needs perf, trace-cmd, the recordings, and some GiB of disk under TMPDIR. A machine that
# lets itself be recorded adds a recording of its own.
#
#	bench-perf.sh [RUNS]	runs of each, 5 by default; the medians are taken
#
# STALETLB_TRACES and STALETLB_TOOLS name other places than ../shared/traces and ../shared/tools.
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
traces=${STALETLB_TRACES:-$root/../shared/traces}
amplify=${STALETLB_TOOLS:-$root/../shared/tools}/amplify-trace.py
runs=${1:-5}
for file in "$traces/stock-6.1.perf.data" "$traces/stock-6.1.dat" "$amplify"; do
	if [ ! -e "$file" ]; then
		echo "bench-perf.sh: skipped, $file is missing" >&2
		exit 77
	fi
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cmake -S "$root" -B "$tmp/release" --preset release -DSTALETLB_TESTS=OFF >"$tmp/log"
cmake --build "$tmp/release" -j "$(nproc)" >"$tmp/log" || { cat "$tmp/log" && exit 1; }
for times in 3 30; do
	"$root/tests/bench/amplify-perf.py" "$traces/stock-6.1.perf.data" $times "$tmp/$times.data"
done
"$root/tests/bench/amplify-perf.py" "$traces/stock-6.1.perf.data" 30 "$tmp/unordered.data" \
	--no-rounds
python3 "$amplify" "$traces/stock-6.1.dat" 30 "$tmp/30.dat" >/dev/null
python3 "$root/tests/bench/measure-perf.py" "$runs" "$tmp/release/staletlb" \
	"$tmp/3.data" "$tmp/30.data" "$tmp/unordered.data" "$tmp/30.dat"

# A recording of this machine, where it lets itself be recorded: without and with call chains.
load='import mmap
for i in range(6):
    m = mmap.mmap(-1, 64 << 20)
    for o in range(0, 64 << 20, 4096):
        m[o] = 1
    m.close()'
for chains in "" -g; do
	# shellcheck disable=SC2086
	perf record $chains -m 4096 -a -e kmem:mm_page_free,kmem:mm_page_alloc -o "$tmp/own.data" -- \
		python3 -c "$load" >"$tmp/log" 2>&1 || continue
	"$root/tests/bench/amplify-perf.py" "$tmp/own.data" 10 "$tmp/own10.data"
	python3 "$root/tests/bench/measure-perf.py" "$runs" "$tmp/release/staletlb" \
		"$tmp/own.data" "$tmp/own10.data"
done
