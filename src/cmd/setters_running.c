/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setters of the commands that look at a running kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/number.h"
#include "cmd/setters.h"
#include "util/grow.h"

static const char *const locks_words[] = {"ptl", "all", "none", NULL};
static const char *const deep_words[] = {"auto", "off", NULL};
static const char *const text_or_json[] = {"text", "json", NULL};

const char *stlb_word_locks(unsigned int index)
{
	return locks_words[index];
}

const char *stlb_word_deep(unsigned int index)
{
	return deep_words[index];
}

const char *stlb_word_text_or_json(unsigned int index)
{
	return text_or_json[index];
}

STLB_SETTER(trace_pid)
{
	int32_t pid;

	if (stlb_resize((void **)&settings->pids, settings->nr_pids + 1, sizeof(pid)))
		return stlb_error_set(err, -ENOMEM, "out of memory");
	if (stlb_parse_pid(value, &pid) || pid == 0)
		return stlb_error_set(err, -EINVAL, "'%s' is not a process id", value);
	settings->pids[settings->nr_pids++] = pid;
	return 0;
}

STLB_SETTER(duration)
{
	if (stlb_parse_seconds(value, &settings->duration_ns) || settings->duration_ns == 0)
		return stlb_error_set(err, -EINVAL,
				      "'%s' is not a time in seconds such as 10 or 0.5", value);
	return 0;
}

static int parse_count(const char *value, uint64_t most, uint64_t *count)
{
	char *end;

	errno = 0;
	*count = strtoull(value, &end, 10);
	return *value < '0' || *value > '9' || *end || errno || *count == 0 || *count > most
		       ? -EINVAL
		       : 0;
}

STLB_SETTER(max_findings)
{
	uint64_t count;

	if (parse_count(value, UINT32_MAX, &count))
		return stlb_error_set(err, -EINVAL, "'%s' is not a positive number", value);
	settings->max_findings = (uint32_t)count;
	return 0;
}

STLB_SETTER(save)
{
	if (!*value)
		return stlb_error_set(err, -EINVAL, "the file name is empty");
	settings->save = value;
	return 0;
}

/* "8192", "8192K", "8M", "1G": KiB where nothing is said, as trace-cmd has it */
STLB_SETTER(buffer_size)
{
	static const char units[] = "KMG";
	size_t length = strlen(value);
	const char *unit = length ? strchr(units, value[length - 1]) : NULL;
	unsigned int shift = unit && *unit ? 10 * (unsigned int)(unit - units) : 0;
	char number[32] = "";
	uint64_t count;

	length -= unit && *unit ? 1 : 0;
	if (length < sizeof(number))
		memcpy(number, value, length);
	if (parse_count(number, (UINT64_C(1) << 40) >> shift, &count))
		return stlb_error_set(err, -EINVAL,
				      "'%s' is not a size such as 8192 (KiB), 16M or 1G", value);
	settings->buffer_kb = count << shift;
	return 0;
}

STLB_SETTER(locks)
{
	for (unsigned int i = 0; locks_words[i]; i++) {
		if (strcmp(value, locks_words[i]) == 0) {
			settings->locks = (enum stlb_locks)i;
			return 0;
		}
	}
	return stlb_unknown_word(err, value, stlb_word_locks);
}

STLB_SETTER(deep)
{
	settings->no_deep = strcmp(value, "off") == 0;
	return settings->no_deep || strcmp(value, "auto") == 0
		       ? 0
		       : stlb_unknown_word(err, value, stlb_word_deep);
}

STLB_SETTER(text_or_json)
{
	settings->json = strcmp(value, "json") == 0;
	return settings->json || strcmp(value, "text") == 0
		       ? 0
		       : stlb_unknown_word(err, value, stlb_word_text_or_json);
}

STLB_SETTER(perf)
{
	(void)value;
	(void)err;
	settings->perf = true;
	return 0;
}
