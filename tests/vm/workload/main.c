// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process with a KVM subscription on its memory, that has the kernel do to its page tables all
 * that it does.
 *
 *	workload [--repeat N] [--spin SECONDS] [--no-kvm] [--window] [PHASE[=COUNT]]...
 *
 * Without a phase: all but hugezero (which 6.1 tells nobody, as it may), swap (which must be there)
 * and those of the modules. Each is marked by `phase NAME` in the trace_marker that the
 * variable STALETLB_MARKER names, or tracefs' own. With --window it sets the machine's name before
 * the first phase and after the last, which an emulator can see, and marks that as well.
 *
 * Exit status: 0 if each phase could run, 1 if not, 2 for a wrong argument.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

static struct phase {
	const char *name;
	const char *unit; /* of what it counts */
	int (*run)(unsigned int count);
	unsigned int count;
	bool asked;
	unsigned long done;
} phases[] = {
	{"cow", "pages copied", phase_cow, 64, .asked = true},
	{"zero", "zero pages written", phase_zero, 32, .asked = true},
	{"mprotect", "pages protected", phase_mprotect, 32, .asked = true},
	{"dontneed", "pages given back", phase_dontneed, 64, .asked = true},
	{"mremap", "pages moved", phase_mremap, 32, .asked = true},
	{"ksm", "pages merged", phase_ksm, 32, .asked = true},
	{"migrate", "pages migrated", phase_migrate, 32, .asked = true},
	{"thp", "rounds of splits and a collapse", phase_thp, 2, .asked = true},
	{"shmcollapse", "collapses", phase_shmcollapse, 2, .asked = true},
	{"hugetlb", "huge pages copied", phase_hugetlb, 2, .asked = true},
	{"uprobe", "breakpoints set and removed", phase_uprobe, 4, .asked = true},
	{"uffd", "pages filled", phase_uffd, 32, .asked = true},
	{"fork", "children", phase_fork, 16, .asked = true},
	{"hugezero", "huge zero pages split", phase_hugezero, 2, .asked = false},
	{"hugezeroprotect", "huge zero pages protected", phase_hugezeroprotect, 4, .asked = false},
	{"several", "rounds over two mappings", phase_several, 4, .asked = false},
	{"mthp", "rounds of 64 KiB pages", phase_mthp, 2, .asked = false},
	{"threads", "rounds of each thread", phase_threads, 20, .asked = false},
	{"swap", "pages swapped", phase_swap, 64, .asked = false},
	{"faulty-repoint", "repointed, never invalidated", phase_faulty_repoint, 3, .asked = false},
	{"faulty-late", "repointed before the invalidation", phase_faulty_late, 3, .asked = false},
	{"faulty-free", "freed before the invalidation", phase_faulty_free, 3, .asked = false},
	{"faulty-right", "repointed and freed in good order", phase_faulty_right, 3,
	 .asked = false},
	{"inline", "times each mode of the other module", phase_inline, 3, .asked = false},
	{"inline-plain", "times each, unseen", phase_inline_plain, 3, .asked = false},
};

#define PHASES (sizeof(phases) / sizeof(phases[0]))

static struct options {
	unsigned long repeat, spin;
	bool kvm, window;
} options = {.repeat = 1, .kvm = true};

void mark(const char *name)
{
	const char *path = getenv("STALETLB_MARKER");
	int fd = open(path ? path : "/sys/kernel/tracing/trace_marker", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	dprintf(fd, "phase %s\n", name);
	close(fd);
}

/* A virtual machine subscribes to its process' page tables; it lasts as long as the process. */
static int subscribe(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0)
		return fail("/dev/kvm: is a module for this CPU loaded?");
	return ioctl(kvm, KVM_CREATE_VM, 0) < 0 ? fail("KVM_CREATE_VM") : 0;
}

/* PHASE[=COUNT] */
static int choose(const char *argument)
{
	size_t length = strcspn(argument, "=");

	for (size_t i = 0; i < PHASES; i++) {
		if (strlen(phases[i].name) != length || strncmp(phases[i].name, argument, length))
			continue;
		phases[i].asked = true;
		if (argument[length])
			phases[i].count = (unsigned int)strtoul(argument + length + 1, NULL, 10);
		return phases[i].count ? 0 : -1;
	}
	return -1;
}

/* Returns the place of the first phase, or -1. */
static int parse_options(int argc, char **argv)
{
	int at = 1;

	for (; at < argc && !strncmp(argv[at], "--", 2); at++) {
		if (!strcmp(argv[at], "--no-kvm"))
			options.kvm = false;
		else if (!strcmp(argv[at], "--window"))
			options.window = true;
		else if (!strcmp(argv[at], "--repeat") && at + 1 < argc)
			options.repeat = strtoul(argv[++at], NULL, 10);
		else if (!strcmp(argv[at], "--spin") && at + 1 < argc)
			options.spin = strtoul(argv[++at], NULL, 10);
		else
			return -1;
	}
	return at;
}

static int parse(int argc, char **argv)
{
	int at = parse_options(argc, argv);

	if (at < 0)
		return -1;
	for (size_t i = 0; at < argc && i < PHASES; i++)
		phases[i].asked = false;
	for (; at < argc; at++)
		if (choose(argv[at]))
			return -1;
	return 0;
}

static int run_round(void)
{
	for (size_t i = 0; i < PHASES; i++) {
		int done;

		if (!phases[i].asked)
			continue;
		mark(phases[i].name);
		errno = 0;
		done = phases[i].run(phases[i].count);
		if (done < 0) {
			fprintf(stderr, "workload: phase %s could not run\n", phases[i].name);
			return -1;
		}
		phases[i].done += (unsigned long)done;
	}
	return 0;
}

static int set_name(void)
{
	return options.window && sethostname("staletlb", 8) ? fail("sethostname") : 0;
}

static void print(void)
{
	for (size_t i = 0; i < PHASES; i++)
		if (phases[i].asked)
			printf("%s: %lu %s\n", phases[i].name, phases[i].done, phases[i].unit);
}

static bool time_left(time_t end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < end;
}

int main(int argc, char **argv)
{
	struct timespec begin;
	int status = 0;

	if (parse(argc, argv)) {
		fprintf(stderr, "usage: workload [--repeat N] [--spin SECONDS] [--no-kvm] "
				"[--window] [PHASE[=COUNT]]...\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if ((options.kvm && subscribe()) || set_name())
		return 1;
	if (options.window)
		mark("window");
	for (unsigned long i = 0; !status && i < options.repeat; i++)
		status = run_round();
	while (!status && time_left(begin.tv_sec + (time_t)options.spin))
		status = run_round();
	mark("end");
	if (set_name())
		status = 1;
	print();
	return status ? 1 : 0;
}
