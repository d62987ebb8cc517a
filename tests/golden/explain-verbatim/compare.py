# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py REPORT EXPLAINED: holds the events of `staletlb explain` against `trace-cmd report -t`."""
import re
import sys

HEAD = re.compile(r"^ {4}\S.{0,10}?\s+(\d+\.\d{9})\s+(?:\+\S+\s+)?\[(\d+)\] (\S+)|"
                  r"^ {15}(\d+\.\d{9})\s+(?:\+\S+\s+)?\[(\d+)\] (\S+)")
REPORT = re.compile(r"^\s*(.+?)(?:-(\d+))?\s+\[(\d+)\]\s+(?:\S+\s+)?(\d+\.\d{9}): (\w+):\s+(.*)$")


def number(text):
    try:
        return int(text, 0)
    except ValueError:
        try:
            return int(text, 16)
        except ValueError:
            return None


def reported(path):
    """What trace-cmd prints, by time and CPU: pairs of event and numbers."""
    events = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = REPORT.match(line)
            if not match:
                continue
            words = re.findall(r"[\w.]+", match[6].replace("=", " "))
            values = {number(word) for word in words} - {None}
            events.setdefault((match[4], int(match[3])), []).append((match[5], values))
    return events


def explained(path):
    """The events in the text: (time, cpu, name, values)."""
    with open(path, encoding="utf-8") as text:
        part = text.read().split("\nWhat happened\n")[1].split("\nThe rule\n")[0]
    at = None
    for line in part.splitlines():
        match = HEAD.match(line)
        if match:
            at = (match[1] or match[4], int(match[2] or match[5]))
            fields = ""
            continue
        if at and line.startswith(" " * 15):
            fields += " " + line.strip()
            yield at, fields


def main():
    events = reported(sys.argv[1])
    shown = {}
    for at, fields in explained(sys.argv[2]):
        shown[at] = fields
    for at, fields in shown.items():
        name, _, rest = fields.strip().partition(":")
        pairs = dict(word.split("=") for word in rest.split())
        values = {int(value, 0) for value in pairs.values()} - {0}
        if not any(name == other and values <= got for other, got in events.get(at, [])):
            sys.exit(f"{at} {fields.strip()}: trace-cmd has {events.get(at)}")
    print(len(shown), "events as trace-cmd reports them")


main()
