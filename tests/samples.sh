#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Judge every sample and compare exit status and counts with samples/expected.tsv, exactly.
#
# usage: samples.sh [-v] [PROGRAM]
#   -v       a line for each sample, not only for failures
#   PROGRAM  the staletlb to test; default $STALETLB, else the one in build/

set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
samples=$root/samples
verbose=no
if [ "${1-}" = -v ]; then
	verbose=yes
	shift
fi

find_program() {
	for preset in release debug asan clang; do
		program=$root/build/$preset/staletlb
		if [ -x "$program" ]; then
			echo "$program"
			return
		fi
	done
}

program=${1:-${STALETLB:-$(find_program)}}
if [ -z "$program" ]; then
	echo "samples.sh: no staletlb in $root/build: build it or name it as the argument" >&2
	exit 2
fi

report=$(mktemp) || exit 2
trap 'rm -f "$report"' EXIT

# The counts of summary.rules that are not 0, sorted: "rule=n,rule=n"; "-" for none; "no-report"
# where there are no counts at all, which must not pass for none.
counts() {
	all=$(tr -d ' \t\n' <"$report" |
		grep -oE '"[a-z-]+":\{[^{}]*"occurrences":[0-9]+' |
		sed -E 's/^"([a-z-]+)":.*:([0-9]+)$/\1=\2/')
	if [ -z "$all" ]; then
		echo no-report
		return
	fi
	echo "$all" | grep -v '=0$' | LC_ALL=C sort | paste -sd, | sed 's/^$/-/'
}

# judge FILE OPTIONS: prints "STATUS COUNTS"
judge() {
	options=$2
	if [ "$options" = - ]; then
		options=
	fi
	# shellcheck disable=SC2086 # options are words
	"$program" analyze -f json $options "$samples/$1" >"$report" 2>/dev/null
	echo "$? $(counts)"
}

passed=0
failed=0
tab=$(printf '\t')
while IFS=$tab read -r file options status rules; do
	case $file in
	'#'* | '') continue ;;
	esac
	got=$(judge "$file" "$options")
	if [ "$got" = "$status $rules" ]; then
		result=OK
		passed=$((passed + 1))
	else
		result=FAIL
		failed=$((failed + 1))
	fi
	if [ $result = FAIL ] || [ $verbose = yes ]; then
		printf '%-4s %s %s: expected %s, got %s\n' "$result" "$file" "$options" \
			"$status $rules" "$got"
	fi
done <"$samples/expected.tsv"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
