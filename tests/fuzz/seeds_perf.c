/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the seeds of fuzz_perf into a folder: a recording of each form, byte order and content. */
#include "../unit/made_perf.h"

static struct made_perf made;

static int save(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		return 1;
	ret = fwrite(made.bytes, 1, made.size, file) != made.size;
	return fclose(file) || ret;
}

static void reset(void)
{
	memset(&made, 0, offsetof(struct made_perf, bytes));
}

static int save_form(const char *folder, unsigned int form, uint64_t bits)
{
	char name[64];

	reset();
	made.pipe = form & 1;
	made.swap = form & 2;
	made.no_rounds = form & 4;
	made.short_tracing = form & 4;
	made.bad_format = bits == 1 << 5;
	made.sample_type = MADE_PLAIN | bits;
	made.read_format = 4 | 8;
	made.branch_type = 1 << 17;
	made.regs_user = made.regs_intr = 0xff;
	made.kallsyms = "ffffffff81000000 T _text\nffffffff81000100 t one\n";
	made_everything(&made);
	snprintf(name, sizeof(name), "form-%u-%lx", form, (unsigned long)bits);
	return save(folder, name);
}

static int save_packed(const char *folder, uint32_t type, const char *name)
{
	size_t from;

	reset();
	made.features = 1 << 27;
	made_perf_begin(&made);
	from = made.size;
	for (unsigned int n = 0; n < 20; n++)
		made_sample(&made, (struct made_sample){n & 1, 0, 7, 1000 + n, n, 0, 0});
	made_pack(&made, from, type, 64);
	made_round(&made);
	made_perf_end(&made);
	return save(folder, name);
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc != 2)
		return 2;
	for (unsigned int form = 0; form < 8; form++) {
		failed |= save_form(argv[1], form, 0);
		failed |= save_form(argv[1], form, 1 << 5);
		failed |= save_form(argv[1], form, (1 << 24) - 1);
	}
	failed |= save_packed(argv[1], 81, "packed-81");
	failed |= save_packed(argv[1], 83, "packed-83");
	return failed;
}
