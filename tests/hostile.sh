#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Damaged files must be reported, never crash or hang the program: samples and recordings, whole, cut,
# and with bytes changed. Made for a program with sanitizers; without them it finds crashes only.
#
#	hostile.sh STALETLB
set -u

program=$(realpath "${1?usage: hostile.sh STALETLB}") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
runs=0 failed=0

# judge FILE WHAT
judge() {
	local status

	timeout 600 "$program" analyze --format=json "$1" >"$tmp/report" 2>"$tmp/stderr"
	status=$?
	runs=$((runs + 1))
	if [ $status -gt 3 ] || grep -qE 'Sanitizer|runtime error' "$tmp/stderr"; then
		echo "$2: status $status"
		head -n 20 "$tmp/stderr"
		failed=$((failed + 1))
	elif ! python3 -c 'import json, sys; json.load(sys.stdin)' <"$tmp/report"; then
		echo "$2: status $status, and the report is no JSON"
		failed=$((failed + 1))
	fi
}

# damage FILE: the same bytes of the same file are changed in each run of the test
damage() {
	python3 - "$1" "$tmp/damaged" <<-'END'
		import random, sys
		data = bytearray(open(sys.argv[1], "rb").read())
		random.seed(len(data))
		for _ in range(max(4, len(data) // 20000)):
		    data[random.randrange(len(data))] = random.randrange(256)
		open(sys.argv[2], "wb").write(data)
	END
}

for file in "$root"/samples/* "${STALETLB_TRACES-/nonexistent}"/*; do
	case $file in
	*.txt | *.dat | *.data | *.gz | *.zst) ;;
	*) continue ;;
	esac
	name=${file##*/}
	size=$(stat -Lc %s "$file")
	judge "$file" "$name"
	for part in 1 3; do
		head -c $((size * part / 4)) "$file" >"$tmp/cut"
		judge "$tmp/cut" "$name, $part/4 of it"
	done
	damage "$file"
	judge "$tmp/damaged" "$name, damaged"
done
echo "$runs files judged, $failed badly"
[ $runs -gt 0 ] || exit 77
[ $failed -eq 0 ]
