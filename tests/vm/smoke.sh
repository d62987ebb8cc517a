#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The emulated machine does what tests on a real kernel need: KVM subscribes to a process, all phases
# of the workload run, and on 6.1 the faulty module does what it says, in the order it says.
#
#	smoke.sh 6.1|6.12 WORKLOAD
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
kernel=${1?usage: smoke.sh 6.1|6.12 WORKLOAD}
workload=${2?usage: smoke.sh 6.1|6.12 WORKLOAD}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0 adds=(--add "$workload:/bin/workload")

# expect WANTED PATTERN FILE WHAT: how many of the file's lines match
expect() {
	local got

	got=$(grep -cE "$2" "$tmp/out/$3")
	[ "$got" = "$1" ] && return
	echo "$4: $got instead of $1"
	failed=1
}

# orders TRACE: of each page cleared in a phase of the module, PHASE FUNCTION ORDER; in ORDER
# C is the clear, N a notification, S the set, e/E the end of the range (E notifies), F the free
orders() {
	awk '
	/tracing_mark_write: phase/ { phase = $NF; next }
	/ clear: / && phase ~ /^faulty/ {
		pfn = $NF; sub(/old=0x.../, "", pfn); pfn = substr(pfn, 1, length(pfn) - 3)
		sub(/^0*/, "", pfn)
		order = "C"; who = ""; next
	}
	order == "" { next }
	/^ => (faulty|correct)_/ { who = $2; next }
	/ notify: / { order = order "N" }
	/ set: / { order = order "S" }
	/ end: / { order = order (/only_end=1/ ? "e" : "E") }
	/mm_page_free: / && $0 ~ "pfn=0x" pfn " " { order = order "F" }
	order ~ /[eE]/ && order ~ /F/ { print phase, who, order; order = "" }' "$1"
}

if [ "$kernel" = 6.1 ]; then
	"$here/faulty/build.sh" "$tmp/faulty" || exit
	adds+=(--add "$tmp/faulty/staletlb_faulty.ko:/bin/staletlb_faulty.ko")
fi
"$here/vm.sh" --kernel "$kernel" "${adds[@]}" --out "$tmp/out" \
	"$here/smoke-guest.sh" || exit

expect 2 'workload-.* subscribe: .* mm=0x[0-9a-f]*[1-9a-f]' trace "KVM's subscriptions of two runs"
expect 2 ' phase end' trace "marks of the runs' ends"
expect 0 'BUG:|WARNING:|Oops|rss-counter|[Bb]ad page' dmesg "complaints of the kernel"
if [ "$kernel" = 6.1 ]; then
	orders "$tmp/out/faulty" | sort | uniq -c | sed 's/^ *//' >"$tmp/orders"
	diff - "$tmp/orders" <<-END || failed=1
		5 faulty-free faulty_free_early CFE
		4 faulty-late faulty_repoint_late CSEF
		3 faulty-repoint faulty_repoint_unnotified CSeF
		6 faulty-right correct_free CEF
		6 faulty-right correct_repoint CNSeF
	END
fi
exit $failed
