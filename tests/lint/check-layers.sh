#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The stream is source -> decode -> hb, model -> check -> report: a module includes only what it
# is handed, never what comes behind it. A header without a folder is the module's own. What is
# beside the stream (probe, live) takes public headers, and of other modules single headers.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2

# module: the modules and public headers that it may include
declare -A may=(
	[util]="util error"
	[source]="source util error source.h live.h perfdata"
	[decode]="decode util error source.h event decode"
	[hb]="hb util"
	[model]="model hb util error source.h event decode"
	[check]="check model hb util error source.h event decode finding analysis"
	[suppress]="suppress util error source.h event decode finding suppress.h"
	[timeline]="timeline util error source.h event decode finding"
	[report]="report timeline util error source.h event decode finding suppress.h report.h"
	[graph]="graph model report util error source.h event decode finding graph.h"
	[witness]="witness witness.h util"
	[explain]="explain explain.h witness.h report model/invalidation.h util error source.h event decode finding"
	[probe]="probe probe.h util error source.h event"
	[live]="live live.h session probe.h util error source/datwrite.h"
	[cmd]="cmd graph.h explain.h util error source.h event decode finding analysis suppress.h report.h timeline probe.h session"
)
failed=0

# check FILE LINE HEADER: one include of a file
check() {
	local module=${1#src/} header=$3 word
	module=${module%%/*}
	case $header in
	staletlb/*) word=${header#staletlb/} ;;
	*/*) word=${header%%/*} ;;
	*) word=$module ;;
	esac
	# the public headers that share their name with a module keep their .h
	case $word in
	source.h | suppress.h | report.h | graph.h | witness.h | explain.h | probe.h | live.h) ;;
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
if grep -rnE --include='*.[ch]' \
	'\b(printf|puts|putchar|perror|exit|_exit|abort|err|errx|warn|warnx) ?\(|\b(stdout|stderr)\b' \
	src/{util,source,decode,hb,model,check,suppress,timeline,report,witness,explain,probe,live} include 2>/dev/null |
	grep -v ':[[:space:]]*\(/\?\*\|//\)' | grep -v 'format(printf' | grep -vE '/\*.*\b(stdout|stderr|exit)\b.*\*/'; then
	echo "only src/cmd may print or exit"
	failed=1
fi

# A public header includes only public ones.
if grep -n '^#include "' include/staletlb/*.h | grep -v '"staletlb/'; then
	echo "a public header includes an inner one"
	failed=1
fi
exit $failed
