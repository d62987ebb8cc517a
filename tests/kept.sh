#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# analyze judges the trace that live kept on a real kernel as live did while it ran: the same report
# but for its first lines, which name the trace.
#
#	kept.sh STALETLB
set -u

program=${1?usage: kept.sh STALETLB}
kept=samples/live/faulty-6.1
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

sed -n '/^  violations/,$p' $kept.out >"$tmp/live"
"$program" analyze $kept.dat.zst >"$tmp/analyze"
status=$?
sed -i -n '/^  violations/,$p' "$tmp/analyze"
[ -s "$tmp/live" ] && diff "$tmp/live" "$tmp/analyze" || exit 1
[ $status -eq 1 ] || { echo "status $status" && exit 1; }
