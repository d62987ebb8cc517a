/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a killed run left behind is taken away; what is somebody else's never is. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "made_tracefs.h"
#include "staletlb/session.h"

/* The number of a process that was. */
static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	cr_assert_gt(pid, 0);
	waitpid(pid, NULL, 0);
	return pid;
}

/* A process of this program's name; kill it. */
static pid_t living_pid(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	cr_assert_gt(pid, 0);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/** struct scene - a tracefs, and what stlb_probes_remove() did to it */
struct scene {
	struct made_tracefs made;
	struct stlb_removed removed;
	struct stlb_error err;
	char events[4096];
	int ret;
};

static void add_event(struct scene *scene, const char *group)
{
	size_t length = strlen(scene->events);

	snprintf(scene->events + length, sizeof(scene->events) - length,
		 "p:%s/one vfs_read\nr64:%s/two vfs_read ret=$retval\n", group, group);
}

static void add_instance(struct scene *scene, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "instances/%s", name);
	made_tracefs_folder(&scene->made, path);
}

static void clear_away(struct scene *scene)
{
	made_tracefs_text(&scene->made, "dynamic_events", scene->events);
	scene->ret = stlb_probes_remove(scene->made.path, &scene->removed, &scene->err);
}

static bool has_instance(const struct scene *scene, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "instances/%s", name);
	return made_tracefs_has(&scene->made, path);
}

static bool was_asked_to_remove(const struct scene *scene, const char *group)
{
	char *text = made_tracefs_read(&scene->made, "dynamic_events"), line[256];
	bool found;

	snprintf(line, sizeof(line), "-:%s/", group);
	found = strstr(text, line) != NULL;
	free(text);
	return found;
}

Test(cleanup, what_a_dead_run_left_behind_goes)
{
	struct scene scene = {.made = made_tracefs()};
	char name[64], tasks[80], stacks[80];

	snprintf(name, sizeof(name), "staletlb_%d", (int)dead_pid());
	snprintf(tasks, sizeof(tasks), "%s_tasks", name);
	snprintf(stacks, sizeof(stacks), "%s_stacks", name);
	add_event(&scene, name);
	add_instance(&scene, name);
	add_instance(&scene, tasks);
	add_instance(&scene, stacks);
	clear_away(&scene);
	cr_expect_eq(scene.ret, 0, "%s", scene.err.text);
	cr_expect_eq(scene.removed.events, 2);
	cr_expect_eq(scene.removed.instances, 3);
	cr_expect_not(has_instance(&scene, stacks));
	cr_expect_eq(scene.removed.running, 0);
	cr_expect(was_asked_to_remove(&scene, name));
	cr_expect_not(has_instance(&scene, name));
	cr_expect_not(has_instance(&scene, tasks));
	made_tracefs_free(&scene.made);
}

Test(cleanup, what_a_living_run_uses_stays)
{
	struct scene scene = {.made = made_tracefs()};
	char name[64], tasks[80];
	pid_t pid = living_pid();

	snprintf(name, sizeof(name), "staletlb_%d", (int)pid);
	snprintf(tasks, sizeof(tasks), "%s_tasks", name);
	add_event(&scene, name);
	add_instance(&scene, name);
	add_instance(&scene, tasks);
	clear_away(&scene);
	cr_expect_eq(scene.ret, 0, "%s", scene.err.text);
	cr_expect_eq(scene.removed.events, 0);
	cr_expect_eq(scene.removed.instances, 0);
	cr_expect_eq(scene.removed.running, 1, "once, not once for each of its parts: %u",
		     scene.removed.running);
	cr_expect_not(was_asked_to_remove(&scene, name));
	cr_expect(has_instance(&scene, name));
	cr_expect(has_instance(&scene, tasks));
	end(pid);
	made_tracefs_free(&scene.made);
}

/* Numbers come back: init is no staletlb, and lives. */
Test(cleanup, a_process_of_another_name_owns_nothing)
{
	struct scene scene = {.made = made_tracefs()};

	add_event(&scene, "staletlb_1");
	add_instance(&scene, "staletlb_1");
	clear_away(&scene);
	cr_expect_eq(scene.ret, 0, "%s", scene.err.text);
	cr_expect_eq(scene.removed.events, 2);
	cr_expect_eq(scene.removed.instances, 1);
	made_tracefs_free(&scene.made);
}

Test(cleanup, what_was_installed_to_stay_goes_too)
{
	struct scene scene = {.made = made_tracefs()};

	add_event(&scene, "staletlb");
	clear_away(&scene);
	cr_expect_eq(scene.removed.events, 2);
	cr_expect(was_asked_to_remove(&scene, "staletlb"));
	made_tracefs_free(&scene.made);
}

Test(cleanup, what_is_somebody_elses_is_never_touched)
{
	static const char *const foreign[] = {
		"staletlbx",
		"staletlb_",
		"staletlb_abc",
		"staletlb_0",
		"staletlb_-5",
		"staletlb_12x",
		"staletlb_ 5",
		"staletlb_007",
		"staletlb_5_task",
		"staletlb_5_taskss",
		"staletlb_+5",
		"mystaletlb_5",
		"staletlb_4294967297",
		"staletlb_99999999999999999999",
		"kprobes",
		"STALETLB",
	};
	enum { NR = sizeof(foreign) / sizeof(foreign[0]) };
	struct scene scene = {.made = made_tracefs()};

	for (unsigned int i = 0; i < NR; i++) {
		add_event(&scene, foreign[i]);
		add_instance(&scene, foreign[i]);
	}
	add_instance(&scene, "staletlb"); /* a name for events only */
	clear_away(&scene);
	cr_expect_eq(scene.ret, 0, "%s", scene.err.text);
	cr_expect_eq(scene.removed.events + scene.removed.instances + scene.removed.running, 0);
	for (unsigned int i = 0; i < NR; i++) {
		cr_expect_not(was_asked_to_remove(&scene, foreign[i]), "%s", foreign[i]);
		cr_expect(has_instance(&scene, foreign[i]), "%s", foreign[i]);
	}
	cr_expect(has_instance(&scene, "staletlb"));
	made_tracefs_free(&scene.made);
}

Test(cleanup, what_cannot_be_removed_is_named_and_the_rest_goes)
{
	struct scene scene = {.made = made_tracefs()};
	char stuck[64], file[128], free_one[80];

	snprintf(stuck, sizeof(stuck), "staletlb_%d", (int)dead_pid());
	snprintf(file, sizeof(file), "instances/%s/in_use", stuck);
	add_instance(&scene, stuck);
	made_tracefs_text(&scene.made, file, "");
	snprintf(free_one, sizeof(free_one), "%s_tasks", stuck);
	add_instance(&scene, free_one);
	add_event(&scene, "staletlb");
	clear_away(&scene);
	cr_expect_lt(scene.ret, 0);
	cr_expect(strstr(scene.err.text, stuck), "%s", scene.err.text);
	cr_expect_not(has_instance(&scene, free_one));
	cr_expect_eq(scene.removed.instances, 1);
	cr_expect_eq(scene.removed.events, 2);
	made_tracefs_free(&scene.made);
}

Test(cleanup, where_nothing_can_be_looked_through_it_is_an_error)
{
	struct stlb_removed removed;
	struct stlb_error err = {""};

	cr_expect_lt(stlb_probes_remove("/nonexistent", &removed, &err), 0);
	cr_expect(strstr(err.text, "/nonexistent"), "%s", err.text);
}
