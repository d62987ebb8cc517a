/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes: what they judge, who may end them, and that they go on from there. */
#include <errno.h>

#include "staletlb/pass.h"
#include "unit/text_sample.h"

TestSuite(pass, .fini = sample_drop);

static const char faulty[] = "samples/cow-never-notified.txt"; /* of 28 events */

/** struct follower - hooks that count, and end the run */
struct follower {
	uint64_t events, looks;
	uint64_t end_event, end_look; /* which ends it; 0: none */
	int end;		      /* with this */
	unsigned int look_every;
};

static int count_event(void *arg, const struct stlb_event *event)
{
	struct follower *follower = arg;

	cr_expect_lt(event->kind, STLB_NR_KINDS);
	return ++follower->events == follower->end_event ? follower->end : 0;
}

static int count_look(void *arg)
{
	struct follower *follower = arg;

	return ++follower->looks == follower->end_look ? follower->end : 0;
}

static struct stlb_pass *opened(const char *path, const struct stlb_pass_options *options)
{
	struct stlb_pass *pass = NULL;
	struct stlb_error err = {""};

	cr_assert_eq(stlb_pass_open(path, options, &pass, &err), 0, "%s", err.text);
	return pass;
}

static struct stlb_pass *judged(const char *path)
{
	struct stlb_pass *pass = opened(path, NULL);
	struct stlb_analysis_options options = {0};

	stlb_analysis_defaults(&options);
	cr_assert_eq(stlb_pass_analyze(pass, &options, NULL), 0);
	cr_assert_not_null(stlb_pass_analysis(pass));
	return pass;
}

static int run(struct stlb_pass *pass, struct follower *follower, struct stlb_error *err)
{
	const struct stlb_pass_hooks hooks = {
		.event = count_event,
		.look = count_look,
		.look_every = follower->look_every,
		.arg = follower,
	};

	return stlb_pass_run(pass, &hooks, err);
}

static uint32_t nr_findings(struct stlb_pass *pass)
{
	const struct stlb_result *result = stlb_pass_finish(pass, NULL);

	cr_assert_not_null(result);
	return result->nr_findings;
}

Test(pass, judges_without_hooks)
{
	struct stlb_pass *pass = judged(faulty);

	cr_expect_eq(stlb_pass_run(pass, NULL, NULL), 0);
	cr_expect_eq(nr_findings(pass), 2);
	stlb_pass_close(pass);
}

Test(pass, hands_out_without_an_analysis)
{
	struct stlb_pass *pass = opened(faulty, NULL);
	struct follower all = {0};

	cr_expect_null(stlb_pass_analysis(pass));
	cr_expect_eq(run(pass, &all, NULL), 0);
	cr_expect_eq(all.events, 28);
	cr_expect_eq(all.looks, 0);
	stlb_pass_close(pass);
}

Test(pass, goes_on_where_a_hook_ended_it)
{
	for (uint64_t at = 1; at <= 28; at++) {
		struct stlb_pass *pass = judged(faulty);
		struct follower follower = {.end_event = at, .end = 7};
		struct stlb_error err = {""};

		cr_expect_eq(run(pass, &follower, &err), 7);
		cr_expect_str_empty(err.text);
		cr_expect_eq(follower.events, at);
		cr_expect_eq(run(pass, &follower, NULL), 0);
		cr_expect_eq(follower.events, 28);
		cr_expect_eq(nr_findings(pass), 2);
		stlb_pass_close(pass);
	}
}

Test(pass, tells_what_a_hook_failed_of)
{
	static const struct {
		int code;
		const char *text;
	} cases[] = {{-ENOMEM, "samples/cow-never-notified.txt: out of memory"},
		     {-EIO, "samples/cow-never-notified.txt: Input/output error"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stlb_pass *pass = opened(faulty, NULL);
		struct follower follower = {.end_event = 1, .end = cases[i].code};
		struct stlb_error err = {""};

		cr_expect_eq(run(pass, &follower, &err), cases[i].code);
		cr_expect_str_eq(err.text, cases[i].text);
		stlb_pass_close(pass);
	}
}

static void put_lines(unsigned int nr)
{
	static const char line[] = "  t-1 [000] ..... 1.000000: mm_page_free: pfn=0x1 order=0\n";
	size_t size = strlen(line);
	char *text = malloc(nr * size + 1);

	for (unsigned int i = 0; i < nr; i++)
		memcpy(text + i * size, line, size + 1);
	sample_put(text, nr * size);
	free(text);
}

Test(pass, looks_up_now_and_then)
{
	struct follower all = {0}, often = {.look_every = 100}, ended = {.end_look = 2, .end = 1};
	struct stlb_pass *pass;

	put_lines(3 * STLB_PASS_RECORDS - 1);
	pass = opened(sample_path, NULL);
	cr_expect_eq(run(pass, &all, NULL), 0);
	cr_expect_eq(all.looks, 2);
	stlb_pass_close(pass);

	pass = opened(sample_path, NULL);
	cr_expect_eq(run(pass, &often, NULL), 0);
	cr_expect_eq(often.looks, 3 * STLB_PASS_RECORDS / 100);
	stlb_pass_close(pass);

	pass = opened(sample_path, NULL);
	cr_expect_eq(run(pass, &ended, NULL), 1);
	cr_expect_eq(ended.events, 2 * STLB_PASS_RECORDS);
	cr_expect_eq(run(pass, &ended, NULL), 0);
	cr_expect_eq(ended.events, 3 * STLB_PASS_RECORDS - 1);
	stlb_pass_close(pass);
}

Test(pass, knows_the_machine)
{
	const struct stlb_pass_options other = {.kernel = "6.12", .arch = STLB_ARCH_ARM64};
	struct stlb_pass *pass = opened("samples/clean-6.1.dat", NULL);
	struct stlb_trace_facts facts = stlb_pass_facts(pass);

	cr_expect_eq(stlb_kernel_version(facts.kernel), 6001);
	cr_expect_eq(facts.arch, STLB_ARCH_X86_64);
	cr_expect(facts.irq_flags);
	cr_expect(stlb_kinds_has(&facts.recorded, STLB_PTE_CLEAR));
	stlb_pass_close(pass);

	pass = opened("samples/clean-6.1.dat", &other);
	facts = stlb_pass_facts(pass);
	cr_expect_str_eq(facts.kernel, "6.12");
	cr_expect_eq(facts.arch, STLB_ARCH_ARM64);
	stlb_pass_close(pass);
}

/* Its first line says whether there are irq flags: it has been read. A text shows its kinds later.
 */
Test(pass, knows_a_text_before_the_first_run)
{
	struct stlb_pass *pass = opened(faulty, NULL);
	struct stlb_trace_facts facts = stlb_pass_facts(pass);

	cr_expect(facts.irq_flags);
	cr_expect(stlb_kinds_is_empty(&facts.recorded));
	stlb_pass_close(pass);
}

Test(pass, what_cannot_be_opened)
{
	struct stlb_pass *pass = NULL;
	struct stlb_error err = {""};

	cr_expect_eq(stlb_pass_open("samples/none.txt", NULL, &pass, &err), -ENOENT);
	cr_expect_not_null(strstr(err.text, "samples/none.txt"));
	cr_expect_null(pass);
	stlb_pass_close(pass);
}
