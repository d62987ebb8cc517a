#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Formatters, linters and spell checker over the whole tree.
#
#	check-style.sh CHECK	one of format, shell, man, spelling
#
# Exit status 77: the tool is missing.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2

need() {
	command -v "$1" >/dev/null && return
	echo "skipped: $1 is missing"
	exit 77
}

case ${1-} in
format)
	need clang-format-14
	bad=$(find src include tests -name '*.[ch]' -print0 |
		xargs -0 clang-format-14 --dry-run 2>&1 | grep -o '^[^ :]*\.[ch]:' | sort -u)
	[ -z "$bad" ] || { echo "run clang-format-14 -i on:" && echo "$bad" && exit 1; }
	;;
shell)
	# the template of a script: what it leaves open (SC2154) is set by what is written into it
	sh -n src/probe/script.sh.in || exit 1
	need shellcheck
	shellcheck -s sh -e SC2154 src/probe/script.sh.in || exit 1
	find src tests samples .ci -type f \( -name '*.sh' -o -path '.ci/run' \) -print0 |
		xargs -0 shellcheck
	;;
man)
	need mandoc
	# stdout has the complaints; stderr, that the manuals of this machine have no index
	! mandoc -Tlint -Wstyle man/*.[1-8] 2>/dev/null | grep -v \
		-e 'referenced manual not found' -e 'input text line longer'
	;;
spelling)
	need codespell
	# Nd and Fo are macros of mdoc, Mattern is a name; the others are slips that tests make on purpose.
	codespell -q 3 -L nd,fo,mattern,evnts,levle,feld,analise README.md CMakeLists.txt src include tests \
		man samples/*.md samples/library
	;;
*)
	echo "usage: check-style.sh format|shell|man|spelling" >&2
	exit 2
	;;
esac
