#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: whatever ends a run, and whenever, tracing is as it was; after a SIGKILL,
# `probes remove` makes it so.
#
#	leave-guest.sh SEED
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh
seed=$1
on=0 off=0 # runs that were hit with tracing on, and with something set up but tracing off

# now: in centiseconds
now() {
	sed 's/ .*//; s/\.//' /proc/uptime
}

# foreground COMMAND...: SIGINT is ignored in the background; leaves its number in /tmp/pid
foreground() {
	# shellcheck disable=SC2016 # of that shell
	sh -c 'echo $$ >/tmp/pid; exec "$@"' sh "$@" >/tmp/log 2>&1
}

# one of the two ways to run
run() {
	rm -f /tmp/child
	case $1 in
	time) foreground staletlb live -d 0.5 ;;
	command) foreground staletlb live -- sh /tmp/command ;;
	esac
}

# shoot SIGNAL DELAY: at the run that is beginning; says where it was hit in /tmp/where
shoot() {
	rm -f /tmp/where
	sleep "$2"
	pid=$(cat /tmp/pid)
	set -- "$1" "$(grep -c staletlb_ "$tracing/dynamic_events")" \
		"$(cat "$tracing"/instances/staletlb_"$pid"/tracing_on 2>/dev/null)"
	kill -"$1" "$pid" 2>/dev/null && echo "$2 events, tracing ${3:-without instance}" >/tmp/where
}

end_child() {
	[ -e /tmp/child ] && kill "$(cat /tmp/child)" 2>/dev/null && sleep 0.1
}

# a run that a signal ended may have judged or not, but says so; 128 and more: before it could watch
check_status() {
	case $1:$2 in
	KILL:137 | *:[0-3] | INT:130 | TERM:143 | HUP:129) ;;
	*) say "SIG$1: status $2: $(tail -n 3 /tmp/log)" ;;
	esac
}

# hit SIGNAL HOW DELAY
hit() {
	shoot "$1" "$3" &
	shooter=$!
	run "$2"
	status=$?
	wait $shooter
	where=$(cat /tmp/where 2>/dev/null || echo "too late")
	echo "SIG$1 after $3 s, $2: $where: status $status"
	case $where in
	*"tracing 1") on=$((on + 1)) ;;
	[1-9]*) off=$((off + 1)) ;;
	esac
	check_status "$1" $status
	if [ "$1" = KILL ]; then
		end_child
		staletlb probes remove >/tmp/log 2>&1 || say "probes remove: $(cat /tmp/log)"
	fi
	[ ! -e /tmp/child ] || ! kill -0 "$(cat /tmp/child)" 2>/dev/null ||
		say "SIG$1: the command still runs"
	unchanged "SIG$1 after $3 s, $2"
}

# await PID: until that run traces
await() {
	while [ "$(cat "$tracing/instances/staletlb_$1/tracing_on" 2>/dev/null)" != 1 ]; do
		kill -0 "$1" || break
		sleep 0.1
	done
}

# last NAME: when the last event of a report was
last() {
	sed -n 's/.*"last_ns": \([0-9]*\).*/\1/p' "/out/$1.json" | sort -n | tail -n 1
}

# shots RUNS CENTISECONDS: for each signal and way, all of a run's time in as many parts as there
# are runs; the planning at the beginning, when nothing is in the kernel yet, is left out
shots() {
	awk -v seed="$seed" -v parts="$1" -v time="$2" 'BEGIN {
		srand(seed)
		split("INT TERM HUP KILL", signals)
		for (part = 0; part < parts; part++)
			for (i = 1; i <= 4; i++)
				printf "%s %s %.2f\n", signals[i],
					(part + i) % 2 ? "time" : "command",
					time / 100 * (0.2 + 0.8 * (part + rand()) / parts)
	}'
}

modprobe kvm-amd || exit 1
cat >/tmp/command <<'END'
echo $$ >/tmp/child
exec workload cow fork
END
export STALETLB_MARKER=/dev/null
make_somebody
state >/tmp/state

# ---- signals ----
began=$(now)
run time
[ $? = 3 ] || say "a run without a workload: $(cat /tmp/log)"
took=$(($(now) - began))
unchanged "a run"
shots 7 $took >/tmp/shots
while read -r signal how delay; do
	hit "$signal" "$how" "$delay" </dev/null
done </tmp/shots
echo "hit with tracing on: $on, with something set up and tracing off: $off"
if [ $on -lt 2 ] || [ $off -lt 6 ]; then
	say "the signals came at the wrong time"
fi

# ---- no room ----
mkdir /small
mount -t tmpfs -o size=256k tmp /small
step save-full 2 staletlb live --save /small/it.dat -- workload cow fork
says save-full '/small/.*No space left on device'
[ -z "$(ls /small)" ] || say "a full disk: $(ls -l /small) is left"
unchanged "a full disk"
dd if=/dev/zero of=/small/all bs=4k >/dev/null 2>&1
step report-full 2 staletlb live -d 0.2 -f json -o /small/it.json
says report-full '/small/.*No space left on device'
[ "$(ls /small)" = all ] || say "a full disk for the report: $(ls -l /small) is left"
unchanged "a full disk for the report"

# ---- a step half way fails ----
step too-large 2 staletlb live -d 1 --buffer-size 900G
says too-large '--buffer-size'
unchanged "a buffer that cannot be had"
# shellcheck disable=SC2016
step taken 2 sh -c 'mkdir "$0/instances/staletlb_$$"
	exec 9<"$0/instances/staletlb_$$/trace_pipe" staletlb live -d 1' "$tracing"
says taken 'instances/staletlb_[0-9]*: .*busy'
staletlb probes remove >/dev/null || say "an instance that is taken: it cannot be removed later"
unchanged "an instance that is taken"
step no-command 2 staletlb live -- /no/such/command
says no-command '/no/such/command.*No such file'
unchanged "a command that is none"

# ---- several at once ----
workload --spin 600 cow mprotect fork >/dev/null 2>&1 &
spin=$!
staletlb live -f json -o /out/long.json -d 15 >/out/long.out 2>/out/long.err &
long=$!
await $long
step short 0 staletlb live -f json -o /out/short.json -d 1
staletlb live -d 600 >/dev/null 2>&1 &
dead=$!
await $dead
kill -KILL $dead
wait $dead
step remove-dead 0 staletlb probes remove
grep -q '^removed: [1-9][0-9]* events, [12] instance' /out/remove-dead.out ||
	say "probes remove left what a dead run had: $(cat /out/remove-dead.out)"
grep -q '^left alone: .*1 running' /out/remove-dead.out ||
	say "probes remove does not tell of the other run: $(cat /out/remove-dead.out)"
kill -0 $long || say "the long run ended before the others did"
wait $long || say "the long run: status $?: $(cat /out/long.err)"
[ "$(last long)" -gt $(($(last short) + 1000000000)) ] ||
	say "the long run saw nothing after the end of the short one"
kill $spin
wait $spin
unchanged "several at once"
exit "$failed"
