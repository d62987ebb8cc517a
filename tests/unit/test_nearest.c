/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <criterion/criterion.h>

#include <string.h>

#include "util/nearest.h"

static const char *const words[] = {
	"text", "json", "never-invalidated", "racy-invalidate", "mm_release", "mm", NULL};

static const char *word(unsigned int index)
{
	return words[index];
}

Test(nearest, finds_slips_and_beginnings)
{
	cr_assert_str_eq(stlb_nearest("jsn", word), "json");
	cr_assert_str_eq(stlb_nearest("tetx", word), "text");
	cr_assert_str_eq(stlb_nearest("never", word), "never-invalidated");
	cr_assert_str_eq(stlb_nearest("racy-invalidated", word), "racy-invalidate");
	cr_assert_str_eq(stlb_nearest("text", word), "text");
	cr_assert_str_eq(stlb_nearest("mm", word), "mm");
}

Test(nearest, does_not_guess_wildly)
{
	char longest[5000];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	cr_assert_null(stlb_nearest("", word));
	cr_assert_null(stlb_nearest("x", word));
	cr_assert_null(stlb_nearest("xml", word));
	cr_assert_null(stlb_nearest("yaml!", word));
	cr_assert_null(stlb_nearest("racy-invariants-of-all", word));
	cr_assert_null(stlb_nearest(longest, word));
}

Test(nearest, looks_through_an_array_as_through_a_list)
{
	static const char *const none[] = {NULL};

	cr_assert_str_eq(stlb_nearest_in("jsn", words), "json");
	cr_assert_str_eq(stlb_nearest_in("never", words), "never-invalidated");
	cr_assert_null(stlb_nearest_in("xml", words));
	cr_assert_null(stlb_nearest_in("jsn", none));
}
