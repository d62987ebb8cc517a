#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes the linker's version script: the functions that the public headers declare with STLB_API.
#
#	exports.sh MAP HEADER...
set -eu

map=$1
shift
{
	echo 'STALETLB_0 {'
	echo '	global:'
	# a declaration may take several lines
	sed -n '/^STLB_API /,/(/p' "$@" | tr '\n' ' ' | grep -o 'STLB_API [^(]*(' |
		sed -E 's/.*[ *]([a-z0-9_]+)\($/\t\t\1;/' | sort
	echo '	local:'
	echo '		*;'
	echo '};'
} >"$map"
