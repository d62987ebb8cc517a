/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that goes to standard error: messages, and the status line that they must not mix with. */
#ifndef CMD_MESSAGE_H
#define CMD_MESSAGE_H

/**
 * stlb_message - a line on standard error, after the names of the program and the command
 * @command: NULL for the program's own
 *
 * Control characters and broken UTF-8 are escaped: a file name must not steer the terminal.
 */
void stlb_message(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** stlb_status_line - show a text in place of the last one, on a line that messages push away */
void stlb_status_line(const char *text);

/** stlb_status_line_erase - take it away; nothing where there is none. Safe in a signal handler. */
void stlb_status_line_erase(void);

#endif
