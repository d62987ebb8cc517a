#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The man pages hold every option, command and rule of the program's tables, in the same form, and
# none besides. Of staletlb-rules(7) that is a part for each rule, with its severity and
# the lines of mmu_notifier.rst that it comes from. check-rules.py has the list of analyze.
#
#	check-man.sh STALETLB-GEN
set -u

gen=$(realpath "${1?usage: check-man.sh STALETLB-GEN}") || exit 2
cd "$(dirname "${BASH_SOURCE[0]}")/../../man" || exit 2
failed=0

# compare WHAT EXPECTED FOUND
compare() {
	if ! diff --label "table: $1" --label "man page" -u <(sort <<<"$2") <(sort <<<"$3"); then
		failed=1
	fi
}

compare "options of staletlb" "$("$gen" man "")" "$(grep '^\.It Fl' staletlb.1)"
compare "commands" "$("$gen" commands)" "$(sed -n 's/^\.It Cm //p' staletlb.1)"
for command in $("$gen" commands); do
	page=staletlb-$command.1
	if [ ! -f "$page" ]; then
		echo "man/$page is missing"
		failed=1
		continue
	fi
	compare "options of staletlb $command" "$("$gen" man "$command")" \
		"$(grep '^\.It Fl' "$page")"
done
compare "rules, in staletlb-rules(7)" "$("$gen" rules | cut -d ' ' -f 1,2)" "$(awk '
/^\.Sh / { rules = $2 == "RULES" }
rules && /^\.Ss / { id = $2 }
severity { sub(/;.*/, ""); print id, $0 }
{ severity = rules && $0 == ".It Severity" }' staletlb-rules.7)"
compare "sources of the rules, in staletlb-rules(7)" "$("$gen" sources)" "$(awk '
/^\.Sh / { rules = $2 == "RULES" }
rules && /^\.Ss / { id = $2 }
/^\.It / { source = rules && $2 == "Source"; how = "" }
source && /^implied by$/ { how = "implied by " }
source && /^none in$/ { print id, "none" }
source && match($0, /^lines? [0-9, -]*[0-9]/) {
	lines = substr($0, 1, RLENGTH)
	sub(/^lines? /, how, lines)
	print id, lines
}' staletlb-rules.7)"
exit $failed
