/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dynamic events: what is written to tracefs for them, and what its list says. */
#include <errno.h>

#include "tracefs/dynamic.h"
#include "tracefs/tracing.h"
#include "made_tracefs.h"

/** struct names - what stlb_dynamic_each() reported, one line each */
struct names {
	char text[1024];
	unsigned int nr;
};

static void hear(void *arg, const char *group, const char *event)
{
	struct names *names = arg;
	size_t length = strlen(names->text);

	snprintf(names->text + length, sizeof(names->text) - length, "%s/%s\n", group, event);
	names->nr++;
}

static void expect_names(const char *list, const char *prefix, const char *names)
{
	struct made_tracefs made = made_tracefs();
	struct names heard = {"", 0};

	made_tracefs_text(&made, "dynamic_events", list);
	cr_expect_eq(stlb_dynamic_each(made.path, prefix, hear, &heard), 0);
	cr_expect_str_eq(heard.text, names);
	made_tracefs_free(&made);
}

Test(dynamic, names_of_all_sorts_of_events)
{
	expect_names("p:staletlb/inv_start __mmu_notifier_invalidate_range_start mm=+8(%di):x64\n"
		     "r128:staletlb/inv_ret __mmu_notifier_invalidate_range ret=$retval:s32\n"
		     "f:staletlb/put mmu_notifier_put mn=$arg1:x64\n"
		     "f64:staletlb/put_ret mmu_notifier_put%return\n"
		     "e:staletlb/eprobe sched.sched_switch\n"
		     "p:staletlb_12/last __mmdrop",
		     "staletlb",
		     "staletlb/inv_start\nstaletlb/inv_ret\nstaletlb/put\nstaletlb/put_ret\n"
		     "staletlb/eprobe\nstaletlb_12/last\n");
}

Test(dynamic, an_event_of_many_places_is_reported_once)
{
	expect_names("p:staletlb/set one+0x5 ptep=%di:x64\n"
		     "p:staletlb/set two+0x9 ptep=%di:x64\n"
		     "p:staletlb/xchg two+0x5 ptep=%ax:x64\n"
		     "p:staletlb_7/xchg two+0x5 ptep=%ax:x64\n",
		     "staletlb", "staletlb/set\nstaletlb/xchg\nstaletlb_7/xchg\n");
}

static void hear_refused(void *arg, const struct stlb_probe *probe, const char *where,
			 const char *why)
{
	struct names *names = arg;

	(void)probe;
	cr_expect(*why);
	hear(names, "refused", where);
}

static const struct stlb_probe_site sites[] = {
	{.where = "one+0x5", .definition = "p:staletlb/set one+0x5"},
	{.where = "two+0x9", .use = STLB_SITE_UNUSABLE},
	{.where = "two+0x5", .definition = "p:staletlb/set two+0x5"},
};

static const struct stlb_probe probe_of_sites = {
	.event = "set", .definition = "p:staletlb/set one+0x5", .sites = sites, .nr_sites = 3};

Test(dynamic, each_place_is_added_that_is_probed)
{
	struct made_tracefs made = made_tracefs();
	struct names heard = {"", 0};
	char *text;

	made_tracefs_text(&made, "dynamic_events", "");
	cr_expect_eq(stlb_dynamic_add_probe(made.path, &probe_of_sites, hear_refused, &heard), 0);
	text = stlb_tracing_read(made.path, "dynamic_events");
	cr_expect_str_eq(text, "p:staletlb/set one+0x5p:staletlb/set two+0x5", "%s", text);
	cr_expect_eq(heard.nr, 0);
	free(text);
	made_tracefs_free(&made);
}

Test(dynamic, each_place_that_is_refused_is_named)
{
	struct made_tracefs made = made_tracefs();
	struct names heard = {"", 0};

	made_tracefs_full(&made, "dynamic_events");
	cr_expect_lt(stlb_dynamic_add_probe(made.path, &probe_of_sites, hear_refused, &heard), 0);
	cr_expect_str_eq(heard.text, "refused/one+0x5\nrefused/two+0x5\n");
	made_tracefs_free(&made);
}

Test(dynamic, of_other_groups_nothing_is_reported)
{
	expect_names("p:kprobes/staletlb vfs_read\np:mine/x vfs_read arg=staletlb/y\n"
		     "p:stalet/x vfs_read\np:staletlb/x vfs_read\n",
		     "staletlb", "staletlb/x\n");
	expect_names("", "staletlb", "");
}

Test(dynamic, lines_that_name_nothing_are_passed_over)
{
	static char list[1024];
	int length = snprintf(list, sizeof(list),
			      "\n\nstaletlb/a\np:staletlb\np:staletlb/\np:/a b\n"
			      "p staletlb/a\n: staletlb/a\np:");

	memset(list + length, 'g', 200);
	snprintf(list + length + 200, 64, "/long x\np:staletlb/good vfs_read\n");
	expect_names(list, "", "staletlb/good\n");
}

Test(dynamic, no_list_is_an_error)
{
	struct made_tracefs made = made_tracefs();
	struct names heard = {"", 0};

	cr_expect_eq(stlb_dynamic_each(made.path, "", hear, &heard), -ENOENT);
	cr_expect_eq(heard.nr, 0);
	made_tracefs_free(&made);
}

/* Opening the list to write it anew would remove the events of others. */
Test(dynamic, is_added_and_removed_after_what_is_there)
{
	struct made_tracefs made = made_tracefs();
	char *text;

	made_tracefs_text(&made, "dynamic_events", "p:other/x vfs_read\n");
	cr_expect_eq(stlb_dynamic_add(made.path, "p:staletlb/a vfs_read\n", NULL), 0);
	cr_expect_eq(stlb_dynamic_remove(made.path, "staletlb", "a", NULL), 0);
	text = made_tracefs_read(&made, "dynamic_events");
	cr_expect_str_eq(text, "p:other/x vfs_read\np:staletlb/a vfs_read\n-:staletlb/a");
	free(text);
	made_tracefs_free(&made);
}

static void expect_complaint(const char *log, const char *expected, const char *unexpected)
{
	struct made_tracefs made = made_tracefs();
	struct stlb_error err = {""};

	made_tracefs_full(&made, "dynamic_events");
	if (log)
		made_tracefs_text(&made, "error_log", log);
	cr_expect_eq(stlb_dynamic_add(made.path, "p:staletlb/a no_such_function", &err), -ENOSPC);
	cr_expect(strstr(err.text, expected), "%s", err.text);
	if (unexpected)
		cr_expect_not(strstr(err.text, unexpected), "%s", err.text);
	made_tracefs_free(&made);
}

#define LOG(what, command) "[   45.1] trace_kprobe: error: " what "\n  Command: " command "\n   ^\n"

Test(dynamic, what_the_kernel_says_to_it_is_reported)
{
	expect_complaint(LOG("Invalid probed address or symbol", "p:staletlb/a no_such_function"),
			 "Invalid probed address or symbol", "Command");
	expect_complaint(LOG("Old", "p:staletlb/b x") LOG("New", "p:staletlb/a no_such_function"),
			 "New", "Old");
	expect_complaint(NULL, "No space left", NULL);
	expect_complaint("", "No space left", NULL);
	expect_complaint("error: ", "No space left", NULL);
	expect_complaint("error: Of no command\n", "No space left", "Of no command");
}

Test(dynamic, what_it_says_to_others_is_not)
{
	expect_complaint(LOG("Theirs", "p:other/a vfs_read"), "No space left", "Theirs");
	expect_complaint(LOG("Mine of before", "p:staletlb/a no_such_function") LOG("Theirs", "x"),
			 "No space left", "Theirs");
}

Test(dynamic, a_group_is_removed_event_by_event_and_no_other)
{
	struct made_tracefs made = made_tracefs();
	unsigned int nr = 1;
	char *text;

	made_tracefs_text(
		&made, "dynamic_events",
		"p:staletlb_1/a x\np:staletlb_12/b x\np:staletlb/c x\nr9:staletlb_1/d x\n");
	cr_expect_eq(stlb_dynamic_remove_group(made.path, "staletlb_1", &nr, NULL), 0);
	cr_expect_eq(nr, 3, "those removed are added: %u", nr);
	text = made_tracefs_read(&made, "dynamic_events");
	cr_expect(strstr(text, "x\n-:staletlb_1/a-:staletlb_1/d"), "%s", text);
	cr_expect_not(strstr(text, "-:staletlb_12"));
	cr_expect_not(strstr(text, "-:staletlb/"));
	free(text);
	made_tracefs_free(&made);
}

Test(dynamic, what_cannot_be_removed_is_named)
{
	struct made_tracefs made = made_tracefs();
	struct stlb_error err = {""};

	made_tracefs_full(&made, "dynamic_events");
	cr_expect_eq(stlb_dynamic_remove(made.path, "staletlb", "a", &err), -ENOSPC);
	cr_expect(strstr(err.text, "staletlb/a"), "%s", err.text);
	made_tracefs_free(&made);
	made = made_tracefs();
	cr_expect_eq(stlb_dynamic_remove_group(made.path, "staletlb", NULL, &err), 0,
		     "a kernel without dynamic events");
	made_tracefs_free(&made);
}
