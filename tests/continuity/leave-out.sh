#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Leaves out the events of each probed instruction of a recording in turn: continuity has to notice that.
#
#	leave-out.sh PROGRAM RECORDING AT_LEAST
#
# The others write what nothing reads again: the last clears before a table is freed on exit, entries on
# the stack, flags of pages. Skipped (status 77) where STALETLB_TRACES names no folder.
set -u

[ -d "${STALETLB_TRACES-}" ] || exit 77
exec "$1" "$STALETLB_TRACES/$2" "$3"
