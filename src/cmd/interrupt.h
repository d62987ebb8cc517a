/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT, SIGTERM and SIGHUP as something to look at, for commands that have to clean up first. */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

/** stlb_interrupts_watch - from here on these signals only set what stlb_interrupted() tells */
void stlb_interrupts_watch(void);

/** stlb_interrupted - the first signal that came; 0: none */
int stlb_interrupted(void);

/** stlb_interrupts_reset - for a child that is to become another program: as they came */
void stlb_interrupts_reset(void);

#endif
