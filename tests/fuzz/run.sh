#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the libFuzzer targets with all sanitizers and lets them run from their seeds: perf.data, and
# the search of a kernel's text for what writes page tables.
#
#	run.sh [SECONDS [FOLDER]]	60 seconds by default; new inputs stay in FOLDER
#
# Status 77 where clang-14 has no libFuzzer (package libclang-rt-14-dev).
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 2
seconds=${1:-60}
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
corpus=${2:-$tmp/corpus}
flags=(-std=gnu17 -g -O1 -D_GNU_SOURCE "-I$root/include" "-I$root/src")

if ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
	clang-14 -x c -fsanitize=fuzzer -o "$tmp/try" - 2>"$tmp/log"; then
	echo "fuzz: skipped, clang-14 or its libFuzzer is missing"
	exit 77
fi
export LSAN_OPTIONS=suppressions=$root/tests/fuzz/lsan.supp:print_suppressions=0

# build NAME PACKAGES SOURCE...: a target
build() {
	local name=$1 packages=$2
	shift 2
	# shellcheck disable=SC2046,SC2086 # words of flags
	clang-14 "${flags[@]}" $(pkg-config --cflags $packages) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o "$tmp/$name" "$root/tests/fuzz/$name.c" "$@" $(pkg-config --libs $packages)
}

# run NAME SECONDS OPTION...: a target, from $tmp/seeds_NAME; what makes it fail is shown
run() {
	local name=$1 limit=$2 status
	shift 2
	mkdir -p "$tmp/$name.crash" "$corpus/$name" && cd "$tmp/$name.crash" || return
	"$tmp/$name" -max_total_time="$limit" -max_len=16384 -timeout=20 -print_final_stats=1 "$@" \
		"$corpus/$name" "$tmp/seeds_of_$name" >"$tmp/log" 2>&1
	status=$?
	grep -E '^(stat::number_of_executed_units|#.*DONE)' "$tmp/log" | sed "s/^/$name: /"
	[ $status -ne 0 ] || return 0
	grep -vE '^#' "$tmp/log" | tail -n 40
	for file in "$tmp/$name.crash"/*-*; do
		[ -f "$file" ] && base64 "$file"
	done
	return 1
}

mapfile -t sources < <(find "$root"/src/{util,source} -name '*.c' ! -path '*/ring/*')
mkdir -p "$tmp"/seeds_of_fuzz_{perf,deep}
build fuzz_perf "libtraceevent jansson zlib libzstd" "${sources[@]}" &&
	clang-14 "${flags[@]}" -o "$tmp/seeds_perf" "$root/tests/fuzz/seeds_perf.c" -lzstd &&
	"$tmp/seeds_perf" "$tmp/seeds_of_fuzz_perf" || exit 1
run fuzz_perf "$seconds" || exit 1

if ! pkg-config --exists capstone; then
	echo "fuzz: without fuzz_deep, libcapstone is missing"
	exit 0
fi
flags+=(-DSTALETLB_CAPSTONE)
build fuzz_deep "capstone libbpf jansson zlib" "$root"/src/probe/deep/*.c \
	"$root"/src/probe/{btf,files,kallsyms,kcore}.c "$root"/src/util/*.c || exit 1
# what the kernel's own code is made of, and nothing
printf '\0%b' '\x48\x89\x37\xc3\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\x0f\x1f\x44\x00\x00\xe8\xe6\xff\xff\xff\x48\x87\x03\xf0\x48\x0f\xb1\x11\xf0\x80\x22\xfd\xc3' \
	>"$tmp/seeds_of_fuzz_deep/text"
run fuzz_deep $((seconds / 3 + 1))
