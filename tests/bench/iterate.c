/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The yardstick: what libtracecmd needs to hand out every event of a file to nobody. */
#include <stdio.h>
#include <stdlib.h>

#include <trace-cmd.h>

static int nothing(struct tracecmd_input *handle, struct tep_record *record, int cpu, void *data)
{
	(void)handle;
	(void)record;
	(void)cpu;
	++*(unsigned long *)data;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long events = 0;
	struct tracecmd_input *handle = argc == 2 ? tracecmd_open(argv[1], 0) : NULL;

	if (!handle) {
		fputs("usage: iterate trace.dat\n", stderr);
		return EXIT_FAILURE;
	}
	tracecmd_iterate_events(handle, NULL, 0, nothing, &events);
	tracecmd_close(handle);
	printf("%lu events\n", events);
	return EXIT_SUCCESS;
}
