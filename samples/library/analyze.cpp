// SPDX-License-Identifier: LGPL-2.1-or-later
// Judges a trace, and prints the rule and the address of each finding.
#include <iostream>
#include <memory>
#include <staletlb/staletlb.h>

int main(int argc, char **argv)
{
	stlb_analysis_options options = {};
	stlb_error err = {"usage: analyze TRACE"};
	stlb_pass *opened = nullptr;
	const stlb_result *result = nullptr;

	stlb_analysis_defaults(&options);
	bool open = argc == 2 && stlb_pass_open(argv[1], nullptr, &opened, &err) == 0;
	std::unique_ptr<stlb_pass, void (*)(stlb_pass *)> pass(opened, stlb_pass_close);
	if (open && stlb_pass_analyze(opened, &options, &err) == 0 &&
	    stlb_pass_run(opened, nullptr, &err) == 0)
		result = stlb_pass_finish(opened, &err);
	for (uint32_t i = 0; result && i < result->nr_findings; i++)
		std::cout << stlb_rule_info(result->findings[i]->rule)->id << " 0x" << std::hex
			  << result->findings[i]->addr << "\n";
	if (!result)
		std::cerr << err.text << "\n";
	return result ? 0 : 2;
}
