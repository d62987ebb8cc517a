/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges a trace, and prints the rule and the address of each finding. */
#include <inttypes.h>
#include <stdio.h>
#include <staletlb/staletlb.h>

int main(int argc, char **argv)
{
	struct stlb_analysis_options options = {0};
	struct stlb_error err = {"usage: analyze TRACE"};
	struct stlb_pass *pass = NULL;
	const struct stlb_result *result = NULL;

	stlb_analysis_defaults(&options);
	if (argc == 2 && stlb_pass_open(argv[1], NULL, &pass, &err) == 0 &&
	    stlb_pass_analyze(pass, &options, &err) == 0 &&
	    stlb_pass_run(pass, NULL, &err) == 0)
		result = stlb_pass_finish(pass, &err);
	for (uint32_t i = 0; result && i < result->nr_findings; i++) {
		const struct stlb_finding *found = result->findings[i];

		printf("%s 0x%" PRIx64 "\n", stlb_rule_info(found->rule)->id,
		       found->addr);
	}
	if (!result)
		fprintf(stderr, "%s\n", err.text);
	stlb_pass_close(pass);
	return result ? 0 : 2;
}
