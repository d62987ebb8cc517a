#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes what samples/live holds: what the commands for a running kernel print on Debian's 6.1, for
# README.md to show, and the trace that one of them kept. To be run when that output has changed, and
# read in the diff; then the blocks of README.md are mended by hand: they are excerpts.
#
#	tour.sh STALETLB WORKLOAD
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
program=${1?usage: tour.sh STALETLB WORKLOAD}
workload=${2?usage: tour.sh STALETLB WORKLOAD}
kept=$here/../../samples/live
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

"$here/faulty/build.sh" "$tmp/faulty" || exit
"$here/vm.sh" --kernel 6.1 --timeout 300 --out "$tmp/out" --add "$program:/bin/staletlb" \
	--add "$workload:/bin/workload" \
	--add "$tmp/faulty/staletlb_faulty.ko:/bin/staletlb_faulty.ko" \
	"$here/tour-guest.sh" || exit
mkdir -p "$kept" && cp "$tmp"/out/*-6.1.out "$kept" &&
	zstd -q -19 -f "$tmp/out/faulty.dat" -o "$kept/faulty-6.1.dat.zst"
