/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's symbol table as the trace has it: read when the first symbol is asked for. */
#include "source/tracedat/tracedat.h"

static void read_symbols(struct stlb_dat *dat)
{
	uint64_t offset = dat->sections[DAT_OPTION_KALLSYMS];
	struct stlb_dat_reader reader;
	const char *text;
	uint32_t size;

	if (!offset)
		return;
	if (dat->version == 6)
		stlb_dat_reader_file(&reader, dat->stream.fd, offset, dat->size);
	else if (stlb_dat_open_section(dat, offset, DAT_OPTION_KALLSYMS, &reader))
		return;
	size = stlb_dat_u32(&reader);
	text = stlb_dat_get(&reader, size);
	if (text)
		dat->symbols = stlb_symbols_new(text, size);
	dat->source->info.symbols_hidden = stlb_symbols_hidden(dat->symbols);
	stlb_dat_reader_free(&reader);
}

const char *stlb_dat_symbol(struct stlb_source *source, uint64_t address, uint64_t *offset)
{
	struct stlb_dat *dat = source->private;

	if (!dat->symbols_read)
		read_symbols(dat);
	dat->symbols_read = true;
	return stlb_symbols_find(dat->symbols, address, offset);
}
