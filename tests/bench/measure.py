#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: measure.py RUNS STALETLB ITERATE SHORT.dat LONG.dat

CPU time and memory of the programs on the same files, interleaved, so that what else the machine
does meets them all alike.
"""
import json
import os
import statistics
import subprocess
import sys


def measure(command):
    """CPU seconds and most memory in MiB of one run; what it writes is thrown away."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0 or code == 2:
        sys.exit(f"measure.py: {' '.join(command)}: ended with {code}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def same_events(staletlb, iterate, path):
    """Speed counts for nothing where events were left out."""
    report = json.loads(subprocess.run([staletlb, "analyze", "--format=json", path],
                                       stdout=subprocess.PIPE, check=False).stdout)
    expected = int(subprocess.run([iterate, path], stdout=subprocess.PIPE,
                                  check=True).stdout.split()[0])
    events = report["traces"][0]["events"]
    if events != expected:
        sys.exit(f"measure.py: {path}: {events} events instead of {expected}")
    return events


def main():
    runs, (staletlb, iterate, short, long) = int(sys.argv[1]), sys.argv[2:]
    print(f"{same_events(staletlb, iterate, short)} events, and {os.path.getsize(short)} bytes")
    commands = {
        "staletlb": [staletlb, "analyze", short],
        "iterate": [iterate, short],
        "report": ["trace-cmd", "report", short],
        "long": [staletlb, "analyze", long],
    }
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(measure(command))
    cpu = {name: statistics.median(r[0] for r in rows) for name, rows in results.items()}
    rss = {name: statistics.median(r[1] for r in rows) for name, rows in results.items()}
    print(f"CPU seconds, medians of {runs}: staletlb {cpu['staletlb']:.2f}, "
          f"bare iteration {cpu['iterate']:.2f}, trace-cmd report {cpu['report']:.2f}")
    print(f"staletlb / bare iteration:    {cpu['staletlb'] / cpu['iterate']:.2f}")
    print(f"trace-cmd report / staletlb:  {cpu['report'] / cpu['staletlb']:.2f}")
    print(f"memory, MiB: {rss['staletlb']:.1f} short, {rss['long']:.1f} ten times as long")


main()
