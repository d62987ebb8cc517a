#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs one of the scripts that test staletlb on a real kernel, and checks what it left.
#
#	live.sh live|deep|leave|absent|locked|late 6.1|6.12|7.3 STALETLB WORKLOAD
#
#	live	the commands do what they say, and on 6.1 a faulty module is caught
#	deep	each instruction that writes page tables is probed, and none is missed
#	leave	whatever ends a run, tracing is as it was
#	absent	what stands in the way is said
#	locked	that the kernel is locked down is said
#	late	what comes too late is judged as in the file, where a kernel makes that possible
#
# STALETLB_SIGNALS says how many signals leave sends (up to 16), STALETLB_SEED which and when;
# STALETLB_VM_OUT names a directory for what it left (of live the traces too), which is thrown away
# otherwise.
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
usage="usage: live.sh live|deep|leave|absent|locked|late 6.1|6.12|7.3 STALETLB WORKLOAD"
part=${1?$usage} kernel=${2?$usage} staletlb=${3?$usage} workload=${4?$usage}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
out=${STALETLB_VM_OUT:-$tmp/out}
arguments=() options=()
adds=(--add "$staletlb:/bin/staletlb" --add "$workload:/bin/workload"
	--add "$here/guest.sh:/bin/guest.sh")

# add_tools: those of the host, as far as it has them
add_tools() {
	local tool path

	for tool in trace-cmd perf; do
		path=$(command -v "$tool") || { echo "without $tool: it is missing" && continue; }
		adds+=(--add "$path:/bin/$tool")
	done
}

case $part in
live)
	add_tools
	[ -z "${STALETLB_VM_OUT-}" ] || arguments=(keep)
	if [ "$kernel" = 6.1 ]; then
		"$here/faulty/build.sh" "$tmp/faulty" || exit
		adds+=(--add "$tmp/faulty/staletlb_faulty.ko:/bin/staletlb_faulty.ko")
	fi
	;;
leave)
	seed=${STALETLB_SEED:-$((RANDOM * 32768 + RANDOM))}
	echo "STALETLB_SEED=$seed does this again"
	arguments=("$seed" "${STALETLB_SIGNALS:-16}")
	# setting and removing fprobes is slow where the kernel is emulated
	[ "$kernel" = 6.1 ] || arguments=("$seed" "${STALETLB_SIGNALS:-5}" short)
	;;
absent | deep) ;;
locked)
	options+=(--append lockdown=confidentiality)
	arguments=(locked)
	;;
late) options+=(--append nohz_full=1) ;;
*) echo "$usage" >&2 && exit 2 ;;
esac
"$here/vm.sh" --kernel "$kernel" "${options[@]}" "${adds[@]}" --out "$out" \
	"$here/${part/locked/absent}-guest.sh" ${arguments[@]+"${arguments[@]}"}
status=$?
[ $status -ge 77 ] && exit $status
if grep -E 'BUG:|WARNING:|Oops|rss-counter|[Bb]ad page' "$out/dmesg"; then
	echo "FAILED: the kernel complained"
	status=1
fi
if [ "$part" = live ] || [ "$part" = deep ]; then
	python3 "$here/check-live.py" "$part" "$kernel" "$out" || status=1
fi
exit $status
