#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the writer of trace.dat makes is read by trace-cmd and by staletlb alike.
#
#	datwrite.sh copy|kernel RECORDER STALETLB
#
# copy: recordings are laid out as the tracefs that they came from; what is written from there must
# not differ from the recording. kernel: events of this machine's kernel, against its own text.
# Exit status 77: trace-cmd is missing, or there is no tracefs.
set -u

what=${1-} recorder=$(realpath "${2-}") staletlb=$(realpath "${3-}") || exit 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 2
tmp=$(mktemp -d) || exit 2
names=("stlb-test-$$-a" "stlb-test-$$-b")
mounted='' tracing=/sys/kernel/tracing
failed=0

# shellcheck disable=SC2317 # it is called when the script ends
clean_up() {
	local name

	for name in "${names[@]}"; do
		[ ! -d "$tracing/instances/$name" ] || rmdir "$tracing/instances/$name"
	done
	[ -z "$mounted" ] || umount "$mounted"
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 2' INT TERM HUP

skip() {
	echo "skipped: $*"
	exit 77
}

# fail WHAT [FILE]: with the first lines of a file
fail() {
	echo "$1"
	[ $# -lt 2 ] || head -n 20 "$2"
	failed=1
}

# report FILE [OPTION...]: of trace-cmd, which must not complain
report() {
	local file=$1
	shift
	trace-cmd report "$@" "$file" 2>"$tmp/stderr"
	[ ! -s "$tmp/stderr" ] || fail "$file: trace-cmd complains" "$tmp/stderr"
}

# judged FILE: all of the judgement but the names of the file and of its form
judged() {
	"$staletlb" analyze --format=json "$1" | python3 -c '
import json, sys
report = json.load(sys.stdin)
for key in ("path", "format"):
    del report["traces"][0][key]
json.dump(report, sys.stdout, indent=1)'
}

# write_again SAMPLE FOLDER: with one instance as written.dat, with two as twice.dat
write_again() {
	local events

	mkdir "$2" && trace-cmd convert -i "$1" -o "$2/six.dat" --file-version 6 --compression none &&
		"$root/tests/datwrite/unpack.py" "$2/six.dat" "$2" >"$2/events" || return
	read -ra events <"$2/events"
	"$recorder" "$2/written.dat" "$2/tracing" "$2/proc" top "${events[@]}" &&
		"$recorder" "$2/twice.dat" "$2/tracing" "$2/proc" top "${events[@]}" top
}

# copy_one SAMPLE
copy_one() {
	local dir=$tmp/${1##*/}

	write_again "$1" "$dir" >"$tmp/log" 2>&1 || { fail "$1: not written" "$tmp/log" && return; }
	report "$1" -t >"$dir/original.txt"
	report "$dir/written.dat" -t >"$dir/written.txt"
	[ "$(wc -l <"$dir/written.txt")" -gt 1000 ] || fail "$1: few events" "$dir/written.txt"
	cmp "$dir/original.txt" "$dir/written.txt" || fail "$1: trace-cmd reports something else"
	report "$dir/twice.dat" -t | sed -n 's/^top: *//p' | sort >"$dir/second.txt"
	sed -n 's/^ *\(.* \[[0-9]*\] .*\)/\1/p' "$dir/original.txt" | sort |
		cmp - "$dir/second.txt" || fail "$1: the second instance holds something else"
	trace-cmd dump --all "$dir/twice.dat" >"$dir/dump.txt" 2>&1 || fail "$1: no dump"
	[ "$(grep -A 1 -F '[Tracing clock]' "$dir/dump.txt" | grep -c '^[[:space:]]*global$')" -eq 2 ] ||
		fail "$1: the clock is not recorded for both instances" "$dir/dump.txt"
	judged "$1" >"$dir/original.json" || fail "$1: not judged"
	judged "$dir/written.dat" >"$dir/written.json" || fail "$1: not judged again"
	diff "$dir/original.json" "$dir/written.json" >"$tmp/diff" ||
		fail "$1: judged otherwise" "$tmp/diff"
}

# set_up NAME EVENT: an instance that records an event
set_up() {
	local dir=$tracing/instances/$1
	mkdir "$dir" && echo global >"$dir/trace_clock" && echo 1 >"$dir/events/$2/enable"
}

# events: "pid cpu time event" of each line of the text of the kernel or of trace-cmd
events() {
	sed -nE 's/^.*-([0-9]+) +\[([0-9]+)\].* ([0-9]+\.[0-9]+): ([a-z_]+):.*/\1 \2 \3 \4/p' | sort
}

# The first instance is too small for what happens; the second one holds it all.
record_kernel() {
	local a=$tracing/instances/${names[0]} b=$tracing/instances/${names[1]}

	set_up "${names[0]}" kmem/mm_page_free && set_up "${names[1]}" sched/sched_switch &&
		echo 16 >"$a/buffer_size_kb" && echo 16384 >"$b/buffer_size_kb" || return
	for _ in {1..200}; do
		/bin/true
	done
	echo 0 >"$a/tracing_on"
	echo 0 >"$b/tracing_on"
	cat "$a/trace" "$b/trace" >"$tmp/kernel.txt"
	awk -F': ' '/^overrun/ { sum += $2 } END { print sum }' "$a"/per_cpu/cpu*/stats \
		>"$tmp/overrun"
	"$recorder" "$tmp/kernel.dat" "$tracing" /proc "${names[@]}" kmem:mm_page_free \
		sched:sched_switch >"$tmp/pages"
	local status=$?
	rmdir "$a" "$b"
	return $status
}

# Whoever removes a dynamic event meanwhile empties all buffers of the machine: then once more.
record_enough() {
	local try

	for try in 1 2 3; do
		record_kernel || return
		[ "$(events <"$tmp/kernel.txt" | wc -l)" -lt 200 ] ||
			[ "$(cat "$tmp/pages")" -lt 4 ] || return 0
		echo "few events in try $try"
	done
	return 1
}

check_kernel() {
	local found expected

	record_enough || { fail "nothing could be recorded" && return; }
	report "$tmp/kernel.dat" >"$tmp/report.txt"
	diff <(events <"$tmp/kernel.txt") <(events <"$tmp/report.txt") >"$tmp/diff" ||
		fail "trace-cmd reports other events than the kernel" "$tmp/diff"
	grep -q "^${names[1]}:.* sched_switch:" "$tmp/report.txt" ||
		fail "the second instance has no name" "$tmp/report.txt"
	"$staletlb" analyze --format=json "$tmp/kernel.dat" >"$tmp/analyze.json"
	[ $? -eq 3 ] || fail "staletlb takes it for judged" "$tmp/analyze.json"
	found=$(python3 -c '
import json, sys
trace = json.load(sys.stdin)["traces"][0]
print("%(events)d events, %(lost_events)d lost, %(clock)s" % trace)' <"$tmp/analyze.json")
	expected="$(events <"$tmp/kernel.txt" | wc -l) events, $(cat "$tmp/overrun") lost, global"
	[ "$found" = "$expected" ] || fail "the kernel tells $expected, staletlb $found"
	[ "$(cat "$tmp/overrun")" -gt 0 ] || fail "nothing was lost, so the test does not count"
	echo "$found"
}

command -v trace-cmd >/dev/null || skip "trace-cmd is missing"
case $what in
copy)
	copy_one "$root/samples/clean-6.1.dat"
	copy_one "$root/samples/cow-never-notified-6.1.dat"
	;;
kernel)
	[ "$(id -u)" -eq 0 ] || skip "only root may use tracefs"
	if [ ! -d $tracing/instances ]; then
		tracing=$tmp/tracefs
		mkdir "$tracing"
		mount -t tracefs nodev "$tracing" 2>"$tmp/stderr" ||
			skip "tracefs cannot be mounted: $(cat "$tmp/stderr")"
		mounted=$tracing
	fi
	[ -d "$tracing/events/kmem/mm_page_free" ] || skip "the kernel has no tracepoints"
	check_kernel
	;;
*)
	echo "usage: datwrite.sh copy|kernel RECORDER STALETLB" >&2
	exit 2
	;;
esac
exit $failed
