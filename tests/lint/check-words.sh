#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What users read is plain English in the kernel's terms, and has one word for one thing: none of the
# phrases below is in a man page, in README.md, in samples/README.md, or in a string of src.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
failed=0

# Extended regular expressions of whole words, in any case
phrases=(
	'(ha[sd]|have) to( be)?' '(it|that|which|and|this) (is|are) none' 'is none of'
	'(is|are) no (longer than|file|number|range|rule|valid)'
	'(is|are|be|was|were|been|never) told' 'told (by|of|apart)'
	'behind' 'the hand' 'in the lock' 'owe[ds]?' 'breach(es|ed)?' 'judge[sd]?' 'judging'
	'how far it was' 'taken out' 'breaks? off' 'anew' 'for ever' 'want of room'
	'can(not)? be had' 'could be had' 'the one who' 'nobody' 'could not be carried out'
	'whole or not at all' 'may be given more than once' 'asked for' 'let go' 'lets go of'
	'given up' 'mended' 'so many (events|seconds)' 'is said'
)

# page FILE: the sentences of an mdoc page, a line each; keys of the report, .Cm, are what they are
page() {
	sed -E '/^\.\\"/d; /^\.Cm/d; s/^\.[A-Z][A-Za-z]+ ?//' "$1" | sentences "$1"
}

# readme FILE: its sentences, but for what is shown of an output
readme() {
	grep -v '^    ' "$1" | sentences "$1"
}

sentences() {
	tr -s '\n\t ' ' ' | sed 's/[.:] /&\n/g' | sed "s|^|$1: |"
}

# strings FILE: what a C file says, a line each; adjacent literals are one, and a word alone is a key
strings() {
	tr '\n' '\r' <"$1" | sed -E 's,/\*([^*]|\*+[^*/])*\*+/,,g; s,"[[:space:]\\]*",,g' | tr '\r' '\n' |
		grep -oE '"([^"\\]|\\.)*"' | grep ' ' | sed "s|^|$1: |"
}

pattern=$(IFS='|' && echo "${phrases[*]}")
found=$({
	for file in man/*.[1-8]; do page "$file"; done
	for file in README.md samples/README.md; do readme "$file"; done
	while read -r file; do strings "$file"; done < <(find src -name '*.[ch]' | sort)
} | grep -iE "^[^:]*: .*\b($pattern)\b")
if [ -n "$found" ]; then
	echo "$found"
	echo "write these in other words: short sentences, active voice, the kernel's terms"
	failed=1
fi
exit $failed
