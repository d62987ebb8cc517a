#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From a bare Debian bookworm to checked traces: install what the build needs, build staletlb,
# show a violation, check all samples. Exit status 0 if every sample gets its verdict.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/release
program=$build/staletlb
packages="build-essential cmake pkg-config libtraceevent-dev libtracefs-dev libjansson-dev libbpf-dev zlib1g-dev libzstd-dev libgraphviz-dev libcapstone-dev"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Run a step with its output in a log, which is shown only when the step fails.
quietly() {
	echo "demo: $1"
	shift
	if ! "$@" >"$log" 2>&1; then
		cat "$log" >&2
		echo "demo: failed: $*" >&2
		exit 1
	fi
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "neither root nor sudo: install these packages yourself: $packages"
		return 1
	fi
}

missing_packages() {
	for package in $packages; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		if [ "$status" != installed ]; then
			echo "$package"
		fi
	done
}

install_packages() {
	missing=$(missing_packages | tr '\n' ' ')
	if [ -z "$missing" ]; then
		return
	fi
	quietly "updating the package lists" as_root apt-get -q update
	# shellcheck disable=SC2086 # one word for each package
	quietly "installing $missing" as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install $missing
}

build_program() {
	cd "$root"
	quietly "configuring" cmake --preset release
	quietly "building (about a minute)" cmake --build --preset release --target \
		staletlb-program -j "$(nproc)"
}

# The program's status is part of what is shown: 1 means that it found what is wrong.
show_violation() {
	echo
	echo "\$ staletlb analyze samples/seed-scenario.txt"
	status=0
	(cd "$root" && "$program" analyze samples/seed-scenario.txt) || status=$?
	echo "(exit status $status)"
	echo
}

install_packages
build_program
show_violation
echo "All samples, each with its expected verdict (exit status, rules):"
status=0
"$root/tests/samples.sh" -v "$program" || status=$?
echo
echo "Next:"
echo "  $program analyze $root/samples/cow-never-notified-6.1.dat   # a real recording"
echo "  $program explain $root/samples/seed-scenario.txt --finding F1"
echo "  $program graph $root/samples/seed-scenario.txt --finding F1 -o graph.svg"
echo "  cmake --install $build   # as root, or with --prefix"
echo "  $program analyze --help"
[ "$status" -eq 0 ]
