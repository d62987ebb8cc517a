/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source/text/notes.h"

#include <string.h>
#include <strings.h>

#include "source/text/text_number.h"

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
	notes->header = true;
	/* a count that cannot be read may say anything */
	notes->overwritten = !at || written > kept;
	notes->lost_before = at && written > kept ? written - kept : 0;
	if (!at)
		return;
	set_cpus(notes, after(spaces(at, end), end, "#P:"), end);
}

static void read_comment(struct stlb_text_notes *notes, const char *at, const char *end)
{
	const char *words = spaces(at + 1, end);

	if (after(words, end, "tracer:")) {
		notes->header = true;
		notes->tracers++;
		notes->graph |= after(words, end, "tracer: function_graph") != NULL;
	}
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

/* " [LOST 12 EVENTS]", " [LOST EVENTS]", " [12 EVENTS DROPPED]", " [EVENTS DROPPED]" */
static bool read_lost(const char *at, const char *end, uint64_t *lost)
{
	const char *words = after(at, end, "LOST "), *counted;

	counted = number(words ? words : at, end, lost);
	if (!counted)
		*lost = 0;
	else if (words)
		words = after(counted, end, " ");
	else
		at = after(counted, end, " ");
	return after(words ? words : at, end, words ? "EVENTS]" : "EVENTS DROPPED]");
}

/* What is left of one, where the CPU or the words before cannot be read. */
static bool is_rest_of_loss(const char *at, const char *end)
{
	static const char lost[] = " EVENTS]", dropped[] = "EVENTS DROPPED]";

	return memmem(at, (size_t)(end - at), lost, sizeof(lost) - 1) ||
	       memmem(at, (size_t)(end - at), dropped, sizeof(dropped) - 1);
}

/* "CPU:1 [LOST EVENTS]", whatever stands before it; nobody else writes "CPU:1 [". */
static bool read_cpu_loss(const char *at, const char *end, struct stlb_text_loss *loss)
{
	const char *line = at;
	uint64_t value;

	while ((at = memmem(at, (size_t)(end - at), "CPU:", 4))) {
		const char *words = number(at += 4, end, &value);

		words = after(words, end, " [");
		if (!words)
			continue;
		if (!read_lost(words, end, &loss->lost))
			loss->lost = 0;
		loss->cpu = value <= 65535 ? (int32_t)value : -1;
		return true;
	}
	return is_rest_of_loss(line, end);
}

/* "12 printk messages dropped", "Missed 12 kernel messages": the log has lost lines. */
static bool read_log_loss(const char *at, const char *end)
{
	static const char dropped[] = " printk messages dropped", missed[] = "Missed ";
	const char *words = memmem(at, (size_t)(end - at), dropped, sizeof(dropped) - 1);
	uint64_t value;

	if (words)
		return true;
	words = memmem(at, (size_t)(end - at), missed, sizeof(missed) - 1);
	words = words ? number(words + sizeof(missed) - 1, end, &value) : NULL;
	return after(words, end, " kernel messages") ||
	       after(spaces(at, end), end, "last message repeated ");
}

/* "lost 3 chunks!", "LOST 12 events": what perf and others say of what they could not keep. */
static bool read_tool_loss(const char *at, const char *end, uint64_t *lost)
{
	static const char *const nouns[] = {" chunks", " events", " samples"};

	for (; end - at > 5; at++) {
		const char *words;

		if ((*at | 0x20) != 'l' || strncasecmp(at, "lost ", 5) != 0)
			continue;
		words = number(at + 5, end, lost);
		for (size_t i = 0; words && *lost && i < sizeof(nouns) / sizeof(nouns[0]); i++) {
			if (!after(words, end, nouns[i]))
				continue;
			*lost = i ? *lost : 0; /* nobody knows what was in a chunk */
			return true;
		}
	}
	return false;
}

/* "overrun: 12" of a CPU's statistics, which "CPU: 1" begins. */
static bool read_overrun(struct stlb_text_notes *notes, const char *at, const char *end,
			 struct stlb_text_loss *loss)
{
	static const char *const names[] = {"overrun: ", "commit overrun: ", "dropped events: "};
	uint64_t value;

	if (number(after(at, end, "CPU: "), end, &value) && value <= 65535)
		notes->cpu = (int32_t)value;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (number(after(at, end, names[i]), end, &loss->lost) != end || !loss->lost)
			continue;
		loss->cpu = notes->cpu;
		loss->place = STLB_LOSS_SOMEWHERE;
		return true;
	}
	return false;
}

bool stlb_text_loss(struct stlb_text_notes *notes, const char *at, const char *end,
		    struct stlb_text_loss *loss)
{
	*loss = (struct stlb_text_loss){.cpu = -1, .place = STLB_LOSS_HERE};
	if (read_cpu_loss(at, end, loss) || read_tool_loss(at, end, &loss->lost))
		return true;
	loss->lost = 0;
	if (read_log_loss(at, end)) {
		loss->of_log = true;
		return true;
	}
	return read_overrun(notes, spaces(at, end), end, loss);
}
