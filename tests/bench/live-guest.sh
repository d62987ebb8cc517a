#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest of live.sh: lines "WAY SECONDS" of the workload alone and under live, and reports of
# live under growing load, in /out.
#
#	live-guest.sh RUNS [PHASE]...
tracing=/sys/kernel/tracing
runs=$1
shift

# timed WAY: the workload alone, without the setting up and the reading to the end around it
cat >/bin/timed <<END
#!/bin/sh
begin=\$(sed 's/ .*//; s/\.//' /proc/uptime)
workload --repeat 8 $* >/dev/null || exit 1
end=\$(sed 's/ .*//; s/\.//' /proc/uptime)
echo "\$1 \$((end - begin))" >>/out/times
END
chmod +x /bin/timed

# aside WAY: what another process does meanwhile, which nobody asked to see: pipes, that is locks
cat >/bin/aside <<'END'
#!/bin/sh
begin=$(sed 's/ .*//; s/\.//' /proc/uptime)
dd if=/dev/zero bs=512 count=30000 2>/dev/null | cat >/dev/null
end=$(sed 's/ .*//; s/\.//' /proc/uptime)
echo "$1 $((end - begin))" >>/out/times
END
chmod +x /bin/aside

# await PID: until that run traces; an instance is on for a moment when it is made
await() {
	until [ "$(cat "$tracing/instances/staletlb_$1/tracing_on" 2>/dev/null)" = 1 ] &&
		grep -q ":staletlb_$1/" $tracing/dynamic_events; do
		kill -0 "$1" || exit 1
		sleep 0.1
	done
}

# beside WHAT WAY OPTION...: live of the whole machine, or what the options say, beside what is timed
beside() {
	what=$1
	way=$2
	shift 2
	staletlb live -q -f json -o "/out/$way.json" "$@" >/dev/null &
	live=$!
	await $live
	$what "$way"
	kill -TERM $live # SIGINT is ignored in the background
	wait $live
}

# of_command WAY OPTION...: live of the workload
of_command() {
	way=$1
	shift
	staletlb live -q -f json -o "/out/$way.json" "$@" -- timed "$way" >/dev/null
}

modprobe kvm-amd || exit 1
export STALETLB_MARKER=/dev/null
workload "$@" >/dev/null # what is done once only
for _ in $(seq "$runs"); do
	timed bare
	beside timed all-locks --locks=all
	of_command filtered
	beside timed ptl-locks
	of_command filtered-all-locks --locks=all
	of_command no-locks --locks=none
	aside aside-bare
	beside aside aside-all-locks --locks=all
	sleep 600 &
	asked=$!
	beside aside aside-filtered -p $asked
	kill $asked
done

for nr in 1 2 4; do
	children=
	for _ in $(seq $nr); do
		workload --spin 600 "$@" >/dev/null &
		children="$children $!"
	done
	staletlb live -q -d 5 --locks=all -f json -o "/out/load-$nr.json" >/dev/null
	# shellcheck disable=SC2086 # several
	kill $children
	wait
done
