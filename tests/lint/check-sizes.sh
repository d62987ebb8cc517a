#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Functions of at most 50 lines, source files and scripts of less than 500.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
mapfile -t sources < <(find src include tests -name '*.[ch]' | sort)
mapfile -t scripts < <(find tests samples .ci -name '*.sh' -o -name '*.py' -o -path '.ci/run' | sort)

awk '
FNR == 1 { name = ""; begin = 0 }
/^[a-zA-Z].*\(/ { name = $0 }
/^\{$/ { begin = FNR }
/^\}/ && begin {
	if (FNR - begin - 1 > 50) {
		printf "%s:%d: %d lines: %s\n", FILENAME, begin, FNR - begin - 1, name
		bad = 1
	}
	begin = 0
}
FNR == 500 { printf "%s: 500 lines or more\n", FILENAME; bad = 1 }
END { exit bad }' "${sources[@]}" || failed=1

awk 'FNR == 500 { printf "%s: 500 lines or more\n", FILENAME; bad = 1 } END { exit bad }' \
	"${scripts[@]}" || failed=1
exit "${failed-0}"
