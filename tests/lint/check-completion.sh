#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the generated bash completion offers, against what --help tells.
#
#	check-completion.sh STALETLB-GEN STALETLB
set -u

gen=$(realpath "${1?usage: check-completion.sh STALETLB-GEN STALETLB}") || exit 2
program=$(realpath "${2?usage: check-completion.sh STALETLB-GEN STALETLB}") || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0

"$gen" completion "$tmp/staletlb" || exit 1
# shellcheck source=/dev/null
. "$tmp/staletlb" || exit 1

# expect WORDS -- COMMAND LINE...: what is offered for the last word
expect() {
	local expected=$1 got
	shift 2
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_staletlb
	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | xargs)
	expected=$(tr ' ' '\n' <<<"$expected" | sort | xargs)
	if [ "$got" != "$expected" ]; then
		printf '%s\n  expected: %s\n  offered:  %s\n' "$*" "$expected" "$got"
		failed=1
	fi
}

# long_options COMMAND...: as --help tells them
long_options() {
	"$program" "$@" --help | sed -n 's/^  .\{4\}\(--[a-z-]*\).*/\1/p' | xargs
}

cd "$tmp" || exit 2
mkdir files && touch files/one.dat files/two.dat
rules=$("$gen" rules | sed 's/ .*//' | xargs)

expect "$("$gen" commands | xargs)" -- staletlb ""
expect "$(long_options)" -- staletlb -
expect "analyze" -- staletlb an
for command in $("$gen" commands); do
	expect "$(long_options "$command")" -- staletlb "$command" --
done
for command in analyze graph explain live record; do
	expect "files/one.dat files/two.dat" -- staletlb "$command" files/
done
expect "--since --strict --suppress" -- staletlb analyze trace.dat --s
expect "text json jsonl perfetto kernelshark" -- staletlb analyze --format = ""
expect "text json jsonl perfetto kernelshark" -- staletlb analyze --format =
expect "json jsonl" -- staletlb analyze --format = j
expect "json jsonl" -- staletlb analyze -f j
expect "text json" -- staletlb doctor -f ""
expect "$rules" -- staletlb analyze --rule ""
expect "never-invalidated" -- staletlb analyze --rule = never
expect "error warning notice" -- staletlb analyze --fail-on ""
expect "files/one.dat" -- staletlb analyze --output = files/o
expect "files/two.dat" -- staletlb analyze --baseline files/t
expect "" -- staletlb analyze --pid ""

# words, and commands to be run
expect "list install remove script" -- staletlb probes ""
expect "list" -- staletlb probes --locks = none l
expect "" -- staletlb probes files/
expect "" -- staletlb doctor ""
expect "ptl all none" -- staletlb live --locks ""
expect "" -- staletlb live --duration ""
expect "files/one.dat" -- staletlb live --save files/o
mkdir path && printf '#!/bin/sh\n' >path/zz-workload && chmod +x path/zz-workload
PATH=$tmp/path:$PATH
expect "zz-workload" -- staletlb live -- zz-
expect "zz-workload" -- staletlb live zz-
expect "zz-workload" -- staletlb live --quiet --duration 5 zz-
expect "zz-workload" -- staletlb record -o = file -- zz-
expect "files/two.dat" -- staletlb live -- zz-workload files/t
expect "" -- staletlb live -- zz-workload --dur
expect "files/one.dat" -- staletlb live zz-workload --pid files/o
# shellcheck disable=SC2317 # called by the completion, as that of the package bash-completion
_command_offset() {
	COMPREPLY=("words-from-$1")
}
expect "words-from-3" -- staletlb live -- zz-workload ""
expect "words-from-5" -- staletlb record -o file --perf zz-workload --x
exit $failed
