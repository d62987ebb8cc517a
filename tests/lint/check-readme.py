#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the commands of README.md's tour and compares what they print with what it shows.

usage: check-readme.py PROGRAM [--update]

A block is "    $ staletlb ARGUMENTS" and the indented lines after it; a last line "    ..." stands for
the rest of the output. With --update the lines are replaced by what is printed now.

Blocks of "    # staletlb ARGUMENTS" change a kernel and are not run here: they are compared with what
tests/vm/tour.sh kept of them in samples/live. There a line "    ..." stands for any lines, everywhere,
and a command may go on in the next line, after a backslash."""
import glob, os, re, subprocess, sys

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
                                not lines[at + 1].startswith(("    $", "    # staletlb ")))):
        at += 1
    return at


def kept_outputs():
    outputs = {}
    for path in glob.glob(os.path.join(ROOT, "samples/live/*.out")):
        command, *lines = open(path).read().splitlines()
        outputs[command] = lines
    return outputs


def is_excerpt(shown, lines):
    """Whether the lines shown are all the lines, but for those that a "..." stands for."""
    if not shown:
        return not lines
    if shown[0] != "...":
        return bool(lines) and lines[0] == shown[0] and is_excerpt(shown[1:], lines[1:])
    return any(is_excerpt(shown[1:], lines[skipped:]) for skipped in range(1, len(lines) + 1))


def kept_blocks(lines):
    """Yields line number, command and what is shown of each block that was run on another kernel."""
    for at, line in enumerate(lines, 1):
        if not line.startswith("    # staletlb "):
            continue
        command, end = line[4:], at
        while command.endswith("\\"):
            command, end = command[:-1] + lines[end].lstrip(), end + 1
        yield at, command, [shown[4:] for shown in lines[end:block_end(lines, end)]]


def check_kept(lines):
    outputs, differ = kept_outputs(), 0
    for at, command, shown in kept_blocks(lines):
        if not is_excerpt(shown, outputs.get(command, [])):
            differ += 1
            print("README.md:%d: '%s' is no excerpt of samples/live" % (at, command))
    return differ


def main():
    program, update = os.path.abspath(sys.argv[1]), "--update" in sys.argv
    lines, out, at = open(README).read().split("\n"), [], 0
    differ = check_kept(lines)
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
