/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/message.h"
#include "cmd/setters.h"

STLB_SETTER(kallsyms)
{
	struct stlb_symbols *symbols;
	int ret = stlb_symbols_load(value, &symbols, err);

	if (ret)
		return ret;
	stlb_symbols_free(settings->symbols);
	settings->symbols = symbols;
	if (stlb_symbols_hidden(symbols))
		stlb_message(NULL,
			     "%s: all its addresses are 0: copy it as root, with the sysctl "
			     "kernel.kptr_restrict below 2",
			     value);
	return stlb_settings_add(&settings->kallsyms, value, err);
}
