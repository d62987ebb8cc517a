#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An installed tree has all that it should, and a program can be built against it.
#
#	check-install.sh PREFIX
set -u

prefix=$(realpath "${1?usage: check-install.sh PREFIX}") || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
failed=0

# installed FILE...: below the prefix
installed() {
	local file

	for file in "$@"; do
		[ -s "$prefix/$file" ] && continue
		echo "not installed: $file"
		failed=1
	done
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
headers=(include/staletlb/*.h)
pages=(man/*.1 man/*.5 man/*.7)
schemas=(include/staletlb/schema/*.json)
installed bin/staletlb share/bash-completion/completions/staletlb "${headers[@]}"
for page in "${pages[@]}"; do
	installed "share/man/man${page##*.}/${page##*/}"
done
installed "${schemas[@]/#include/share}"

pc=$(find "$prefix" -name staletlb.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
cat >"$tmp/user.c" <<-'END'
	#include <staletlb/analysis.h>
	#include <staletlb/report.h>
	#include <staletlb/source.h>

	int main(void)
	{
		return stlb_rule_find("never-invalidated") == STLB_RULE_NEVER ? 0 : 1;
	}
END
# shellcheck disable=SC2046
if ! cc -o "$tmp/user" "$tmp/user.c" $(pkg-config --cflags --libs staletlb) ||
	! LD_LIBRARY_PATH=$(pkg-config --variable=libdir staletlb) "$tmp/user"; then
	echo "a program cannot be built against the installed library"
	failed=1
fi
exit $failed
