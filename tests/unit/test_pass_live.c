/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pass over the buffers of a running kernel, on a made-up tracefs, waits for what may come. */
#include <errno.h>

#include "made_tree.h"
#include "staletlb/pass.h"

#define INSTANCE "tracing/instances/all/"

static const char *const instances[] = {"all"};

static void make(struct tree *tree)
{
	char path[96];

	tree_make(tree);
	tree_text(tree, INSTANCE "trace_clock", "local [global] mono\n");
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		snprintf(path, sizeof(path), INSTANCE "per_cpu/cpu%u/trace_pipe_raw", cpu);
		tree_text(tree, path, "");
		snprintf(path, sizeof(path), INSTANCE "per_cpu/cpu%u/stats", cpu);
		tree_text(tree, path, "entries: 0\noverrun: 0\nnow ts:  1.000000\n");
	}
}

static int open_live(const struct tree *tree, struct stlb_pass **pass, struct stlb_error *err)
{
	const struct stlb_live_options options = {
		.tracing = tree->tracing,
		.instances = instances,
		.nr_instances = 1,
		.proc = tree->proc,
	};

	return stlb_pass_open_live(&options, NULL, pass, err);
}

static int third_time(void *arg)
{
	unsigned int *looks = arg;

	return ++*looks == 3;
}

Test(pass_live, waits_until_it_is_stopped)
{
	unsigned int looks = 0;
	const struct stlb_pass_hooks hooks = {.look = third_time, .arg = &looks};
	struct stlb_error err = {""};
	struct stlb_pass *pass = NULL;
	struct tree tree;

	make(&tree);
	cr_assert(eq(int, open_live(&tree, &pass, &err), 0), "%s", err.text);
	cr_expect(stlb_pass_facts(pass).irq_flags);
	cr_expect(eq(int, stlb_pass_run(pass, &hooks, NULL), 1));
	cr_expect(eq(uint, looks, 3));
	stlb_live_stop(stlb_pass_source(pass));
	cr_expect(eq(int, stlb_pass_run(pass, NULL, NULL), 0));
	stlb_pass_close(pass);
	tree_free(&tree);
}

Test(pass_live, what_cannot_be_opened)
{
	struct stlb_error err = {""};
	struct stlb_pass *pass = NULL;
	struct tree tree;

	make(&tree);
	tree_remove(&tree, "tracing/instances/all");
	cr_expect(lt(int, open_live(&tree, &pass, &err), 0));
	cr_expect(ne(ptr, strstr(err.text, "instances/all"), NULL));
	cr_expect(eq(ptr, pass, NULL));
	tree_free(&tree);
}
