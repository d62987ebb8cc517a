# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For the guest's scripts that test staletlb: steps with a status that is known beforehand, and the
# state of tracing that every run has to leave as it was.
tracing=/sys/kernel/tracing
failed=0

# say WHAT...: the test fails, and goes on
say() {
	echo "FAILED: $*"
	# shellcheck disable=SC2034 # the scripts exit with it
	failed=1
}

# check_step NAME STATUS GOT: STATUS is a pattern of case
check_step() {
	echo "$1: status $3"
	# shellcheck disable=SC2254 # a pattern
	case $3 in
	$2) return ;;
	esac
	say "$1: status $3 instead of $2"
	tail -n 20 "/out/$1.err" "/out/$1.out"
}

# step NAME STATUS COMMAND...: its output becomes /out/NAME.out and .err; STATUS is a pattern of case
step() {
	step_name=$1
	step_status=$2
	shift 2
	"$@" >"/out/$step_name.out" 2>"/out/$step_name.err"
	check_step "$step_name" "$step_status" $?
}

# counted PID WHAT: of the buffers of a run, as their statistics have it ("read events", "overrun")
counted() {
	cat "$tracing/instances/staletlb_$1"*/per_cpu/cpu*/stats 2>/dev/null |
		awk -v "line=$2:" 'index($0, line) == 1 { sum += substr($0, length(line) + 1) }
			END { print sum + 0 }'
}

# until_counted PID WHAT MORE: until there are so many more than now, or the run is over
until_counted() {
	wanted=$(($(counted "$1" "$2") + $3))
	while kill -0 "$1" 2>/dev/null && [ "$(counted "$1" "$2")" -lt $wanted ]; do
		sleep 0.1
	done
}

# step_until_read NAME STATUS EVENTS COMMAND...: a run that is ended once it has read so many events
step_until_read() {
	step_name=$1
	step_status=$2
	step_events=$3
	shift 3
	"$@" >"/out/$step_name.out" 2>"/out/$step_name.err" &
	step_pid=$!
	until_counted $step_pid "read events" "$step_events"
	kill -TERM $step_pid
	wait $step_pid
	check_step "$step_name" "$step_status" $?
}

# says NAME PATTERN: a step's messages
says() {
	grep -qE -e "$2" "/out/$1.err" && return
	say "$1: no message like '$2' but: $(cat "/out/$1.err")"
}

# hit_probe: the event of somebody else happens; nothing else calls that function
hit_probe() {
	hostname "guest$1"
}

# make_somebody: a user of tracing who is no business of staletlb's, with a trace in the top buffer
make_somebody() {
	echo mono >$tracing/trace_clock
	echo 2048 >$tracing/buffer_size_kb
	echo 'p:somebody/named __x64_sys_sethostname' >>$tracing/kprobe_events
	echo 'common_pid > 1' >$tracing/events/somebody/named/filter
	echo 1 >$tracing/events/somebody/named/enable
	echo 'order < 0' >$tracing/events/kmem/mm_page_free/filter
	echo 1 >$tracing/events/kmem/mm_page_free/enable
	mkdir $tracing/instances/somebody
	echo somebody >$tracing/trace_marker
	hit_probe 1
	hit_probe 2
}

# state: all of tracing that somebody else could miss
state() (
	cd $tracing || exit
	ls instances
	head -n 1000 dynamic_events kprobe_events set_event set_event_pid tracing_on trace_clock \
		buffer_size_kb current_tracer trace_options instances/somebody/tracing_on
	sed 's/^ .*-\([0-9]* *\[\)/\1/' trace # names of tasks are forgotten in time
	grep . events/kmem/*/enable events/kmem/*/filter events/kmem/*/trigger \
		events/migrate/*/enable events/thp/*/enable events/sched/*/enable \
		events/sched/*/filter events/kvm/*/enable events/enable
)

# unchanged WHAT: since /tmp/state was made
unchanged() {
	state >/tmp/state.now
	cmp -s /tmp/state /tmp/state.now && return
	say "$1: tracing is not as it was:"
	diff /tmp/state /tmp/state.now | head -n 20
	staletlb probes remove # or all that follows fails too
	return 1
}
