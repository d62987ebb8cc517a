#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py STORES TRACE.txt KALLSYMS

Holds what deep probes recorded (the text of trace-cmd report) against every store into a page table
(what the plugin wrote). For each page table both must count the same sets, and the same exchanges.
A store by an instruction that is neither probed nor in UNPROBED fails by name. Status 0 if all agree.
"""
import bisect
import collections
import re
import sys

PAGE = 4096
SETS = ("set", "setn", "cond", "set_pmd", "set_pud", "set_p4d", "set_pgd", "pop_pmd", "pcommit", "pcommitn")

# Who else writes into page tables, and why nobody has to see it.
UNPROBED = {
    "pgd_alloc": "the kernel's half of a new root",
    "unmap_page_range": "zeroes at exit, after the subscribers were released: xchg elsewhere",
    "ptep_test_and_clear_young": "the accessed bit: no translation changes",
    "pmdp_test_and_clear_young": "the accessed bit: no translation changes",
    "__vunmap_range_noflush": "the kernel's own mappings",
}
SLOT = re.compile(r"^(kprobe_(optinsn|insn)_(page|slot)|optprobe_template|__builtin__kprobes)")
EVENT = re.compile(r" deep_(\w+?)(\d*): .*?ptep=(0x[0-9a-f]+)(?:.*? nr=(\d+|0x[0-9a-f]+))?")


class Symbols:
    def __init__(self, path):
        found = []
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                words = line.split()
                found.append((int(words[0], 16), words[2]))
        found.sort()
        self.addresses, self.names = zip(*found)

    def name(self, address):
        return self.names[bisect.bisect_right(self.addresses, address) - 1]


def page_of(address):
    return address // PAGE * PAGE


def read_trace(path):
    """page: [sets, exchanges], between the two marks"""
    counts, marks = collections.defaultdict(lambda: [0, 0]), 0
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            marks += line.rstrip().endswith(("phase window", "phase end"))
            match = EVENT.search(line)
            if not match or marks != 1:
                continue
            shape, beyond, ptep, nr = match.groups()
            at = int(ptep, 16) + int(beyond or 0)
            for i in range(int(nr, 0) if nr else 1):
                counts[page_of(at + 8 * i)][0 if shape in SETS else 1] += 1
    if marks != 2:
        sys.exit("compare.py: %s: %d marks" % (path, marks))
    return counts


def read_stores(path, symbols):
    """page: [sets, exchanges], pages that are no use, {name: stores} by whom nothing is probed"""
    counts, ended = collections.defaultdict(lambda: [0, 0]), None
    old, unprobed = set(), collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if words[0] == "end":
                ended = [int(word) for word in words[1:]]
                continue
            page = int(words[0], 16)
            if words[1] == "old":
                old.add(page)
            for word in words[2:]:
                pc, stores = (int(part, base) for part, base in zip(word.split(":"), (16, 10)))
                name = symbols.name(pc)
                if name.startswith("native_set_p"):
                    counts[page][0] += stores
                elif SLOT.match(name):
                    counts[page][1] += stores
                else:
                    unprobed[name] += stores
    if ended is None or ended[1]:
        sys.exit("compare.py: %s is not whole: %s" % (path, ended))
    return counts, old, unprobed


def main():
    stores_path, trace_path, symbols_path = sys.argv[1:4]
    symbols = Symbols(symbols_path)
    stores, old, unprobed = read_stores(stores_path, symbols)
    trace = read_trace(trace_path)
    pages = sorted(set(stores) - old)
    differ = [page for page in pages if stores[page] != trace.get(page, [0, 0])]
    for page in differ[:20]:
        print("%#x: %s stored, %s recorded (sets, exchanges)" % (page, stores[page], trace.get(page)))
    unknown = {name: n for name, n in unprobed.items() if name not in UNPROBED}
    for name, n in sorted(unknown.items()):
        print("%s: %d stores that nothing records" % (name, n))
    total = [sum(stores[page][i] for page in pages) for i in (0, 1)]
    print("%d of %d page tables agree; %d sets, %d exchanges; by others %s" %
          (len(pages) - len(differ), len(pages), total[0], total[1],
           ", ".join("%s %d" % item for item in sorted(unprobed.items())) or "none"))
    return 1 if differ or unknown or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
