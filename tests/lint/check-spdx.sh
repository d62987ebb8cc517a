#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each file whose format has comments names its licence at its top: the program's is GPL, the
# library's LGPL.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
failed=0

# expect LICENCE FILE...
expect() {
	local licence=$1 file
	shift
	for file in "$@"; do
		if ! head -n 3 "$file" | grep -q "SPDX-License-Identifier: $licence\b"; then
			echo "$file: no line 'SPDX-License-Identifier: $licence' at its top"
			failed=1
		fi
	done
}

mapfile -t library < <(find src include -name '*.[ch]' ! -path 'src/cmd/*')
mapfile -t program < <(find src/cmd -name '*.[ch]')
mapfile -t other < <(
	find tests samples .ci -name '*.[ch]' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' -o -name '*.txt' \
		-o -name '*.tsv' -o -name '*.yml' -o -path '.ci/run' -o -path 'tests/golden/*/cmd'
	find man -name '*.[1-8]'
	find . -maxdepth 3 -name CMakeLists.txt ! -path './build/*'
	ls .clang-format .clang-tidy .gitignore
)
expect "LGPL-2.1-or-later" "${library[@]}"
expect "GPL-2.0-or-later" "${program[@]}"
expect "L*GPL-2.[01]-or-later" "${other[@]}"
exit $failed
