#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the libFuzzer target of perf.data with all sanitizers and lets it run from its seeds.
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
mkdir -p "$tmp/seeds" "$corpus"
mapfile -t sources < <(find "$root"/src/{util,source} -name '*.c' ! -path '*/ring/*')
# shellcheck disable=SC2046
clang-14 "${flags[@]}" -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-o "$tmp/fuzz_perf" "$root/tests/fuzz/fuzz_perf.c" "${sources[@]}" \
	$(pkg-config --cflags --libs libtraceevent jansson zlib libzstd) &&
	clang-14 "${flags[@]}" -o "$tmp/seeds_perf" "$root/tests/fuzz/seeds_perf.c" -lzstd &&
	"$tmp/seeds_perf" "$tmp/seeds" || exit 1
cd "$tmp" || exit 2
export LSAN_OPTIONS=suppressions=$root/tests/fuzz/lsan.supp:print_suppressions=0
"$tmp/fuzz_perf" -max_total_time="$seconds" -max_len=16384 -timeout=20 -print_final_stats=1 \
	"$corpus" "$tmp/seeds" >"$tmp/log" 2>&1
status=$?
grep -E '^(stat::number_of_executed_units|#.*DONE)' "$tmp/log"
if [ $status -ne 0 ]; then
	grep -vE '^#' "$tmp/log" | tail -n 40
	for file in "$tmp"/{crash,leak,timeout,oom}-*; do
		[ -f "$file" ] && base64 "$file"
	done
	exit 1
fi
