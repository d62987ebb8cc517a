/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wrap.h"

static void expect(const char *text, int column, int indent, const char *expected, int end)
{
	char *written = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&written, &size);
	int got = stlb_wrap(to, text, column, indent);

	fclose(to);
	cr_expect_str_eq(written, expected);
	cr_expect_eq(got, end, "%d instead of %d behind '%s'", got, end, text);
	free(written);
}

static void fill(char *text, char with, int nr)
{
	memset(text, with, (size_t)nr);
	text[nr] = '\0';
}

Test(wrap, what_fits_stays_on_its_line)
{
	expect("", 3, 3, "", 3);
	expect("one", 0, 0, "one", 3);
	expect("one two", 0, 0, "one two", 7);
	expect("one", 5, 2, " one", 9);
	expect("one   two ", 2, 2, "one two", 9);
}

Test(wrap, eighty_columns_are_full_and_not_more)
{
	char word[101], text[256], expected[256];

	fill(word, 'a', 76);
	snprintf(text, sizeof(text), "%s bbb", word);
	expect(text, 0, 0, text, 80);
	snprintf(text, sizeof(text), "%s bbbb", word);
	snprintf(expected, sizeof(expected), "%s\nbbbb", word);
	expect(text, 0, 0, expected, 4);
	snprintf(expected, sizeof(expected), "%s\n  bbbb", word);
	expect(text, 2, 2, expected, 6);
}

/* A path, say: it is not cut, and does not leave an empty line before it. */
Test(wrap, a_word_too_long_for_a_line_stands_alone)
{
	char word[101], text[256], expected[256];

	fill(word, 'a', 100);
	expect(word, 4, 4, word, 104);
	snprintf(text, sizeof(text), "one %s two", word);
	snprintf(expected, sizeof(expected), "one\n    %s\n    two", word);
	expect(text, 4, 4, expected, 7);
}

Test(wrap, what_begins_behind_the_edge_goes_to_the_next_line)
{
	expect("one two", 79, 4, "\n    one two", 11);
	expect("one", 200, 0, "\none", 3);
}
