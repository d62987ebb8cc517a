#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: whatever ends a run, and whenever, tracing is as it was; after a SIGKILL,
# `probes remove` makes it so.
#
#	leave-guest.sh SEED SIGNALS [short]	short: signals only
# shellcheck disable=SC1091,SC2154 # guest.sh has tracing and failed
. /bin/guest.sh
seed=$1
# foreground COMMAND...: SIGINT is ignored in the background; leaves its number in /tmp/pid
foreground() {
	# shellcheck disable=SC2016 # of that shell
	sh -c 'echo $$ >/tmp/pid; exec "$@"' sh "$@" >/tmp/log 2>&1
}

# one of the two ways to run, and whether it ends by itself (once) or only by a signal (long)
run() {
	rm -f /tmp/child
	case $1-$2 in
	time-once) foreground staletlb live -d 0.5 ;;
	time-long) foreground staletlb live -d 36000 ;;
	command-*) foreground staletlb live -- sh /tmp/command "$2" ;;
	esac
}

# look PID: sets events and tracing (1 or 0, empty without an instance)
look() {
	events=$(grep -c ":staletlb_$1/" "$tracing/dynamic_events")
	tracing_on=$(cat "$tracing/instances/staletlb_$1/tracing_on" 2>/dev/null)
}

# reached STAGE SHARE: whether what was looked at last is that far
reached() {
	case $1 in
	setting-up) [ "$events" -ge $(($2 * full / 100)) ] && [ "$events" -gt 0 ] ;;
	running) [ "$tracing_on" = 1 ] && [ "$events" = "$full" ] ;;
	draining) [ "$was_on" = 1 ] && [ "$tracing_on" != 1 ] ;;
	removing) [ "$was_on" = 1 ] && [ "$events" -lt $((full - $2 * full / 100)) ] ;;
	esac
}

# shoot SIGNAL STAGE SHARE: at the run that is beginning; says where it was hit in /tmp/where
shoot() {
	was_on=0
	while [ ! -s /tmp/pid ]; do sleep 0.05; done
	pid=$(cat /tmp/pid)
	while look "$pid"; kill -0 "$pid" 2>/dev/null && ! reached "$2" "$3"; do
		! reached running 0 || was_on=1
		usleep 20000
	done
	case $2 in
	running) usleep $(($3 * 5000)) ;;
	draining) usleep $(($3 * 2000)) ;;
	esac
	look "$pid"
	kill -"$1" "$pid" 2>/dev/null &&
		echo "$events events, tracing ${tracing_on:-without instance}" >/tmp/where
}

end_child() {
	[ -e /tmp/child ] || return
	while kill "$(cat /tmp/child)" 2>/dev/null; do
		sleep 0.1
	done
}

# a run that a signal ended may have judged or not, but says so; 128 and more: before it could watch
check_status() {
	case $1:$2 in
	KILL:137 | *:[0-3] | INT:130 | TERM:143 | HUP:129) ;;
	*) say "SIG$1: status $2: $(tail -n 3 /tmp/log)" ;;
	esac
}

# hit SIGNAL HOW STAGE SHARE: fails where the run was over before it was hit
hit() {
	rm -f /tmp/where /tmp/pid
	shoot "$1" "$3" "$4" &
	shooter=$!
	case $3 in
	setting-up | running) run "$2" long ;;
	*) run "$2" once ;;
	esac
	status=$?
	wait $shooter
	where=$(cat /tmp/where 2>/dev/null || echo "too late")
	echo "SIG$1, $2, $3 $4%: $where: status $status"
	check_status "$1" $status
	if [ "$1" = KILL ]; then
		end_child
		staletlb probes remove >/tmp/log 2>&1 || say "probes remove: $(cat /tmp/log)"
	fi
	[ ! -e /tmp/child ] || ! kill -0 "$(cat /tmp/child)" 2>/dev/null ||
		say "SIG$1: the command still runs"
	unchanged "SIG$1, $2, $3 $4%"
	[ "$where" != "too late" ]
}

# hit_for_sure SIGNAL HOW STAGE SHARE: earlier in the stage each time, until it is not too late
hit_for_sure() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		hit "$@" && return
		set -- "$1" "$2" "$3" $(($4 * 2 / 3))
	done
	say "SIG$1, $2, $3: came too late each time"
}

# await PID: until that run traces
await() {
	while look "$1"; ! reached running 0 && kill -0 "$1"; do
		sleep 0.1
	done
}

# last NAME: when the last event of a report was
last() {
	sed -n 's/.*"last_ns": \([0-9]*\).*/\1/p' "/out/$1.json" | sort -n | tail -n 1
}

# shots: all signals at all stages in an order by chance, with how far into the stage
shots() {
	awk -v seed="$seed" 'BEGIN {
		srand(seed)
		nr = split("setting-up running draining removing", stages)
		split("INT TERM HUP KILL", signals)
		for (stage = 1; stage <= nr; stage++)
			for (i = 1; i <= 4; i++)
				printf "%f %s %s %s %d\n", rand(), signals[i],
					(stage + i) % 2 ? "time" : "command", stages[stage],
					int(100 * rand())
	}' | sort -n | cut -d ' ' -f 2-
}

test_signals() {
	run time once
	[ $? = 3 ] || say "a run without a workload: $(cat /tmp/log)"
	unchanged "a run"
	full=$(staletlb probes list | grep -c '^ *[a-z][0-9]*:staletlb/')
	shots | head -n "$1" >/tmp/shots
	while read -r signal how stage share; do
		hit_for_sure "$signal" "$how" "$stage" "$share" </dev/null
	done </tmp/shots
}

test_no_room() {
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
}

test_half_way() {
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
}

test_several() {
	workload --spin 36000 cow mprotect fork >/dev/null 2>&1 &
	spin=$!
	staletlb live -f json -o /out/long.json -d 36000 >/out/long.out 2>/out/long.err &
	long=$!
	await $long
	step_until_read short 0 20000 staletlb live -f json -o /out/short.json
	staletlb live -d 36000 >/dev/null 2>&1 &
	dead=$!
	await $dead
	kill -KILL $dead
	wait $dead
	step remove-dead 0 staletlb probes remove
	grep -q '^removed: [1-9][0-9]* events, [12] instance' /out/remove-dead.out ||
		say "probes remove left what a dead run had: $(cat /out/remove-dead.out)"
	grep -q '^kept: .*1 running' /out/remove-dead.out ||
		say "probes remove does not tell of the other run: $(cat /out/remove-dead.out)"
	until_counted $long "read events" 20000
	kill -TERM $long || say "the long run ended before the others did"
	wait $long || say "the long run: status $?: $(cat /out/long.err)"
	[ "$(last long)" -gt "$(last short)" ] ||
		say "the long run saw nothing after the end of the short one"
	kill $spin
	wait $spin
	unchanged "several at once"
}

modprobe kvm-amd || exit 1
cat >/tmp/command <<'END'
echo $$ >/tmp/child
case $1 in
once) exec workload cow fork ;;
long) exec workload --spin 36000 cow fork ;;
esac
END
export STALETLB_MARKER=/dev/null
make_somebody
state >/tmp/state

test_signals "$2"
if [ "${3-}" != short ]; then
	test_no_room
	test_half_way
	test_several
fi
exit "$failed"
