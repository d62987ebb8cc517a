/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/profiles.h"

#include <errno.h>
#include <stdlib.h>

int stlb_profiles_load(const struct stlb_strings *paths, struct stlb_profiles *profiles,
		       struct stlb_error *err)
{
	profiles->profile = calloc(paths->nr + 1, sizeof(struct stlb_profile *));
	if (!profiles->profile)
		return stlb_error_set(err, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < paths->nr; i++) {
		int ret = stlb_profile_load(paths->value[i], &profiles->profile[i], err);

		if (ret)
			return ret;
		profiles->nr++;
	}
	return 0;
}

void stlb_profiles_free(struct stlb_profiles *profiles)
{
	for (unsigned int i = 0; i < profiles->nr; i++)
		stlb_profile_free(profiles->profile[i]);
	free(profiles->profile);
	profiles->profile = NULL;
	profiles->nr = 0;
}

struct stlb_pass_options stlb_profiles_reading(const struct stlb_profiles *profiles,
					       const struct stlb_settings *settings)
{
	return (struct stlb_pass_options){
		.profiles = profiles->profile,
		.nr_profiles = profiles->nr,
		.symbols = settings->symbols,
		.kernel = settings->kernel,
		.arch = settings->arch,
	};
}
