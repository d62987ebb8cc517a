#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The stream is source -> decode -> hb, model -> check -> report: a module includes only what it
# is handed, never what comes after it. A header without a folder is the module's own. What is
# beside the stream (probe, tracefs) takes public headers, and of other modules single headers.
# Inside of source, each format of a file has a folder and knows no other: input <- what is common
# to all (source) <- tracedat, perfdata, text, ring.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2

# module, a folder of src: the modules and public headers that it may include. A folder in a folder
# that has no line of its own is part of that.
declare -A may=(
	[util]="util error"
	[source/input]="source/input util error"
	[source]="source source/input util error source.h"
	[source/tracedat]="source/tracedat source source/input util error source.h"
	[source/perfdata]="source/perfdata source source/input util error source.h perfdata"
	[source/text]="source/text source source/input util error source.h"
	[source/ring]="source/ring source util error source.h live.h"
	[decode]="decode util error source.h event decode"
	[hb]="hb util"
	[model]="model hb util error source.h event decode"
	[check]="check model hb util error source.h event decode finding rule analysis"
	[check/rules]="check/rules check model hb util error source.h event decode finding rule analysis"
	[suppress]="suppress util error source.h event decode finding suppress.h"
	[timeline]="timeline model hb util error source.h event decode finding"
	[report]="report timeline util error source.h event decode finding suppress.h report.h"
	[graph]="graph model hb report util error source.h event decode finding graph.h"
	[witness]="witness witness.h util"
	[explain]="explain explain.h witness.h report model hb util error source.h event decode finding"
	[pass]="pass.h"
	[probe]="probe probe.h util error source.h event"
	[tracefs]="tracefs live.h session probe.h util error source/tracedat/datwrite.h"
	[cmd]="cmd pass.h graph.h explain.h util error source.h event decode finding analysis suppress.h report.h timeline probe.h session"
)
failed=0

# module_of PATH: of a file below src, in $module
module_of() {
	module=${1%/*}
	[ "${may[$module]-}" ] || module=${1%%/*}
}

# check FILE LINE HEADER: one include of a file
check() {
	local header=$3 module word
	case $header in
	staletlb/*) word=${header#staletlb/} ;;
	*/*) module_of "$header" && word=$module ;;
	esac
	module_of "${1#src/}"
	word=${word-$module}
	# the public headers that share their name with a module keep their .h
	case $word in
	source.h | suppress.h | report.h | graph.h | witness.h | explain.h | pass.h | probe.h | live.h) ;;
	*.h) word=${word%.h} ;;
	esac
	if [[ " ${may[$module]-} " != *" $word "* && " ${may[$module]-} " != *" $header "* ]]; then
		echo "$1:$2: src/$module must not include $header"
		failed=1
	fi
}

while IFS=: read -r file line header; do
	check "$file" "$line" "$header"
done < <(grep -rn --include='*.[ch]' '^#include "' src |
	sed 's/^\([^:]*:[0-9]*\):#include "\(.*\)".*/\1:\2/')

# Nobody below the program prints or ends it.
mapfile -t below < <(find src -mindepth 1 -maxdepth 1 -type d ! -name cmd)
if grep -rnE --include='*.[ch]' \
	'\b(printf|puts|putchar|perror|exit|_exit|abort|err|errx|warn|warnx) ?\(|\b(stdout|stderr)\b' \
	"${below[@]}" include |
	grep -v ':[[:space:]]*\(/\?\*\|//\)' | grep -v 'format(printf' | grep -vE '/\*.*\b(stdout|stderr|exit)\b.*\*/'; then
	echo "only src/cmd may print or exit"
	failed=1
fi

# Only a rule's own file names it: all others ask the object of a rule.
if grep -rnE --include='*.[ch]' '\bSTLB_RULE_[A-Z]' src | grep -v '^src/check/rules/' |
	grep -vE '\bSTLB_RULE_(DEFINE|HOOKS|IS_OFF|##ID)\b'; then
	echo "only src/check/rules may name a rule"
	failed=1
fi

# A public header includes only public ones.
if grep -n '^#include "' include/staletlb/*.h | grep -v '"staletlb/'; then
	echo "a public header includes an inner one"
	failed=1
fi
exit $failed
