/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "util/plain_out.h"

/* A text in a paragraph of 80 columns, from a column on and with further lines from another. */
static void expect_spare(unsigned int spare, const char *text, unsigned int indent,
			 unsigned int hang, const char *expected, unsigned int end)
{
	char *written = NULL;
	size_t size = 0;
	struct stlb_plain_out out = {.width = 80, .spare = spare};

	out.to = open_memstream(&written, &size);
	stlb_plain_begin(&out, indent, hang);
	stlb_plain_add(&out, STLB_REGULAR, text);
	fclose(out.to);
	cr_expect_str_eq(written + indent, expected);
	cr_expect_eq(out.column, end, "%u instead of %u behind '%s'", out.column, end, text);
	free(written);
}

static void expect(const char *text, unsigned int column, const char *expected, unsigned int end)
{
	expect_spare(0, text, column, column, expected, end);
}

static void fill(char *text, char with, int nr)
{
	memset(text, with, (size_t)nr);
	text[nr] = '\0';
}

Test(plain_out, what_fits_stays_on_its_line)
{
	expect("", 3, "", 3);
	expect("one", 0, "one", 3);
	expect("one two", 0, "one two", 7);
	expect("one   two ", 2, "one two", 9);
}

Test(plain_out, eighty_columns_are_full_and_not_more)
{
	char word[101], text[256], expected[256];

	fill(word, 'a', 76);
	snprintf(text, sizeof(text), "%s bbb", word);
	expect(text, 0, text, 80);
	snprintf(expected, sizeof(expected), "%s\nbbb", word);
	expect_spare(1, text, 0, 0, expected, 3);
	snprintf(text, sizeof(text), "%s bbbb", word);
	snprintf(expected, sizeof(expected), "%s\nbbbb", word);
	expect(text, 0, expected, 4);
	snprintf(expected, sizeof(expected), "%s\n  bbbb", word);
	expect(text, 2, expected, 6);
	expect_spare(0, text, 0, 2, expected, 6);
}

Test(plain_out, columns_are_characters_and_not_bytes)
{
	char text[256] = "";

	for (int i = 0; i < 76; i++)
		strcat(text, "\u00e9");
	strcat(text, " bbb");
	expect(text, 0, text, 80);
}

/* A path, say: it is not cut, and does not leave an empty line before it. */
Test(plain_out, a_word_too_long_for_a_line_stands_alone)
{
	char word[101], text[256], expected[256];

	fill(word, 'a', 100);
	expect(word, 4, word, 104);
	snprintf(text, sizeof(text), "one %s two", word);
	snprintf(expected, sizeof(expected), "one\n    %s\n    two", word);
	expect(text, 4, expected, 7);
}

static void expect_field(const char *label, const char *text, const char *expected)
{
	char *written = NULL;
	size_t size = 0;
	struct stlb_plain_out out = {.width = 20};

	out.to = open_memstream(&written, &size);
	stlb_plain_begin(&out, 2, 4);
	stlb_plain_add(&out, STLB_REGULAR, label);
	stlb_plain_field(&out, 8);
	stlb_plain_add(&out, STLB_REGULAR, text);
	stlb_plain_end(&out);
	fclose(out.to);
	cr_expect_str_eq(written, expected);
	free(written);
}

Test(plain_out, a_field_is_a_column_of_its_own)
{
	expect_field("one", "two three four", "  one   two three\n        four\n");
	expect_field("longer", "two three four", "  longer two three\n        four\n");
	/* already where its further lines begin: another line would be no better */
	expect_field("one", "averylongwordindeed", "  one   averylongwordindeed\n");
	expect_field("longer", "averylongword", "  longer\n        averylongword\n");
}
