#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who builds the program alone, as samples/demo.sh does, can install all that there is.
#
#	install.sh SOURCE
set -u

source=$(realpath "${1?usage: install.sh SOURCE}") || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# quietly COMMAND...: its output is shown only where it fails
quietly() {
	"$@" >"$tmp/log" 2>&1 && return
	cat "$tmp/log"
	echo "failed: $*"
	exit 1
}

# the target of the demo
target=staletlb-program
grep -q "[[:space:]]$target " "$source/samples/demo.sh" || { echo "the demo builds another target" && exit 1; }
quietly cmake -S "$source" -B "$tmp/build" -DCMAKE_BUILD_TYPE=Debug -DSTALETLB_TESTS=OFF \
	-DCMAKE_INSTALL_PREFIX="$tmp/prefix"
quietly cmake --build "$tmp/build" --target "$target" -j 2
quietly cmake --install "$tmp/build"
"$source/tests/lint/check-install.sh" "$tmp/prefix"
