/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { NR_SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static volatile sig_atomic_t first;
static bool was_ignored[NR_SIGNALS];

static void note(int signal)
{
	if (!first)
		first = signal;
}

void stlb_interrupts_watch(void)
{
	struct sigaction action = {.sa_handler = note}, old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		sigaction(signals[i], NULL, &old);
		was_ignored[i] = old.sa_handler == SIG_IGN; /* nohup */
		if (!was_ignored[i])
			sigaction(signals[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

int stlb_interrupted(void)
{
	return first;
}

void stlb_interrupts_reset(void)
{
	struct sigaction now;

	/* handlers are the parent's business from here on, before exec too */
	for (int number = 1; number <= SIGRTMAX; number++)
		if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			signal(number, SIG_DFL);
	for (size_t i = 0; i < NR_SIGNALS; i++)
		signal(signals[i], was_ignored[i] ? SIG_IGN : SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
}
