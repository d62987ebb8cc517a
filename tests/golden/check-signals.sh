#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no recorded output can show: an interrupt takes the half-written report away, a closed pipe
# ends quietly, progress shows on a terminal only.
#
#	check-signals.sh STALETLB
set -u

program=$(realpath "${1?usage: check-signals.sh STALETLB}") || exit 2
samples=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../samples") || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 2
failed=0

fail() {
	echo "$1"
	failed=1
}

# interrupted SIGNAL STATUS: while it waits for a pipe that says nothing
interrupted() {
	local pid status tries=0

	rm -f pipe report*
	mkfifo pipe
	"$program" analyze --output=report pipe 2>stderr &
	pid=$!
	exec 3<>pipe
	until compgen -G 'report.*' >/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
	[ $tries -lt 200 ] || fail "$1: no temporary report within 10 seconds"
	kill -s "$1" $pid
	wait $pid
	status=$?
	exec 3>&-
	[ $status -eq "$2" ] || fail "$1: status $status instead of $2"
	compgen -G 'report*' >/dev/null && fail "$1: left behind: $(echo report*)"
	[ -s stderr ] && fail "$1: said $(cat stderr)"
}

# A shell without job control starts background jobs with SIGINT ignored, and so it stays.
set -m
interrupted INT 130
interrupted TERM 143
interrupted HUP 129
# What no one asks for ends it too, as it does by default, and leaves as little behind.
ulimit -c 0
for signal in QUIT USR1 USR2 ALRM XCPU VTALRM PROF ABRT SYS RTMIN; do
	interrupted $signal $((128 + $(kill -l $signal)))
done
set +m

# A limit of size is an error of writing.
(
	ulimit -f 1
	"$program" analyze --format=json --output=report "$samples/seed-scenario.txt" 2>stderr
)
[ $? -eq 2 ] || fail "a file that may not grow: not status 2"
grep -q 'File too large' stderr || fail "a file that may not grow: $(cat stderr)"
compgen -G 'report*' >/dev/null && fail "a file that may not grow: left behind"

: >empty
"$program" analyze --progress=always empty 2>stderr >/dev/null
grep -q $'\r' stderr && fail "progress of work that is over at once"

# Two seconds of text, slowly: a line is due with "always", and none with "auto" on a pipe.
slow_trace() {
	for i in $(seq 26); do
		head -c 200000 </dev/zero | tr '\0' ' ' | sed 's/.\{100\}/&\n/g' |
			sed "s/^.*$/ task-1 [000] d..1. $i.000000: inv_start: mm=0x1 start=0x1000 end=0x2000/"
		sleep 0.1
	done
}
slow_trace | "$program" analyze --progress=always - 2>stderr >/dev/null
grep -q 'events' stderr || fail "no progress of work that takes two seconds"
updates=$(tr '\r' '\n' <stderr | grep -c events)
[ "$updates" -le 18 ] || fail "$updates updates in three seconds"
[ "$(tail -c 4 stderr | tr -d '\r\033')" = "[K" ] || fail "the progress line is not taken away"
slow_trace | "$program" analyze - 2>stderr >/dev/null
grep -q $'\r' stderr && fail "progress without a terminal"
exit $failed
