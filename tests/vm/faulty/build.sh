#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the faulty module for Debian's 6.1, as vm.sh boots it.
#
#	build.sh DIRECTORY	gets staletlb_faulty.ko
#
# Exit status 77: the kernel's headers or the compiler cannot be had.
set -u

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cache=${STALETLB_VM_CACHE:-$here/../../../build/vm}
directory=${1?usage: build.sh DIRECTORY}

for tool in make gcc-12; do
	command -v "$tool" >/dev/null && continue
	echo "skipped: $tool is missing" >&2
	exit 77
done
"$here/../kernels.sh" 6.1 "$cache" && "$here/../kernels.sh" headers-6.1 "$cache" || exit
cache=$(realpath "$cache")
release=$(cat "$cache/headers-6.1/release")
if [ "$release" != "$(cat "$cache/6.1/release")" ]; then
	echo "the headers are of $release, the kernel is another; remove $cache/headers-6.1" >&2
	exit 1
fi
mkdir -p "$directory" && directory=$(realpath "$directory") &&
	cp "$here"/{Kbuild,staletlb_faulty.c} "$directory" || exit 1
make -s -C "$cache/headers-6.1/usr/src/linux-headers-$release" M="$directory" modules \
	2>"$directory/log" >&2 || { cat "$directory/log" >&2 && exit 1; }
