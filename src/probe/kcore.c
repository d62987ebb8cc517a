/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's memory: /proc/kcore is an ELF core file of it. */
#include "kcore.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "kernel.h"
#include "util/grow.h"

enum { MAX_HEADERS = 1024 };

struct stlb_kcore {
	int fd;
	uint32_t nr;
	Elf64_Phdr *parts;
};

static int read_at(int fd, void *to, size_t size, uint64_t offset)
{
	while (size) {
		ssize_t got = offset > INT64_MAX ? 0 : pread(fd, to, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		to = (char *)to + got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static bool is_core(const Elf64_Ehdr *elf)
{
	static const unsigned char ours =
		__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;

	return !memcmp(elf->e_ident, ELFMAG, SELFMAG) && elf->e_ident[EI_CLASS] == ELFCLASS64 &&
	       elf->e_ident[EI_DATA] == ours && elf->e_type == ET_CORE &&
	       elf->e_phentsize == sizeof(Elf64_Phdr) && elf->e_phnum <= MAX_HEADERS;
}

static int read_headers(struct stlb_kcore *core)
{
	Elf64_Ehdr elf;
	int ret = read_at(core->fd, &elf, sizeof(elf), 0);

	if (ret < 0)
		return ret;
	if (!is_core(&elf))
		return -EINVAL;
	if (!elf.e_phnum)
		return 0;
	if (stlb_resize((void **)&core->parts, elf.e_phnum, sizeof(*core->parts)) < 0)
		return -ENOMEM;
	core->nr = elf.e_phnum;
	return read_at(core->fd, core->parts, core->nr * sizeof(*core->parts), elf.e_phoff);
}

int stlb_kcore_open(const char *root, struct stlb_kcore **core)
{
	char path[PATH_MAX];
	int ret;

	*core = NULL;
	if (stlb_root_path(path, sizeof(path), root, "/proc/kcore") < 0)
		return -ENAMETOOLONG;
	*core = calloc(1, sizeof(**core));
	if (!*core)
		return -ENOMEM;
	(*core)->fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = (*core)->fd < 0 ? -errno : read_headers(*core);
	if (!ret)
		return 0;
	stlb_kcore_close(*core);
	*core = NULL;
	return ret;
}

void stlb_kcore_close(struct stlb_kcore *core)
{
	if (!core)
		return;
	if (core->fd >= 0)
		close(core->fd);
	free(core->parts);
	free(core);
}

int stlb_kcore_copy(const struct stlb_kcore *core, uint64_t address, void *to, size_t size)
{
	for (uint32_t i = 0; i < core->nr; i++) {
		const Elf64_Phdr *part = &core->parts[i];
		uint64_t into = address - part->p_vaddr;

		if (part->p_type == PT_LOAD && address >= part->p_vaddr && into < part->p_memsz &&
		    part->p_memsz - into >= size)
			return read_at(core->fd, to, size, part->p_offset + into);
	}
	return -ENOENT;
}

int stlb_kcore_word(const struct stlb_kcore *core, uint64_t address, uint64_t *value)
{
	return stlb_kcore_copy(core, address, value, sizeof(*value));
}

int stlb_kcore_read(const char *root, uint64_t address, uint64_t *value)
{
	struct stlb_kcore *core;
	int ret = stlb_kcore_open(root, &core);

	if (ret < 0)
		return ret;
	ret = stlb_kcore_word(core, address, value);
	stlb_kcore_close(core);
	return ret;
}
