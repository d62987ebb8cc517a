#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The graphs of all findings of the samples: Graphviz reads them without a warning, the JSON is what
# its schema says, and its edges form no cycle but that of a device.
#
#	graph.sh STALETLB
set -u

program=$(realpath "${1?usage: graph.sh STALETLB}") || exit 2
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
if ! command -v dot >/dev/null || ! python3 -c 'import jsonschema' 2>/dev/null; then
	echo "graphviz or python3-jsonschema is missing"
	exit 77
fi
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0 drawn=0

fail() {
	echo "$sample $id: $1"
	failed=1
}

for sample in samples/*.txt samples/cow-never-notified-6.1.dat; do
	"$program" analyze --format=json "$sample" >"$tmp/report" 2>/dev/null
	while read -r id; do
		drawn=$((drawn + 1))
		"$program" graph "$sample" --finding "$id" -o "$tmp/dot" || fail "no DOT"
		said=$(dot -Tsvg -o "$tmp/svg" "$tmp/dot" 2>&1) || fail "Graphviz fails"
		[ -z "$said" ] || fail "$said"
		"$program" graph "$sample" --finding "$id" --format=json -o "$tmp/json" || fail "no JSON"
		tests/check-schema.py "$tmp/json" include/staletlb/schema/graph.schema.json ||
			fail "against the schema"
		python3 -c '
import json, sys
back = [e for e in json.load(open(sys.argv[1]))["edges"] if e["from"] >= e["to"]]
sys.exit(any(e["kind"] != "from-read" for e in back))' "$tmp/json" || fail "a cycle"
	done < <(grep -o '"id": "F[0-9]*"' "$tmp/report" | cut -d'"' -f4)
done
[ $drawn -ge 40 ] || { echo "only $drawn graphs" && failed=1; }
echo "$drawn graphs"
exit $failed
