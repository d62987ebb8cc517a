/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which build a kernel is: the id that its linker left among its notes. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "kernel.h"
#include "util/file.h"

enum { MAX_NOTES = 1 << 16, MAX_ID = 64 };

static size_t aligned(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* The id in hex digits; "" where the notes have none. */
static void find_id(const char *notes, size_t size, char *id)
{
	size_t at = 0;
	Elf64_Nhdr note;

	*id = '\0';
	while (size - at >= sizeof(note)) {
		const char *name = notes + at + sizeof(note), *desc;

		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		if (note.n_namesz > MAX_NOTES || note.n_descsz > MAX_NOTES ||
		    aligned(note.n_namesz) + aligned(note.n_descsz) > size - at)
			return;
		desc = name + aligned(note.n_namesz);
		at += aligned(note.n_namesz) + aligned(note.n_descsz);
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(name, "GNU", 4) || note.n_descsz > MAX_ID)
			continue;
		for (size_t i = 0; i < note.n_descsz; i++)
			sprintf(id + 2 * i, "%02x", (unsigned char)desc[i]);
		return;
	}
}

int stlb_kernel_find_build(struct stlb_kernel *kernel)
{
	char path[PATH_MAX], id[2 * MAX_ID + 1] = "", *notes = NULL;
	size_t size = 0;
	int ret = stlb_root_path(path, sizeof(path), kernel->root, "/sys/kernel/notes");

	if (!ret)
		ret = stlb_file_read(path, MAX_NOTES, &notes, &size, NULL);
	if (ret == -ENOMEM)
		return ret;
	if (!ret)
		find_id(notes, size, id);
	free(notes);
	kernel->build_id = stlb_arena_format(&kernel->arena, "%s", id);
	return kernel->build_id ? 0 : -ENOMEM;
}
