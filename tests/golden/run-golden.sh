#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs command lines and compares what they write, and how they end, with what is recorded.
#
#	run-golden.sh [--update] PROGRAM [CASE...]
#
# A case is a folder here: `cmd` is run by bash in an empty folder that has a link to samples/, with
# staletlb in the PATH; `stdout`, `stderr` and `status` are compared byte for byte. A case with a file
# `needs-traces` is skipped (status 77) where STALETLB_TRACES names no folder. --update records what
# comes out instead: for a developer to read in the diff, never for CI.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 2
update=false
if [ "${1-}" = --update ]; then
	if [ -n "${CI-}" ]; then
		echo "run-golden.sh: --update is not for CI" >&2
		exit 2
	fi
	update=true
	shift
fi
if [ $# -eq 0 ]; then
	echo "usage: run-golden.sh [--update] PROGRAM [CASE...]" >&2
	exit 2
fi
program=$(realpath "$1") || exit 2
shift
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# run CASE: stdout, stderr and status of its cmd go to $tmp/got
run() {
	rm -rf "$tmp/work" "$tmp/got"
	mkdir -p "$tmp/work" "$tmp/got" "$tmp/bin"
	ln -sfn "$program" "$tmp/bin/staletlb"
	ln -s "$here/../../samples" "$tmp/work/samples"
	(
		cd "$tmp/work" || exit 2
		unset NO_COLOR COLUMNS POSIXLY_CORRECT
		PATH=$tmp/bin:$PATH TERM=dumb TZ=UTC LC_ALL=C.UTF-8 \
			timeout 600 bash "$here/$1/cmd" >"$tmp/got/stdout" 2>"$tmp/got/stderr" </dev/null
		echo $? >"$tmp/got/status"
	)
}

compare() {
	local part ok=0

	for part in stdout stderr status; do
		if ! diff -u --label "$1/$part" --label got "$here/$1/$part" "$tmp/got/$part"; then
			ok=1
		fi
	done
	return $ok
}

passed=0 failed=0 skipped=0
if [ $# -eq 0 ]; then
	cases=("$here"/*/cmd)
	cases=("${cases[@]%/cmd}")
	set -- "${cases[@]##*/}"
fi
for case in "$@"; do
	if [ ! -f "$here/$case/cmd" ]; then
		echo "run-golden.sh: $case: no such case" >&2
		failed=$((failed + 1))
	elif [ -e "$here/$case/needs-traces" ] && [ ! -d "${STALETLB_TRACES-}" ]; then
		echo "$case: skipped, it needs STALETLB_TRACES"
		skipped=$((skipped + 1))
	elif run "$case" && $update; then
		cp "$tmp/got/"* "$here/$case/"
	elif compare "$case"; then
		passed=$((passed + 1))
	else
		echo "$case: failed"
		failed=$((failed + 1))
	fi
done
echo "golden: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] || exit 1
[ $passed -gt 0 ] || [ $skipped -eq 0 ] || exit 77
