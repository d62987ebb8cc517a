#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Fetches one of Debian's kernels, as shipped, and unpacks what a boot needs of it. Nothing is
# installed on the machine. What was fetched once is not fetched again.
#
#	kernels.sh [headers-]6.1|6.12|6.18|7.3 DIRECTORY
#
# leaves in DIRECTORY/6.1 and so on: release (its name), vmlinuz, config, lib/modules; in
# DIRECTORY/headers-6.1: usr, what modules for the 6.1 are built against, and release.
#
# 6.18 and 7.3 are in the backports of the Debian after this one: apt reads them from a folder of its
# own, and the machine's sources stay as they are. Of 6.18 the headers are not kept there.
#
# Exit status 77: the packages cannot be had.
set -u

usage='usage: kernels.sh [headers-]6.1|6.12|6.18|7.3 DIRECTORY'
what=${1?$usage}
directory=$(realpath -m "${2?$usage}")

# What the guest loads; with what these need.
modules=(virtio_pci virtio_blk kvm-amd zram)

skip() {
	echo "skipped: $*" >&2
	exit 77
}

# The options that apt is called with: none, or those of a folder of its own.
apt_options=()

# make_apt_root SUITE...: from here on apt knows these suites and nothing else
make_apt_root() {
	local root=$new/apt mirror suite

	mirror=$(apt-cache policy 2>/dev/null |
		sed -n 's|^ *[-0-9]* \(http[^ ]*/debian\) [^ ]*/main .*|\1|p' | head -n 1)
	mkdir -p "$root"/{lists,cache}/partial || return
	for suite; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"${mirror:-http://deb.debian.org/debian} $suite main"
	done >"$root/sources.list"
	apt_options=(-o "Dir::Etc::sourcelist=$root/sources.list" -o Dir::Etc::sourceparts=-
		-o "Dir::State::lists=$root/lists" -o "Dir::Cache=$root/cache"
		-o APT::Sandbox::User=root)
	apt-get "${apt_options[@]}" update -q >&2
}

# cache COMMAND...: apt-cache, of the sources that are in force
cache() {
	apt-cache ${apt_options[@]+"${apt_options[@]}"} "$@" 2>/dev/null
}

# candidate PACKAGE: whether apt knows a version of it that can be fetched
candidate() {
	cache policy "$1" | grep -q 'Candidate: [0-9]'
}

# image_6_1: the package that linux-image-amd64 stands for
image_6_1() {
	cache depends linux-image-amd64 |
		sed -n 's/^ *Depends: \(linux-image-6\.1\.[0-9]*-[0-9]*-amd64\)$/\1/p' | head -n 1
}

# image_6_12: the newest 6.12 that there is for this release of Debian
image_6_12() {
	local name

	while read -r name; do
		candidate "$name" && echo "$name" && return
	done < <(cache pkgnames linux-image-6.12. |
		grep -E '^linux-image-6\.12\.[0-9]+\+deb12-amd64$' | sort -Vr)
}

# newest VERSION: the release of the newest of the backports' kernels
newest() {
	cache pkgnames "linux-image-$1." |
		sed -n "s/^linux-image-\($1\.[0-9]*+deb13-amd64\)\$/\1/p" | sort -V | tail -n 1
}

# image_of_backports VERSION: its image and its modules may be packages of their own
image_of_backports() {
	local release name

	release=$(newest "$1")
	[ -n "$release" ] || return
	for name in base binary modules; do
		candidate "linux-$name-$release" && echo "linux-$name-$release"
	done
	echo "linux-image-$release"
}

# headers_of RELEASE: those of the kernel that is here, or will be
headers_of() {
	local release=${1%-amd64}

	[ -n "$release" ] || return
	case $release in
	6.1.*) echo "linux-headers-$1 linux-headers-$release-common linux-kbuild-6.1" ;;
	7.3.*)
		# its programs are linked with a newer C library than this Debian's
		echo "linux-headers-$1 linux-headers-$release-common linux-kbuild-$release" \
			"libc6 libelf1t64 zlib1g libzstd1"
		;;
	*) echo "linux-headers-$1 linux-headers-$release-common linux-kbuild-$release" ;;
	esac
}

# release_here: of the kernel that the headers are for
release_here() {
	cat "$directory/${what#headers-}/release" 2>/dev/null
}

packages_of() {
	local release

	case $what in
	6.1) image_6_1 ;;
	6.12) image_6_12 ;;
	6.18 | 7.3) image_of_backports "$what" ;;
	headers-6.1)
		release=$(release_here)
		headers_of "${release:-$(image_6_1 | sed s/linux-image-//)}"
		;;
	headers-6.12)
		release=$(release_here)
		headers_of "${release:-$(image_6_12 | sed s/linux-image-//)}"
		;;
	headers-7.3)
		release=$(release_here)
		headers_of "${release:-$(newest 7.3)}"
		;;
	*) echo "kernels.sh: no kernel $what" >&2 && exit 2 ;;
	esac
}

fetch() {
	local packages

	command -v apt-get >/dev/null || skip "apt is not there to fetch a kernel with"
	case $what in
	*6.18 | *7.3)
		make_apt_root trixie-backports trixie ||
			skip "trixie and its backports cannot be had"
		;;
	esac
	packages=$(packages_of | tr '\n' ' ')
	if [ -z "$packages" ] && [ "$(id -u)" -eq 0 ]; then
		apt-get ${apt_options[@]+"${apt_options[@]}"} update -q >&2
		packages=$(packages_of | tr '\n' ' ')
	fi
	[ -n "$packages" ] || skip "apt knows no kernel package for $what"
	echo "fetching $packages" >&2
	# shellcheck disable=SC2086 # one word for each package
	(cd "$new" && apt-get ${apt_options[@]+"${apt_options[@]}"} download -q \
		-o APT::Sandbox::User=root $packages) >"$new/log" 2>&1 ||
		skip "apt-get download $packages: $(grep -m 1 '^[EW]:' "$new/log")"
	for package in "$new"/*.deb; do
		dpkg-deb -x "$package" "$new/root" || exit 1
	done
}

# lay_out: where the kernel and its modules are in packages of the older kind
lay_out() {
	local modules release

	[ ! -d "$new/root/lib/modules" ] || return 0
	modules=$(echo "$new"/root/usr/lib/modules/*) && release=${modules##*/} &&
		mkdir -p "$new"/root/{lib,boot} || return
	if [ -e "$modules/vmlinuz" ]; then
		mv "$modules/vmlinuz" "$new/root/boot/vmlinuz-$release" &&
			mv "$modules/config" "$new/root/boot/config-$release" || return
	fi
	mv "$new/root/usr/lib/modules" "$new/root/lib/modules"
}

# keep_kernel: of all modules only those that the guest loads
keep_kernel() {
	local release modpath kind path module

	lay_out || return
	release=$(basename "$new"/root/boot/vmlinuz-*) && release=${release#vmlinuz-}
	modpath=lib/modules/$release
	mkdir -p "$new/keep/$modpath" || return
	depmod -b "$new/root" "$release" || return
	for module in "${modules[@]}"; do
		while read -r kind path; do
			[ "$kind" = insmod ] || continue
			(cd "$new/root" && cp --parents "${path#"$new/root/"}" "$new/keep") || return
		done < <(modprobe -D -d "$new/root" -S "$release" "$module" | sort -u)
	done
	find "$new/keep" -name '*.xz' -exec xz -d {} + || return
	cp "$new/root/$modpath"/modules.{builtin,builtin.modinfo,order} "$new/keep/$modpath" &&
		depmod -b "$new/keep" "$release" &&
		mv "$new/root/boot/vmlinuz-$release" "$new/keep/vmlinuz" &&
		mv "$new/root/boot/config-$release" "$new/keep/config" &&
		echo "$release" >"$new/keep/release"
}

# use_own_libraries: programs of the kernel's build that came with a C library run with that
use_own_libraries() {
	local program

	[ -d "$new/root/usr/lib/x86_64-linux-gnu" ] || return 0
	while read -r program; do
		mv "$program" "$program.bin" || return
		cat >"$program" <<'END' || return
#!/bin/sh
lib=$(dirname "$(realpath "$0")")
while [ ! -d "$lib/x86_64-linux-gnu" ]; do lib=$(dirname "$lib"); done
lib=$lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$0" "$(realpath "$0").bin" "$@"
END
		chmod +x "$program" || return
	done < <(find "$new"/root/usr/lib/linux-kbuild-*/{tools,scripts} -type f -perm -1 \
		-exec sh -c 'head -c 4 "$1" | grep -q ELF' sh {} \; -print)
}

# keep_headers: the Makefile names its sibling by where it would be installed; types are not needed
keep_headers() {
	local release src=$new/root/usr/src

	release=$(basename "$src"/linux-headers-*-amd64)
	release=${release#linux-headers-}
	# shellcheck disable=SC2016 # for make
	sed -i 's|/usr/src/|$(dir $(realpath $(lastword $(MAKEFILE_LIST))))../|' \
		"$src/linux-headers-$release/Makefile" || return
	rm -f "$src/linux-headers-$release/vmlinux"
	use_own_libraries || return
	mkdir -p "$new/keep" && mv "$new/root/usr" "$new/keep/usr" || return
	echo "$release" >"$new/keep/release"
}

# at_hand: unpacked already, by a script like this
at_hand() {
	[ -e "$directory/$what/release" ] && cmp -s "$0" "$directory/$what/kernels.sh"
}

at_hand && exit 0
mkdir -p "$directory" || exit 1
exec 9>"$directory/lock" && flock 9 || exit 1
at_hand && exit 0
PATH=$PATH:/usr/sbin:/sbin
for tool in depmod modprobe dpkg-deb xz; do
	command -v "$tool" >/dev/null || skip "$tool is missing"
done
new=$(mktemp -d "$directory/new.XXXXXX") || exit 1
trap 'rm -rf "$new"' EXIT
fetch
case $what in
headers-*) keep_headers ;;
*) keep_kernel ;;
esac || { echo "kernels.sh: $what cannot be unpacked in $directory" >&2 && exit 1; }
cp "$0" "$new/keep/kernels.sh" && rm -rf "${directory:?}/$what" && mv "$new/keep" "$directory/$what"
