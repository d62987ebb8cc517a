// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages move between the machine's two NUMA nodes, in each way that there is. */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define MAX_NODE 8UL

/* move_pages(2) of each page to `node`; with node -1 only tells where they are. */
static long move_to(char *memory, unsigned int count, int node, int *status)
{
	void **pages = calloc(count, sizeof(*pages));
	int *nodes = calloc(count, sizeof(*nodes));
	long result = -1;

	if (pages && nodes) {
		for (unsigned int i = 0; i < count; i++) {
			pages[i] = memory + i * PAGE;
			nodes[i] = node;
		}
		result = syscall(SYS_move_pages, 0, (unsigned long)count, pages,
				 node < 0 ? NULL : nodes, status, MPOL_MF_MOVE);
	}
	free(pages);
	free(nodes);
	return result;
}

/* Whether all pages are on `node`. */
static int expect_on(char *memory, unsigned int count, int node)
{
	int *status = calloc(count, sizeof(*status));
	unsigned int on = 0;

	if (!status || move_to(memory, count, -1, status) < 0)
		return fail("move_pages, to ask");
	for (unsigned int i = 0; i < count; i++)
		on += status[i] == node;
	free(status);
	errno = 0;
	return on == count ? 0 : fail("a page is not on the node that it was moved to");
}

static int migrate_all(char *memory, unsigned int count, int *status)
{
	unsigned long near = 1, far = 2;

	if (move_to(memory, count, 1, status))
		return fail("move_pages");
	if (expect_on(memory, count, 1))
		return -1;
	if (syscall(SYS_mbind, memory, count * PAGE, MPOL_BIND, &near, MAX_NODE, MPOL_MF_MOVE))
		return fail("mbind");
	if (expect_on(memory, count, 0))
		return -1;
	if (syscall(SYS_migrate_pages, 0, MAX_NODE, &near, &far) < 0 ||
	    syscall(SYS_migrate_pages, 0, MAX_NODE, &far, &near) < 0)
		return fail("migrate_pages");
	write_pages(memory, count, 2);
	return expect_on(memory, count, 0);
}

int phase_migrate(unsigned int count)
{
	char *memory = map_pages(count);
	int *status = calloc(count, sizeof(*status));
	int result = -1;

	if (memory && status) {
		write_pages(memory, count, 1);
		result = migrate_all(memory, count, status);
	}
	free(status);
	if (memory)
		munmap(memory, count * PAGE);
	return result ? -1 : (int)count;
}
