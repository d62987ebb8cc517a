// SPDX-License-Identifier: GPL-2.0-or-later
/* Helpers of the phases: mappings, children, small files. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

int fail(const char *what)
{
	if (errno)
		fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	else
		fprintf(stderr, "workload: %s\n", what);
	return -1;
}

static char *map(size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	fail("mmap");
	return NULL;
}

char *map_pages(size_t pages)
{
	char *memory = map(pages * PAGE);

	if (memory)
		madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
	return memory;
}

char *map_huge(size_t huge_pages)
{
	size_t size = huge_pages * HUGE;
	char *around = map(size + HUGE);
	char *memory;

	if (!around)
		return NULL;
	memory = (char *)(((uintptr_t)around + HUGE - 1) & ~(HUGE - 1));
	if (memory > around)
		munmap(around, (size_t)(memory - around));
	munmap(memory + size, (size_t)(around + HUGE - memory));
	return memory;
}

void write_pages(char *memory, size_t pages, char value)
{
	for (size_t i = 0; i < pages; i++)
		*(volatile char *)(memory + i * PAGE) = value;
}

unsigned int read_pages(const char *memory, size_t pages)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < pages; i++)
		sum += (unsigned char)*(const volatile char *)(memory + i * PAGE);
	return sum;
}

int holder_start(struct holder *holder)
{
	int ends[2];
	char byte;

	if (pipe(ends))
		return fail("pipe");
	holder->pid = fork();
	if (holder->pid == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	close(ends[0]);
	holder->pipe = ends[1];
	if (holder->pid > 0)
		return 0;
	close(ends[1]);
	return fail("fork");
}

int holder_release(struct holder *holder)
{
	int status;

	close(holder->pipe);
	if (waitpid(holder->pid, &status, 0) != holder->pid || status)
		return fail("a child ended badly");
	return 0;
}

int collapse(char *memory)
{
	for (int tries = 0; tries < 500; tries++) {
		if (!madvise(memory, HUGE, MADV_COLLAPSE))
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			break;
		usleep(20000);
	}
	return fail("madvise(MADV_COLLAPSE)");
}

long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number = -1;

	if (!file || fscanf(file, "%ld", &number) != 1)
		fail(path);
	if (file)
		fclose(file);
	return number;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (written < 0)
		fail(path);
	if (fd >= 0)
		close(fd);
	return written < 0 ? -1 : 0;
}
