/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What others put around a line of a trace: the kernel's log and those that carry it on, terminals,
 * mail, tables. It is taken off before anybody looks what the line is, so that an event and a loss
 * are known in the same dress.
 */
#ifndef SOURCE_TEXT_DRESS_H
#define SOURCE_TEXT_DRESS_H

#include <stdbool.h>

/**
 * struct stlb_dress - what a line wore
 * @any: something was taken off
 * @log: it was a line of a log: others than those of the trace are to be expected around it
 * @dropped: the log says in front of it that lines before it are gone
 */
struct stlb_dress {
	bool any, log, dropped;
};

/**
 * stlb_text_undress - take off what is not the trace's own
 * @at, @end: the line; what they point to may change (colours within it, doubled quotes)
 * @coloured: there may be colours
 *
 * Knows "[ 12.345678]", its callers "[T1]", levels "<4>", dates and hosts of syslog and journals,
 * /dev/kmsg, "> " of mail, "+" of patches, colours, quotes of tables, in any order and number up
 * to eight.
 */
struct stlb_dress stlb_text_undress(char **at, char **end, bool coloured);

#endif
