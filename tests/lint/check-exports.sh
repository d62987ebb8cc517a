#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shared library exports what its public headers declare, all of it and nothing else, with a
# version. C++ can use each header, and the one that users include has them all.
#
#	check-exports.sh LIBRARY
set -u

library=$(realpath "${1?usage: check-exports.sh LIBRARY}") || exit 2
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
headers=(include/staletlb/*.h)
failed=0

# complain WHAT: of what standard input lists, where it lists anything
complain() {
	local list

	list=$(cat)
	[ "$list" ] || return
	echo "$1:"
	echo "$list"
	failed=1
}

# A declaration begins a line; of one that STLB_API begins, the next line may go on with the name.
complain "declared without STLB_API" < <(awk '
/^[a-z_].*\(/ && !/^static inline / && !broken { print FILENAME ":" FNR ": " $0 }
{ broken = /^STLB_API [^(]*$/ }' "${headers[@]}")

declared=$(src/exports.sh /dev/stdout "${headers[@]}" | sed -n 's/^\t\t\([a-z].*\);$/\1/p' |
	sort)
if [ "$(wc -l <<<"$declared")" -ne "$(cat "${headers[@]}" | grep -c '^STLB_API ')" ]; then
	echo "src/exports.sh does not find each STLB_API"
	failed=1
fi

# "name@@version", and the version itself as an absolute symbol
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }')
complain "exported without the version STALETLB_0" < <(grep -v '@@STALETLB_0$' <<<"$exported")
complain "< declared, not exported; > exported, not declared" < <(
	diff <(echo "$declared") <(cut -d @ -f 1 <<<"$exported" | sort) | grep '^[<>]')

complain "headers without extern \"C\"" < <(
	grep -l '^STLB_API ' "${headers[@]}" | xargs grep -L '^extern "C" {$')
complain "not in staletlb.h" < <(
	printf '#include "%s"\n' "${headers[@]#include/}" | grep -v '/staletlb\.h"$' |
		grep -vxFf include/staletlb/staletlb.h)
exit $failed
