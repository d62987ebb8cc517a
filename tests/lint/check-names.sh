#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Below src a name stands for one thing: no file's name is used in two folders, with .c or .h; a
# header's guard is its path; a comment that names a file names one that is there.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
failed=0

# "name folder", without the suffix: a pair of .c and .h is one
twice=$(find src -name '*.[ch]' | sed -E 's|(.*)/([^/]*)\.[ch]$|\2 \1|' | sort -u |
	awk '{ folders[$1] = folders[$1] " " $2; nr[$1]++ }
		END { for (name in nr) if (nr[name] > 1) print name ": in" folders[name] }' | sort)
if [ -n "$twice" ]; then
	echo "names that are used in more than one folder of src:"
	echo "$twice"
	failed=1
fi

while read -r header; do
	guard=$(tr 'a-z/.' 'A-Z__' <<<"${header#src/}")
	if ! grep -qx "#ifndef $guard" "$header" || ! grep -qx "#define $guard" "$header"; then
		echo "$header: its guard is not $guard"
		failed=1
	fi
done < <(find src -name '*.h')

while IFS=: read -r header line file; do
	if [ -z "$(find src -name "$file" -print -quit)" ]; then
		echo "$header:$line: there is no $file"
		failed=1
	fi
done < <(grep -rnE --include='*.h' '^/\* ---- .*\.c' src |
	sed -E 's|^([^:]*:[0-9]*):/\* ---- (.*)|\1 \2|' |
	while read -r place text; do
		grep -oE '\b[a-z_0-9]+\.c\b' <<<"$text" | sed "s|^|$place:|"
	done)
exit $failed
