#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-circles.py [--show] [SRC] - files that depend on each other in a circle, or against an order

The files of a name, .c and .h, are one. Name A depends on B where A includes B's header, or uses
a function or an object that B defines. A call by a pointer is no dependence: that is what a hook
is for. Within each folder, of FOLDERS and below, no chain of dependences may lead back to where it
began. Where a folder has an ORDER, each file is in it, and depends only on those of lines above its
own. --show says of each file of an ORDER which others it depends on, by what.
"""
import pathlib
import re
import sys

FOLDERS = ("util", "hb", "model", "check", "timeline", "witness")

ORDER = {
    "check": (
        # what an analysis keeps, and what it calls
        "hooks severity history",
        "state",
        "rule note",
        # parts of it, each by itself
        "walk pages tentative early filter fingerprint device_view past",
        "detached device_note",
        # obligations, and what is said of a violation
        "obligation",
        "discharge clear violation",
        "set site",
        "place coverage evidence",
        "report subscribe deadline links",
        # events: who hears of them, and in which order
        "invalidate freed migrate update device entry",
        "bracket hold loss",
        "sched",
        "analysis",
    ),
}

NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^#include "(.*)\.h"', re.M)
# A definition begins at the margin, and so does the brace of its body.
FUNCTION = re.compile(r"^(?!static\b|#)[A-Za-z_][^;={}()#]*?\b(stlb_\w+)\((?:[^;{}]*)\)\n\{", re.M)
OBJECT = re.compile(r"^(?!static\b|extern\b|#)[A-Za-z_][\w \t*]*?\b(stlb_\w+)(?:\[\w*\])* = ", re.M)
WORD = re.compile(r"(?<!struct )(?<!enum )\bstlb_\w+")


def units_of(folder):
    """name: (texts as they are, texts without comments and strings) of its .c and .h"""
    units = {}
    for path in sorted(folder.glob("*.[ch]")):
        text = path.read_text(encoding="utf-8")
        unit = units.setdefault(path.stem, ["", ""])
        unit[0] += text
        unit[1] += NO_CODE.sub(" ", text)
    return units


def includes_of(folder, units):
    """name: {name that it includes: why}"""
    edges = {}
    for name, (text, _) in units.items():
        paths = [pathlib.PurePosixPath(path) for path in INCLUDE.findall(text)]
        edges[name] = {path.name: f"includes {path}.h" for path in paths
                       if str(path.parent) == folder and path.name in units and path.name != name}
    return edges


def uses_of(units):
    """name: {name of which it uses something: what}"""
    homes = {}
    for name, (_, code) in units.items():
        for defined in FUNCTION.findall(code) + OBJECT.findall(code):
            homes[defined] = name
    edges = {}
    for name, (_, code) in units.items():
        used = edges[name] = {}
        body = re.sub(r"^[A-Za-z_][^;={}#]*\([^;{}]*\);", " ", code, flags=re.M)  # declarations
        for word in sorted(set(WORD.findall(body))):
            if homes.get(word, name) != name:
                used.setdefault(homes[word], []).append(word)
    return {name: {to: "uses " + ", ".join(words) for to, words in used.items()}
            for name, used in edges.items()}


def reach(edges, start):
    seen, todo = set(), list(edges[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += edges[name]
    return seen


def circles_of(edges):
    """the sets of names each of which leads to all others"""
    reached = {name: reach(edges, name) for name in edges}
    return {frozenset(other for other in reached[name] if name in reached[other])
            for name in edges if name in reached[name]}


def check_circles(folder, what, edges):
    found = sorted(circles_of(edges), key=sorted)
    for circle in found:
        print(f"src/{folder}: a circle, by {what}: {' '.join(sorted(circle))}")
        for name in sorted(circle):
            for other in sorted(circle & set(edges[name])):
                print(f"\t{name} -> {other}: {edges[name][other]}")
    return bool(found)


def check_names(folder, lines, units):
    listed = sorted(" ".join(lines).split())
    wrong = [name for name in listed if name not in units or listed.count(name) > 1]
    wrong += [name for name in units if name not in listed]
    for name in sorted(set(wrong)):
        print(f"src/{folder}: each file has to be in ORDER once, and nothing else: {name}")
    return bool(wrong)


def check_order(folder, lines, edges, show):
    rank = {name: at for at, line in enumerate(lines) for name in line.split()}
    failed = False
    for name in sorted(edges, key=lambda name: (rank.get(name, 0), name)):
        for other, why in sorted(edges[name].items()):
            wrong = rank.get(name, 0) <= rank.get(other, -1)
            failed |= wrong
            if wrong:
                print(f"src/{folder}: {name} comes before {other} in ORDER, or beside it, but {why}")
            elif show:
                print(f"\t{name} -> {other}: {why}")
    return failed


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--show"]
    src = pathlib.Path(arguments[0] if arguments else
                       pathlib.Path(__file__).resolve().parents[2] / "src")
    failed = False
    folders = [src / top for top in FOLDERS]
    folders += [path for top in folders for path in sorted(top.rglob("*")) if path.is_dir()]
    for path in folders:
        folder = str(path.relative_to(src))
        units = units_of(path)
        lines = ORDER.get(folder)
        if lines:
            failed |= check_names(folder, lines, units)
        for what, edges in (("includes", includes_of(folder, units)), ("uses", uses_of(units))):
            failed |= check_circles(folder, what, edges)
            if lines:
                failed |= check_order(folder, lines, edges, "--show" in sys.argv)
    return int(failed)


sys.exit(main())
