/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's memory: /proc/kcore is an ELF core file of it. */
#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "kernel.h"

enum { MAX_HEADERS = 1024 };

static int read_at(int fd, void *to, size_t size, uint64_t offset)
{
	ssize_t got = offset > INT64_MAX ? 0 : pread(fd, to, size, (off_t)offset);

	if (got < 0)
		return -errno;
	return (size_t)got == size ? 0 : -EIO;
}

static bool is_core(const Elf64_Ehdr *elf)
{
	static const unsigned char ours =
		__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;

	return !memcmp(elf->e_ident, ELFMAG, SELFMAG) && elf->e_ident[EI_CLASS] == ELFCLASS64 &&
	       elf->e_ident[EI_DATA] == ours && elf->e_type == ET_CORE &&
	       elf->e_phentsize == sizeof(Elf64_Phdr) && elf->e_phnum <= MAX_HEADERS;
}

static int read_value(int fd, uint64_t address, uint64_t *value)
{
	Elf64_Ehdr elf;
	int ret = read_at(fd, &elf, sizeof(elf), 0);

	if (ret < 0)
		return ret;
	if (!is_core(&elf))
		return -EINVAL;
	for (uint32_t i = 0; i < elf.e_phnum; i++) {
		Elf64_Phdr part;

		ret = read_at(fd, &part, sizeof(part), elf.e_phoff + i * sizeof(part));
		if (ret < 0)
			return ret;
		if (part.p_type == PT_LOAD && address >= part.p_vaddr &&
		    address - part.p_vaddr < part.p_memsz &&
		    part.p_memsz - (address - part.p_vaddr) >= sizeof(*value))
			return read_at(fd, value, sizeof(*value),
				       part.p_offset + (address - part.p_vaddr));
	}
	return -ENOENT;
}

int stlb_kcore_read(const char *root, uint64_t address, uint64_t *value)
{
	char path[PATH_MAX];
	int fd, ret;

	if (stlb_root_path(path, sizeof(path), root, "/proc/kcore") < 0)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read_value(fd, address, value);
	close(fd);
	return ret;
}
