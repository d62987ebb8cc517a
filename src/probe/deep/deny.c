/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions whose writes need no probe, or must not have one. */
#include <stdbool.h>
#include <string.h>

#include "deep.h"

static const struct denial {
	const char *function; /* "*" at its end: whatever follows */
	const char *why;
} denials[] = {
	{"__text_poke", "it writes the code of probes itself"},
	{"__change_page_attr*", "only set_memory_*() of the kernel's own mappings"},
	{"__cpa_process_fault", "only set_memory_*() of the kernel's own mappings"},
	{"__cpa_flush_pte", "only set_memory_*() of the kernel's own mappings"},
	{"alloc_pmd_page", "only set_memory_*() of the kernel's own mappings"},
	{"alloc_pte_page", "only set_memory_*() of the kernel's own mappings"},
	{"populate_pmd", "only set_memory_*() of the kernel's own mappings"},
	{"populate_pte", "only set_memory_*() of the kernel's own mappings"},
	{"populate_pud", "only set_memory_*() of the kernel's own mappings"},
	{"populate_pgd", "only set_memory_*() of the kernel's own mappings"},
	{"unmap_pte_range", "only set_memory_*() of the kernel's own mappings"},
	{"unmap_pmd_range", "only set_memory_*() of the kernel's own mappings"},
	{"unmap_pud_range", "only set_memory_*() of the kernel's own mappings"},
	{"__unmap_pmd_range", "only set_memory_*() of the kernel's own mappings"},
	{"collapse_large_pages", "only set_memory_*() of the kernel's own mappings"},
	{"collapse_pmd_page", "only set_memory_*() of the kernel's own mappings"},
	{"collapse_pud_page", "only set_memory_*() of the kernel's own mappings"},
	{"kernel_map_pages_in_pgd", "only set_memory_*() of the kernel's own mappings"},
	{"kernel_unmap_pages_in_pgd", "only set_memory_*() of the kernel's own mappings"},
	{"__set_pmd_pte", "only set_memory_*() of the kernel's own mappings"},
	{"kfence_protect_page", "only set_memory_*() of the kernel's own mappings"},
	{"vmap_range_noflush", "only vmalloc and ioremap: the kernel's own mappings"},
	{"vmap_small_pages_range_noflush", "only vmalloc and ioremap: the kernel's own mappings"},
	{"vmap_pages_range_noflush", "only vmalloc and ioremap: the kernel's own mappings"},
	{"vmap_pfn_apply", "only vmalloc and ioremap: the kernel's own mappings"},
	{"vmap_p4d_range", "only vmalloc and ioremap: the kernel's own mappings"},
	{"__vunmap_*", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pmd_set_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pud_set_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"p4d_set_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pmd_clear_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pud_clear_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"p4d_clear_huge", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pmd_free_pte_page", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pud_free_pmd_page", "only vmalloc and ioremap: the kernel's own mappings"},
	{"__pte_alloc_kernel", "only vmalloc and ioremap: the kernel's own mappings"},
	{"pmd_populate_kernel", "only vmalloc and ioremap: the kernel's own mappings"},
	{"kasan_*", "only vmalloc and ioremap: the kernel's own mappings"},
	{"clear_page_presence", "only mmiotrace of the kernel's own mappings"},
	{"fill_pte", "only the fixmap"},
	{"fill_pmd", "only the fixmap"},
	{"fill_pud", "only the fixmap"},
	{"fill_p4d", "only the fixmap"},
	{"set_pte_vaddr*", "only the fixmap"},
	{"__set_pte_vaddr", "only the fixmap"},
	{"pti_*", "only page table isolation's copy of the kernel's mappings"},
	{"init_espfix_ap", "only stacks of espfix"},
	{"map_ldt_struct", "only the LDT, which is in the kernel's half"},
	{"write_ldt", "only the LDT, which is in the kernel's half"},
	{"unmap_ldt_struct", "only the LDT, which is in the kernel's half"},
	{"free_ldt_*", "only the LDT, which is in the kernel's half"},
	{"ident_p4d_init", "only tables of kexec, hibernation and trampolines"},
	{"ident_pud_init", "only tables of kexec, hibernation and trampolines"},
	{"ident_pmd_init", "only tables of kexec, hibernation and trampolines"},
	{"kernel_ident_mapping_init", "only tables of kexec, hibernation and trampolines"},
	{"machine_kexec_prepare", "only tables of kexec, hibernation and trampolines"},
	{"init_transition_pgtable", "only tables of kexec, hibernation and trampolines"},
	{"init_trampoline_kaslr", "only tables of kexec, hibernation and trampolines"},
	{"relocate_restore_code", "only tables of kexec, hibernation and trampolines"},
	{"swsusp_arch_resume", "only tables of kexec, hibernation and trampolines"},
	{"set_up_temporary_*", "only tables of kexec, hibernation and trampolines"},
	{"snp_kexec_finish", "only tables of kexec, hibernation and trampolines"},
	{"tdx_kexec_finish", "only tables of kexec, hibernation and trampolines"},
	{"set_pte_enc*", "only tables of kexec, hibernation and trampolines"},
	{"efi_*", "only tables of kexec, hibernation and trampolines"},
	{"__kernel_physical_mapping_init", "only the direct map and the memory map"},
	{"kernel_physical_mapping_*", "only the direct map and the memory map"},
	{"phys_pte_init", "only the direct map and the memory map"},
	{"phys_pmd_init", "only the direct map and the memory map"},
	{"phys_pud_init", "only the direct map and the memory map"},
	{"phys_p4d_init", "only the direct map and the memory map"},
	{"remove_pagetable", "only the direct map and the memory map"},
	{"remove_pte_table", "only the direct map and the memory map"},
	{"sync_global_pgds", "only the direct map and the memory map"},
	{"p4d_populate_init", "only the direct map and the memory map"},
	{"pgd_populate", "only the direct map and the memory map"},
	{"vmemmap_*", "only the direct map and the memory map"},
	{"split_vmemmap_*", "only the direct map and the memory map"},
	{"xen_alloc_p2m_entry", "only the kernel's own mappings, as a guest of Xen"},
	{"arch_gnttab_*", "only the kernel's own mappings, as a guest of Xen"},
	{"xen_*", "only the kernel's own mappings, as a guest of Xen"},
	{"apply_range_*", "only arenas of BPF, in the kernel's half"},
};

static bool matches(const char *pattern, const char *name)
{
	size_t length = strcspn(pattern, "*");

	return !strncmp(pattern, name, length) &&
	       (pattern[length] || !name[length] || name[length] == '.');
}

const char *stlb_denied(const char *function)
{
	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++)
		if (matches(denials[i].function, function))
			return denials[i].why;
	return NULL;
}
