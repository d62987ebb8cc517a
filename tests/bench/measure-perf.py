#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: measure-perf.py RUNS STALETLB SHORT.data LONG.data [UNORDERED.data TWIN.dat]

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
    runs, (staletlb, short, long, *others) = int(sys.argv[1]), sys.argv[2:]
    events = events_of(staletlb, long)
    lines = subprocess.run(["perf", "script", "-F", "event", "-i", long], stdout=subprocess.PIPE,
                           check=False, stderr=subprocess.DEVNULL).stdout.count(b"\n")
    if events != lines:
        sys.exit(f"measure-perf.py: {events} events, and perf script has {lines}")
    print(f"{events} samples in {os.path.getsize(long)} bytes")
    commands = {
        "short": [staletlb, "analyze", short],
        "long": [staletlb, "analyze", long],
        "script": ["perf", "script", "-i", long],
    }
    commands |= {name: [staletlb, "analyze", path]
                 for name, path in zip(("without rounds", "twin"), others)}
    results = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            results[name].append(measure(command))
    cpu = {name: statistics.median(r[0] for r in rows) for name, rows in results.items()}
    rss = {name: statistics.median(r[1] for r in rows) for name, rows in results.items()}
    print(f"CPU seconds, medians of {runs}: " + ", ".join(
        f"{name} {seconds:.3f}" for name, seconds in cpu.items()))
    print("memory, MiB: " + ", ".join(f"{name} {most:.1f}" for name, most in rss.items()))
    print(f"perf script / staletlb:  {cpu['script'] / cpu['long']:.1f}")
    if others:
        ours, its = cpu["long"] / events * 1e9, cpu["twin"] / events_of(staletlb, others[1]) * 1e9
        print(f"ns an event:  perf.data {ours:.0f}, trace.dat {its:.0f}, ratio {ours / its:.2f}")


main()
