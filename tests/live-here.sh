#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor and live on the machine itself, whatever its kernel lets be seen: what doctor holds to be
# impossible live does not call clean, and nothing is left behind. Needs root and tracefs, which is
# mounted for the time being where it can be.
#
#	live-here.sh STALETLB
set -u

program=$(realpath "${1?usage: live-here.sh STALETLB}") || exit 2
tracing=/sys/kernel/tracing
tmp=$(mktemp -d) || exit 2
mounted=0 failed=0
trap '[ $mounted = 0 ] || umount $tracing; rm -rf "$tmp"' EXIT

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "$*"
	failed=1
}

# left PID: what a run of that number left; all else may be others' (tests/vm looks at that)
left() (
	cd "$tracing" || exit
	ls -d instances/staletlb_"$1"* 2>/dev/null
	grep -hs "staletlb_$1/" dynamic_events kprobe_events set_event
)

[ "$(id -u)" -eq 0 ] || skip "not root"
if [ ! -e "$tracing/trace" ]; then
	mount -t tracefs nodev "$tracing" 2>"$tmp/why" || skip "no tracefs: $(cat "$tmp/why")"
	mounted=1
fi
[ -w "$tracing/instances" ] || skip "no trace instances on this kernel"

"$program" doctor -f json -o "$tmp/doctor.json"
doctor=$?
"$program" live -d 1 -f json -o "$tmp/live.json" >"$tmp/live.out" 2>"$tmp/live.err" &
pid=$!
wait $pid
live=$?
[ -z "$(left $pid)" ] || fail "left behind: $(left $pid)"

echo "doctor: $doctor, live: $live"
case $doctor:$live in
0:[013] | 3:3) ;; # 1: of whoever else runs here
3:2) # nothing at all can be recorded
	[ -s "$tmp/live.err" ] || fail "live does not say why it failed"
	exit $failed
	;;
*)
	cat "$tmp/live.err"
	fail "doctor: $doctor, but live: $live"
	exit 1
	;;
esac
python3 - "$tmp" "$live" <<'END' || failed=1
import json
import sys

doctor = json.load(open(sys.argv[1] + "/doctor.json"))
report = json.load(open(sys.argv[1] + "/live.json"))
answers = {fact["id"]: fact["answer"] for fact in doctor["facts"]}
bad = []
if int(sys.argv[2]) == 3 and not report["incomplete_reasons"]:
    bad.append("live does not say why it could not judge")
if report["summary"]["exit_status"] != int(sys.argv[2]):
    bad.append("the report has another status than live")
if "no" in (answers["tracefs"], answers["root"]):
    bad.append("doctor does not find the tracefs that is there")
if answers["kprobe_events"] != "yes" and answers["fprobe"] != "yes":
    if doctor["error_rules_judgeable"]:
        bad.append("doctor would judge without a probe on any function")
    kinds = report["coverage"]["kinds"]
    seen = {"subscribe", "inv_start", "inv_range", "pte_clear_flush"} & {k for k in kinds if kinds[k]}
    if seen:
        bad.append(f"events of functions without probes: {seen}")
print("live saw", report["traces"][0]["events"], "events:", *report["incomplete_reasons"])
for line in bad:
    print(line)
sys.exit(bool(bad))
END
exit $failed
