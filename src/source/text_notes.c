/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text_notes.h"

#include <string.h>

#include "text_number.h"

static const char *after(const char *at, const char *end, const char *words)
{
	size_t size = strlen(words);

	return at && (size_t)(end - at) >= size && !memcmp(at, words, size) ? at + size : NULL;
}

static const char *spaces(const char *at, const char *end)
{
	while (at && at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* With buffer instances trace-cmd report puts the name of one before its lines. */
static const char *skip_buffer(const char *at, const char *end)
{
	const char *name = memmem(at, (size_t)(end - at), ": ", 2);

	return spaces(name ? name + 2 : at, end);
}

static const char *number(const char *at, const char *end, uint64_t *value)
{
	return at ? stlb_text_decimal(at, end, value) : NULL;
}

static void set_cpus(struct stlb_text_notes *notes, const char *at, const char *end)
{
	uint64_t cpus;

	if (number(at, end, &cpus) && cpus && cpus <= 65536)
		notes->cpus = (uint32_t)cpus;
}

/* "entries-in-buffer/entries-written: 100/200   #P:2" */
static void read_entries(struct stlb_text_notes *notes, const char *at, const char *end)
{
	uint64_t kept, written;

	at = number(spaces(at, end), end, &kept);
	at = number(after(at, end, "/"), end, &written);
	if (!at)
		return;
	notes->header = true;
	if (written > kept)
		notes->lost_before = written - kept;
	set_cpus(notes, after(spaces(at, end), end, "#P:"), end);
}

static void read_comment(struct stlb_text_notes *notes, const char *at, const char *end)
{
	const char *words = spaces(at + 1, end);

	if (after(words, end, "tracer:"))
		notes->header = true;
	words = after(words, end, "entries-in-buffer/entries-written:");
	if (words)
		read_entries(notes, words, end);
}

/* "CPU 3 is empty" */
static bool is_empty_cpu(const char *at, const char *end)
{
	uint64_t cpu;

	at = number(spaces(after(at, end, "CPU "), end), end, &cpu);
	return after(at, end, " is empty");
}

bool stlb_text_note(struct stlb_text_notes *notes, const char *at, const char *end)
{
	const char *words = spaces(at, end);

	if (words == end)
		return true;
	if (*at == '#') {
		read_comment(notes, at, end);
		return true;
	}
	at = skip_buffer(at, end);
	words = after(at, end, "cpus=");
	if (words && words < end && stlb_text_digit(*words)) {
		notes->header = true;
		set_cpus(notes, words, end);
		return true;
	}
	if (after(at, end, "version = ") || is_empty_cpu(at, end)) {
		notes->header = true;
		return true;
	}
	return after(at, end, "=> ");
}

bool stlb_text_loss(const char *at, const char *end, int32_t *cpu, uint64_t *lost)
{
	uint64_t value;
	const char *counted;

	*lost = 0;
	at = number(after(skip_buffer(at, end), end, "CPU:"), end, &value);
	at = after(at, end, " [");
	if (!at || value > 65535)
		return false;
	*cpu = (int32_t)value;
	if (after(at, end, "EVENTS DROPPED]"))
		return true;
	counted = number(after(at, end, "LOST "), end, lost);
	if (counted)
		return after(counted, end, " EVENTS]");
	at = number(at, end, lost);
	return after(at, end, " EVENTS DROPPED]");
}
