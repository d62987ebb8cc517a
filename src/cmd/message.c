/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/message.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "util/str.h"

enum { LONGEST = 4096 };

static volatile sig_atomic_t status_shown;

void stlb_message(const char *command, const char *fmt, ...)
{
	char text[LONGEST], clean[4 * LONGEST];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	stlb_str_clean(clean, sizeof(clean), text);
	stlb_status_line_erase();
	fprintf(stderr, "staletlb: %s%s%s\n", command ? command : "", command ? ": " : "", clean);
}

void stlb_status_line(const char *text)
{
	status_shown = 1;
	fprintf(stderr, "\r%s\033[K", text);
	fflush(stderr);
}

void stlb_status_line_erase(void)
{
	static const char erase[] = "\r\033[K";

	if (!status_shown)
		return;
	status_shown = 0;
	if (write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0)
		return; /* nobody left to tell */
}
