#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the commands of README.md's tour and compares what they print with what it shows.

usage: check-readme.py PROGRAM [--update]

A block is "    $ staletlb ARGUMENTS" and the indented lines behind it; a last line "    ..." stands for
the rest of the output. With --update the lines are replaced by what is printed now."""
import os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")


def printed(program, arguments):
    run = subprocess.run([program] + arguments.split(), cwd=ROOT, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    return run.stdout.decode().splitlines()


def block_end(lines, at):
    while at < len(lines) and (lines[at].startswith("    ") or
                               (not lines[at] and at + 1 < len(lines) and
                                lines[at + 1].startswith("    ") and
                                not lines[at + 1].startswith("    $"))):
        at += 1
    return at


def main():
    program, update = os.path.abspath(sys.argv[1]), "--update" in sys.argv
    lines, out, differ, at = open(README).read().split("\n"), [], 0, 0
    while at < len(lines):
        out.append(lines[at])
        command = re.match(r"    \$ staletlb (.*)", lines[at])
        at += 1
        if not command:
            continue
        end = block_end(lines, at)
        shown = [line[4:] for line in lines[at:end]]
        now = printed(program, command.group(1))
        if shown and shown[-1] == "...":
            now = now[:len(shown) - 1] + ["..."]
        if now != shown:
            differ += 1
            print("README.md:%d: '%s' prints something else" % (at, command.group(0).strip()))
        out += ["    " + line if line else "" for line in now]
        at = end
    if update:
        open(README, "w").write("\n".join(out))
        return 0
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
