/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/progress.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/message.h"

#define SECOND_NS   UINT64_C(1000000000)
#define INTERVAL_NS (SECOND_NS / 5)

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* 0 for what has no size: a pipe, a missing file. */
static uint64_t file_size(const char *path)
{
	struct stat st;
	int ret = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st);

	return ret == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

void stlb_progress_init(struct stlb_progress *progress, enum stlb_when when, char *const *paths,
			int nr)
{
	memset(progress, 0, sizeof(*progress));
	progress->on = when == STLB_ALWAYS || (when == STLB_AUTO && isatty(STDERR_FILENO));
	if (!progress->on)
		return;
	progress->start_ns = now_ns();
	for (int i = 0; i < nr; i++) {
		uint64_t size = file_size(paths[i]);

		if (!size) {
			progress->bytes_total = 0;
			break;
		}
		progress->bytes_total += size;
	}
}

void stlb_progress_file(struct stlb_progress *progress, const char *path, uint64_t events_before)
{
	if (!progress->on)
		return;
	progress->bytes_before += progress->file_bytes;
	progress->events_before = events_before;
	progress->file_bytes = file_size(path);
}

/* In thousandths; what a source calls its bytes may differ from the size of its file. */
static unsigned int done_share(const struct stlb_progress *progress,
			       const struct stlb_source_info *info)
{
	double done = (double)progress->bytes_before;

	if (!progress->bytes_total || !info->bytes_total)
		return 0;
	done += (double)progress->file_bytes * (double)info->bytes_done / (double)info->bytes_total;
	done = 1000 * done / (double)progress->bytes_total;
	return done > 1000 ? 1000 : (unsigned int)done;
}

/* "12.3M"; in whole numbers, since a locale may write another decimal point. */
static void count_text(char *text, size_t size, uint64_t count)
{
	static const char units[] = "kMGT";
	const char *unit = units;
	uint64_t tenths = count / 100;

	if (count < 10000) {
		snprintf(text, size, "%u", (unsigned int)count);
		return;
	}
	for (; tenths >= 10000 && unit[1]; unit++)
		tenths /= 1000;
	snprintf(text, size, "%u.%u%c", (unsigned int)(tenths / 10), (unsigned int)(tenths % 10),
		 *unit);
}

static void left_text(char *text, size_t size, uint64_t passed_ns, unsigned int share)
{
	uint64_t left;

	text[0] = '\0';
	if (!share)
		return;
	left = passed_ns / share * (1000 - share) / SECOND_NS;
	snprintf(text, size, ", %u:%02u left", (unsigned int)(left / 60),
		 (unsigned int)(left % 60));
}

static void show(const struct stlb_progress *progress, const struct stlb_source_info *info,
		 uint64_t passed_ns)
{
	uint64_t events = progress->events_before + info->events;
	unsigned int share = done_share(progress, info);
	char count[16], rate[16], left[32], percent[16] = "";
	char line[128];

	if (share)
		snprintf(percent, sizeof(percent), "%u%%, ", share / 10);
	count_text(count, sizeof(count), events);
	count_text(rate, sizeof(rate), events / (passed_ns / 1000000) * 1000);
	left_text(left, sizeof(left), passed_ns, share);
	snprintf(line, sizeof(line), "%s%s events, %s events/s%s", percent, count, rate, left);
	stlb_status_line(line);
}

void stlb_progress_update(struct stlb_progress *progress, const struct stlb_source_info *info)
{
	uint64_t now;

	if (!progress->on)
		return;
	now = now_ns();
	if (now - progress->start_ns < SECOND_NS || now - progress->shown_ns < INTERVAL_NS)
		return;
	progress->shown_ns = now;
	show(progress, info, now - progress->start_ns);
}

void stlb_progress_end(struct stlb_progress *progress)
{
	if (progress->on)
		stlb_status_line_erase();
}
