#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An installed tree has all that it should, and the programs of samples/library can be built against
# it, in C, which is the one that staletlb(3) shows, and in C++.
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
pages=(man/*.[1-8])
schemas=(include/staletlb/schema/*.json)
installed bin/staletlb share/bash-completion/completions/staletlb "${headers[@]}"
for page in "${pages[@]}"; do
	installed "share/man/man${page##*.}/${page##*/}"
done
installed "${schemas[@]/#include/share}"

pc=$(find "$prefix" -name staletlb.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
trace=samples/cow-never-notified.txt
expected='repoint-before-invalidate 0x7f2d3e9f4000
never-invalidated 0x7f2d3e9f4000'

# user COMPILER SOURCE: it builds without a warning, and finds what it should
user() {
	local found

	# shellcheck disable=SC2046
	if ! "$1" -Wall -Wextra -Werror -pedantic -o "$tmp/user" "$2" \
		$(pkg-config --cflags --libs staletlb); then
		echo "$2 cannot be built against the installed library"
		failed=1
		return
	fi
	found=$(LD_LIBRARY_PATH=$(pkg-config --variable=libdir staletlb) "$tmp/user" "$trace")
	[ "$found" = "$expected" ] && return
	echo "$2 says of $trace: $found"
	failed=1
}

user cc samples/library/analyze.c
if command -v c++ >/dev/null; then
	user c++ samples/library/analyze.cpp
else
	echo "c++ is missing: samples/library/analyze.cpp is not built"
fi

if ! diff --label staletlb.3 --label samples/library/analyze.c -u \
	<(sed -n '/^\.Bd -literal$/,/^\.Ed$/{/^\.[BE]d/d; s/\\e/\\/g; p}' man/staletlb.3) \
	<(sed 1,2d samples/library/analyze.c); then
	failed=1
fi
exit $failed
