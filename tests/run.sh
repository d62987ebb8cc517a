#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds everything in every way that counts and runs all tests. On a bare Debian bookworm it
# installs what it needs first. The last line is "N passed, N failed", with ", N skipped" where
# something could not be run, and the exit status says whether anything failed.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit 2
cd "$root" || exit 2
build=${STALETLB_BUILD:-$root/build}
jobs=$(nproc)
passed=0 failed=0 skipped=0
failures=()

packages=(gcc g++ make cmake pkgconf clang-14 clang-format-14 libtraceevent-dev libtracefs-dev libjansson-dev
	libbpf-dev zlib1g-dev libzstd-dev libcriterion-dev mandoc shellcheck codespell python3
	python3-jsonschema gzip zstd trace-cmd
	graphviz libgraphviz-dev libcapstone-dev linux-perf libclang-rt-14-dev
	qemu-system-x86 busybox-static cpio kmod gcc-12 libelf1 xz-utils)

missing_packages() {
	local package

	for package in "${packages[@]}"; do
		dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
			echo "$package"
	done
}

install_packages() {
	local missing as_root=()

	command -v dpkg-query >/dev/null || return
	mapfile -t missing < <(missing_packages)
	[ ${#missing[@]} -eq 0 ] && return
	echo "installing: ${missing[*]}"
	[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
	"${as_root[@]}" apt-get update -q &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends "${missing[@]}" && return
	echo "could not be installed, trying without: ${missing[*]}"
}

# step NAME COMMAND...: counts as one test; 77 is a skip
step() {
	local name=$1 status
	shift
	echo
	echo "== $name"
	"$@"
	status=$?
	case $status in
	0) passed=$((passed + 1)) ;;
	77)
		echo "skipped: $name"
		skipped=$((skipped + 1))
		;;
	*)
		echo "failed: $name"
		failures+=("$name")
		failed=$((failed + 1))
		;;
	esac
	return $status
}

build_preset() {
	cmake -S . -B "$build/$1" --preset "$1" >"$build/$1.log" 2>&1 ||
		{ tail -n 60 "$build/$1.log"; return 1; }
	cmake --build "$build/$1" -j "$jobs" >"$build/$1.log" 2>&1 ||
		{ tail -n 60 "$build/$1.log"; return 1; }
}

# count_of ATTRIBUTE FILE: of a JUnit report's test suite
count_of() {
	grep -m 1 -o "\b$1=\"[0-9]*\"" "$2" | tr -dc 0-9
}

# run_ctest PRESET [ARGUMENT...]: each of its tests counts
run_ctest() {
	local preset=$1 report=$build/$1.junit.xml total bad skips name
	shift
	echo
	echo "== tests of $preset"
	rm -f "$report"
	ctest --test-dir "$build/$preset" -j "$jobs" --output-on-failure \
		--output-junit "$report" "$@"
	if [ ! -s "$report" ]; then
		failures+=("ctest of $preset")
		failed=$((failed + 1))
		return
	fi
	total=$(count_of tests "$report")
	bad=$(count_of failures "$report")
	skips=$(($(count_of skipped "$report") + $(count_of disabled "$report")))
	passed=$((passed + total - bad - skips))
	failed=$((failed + bad))
	skipped=$((skipped + skips))
	while read -r name; do
		failures+=("$preset: $name")
	done < <(grep -o '<testcase name="[^"]*"[^>]*status="fail"' "$report" | cut -d '"' -f 2)
}

# What a packager and a user of the library would do.
check_install() {
	local prefix=$build/prefix

	rm -rf "$prefix"
	cmake -S . -B "$build/install" -DCMAKE_INSTALL_PREFIX="$prefix" -DSTALETLB_TESTS=OFF \
		>/dev/null &&
		cmake --build "$build/install" -j "$jobs" >/dev/null &&
		cmake --install "$build/install" >/dev/null || return 1
	"$prefix/bin/staletlb" --version || return 1
	tests/lint/check-install.sh "$prefix"
}

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
mkdir -p "$build"
install_packages
if step "build with gcc, sanitizers" build_preset asan; then
	run_ctest asan -LE vm # emulated machines are too slow for sanitizers
fi
if step "build with gcc, optimised" build_preset release; then
	run_ctest release -LE lint
fi
if command -v clang-14 >/dev/null; then
	step "build with clang" build_preset clang
else
	echo "skipped: build with clang: clang-14 is missing"
	skipped=$((skipped + 1))
fi
step "fuzz perf.data for a minute" tests/fuzz/run.sh 60
step "install" check_install

echo
[ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
