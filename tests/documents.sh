#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What programs read of the commands is what the schemas say: doctor and probes list of the machine at
# hand, whatever it offers, and the lines of --format jsonl.
#
#	documents.sh STALETLB
set -u

program=$(realpath "${1?usage: documents.sh STALETLB}") || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0

if ! python3 -c 'import jsonschema' 2>/dev/null; then
	echo "skipped: python3-jsonschema is missing"
	exit 77
fi

fail() {
	echo "$1"
	failed=1
}

# valid FILE SCHEMA WHAT
valid() {
	tests/check-schema.py "$1" "include/staletlb/schema/$2.schema.json" || fail "$3: against the schema"
}

"$program" doctor -f json >"$tmp/doctor"
status=$?
valid "$tmp/doctor" doctor doctor
judgeable=$(grep -c '"error_rules_judgeable": true' "$tmp/doctor")
[ "$status" -eq $((3 - 3 * judgeable)) ] || fail "doctor: status $status, judgeable: $judgeable"
sed 's/"answer": "[a-z]*"/"answer": "maybe"/' "$tmp/doctor" >"$tmp/wrong"
tests/check-schema.py "$tmp/wrong" include/staletlb/schema/doctor.schema.json 2>/dev/null &&
	fail "doctor: the schema takes any answer"

for locks in ptl all none; do
	"$program" probes --locks $locks -f json list >"$tmp/probes" || fail "probes --locks $locks: status $?"
	valid "$tmp/probes" probes "probes --locks $locks"
done
sed 's/"source": "tracepoint"/"source": "kprobe"/' "$tmp/probes" >"$tmp/wrong"
if grep -q '"source": "tracepoint"' "$tmp/probes"; then
	tests/check-schema.py "$tmp/wrong" include/staletlb/schema/probes.schema.json 2>/dev/null &&
		fail "probes: the schema takes a kprobe without a definition"
fi

# Each line is a document; the last one has the report, which is that of --format json.
for sample in samples/case-a-wrong.txt samples/no-notifier.txt no-such-trace; do
	"$program" analyze -f jsonl $sample >"$tmp/lines" 2>/dev/null
	status=$?
	"$program" analyze -f json $sample >"$tmp/json" 2>/dev/null
	[ $status -eq $? ] || fail "$sample: jsonl has a status of its own"
	python3 - "$tmp/lines" "$tmp/json" "$tmp/report" <<-'END' || fail "$sample: the lines of jsonl"
		import json, sys

		lines = [json.loads(line) for line in open(sys.argv[1])]
		whole = json.load(open(sys.argv[2]))
		assert [line["type"] for line in lines] == ["finding"] * (len(lines) - 1) + ["report"]
		assert all(set(line) == {"type", line["type"]} for line in lines)
		assert lines[-1]["report"] == whole, "not the report of --format json"
		json.dump(lines[-1]["report"], open(sys.argv[3], "w"))
	END
	valid "$tmp/report" report "jsonl of $sample"
done
exit $failed
