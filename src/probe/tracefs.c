/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where tracefs is, and what its README says of dynamic events. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "kernel.h"

struct mounts {
	char tracefs[PATH_MAX], debugfs[PATH_MAX];
};

/* /proc/mounts writes blanks and the like as \ooo. */
static void decode(char *to, size_t size, const char *from)
{
	size_t length = 0;

	while (*from && length + 1 < size) {
		unsigned int code;

		if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1 && strlen(from) >= 4) {
			to[length++] = (char)code;
			from += 4;
		} else {
			to[length++] = *from++;
		}
	}
	to[length] = '\0';
}

static void mount_line(void *context, char *text)
{
	struct mounts *mounts = context;
	char *save, *where, *type;

	if (!strtok_r(text, " ", &save) || !(where = strtok_r(NULL, " ", &save)) ||
	    !(type = strtok_r(NULL, " ", &save)))
		return;
	if (!strcmp(type, "tracefs") && !mounts->tracefs[0])
		decode(mounts->tracefs, sizeof(mounts->tracefs), where);
	if (!strcmp(type, "debugfs") && !mounts->debugfs[0])
		decode(mounts->debugfs, sizeof(mounts->debugfs), where);
}

/* Tracefs mounts itself on debugfs' directory at the first look into it. */
static void fall_back(struct stlb_kernel *kernel, struct mounts *mounts)
{
	char path[PATH_MAX];

	if (mounts->tracefs[0] || !mounts->debugfs[0] ||
	    stlb_root_path(path, sizeof(path), mounts->debugfs, "/tracing/README") < 0 ||
	    !stlb_root_exists(kernel->root, path))
		return;
	path[strlen(path) - strlen("/README")] = '\0';
	memcpy(mounts->tracefs, path, sizeof(path));
}

int stlb_kernel_mounts(struct stlb_kernel *kernel)
{
	struct mounts mounts = {{0}, {0}};
	char path[PATH_MAX];

	stlb_root_lines(kernel->root, "/proc/mounts", mount_line, &mounts);
	fall_back(kernel, &mounts);
	if (mounts.debugfs[0] &&
	    !(kernel->debugfs = stlb_arena_format(&kernel->arena, "%s", mounts.debugfs)))
		return -ENOMEM;
	if (!mounts.tracefs[0])
		return 0;
	kernel->tracing = stlb_arena_format(&kernel->arena, "%s", mounts.tracefs);
	if (!kernel->tracing)
		return -ENOMEM;
	if (stlb_root_path(path, sizeof(path), kernel->root, kernel->tracing) < 0 ||
	    access(path, R_OK | X_OK) < 0)
		return 0;
	kernel->tracing_path = stlb_arena_format(&kernel->arena, "%s", path);
	return kernel->tracing_path ? 0 : -ENOMEM;
}

int stlb_kernel_tracing_file(const struct stlb_kernel *kernel, const char *name, char *to,
			     size_t size)
{
	char path[PATH_MAX];

	to[0] = '\0';
	if (!kernel->tracing || stlb_root_path(path, sizeof(path), kernel->tracing, name) < 0)
		return -ENOENT;
	return stlb_root_read(kernel->root, path, to, size);
}

bool stlb_kernel_has_event(const struct stlb_kernel *kernel, const char *event)
{
	size_t system = strcspn(event, ":");
	char path[PATH_MAX];
	int length;

	if (!kernel->tracing_path || !event[system])
		return false;
	length = snprintf(path, sizeof(path), "%s/events/%.*s/%s", kernel->tracing_path,
			  (int)system, event, event + system + 1);
	return length > 0 && (size_t)length < sizeof(path) && access(path, F_OK) == 0;
}

/* ---- what the README offers ---- */

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void readme_line(void *context, char *text)
{
	struct stlb_offers *offers = context;

	text += strspn(text, " \t");
	offers->readme = true;
	offers->kprobes |= starts(text, "kprobe_events");
	offers->fprobes |= starts(text, "f[:");
	if (starts(text, "kernel return probes support:"))
		offers->return_arguments |= strstr(text, "$arg<N>") != NULL;
	else
		offers->arguments |= strstr(text, "$arg<N>") != NULL;
	/* from 7.x on "[(structname[,field])]<argname>[->field" */
	offers->named_arguments |= strstr(text, "<argname>[->field") != NULL;
}

static bool reads_zero(const struct stlb_kernel *kernel, const char *mount, const char *name)
{
	char path[PATH_MAX], text[8];

	return stlb_root_path(path, sizeof(path), mount, name) == 0 &&
	       stlb_root_read(kernel->root, path, text, sizeof(text)) == 0 && !strcmp(text, "0");
}

void stlb_kernel_offers(struct stlb_kernel *kernel)
{
	struct stlb_offers *offers = &kernel->offers;
	char path[PATH_MAX];

	if (!kernel->tracing || stlb_root_path(path, sizeof(path), kernel->tracing, "/README") < 0)
		return;
	stlb_root_lines(kernel->root, path, readme_line, offers);
	offers->disarmed =
		kernel->debugfs && reads_zero(kernel, kernel->debugfs, "/kprobes/enabled");
	offers->ftrace_off = reads_zero(kernel, "/proc/sys/kernel", "/ftrace_enabled");
	offers->kprobes &= !offers->disarmed;
	offers->fprobe_maxactive = stlb_kallsyms_have(&kernel->symbols, STLB_RETHOOK_SYMBOL);
}
