#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Speed and memory, against libtracecmd's bare iteration and trace-cmd report. Run by hand: it needs
# libtracecmd-dev, trace-cmd, a recording, and a few GiB of disk under TMPDIR.
#
#	bench.sh [RUNS]	runs of each, 5 by default; the medians are taken
#
# STALETLB_TRACES and STALETLB_TOOLS name other places than ../shared/traces and ../shared/tools.
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
traces=${STALETLB_TRACES:-$root/../shared/traces}
amplify=${STALETLB_TOOLS:-$root/../shared/tools}/amplify-trace.py
recording=$traces/stock-6.1.dat
runs=${1:-5}
for file in "$recording" "$amplify"; do
	if [ ! -e "$file" ]; then
		echo "bench.sh: skipped, $file is missing" >&2
		exit 77
	fi
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cmake -S "$root" -B "$tmp/release" --preset release -DSTALETLB_TESTS=OFF >"$tmp/log"
cmake --build "$tmp/release" -j "$(nproc)" >"$tmp/log" || { cat "$tmp/log" && exit 1; }
# shellcheck disable=SC2046
gcc -O2 -Wall -Wextra -o "$tmp/iterate" "$root/tests/bench/iterate.c" \
	$(pkg-config --cflags --libs libtracecmd)
for times in 50 500; do
	python3 "$amplify" "$recording" $times "$tmp/$times.dat"
done
python3 "$root/tests/bench/measure.py" "$runs" "$tmp/release/staletlb" "$tmp/iterate" \
	"$tmp/50.dat" "$tmp/500.dat"
