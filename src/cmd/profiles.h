/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profiles that a command line names. */
#ifndef CMD_PROFILES_H
#define CMD_PROFILES_H

#include "cmd/settings.h"
#include "staletlb/pass.h"

/** struct stlb_profiles - zeroed: none */
struct stlb_profiles {
	struct stlb_profile **profile;
	unsigned int nr;
};

/** stlb_profiles_load - 0 or a negative errno; to be freed in either case */
int stlb_profiles_load(const struct stlb_strings *paths, struct stlb_profiles *profiles,
		       struct stlb_error *err);

/** stlb_profiles_free - not before the decoders that use them */
void stlb_profiles_free(struct stlb_profiles *profiles);

/** stlb_profiles_reading - how traces are to be read by the settings; not longer than both live */
struct stlb_pass_options stlb_profiles_reading(const struct stlb_profiles *profiles,
					       const struct stlb_settings *settings);

#endif
