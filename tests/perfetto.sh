#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The timelines of all samples, of the recordings where there are some, and of several traces
# together follow the rules of the JSON trace event format. So does what is read from a pipe.
#
#	perfetto.sh PROGRAM
set -u

program=$(realpath "${1?usage: perfetto.sh PROGRAM}") || exit 2
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0

# draw NAME ARGUMENT...: standard input is the program's
draw() {
	local name=$1 status
	shift
	"$program" analyze --format=perfetto --output="$tmp/$name.json" "$@" 2>"$tmp/stderr"
	status=$?
	if [ $status -eq 2 ] || [ $status -gt 3 ]; then
		echo "$name: status $status"
		cat "$tmp/stderr"
		failed=1
	elif ! python3 tests/check-perfetto.py "$tmp/$name.json"; then
		failed=1
	fi
}

python3 tests/check-perfetto.py --self-test || exit 1
traces=(samples/*.txt samples/*.dat)
if [ -d "${STALETLB_TRACES-}" ]; then
	traces+=("$STALETLB_TRACES"/*.dat "$STALETLB_TRACES"/*.gz)
fi
for trace in "${traces[@]}"; do
	draw "$(basename "$trace")" "$trace"
done
draw together samples/*.dat samples/cow-never-notified.txt samples/cow-never-notified.txt
draw pipe - < <(cat samples/cow-never-notified.txt)
if ! grep -q '"drawn_from":"evidence"' "$tmp/pipe.json"; then
	echo "pipe: does not say that it was read only once"
	failed=1
fi

# What the list for KernelShark names is what trace-cmd shows: time, CPU, task, event.
if command -v trace-cmd >/dev/null; then
	for trace in samples/*.dat; do
		trace-cmd report "$trace" 2>/dev/null |
			sed -n 's/^ *\([^ ]*\) *\[\([0-9]*\)\][^0-9]*\([0-9.]*\): \([^: ]*\):.*/\3 \2 \1 \4/p' |
			sed 's/ 0*\([0-9]\)/ \1/' | sort -u >"$tmp/shown"
		"$program" analyze --format=kernelshark "$trace" | grep -v '^#' |
			awk '{ print $1, $2, $3, $4 }' | sort -u >"$tmp/listed"
		if comm -13 "$tmp/shown" "$tmp/listed" | grep .; then
			echo "$trace: trace-cmd report does not show this"
			failed=1
		fi
		grep -q . "$tmp/shown" || { echo "$trace: trace-cmd shows nothing"; failed=1; }
	done
fi
exit $failed
