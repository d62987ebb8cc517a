#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-circles.py [--show] [SRC] - files that depend on each other in a circle

The files of a name, .c and .h, are one. Name A depends on B where A includes B's header, or uses
a function or an object that B defines. A call by a pointer is no dependence: that is what a hook
is for. Within each folder, of FOLDERS and below, no chain of dependences may lead back to where it
began. What still does so is in CIRCLES, and may only shrink. --show says of each circle which file
depends on which, by what.
"""
import pathlib
import re
import sys

FOLDERS = ("util", "hb", "model", "check", "timeline", "witness")

# What is still a circle: of a folder, by includes or by uses, the names of each
CIRCLES = {
    ("check", "uses"): [
        "clear coverage detached device early evidence filter invalidate obligation pages past place"
        " report set site subscribe walk",
    ],
}

NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^#include "(.*)\.h"', re.M)
# A definition begins at the margin, and so does the brace of its body.
FUNCTION = re.compile(r"^(?!static\b|#)[A-Za-z_][^;={}()#]*?\b(stlb_\w+)\((?:[^;{}]*)\)\n\{", re.M)
OBJECT = re.compile(r"^(?!static\b|extern\b|#)[A-Za-z_][\w \t*]*?\b(stlb_\w+)(?:\[\w*\])* = ", re.M)
WORD = re.compile(r"\bstlb_\w+")


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


def tell(circle, edges):
    for name in sorted(circle):
        for other in sorted(circle & set(edges[name])):
            print(f"\t{name} -> {other}: {edges[name][other]}")


def check(folder, what, edges, show):
    known = {frozenset(names.split()) for names in CIRCLES.get((folder, what), ())}
    found = circles_of(edges)
    for circle in sorted(found, key=sorted):
        more = not any(circle <= names for names in known)
        if more:
            print(f"src/{folder}: a circle, by {what}: {' '.join(sorted(circle))}")
        if more or show:
            tell(circle, edges)
    for names in known - found:
        print(f"src/{folder}: in CIRCLES, by {what}, and not as it is now:"
              f" {' '.join(sorted(names))}")
    return found != known


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
        for what, edges in (("includes", includes_of(folder, units)), ("uses", uses_of(units))):
            failed |= check(folder, what, edges, "--show" in sys.argv)
    return int(failed)


sys.exit(main())
