#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of live.sh.

    measure-live.py GUEST HERE      directories with what live-guest.sh left, and with here-*.json
"""
import json
import statistics
import sys
from pathlib import Path

guest, here = Path(sys.argv[1]), Path(sys.argv[2])
WAYS = {
    "bare": "the workload alone",
    "all-locks": "live --locks=all, of everybody",
    "ptl-locks": "live, of everybody",
    "filtered-all-locks": "live --locks=all -- workload",
    "filtered": "live -- workload",
    "no-locks": "live --locks=none -- workload",
}
ASIDE = {
    "aside-bare": "another process, alone",
    "aside-all-locks": "live --locks=all, of everybody",
    "aside-filtered": "live -p of yet another process",
}


def times():
    found = {}
    for line in (guest / "times").read_text().splitlines():
        way, centiseconds = line.split()
        found.setdefault(way, []).append(int(centiseconds) / 100)
    return {way: statistics.median(values) for way, values in found.items()}


def rate(path):
    trace = json.loads(path.read_text())["traces"][0]
    seconds = (trace["last_ns"] - trace["first_ns"]) / 1e9
    return trace["events"], trace["events"] / seconds, trace["lost_events"]


median = times()
bare = median["bare"]
def table(ways, alone):
    print(f"{'':32} {'seconds':>8} {'slow-down':>10} {'events':>9} {'lost':>7}")
    for way, text in ways.items():
        events, lost = ("", "")
        if way != alone:
            events, _, lost = rate(guest / f"{way}.json")
        print(f"{text:32} {median[way]:8.2f} {median[way] / median[alone]:9.2f}x "
              f"{events:>9} {lost:>7}")


table(WAYS, "bare")
cost = {way: median[way] - bare for way in median}
least = 0.01  # seconds; the guest's clock tells no less
locks = {way: max(cost[way] - cost["no-locks"], least) for way in cost}
print(f"with the filters: all of it {cost['all-locks'] / max(cost['filtered'], least):.1f} times "
      f"cheaper, its locks {locks['all-locks'] / locks['filtered']:.1f} times")

print()
table(ASIDE, "aside-bare")
aside = {way: max(median[way] - median["aside-bare"], least) for way in ASIDE}
print("with the filters: "
      f"{aside['aside-all-locks'] / aside['aside-filtered']:.1f} times cheaper\n")

for name, place in (("emulated", guest), ("this machine", here)):
    for path in sorted(place.glob("load-*.json" if place == guest else "here-*.json")):
        events, per_second, lost = rate(path)
        load = path.stem.split("-")[1]
        print(f"{name}, {load} workloads: {per_second:,.0f} events/s, {lost} lost")
