#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One of each tool: what src/util has is written nowhere else below src.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
failed=0

# only PATTERN FILE...: calls outside of the files where they belong
only() {
	local pattern=$1 found
	shift
	found=$(grep -rnE --include='*.[ch]' "\\b$pattern *\\(" src |
		grep -vE "^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)" |
		grep -vE "^($(tr ' ' '|' <<<"$*")):")
	[ -n "$found" ] || return
	echo "$found"
	echo "$pattern: only in $*"
	failed=1
}

only '(realloc|reallocarray)' src/util/grow.c
# whole files and JSON are read with a limit, and with errors that name the file; gen writes
only '(fopen|getline|getdelim|fgets)' src/cmd/gen/gen.c
only 'json_load[a-z]*' src/util/document.c

# what is 0 or a negative errno has one name
if grep -rnE --include='*.[ch]' '\bint ([^;()]*, )?(r|rc|res|rv|err|error|retval)( =|[;,)])' src; then
	echo "a return code is called ret"
	failed=1
fi
exit $failed
