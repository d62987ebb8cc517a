/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rule in the words of the kernel's document. */
#include <stdlib.h>
#include <string.h>

#include "explain/explain_internal.h"

/** struct line - one line of mmu_notifier.rst, as it stands there */
struct line {
	unsigned int number;
	const char *text;
};

static const struct line lines[] = {
	{4, "When clearing a pte/pmd we are given a choice to notify the event through"},
	{5, "(notify version of \\*_clear_flush call mmu_notifier_invalidate_range) under"},
	{6, "the page table lock. But that notification is not necessary in all cases."},
	{10, "process virtual address space). There is only 2 cases when you need to notify"},
	{11, "those secondary TLB while holding page table lock when clearing a pte/pmd:"},
	{13, "  A) page backing address is free before mmu_notifier_invalidate_range_end()"},
	{14, "  B) a page table entry is updated to point to a new page (COW, write fault"},
	{15, "     on zero page, __replace_page(), ...)"},
	{17, "Case A is obvious you do not want to take the risk for the device to write to"},
	{18, "a page that might now be used by some completely different task."},
	{20, "Case B is more subtle. For correctness it requires the following sequence to"},
	{21, "happen:"},
	{23, "  - take page table lock"},
	{24, "  - clear page table entry and notify ([pmd/pte]p_huge_clear_flush_notify())"},
	{25, "  - set page table entry to point to new page"},
	{27, "If clearing the page table entry is not followed by a notify before setting"},
	{28, "the new pte/pmd value then you can break memory model like C11 or C++11 for"},
	{29, "the device."},
	{88, "So here because at time N+2 the clear page table entry was not pair with a"},
	{89, "notification to invalidate the secondary TLB, the device see the new value for"},
	{90, "addrB before seeing the new value for addrA. This break total memory ordering"},
	{91, "for the device."},
	{93, "When changing a pte to write protect or to point to a new write protected page"},
	{94, "with same content (KSM) it is fine to delay the mmu_notifier_invalidate_range"},
	{95, "call to mmu_notifier_invalidate_range_end() outside the page table lock. This"},
	{96, "is true even if the thread doing the page table update is preempted right after"},
	{97, "releasing page table lock but before call mmu_notifier_invalidate_range_end()."},
};

/* After a single space: the longest line has 79 columns. */
static void write_part(struct stlb_plain_out *out, unsigned int first, unsigned int last)
{
	if (first == last)
		stlb_explain_text(out, "mmu_notifier.rst, line %u:", first);
	else
		stlb_explain_text(out, "mmu_notifier.rst, lines %u-%u:", first, last);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (lines[i].number >= first && lines[i].number <= last)
			fprintf(out->to, " %s\n", lines[i].text);
}

/* "14-15, 20-29" */
static void write_parts(struct stlb_plain_out *out, const char *lines)
{
	char *end;

	for (const char *at = lines; *at; at = end + strspn(end, ", ")) {
		unsigned int first = (unsigned int)strtoul(at, &end, 10), last = first;

		if (*end == '-')
			last = (unsigned int)strtoul(end + 1, &end, 10);
		write_part(out, first, last);
	}
}

void stlb_explain_rule(struct stlb_plain_out *out, const struct stlb_explain *explain)
{
	const struct stlb_rule_info *rule = stlb_rule_info(explain->want.finding->rule);

	stlb_explain_text(out, "Violation: %s.", rule->wrong);
	stlb_explain_text(out, "Risk: %s.", rule->risk);
	write_parts(out, rule->lines);
	if (!*rule->lines)
		stlb_explain_text(out, "mmu_notifier.rst does not cover it.");
	if (*rule->implied)
		stlb_explain_text(out, "%s", rule->implied);
}
