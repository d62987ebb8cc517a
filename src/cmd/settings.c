/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/settings.h"

#include <stdlib.h>
#include <string.h>

void stlb_settings_init(struct stlb_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->writer = stlb_report_writer(0);
	settings->fail_on = STLB_ERROR;
	settings->no_deep = true;
	stlb_analysis_defaults(&settings->analysis);
}

void stlb_settings_release(struct stlb_settings *settings)
{
	stlb_symbols_free(settings->symbols);
	free(settings->filters);
	free(settings->pids);
	free(settings->profiles.value);
	free(settings->suppressions.value);
	free(settings->baselines.value);
	free(settings->kallsyms.value);
}
