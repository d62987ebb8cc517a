#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is cited can be looked up: a man page of the project, a heading in it, a file in the tree.
#
# A citation is "staletlb-NAME(N), HEADING", HEADING as it stands in the page, or only its trap
# number: "staletlb-kernel(7), T5 and T27". In a file that names staletlb-kernel(7), T27 in a comment
# alone is one, too.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
places=(src include tests man samples README.md)
traps=staletlb-kernel.7
failed=0

# complain FILE WHAT
complain() {
	echo "$1: $2"
	failed=1
}

# flat FILE: in one line, without what begins the lines of a comment, and references of mdoc as text
flat() {
	sed -E 's,^[[:space:]]*(/?\*+/?|#|//)([[:space:]]|$),,; s/^\.Xr (staletlb[^ ]*) ([0-9])/\1(\2)/
		s/^(staletlb[^ ]*) ([,.;])$/\1\2/; s/^\.Sx //' "$1" | tr -s '\t\n ' ' '
}

declare -A headings # of a page, a line each; of the traps the number alone

# has PAGE TEXT: TEXT begins with a heading of PAGE
has() {
	local heading

	[[ -v headings[$1] ]] || headings[$1]=$(sed -nE 's/^\.S[hs] (T[0-9]+:)?/\1/p' "man/$1" |
		sed -E 's/^(T[0-9]+):.*/\1/')
	while read -r heading; do
		[[ $2 == "$heading" || $2 == "$heading"[!a-zA-Z0-9-]* ]] && return
	done <<<"${headings[$1]}"
	return 1
}

# cites FILE PAGE TEXT: the citation that TEXT goes on with, up to 60 characters of it
cites() {
	local text=$3

	if ! has "$2" "$text"; then
		complain "$1" "man/$2 has no heading for '${text:0:40}'"
		return
	fi
	while [[ $text =~ ^T[0-9]+(,| and|,? to)\ (T[0-9].*) ]]; do
		text=${BASH_REMATCH[2]}
		has "$2" "$text" || complain "$1" "man/$2 has no trap ${text%%[!T0-9]*}"
	done
}

while read -r file; do
	rest=$(flat "$file")
	while [[ $rest =~ (staletlb(-[a-z]+)?)\(([1-8])\)(.*) ]]; do
		page=${BASH_REMATCH[1]}.${BASH_REMATCH[3]} rest=${BASH_REMATCH[4]}
		[ -f "man/$page" ] || { complain "$file" "there is no man/$page" && continue; }
		[[ $rest =~ ^,\ ([A-Z].*|[a-z]+-[a-z].*) && ${rest#, } != staletlb* ]] &&
			cites "$file" "$page" "${rest:2:60}"
	done
done < <(grep -rlIE 'staletlb(-[a-z]+)?(\([1-8]\)| [1-8]\b)' "${places[@]}")

# Comments of C that name a trap: "T27: ...", "(T27)"
while read -r file; do
	comments=$(sed -nE 's,^.*/\*(.*)$,\1,p; s,^[[:space:]]*\*[ /](.*)$,\1,p' "$file")
	if grep -qF 'staletlb-kernel(7)' <<<"$comments"; then
		while read -r trap; do
			has "$traps" "$trap" || complain "$file" "man/$traps has no trap $trap"
		done < <(grep -oE '\bT[0-9]+\b' <<<"$comments" | sort -u)
	elif grep -qE '^[ -]*T[0-9]+[:,]|\(T[0-9]+[,)]' <<<"$comments"; then
		complain "$file" "names a trap, and not staletlb-kernel(7), whose it is"
	fi
done < <(grep -rlE --include='*.[ch]' '\bT[0-9]+\b' src include tests)

# Files that are not in the project, and traps without the T
while IFS=: read -r file name; do
	[ -n "$(find . -name "$name" ! -path './build/*' -print -quit)" ] ||
		complain "$file" "there is no $name in the project"
done < <(grep -roIE '\b[A-Za-z0-9_-]+\.md\b' "${places[@]}" | sort -u)
if grep -rnI 'mmu_notifier[.]txt' "${places[@]}"; then
	complain "above" "the kernel's document is called mmu_notifier.rst"
fi
if grep -rnIE --include='*.[ch]' '\b[Tt]raps? [0-9]' src include tests; then
	complain "above" "a trap is cited by its T number: staletlb-kernel(7), T1"
fi
exit $failed
