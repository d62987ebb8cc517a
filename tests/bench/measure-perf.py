#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: measure-perf.py RUNS STALETLB SHORT.data LONG.data UNORDERED.data TWIN.dat

CPU time and memory of the programs, interleaved, so that what else the machine does meets them all
alike. Only files in which perf script has as many events are compared."""
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
        os.dup2(null, 2)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0 or code == 2:
        sys.exit(f"measure-perf.py: {' '.join(command)}: ended with {code}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def events_of(staletlb, path):
    report = json.loads(subprocess.run([staletlb, "analyze", "--format=json", path],
                                       stdout=subprocess.PIPE, check=False).stdout)
    return report["traces"][0]["events"]


def main():
    runs, (staletlb, short, long, unordered, twin) = int(sys.argv[1]), sys.argv[2:]
    events, twin_events = events_of(staletlb, long), events_of(staletlb, twin)
    lines = subprocess.run(["perf", "script", "-i", long], stdout=subprocess.PIPE, check=False,
                           stderr=subprocess.DEVNULL).stdout.count(b"\n")
    if events != lines:
        sys.exit(f"measure-perf.py: {events} events, and perf script has {lines}")
    print(f"{events} samples in {os.path.getsize(long)} bytes, {twin_events} events in the twin")
    commands = {
        "short": [staletlb, "analyze", short],
        "long": [staletlb, "analyze", long],
        "unordered": [staletlb, "analyze", unordered],
        "twin": [staletlb, "analyze", twin],
        "script": ["perf", "script", "-i", long],
    }
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(measure(command))
    cpu = {name: statistics.median(r[0] for r in rows) for name, rows in results.items()}
    rss = {name: statistics.median(r[1] for r in rows) for name, rows in results.items()}
    each = {"long": cpu["long"] / events * 1e9, "twin": cpu["twin"] / twin_events * 1e9}
    print(f"CPU seconds, medians of {runs}: perf.data {cpu['long']:.3f}, without rounds "
          f"{cpu['unordered']:.3f}, its twin {cpu['twin']:.3f}, perf script {cpu['script']:.3f}")
    print(f"perf script / staletlb:  {cpu['script'] / cpu['long']:.1f}")
    print(f"ns an event:  perf.data {each['long']:.0f}, trace.dat {each['twin']:.0f}, "
          f"ratio {each['long'] / each['twin']:.2f}")
    print(f"memory, MiB: {rss['short']:.1f} short, {rss['long']:.1f} ten times as long, "
          f"{rss['unordered']:.1f} as long without rounds")


main()
