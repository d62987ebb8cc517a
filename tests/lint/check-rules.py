#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-rules.py STALETLB-GEN [--update] - the lists of rules that are derived from their objects

The schemas name each rule where they name one, and staletlb-analyze(1) lists them all. With
--update what differs is written anew: it is how a new rule gets there.
"""
import difflib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = '.\\" Begin of what check-rules.py writes.\n', '.\\" End of it.\n'


def gen(*arguments):
    return subprocess.run([sys.argv[1], *arguments], check=True, capture_output=True, text=True).stdout


def replaced(node, ids, former):
    """A part of a schema, with all lists of rules in it as they have to be."""
    if isinstance(node, dict):
        if ids[0] in node:
            return {rule: node[ids[0]] for rule in ids}
        return {key: replaced(value, ids, former) for key, value in node.items()}
    if isinstance(node, list):
        if ids[0] in node:
            return ids + former if set(former) & set(node) else ids
        return [replaced(value, ids, former) for value in node]
    return node


def schema(text, ids, former):
    return json.dumps(replaced(json.loads(text), ids, former), indent=2, ensure_ascii=False) + "\n"


def page(text):
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit("check-rules.py: staletlb-analyze.1 has lost the marks of its list of rules")
    return before + BEGIN + gen("man-rules") + END + after


def expected():
    """(path, its text, what it has to be)"""
    rows = [line.split() for line in gen("rules").splitlines()]
    ids, former = [row[0] for row in rows], [row[2] for row in rows if len(row) > 2]
    for path in sorted((ROOT / "include/staletlb/schema").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        if f'"{ids[0]}"' in text:
            yield path, text, schema(text, ids, former)
    path = ROOT / "man/staletlb-analyze.1"
    text = path.read_text(encoding="utf-8")
    yield path, text, page(text)


def main():
    update, status, files = "--update" in sys.argv[2:], 0, 0
    for path, found, wanted in expected():
        files += 1
        if found == wanted:
            continue
        if update:
            path.write_text(wanted, encoding="utf-8")
            continue
        status = 1
        name = str(path.relative_to(ROOT))
        sys.stdout.writelines(difflib.unified_diff(found.splitlines(True), wanted.splitlines(True),
                                                   name, "from the rules' objects"))
    if files < 2:
        sys.exit("check-rules.py: no list of rules was found")
    return status


if __name__ == "__main__":
    sys.exit(main())
