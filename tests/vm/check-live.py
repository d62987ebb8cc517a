#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What live-guest.sh or deep-guest.sh left, checked by content.

    check-live.py live|deep 6.1|6.12|7.3 DIRECTORY
"""
import json
import re
import sys
from pathlib import Path

part, kernel, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
LEAST = 500  # obligations that a workload makes, at least
SPIN_NS = 36000 * 10**9  # how long faulty-first would go on
# their copy-on-write of hugetlb notifies the first page of the huge one only
KNOWN = {"6.12": ["partial-invalidate"], "7.3": ["partial-invalidate"]}
failures = 0


def check(ok, what):
    global failures
    if not ok:
        print(f"FAILED: {what}")
        failures += 1


def load(name):
    return json.loads((out / name).read_text())


def events_of(name):
    """group/event of each line of dynamic_events"""
    return set(re.findall(r"^[a-z]\d*:(staletlb/\S+)", (out / name).read_text(), re.M))


def check_doctor():
    doctor = load("doctor.json")
    answers = {fact["id"]: fact["answer"] for fact in doctor["facts"]}
    check(doctor["kernel"].startswith(f"{kernel}."), f"doctor: kernel {doctor['kernel']}")
    check(doctor["error_rules_judgeable"] is True, "doctor: the error rules cannot be judged")
    for fact in ("root", "tracefs", "kprobe_events", "btf", "kallsyms"):
        check(answers.get(fact) == "yes", f"doctor: {fact} is {answers.get(fact)}")
    check(all(fact["effect"] for fact in doctor["facts"] if fact["answer"] == "no"),
          "doctor: something is missing, and it is not said what for")
    for rule in ("repoint-before-invalidate", "free-before-invalidate"):
        check(doctor["rules"][rule]["judged"] in ("full", "partial"), f"doctor: {rule}")
        check(rule in (out / "doctor.out").read_text(), f"doctor: text without {rule}")
    check(doctor["kernel"] in (out / "doctor.out").read_text(), "doctor: text without kernel")


def check_probes():
    probes = load("list.json")["probes"]
    usable = [probe for probe in probes if probe["source"] != "none"]
    dynamic = {f"{probe['system']}/{probe['event']}" for probe in usable if probe["definition"]}
    check(len(dynamic) >= 20, f"probes list: only {len(dynamic)} dynamic events")
    check(all(probe["reason"] for probe in probes), "probes list: a choice without a reason")
    check(any(probe["blind"] for probe in usable), "probes list: nothing is blind to anything")
    text = (out / "list.out").read_text()
    for probe in probes:
        check(f"{probe['system']}:{probe['event']}  " in text,
              f"probes list: text without {probe['event']}")
    check(events_of("installed") == dynamic,
          f"probes install: not as listed: {sorted(events_of('installed') ^ dynamic)}")
    check(events_of("installed-by-script") == dynamic,
          f"the script: not as listed: {sorted(events_of('installed-by-script') ^ dynamic)}")
    check(f"{len(dynamic)} events" in (out / "install.out").read_text(),
          "probes install: does not tell how many")


def judged(name, least=LEAST):
    """A report that has to be clean; how much it judged"""
    report = load(f"{name}.json")
    summary, trace = report["summary"], report["traces"][0]
    check(summary["exit_status"] == 0, f"{name}: status {summary['exit_status']} in the report")
    check(summary["obligations"]["total"] >= least,
          f"{name}: only {summary['obligations']['total']} obligations")
    check(trace["lost_events"] == 0, f"{name}: {trace['lost_events']} events were lost")
    for finding in report["findings"]:
        check(finding["severity"] == "notice" or finding["rule"] in KNOWN.get(kernel, ()),
              f"{name}: {json.dumps(finding)}")
    print(f"{name}: {summary['obligations']['total']} obligations, {trace['events']} events")
    return report


def without_place(report):
    report = dict(report)
    report["traces"] = [{k: v for k, v in trace.items() if k not in ("path", "format")}
                        for trace in report["traces"]]
    return report


def locks_share(report):
    return (report["coverage"]["kinds"]["lock_acquire"] /
            report["summary"]["obligations"]["total"])


def check_file(name, least):
    """What live saw and what is in the file that it kept are judged to the same."""
    live, analyzed = judged(name, least), load(f"{name}-file.json")
    check(live["traces"][0]["format"] == "tracefs", f"{name}: not from tracefs")
    check(live["coverage"]["kinds"]["user_mode"] > 0, f"{name}: no return to user mode")
    check(kernel == "6.1" or live["coverage"]["kinds"]["mmap_unlock"] > 0,
          f"{name}: no release of mmap_lock")
    for key in sorted(live.keys() | analyzed.keys()):
        check(without_place(live).get(key) == without_place(analyzed).get(key),
              f"analyze of what {name} saved: another {key}")


def check_live():
    check_file("live", LEAST)
    check_file("threads", 100)
    check_file("sizes", 20)
    pid, everybody = judged("pid", 100), judged("everybody", 100)
    check(locks_share(everybody) > 1.2 * locks_share(pid),
          "locks of everybody are hardly more than those of one process")


SITES = {"6.1": 159, "6.12": 194, "7.3": 236}  # of Debian's kernels, at least


def check_deep():
    """Each instruction that writes page tables is probed, and no update is missed."""
    sites = [site for probe in load("list.json")["probes"] for site in probe["sites"]]
    probed = [site for site in sites if site["use"] == "probed"]
    check(len(probed) >= SITES[kernel], f"deep probes: only {len(probed)} instructions")
    unusable = [site["where"] for site in sites if site["use"] == "unusable"]
    check(not unusable, f"deep probes: unusable {unusable}")
    installed = set(re.findall(r"^p:staletlb/deep_\S+ (\S+)\+(\d+) ",
                               (out / "installed").read_text(), re.M))
    wanted = [site["where"].rsplit("+", 1) for site in probed]
    refused = {(name, str(int(offset, 16))) for name, offset in wanted} - installed
    check(not refused, f"deep probes: refused {refused}")
    for name, least in (("live", 10000), ("threads", 5000)):
        report = load(f"{name}.json")
        links = report["traces"][0]["continuity"]
        check(links["links"] >= least and links["broken"] == 0, f"{name}: {links}")
        for rule in ("repoint-before-invalidate", "free-before-invalidate"):
            judged_as = report["coverage"]["rules"][rule]
            check(judged_as["judged"] == "full", f"{name}: {rule}: {judged_as}")
        print(f"{name}: {links['links']} links, {links['broken']} broken")


def check_jsonl():
    objects = [json.loads(line) for line in (out / "jsonl.out").read_text().splitlines()
               if line.startswith("{")]
    findings = [o["finding"] for o in objects if o["type"] == "finding"]
    reports = [o["report"] for o in objects if o["type"] == "report"]
    check(len(reports) == 1 and objects[-1]["type"] == "report", "jsonl: not one report at the end")
    # uprobes of 6.1 notify unaligned ranges
    check(findings or kernel != "6.1", "jsonl: no finding was written as it came")
    if reports:
        check(reports[0]["summary"]["obligations"]["total"] >= LEAST, "jsonl: little was judged")
        written = {f["fingerprint"] for f in findings}
        check(written == {f["fingerprint"] for f in reports[0]["findings"]},
              "jsonl: written and reported are not the same")


def check_lossy():
    report = load("tiny.json")
    check(report["traces"][0]["lost_events"] > 0, "tiny: nothing was lost")
    check(report["complete"] is False, "tiny: complete, though events were lost")
    check(report["incomplete_reasons"], "tiny: does not say why it is incomplete")


def perf_was_late():
    """perf itself writes records out of order where it is held up: reported, and not the analysis'"""
    written = (out / "perf-analyze.err").read_text().splitlines()
    return bool(written) and all(line.endswith("a record that perf wrote too late") for line in written)


def check_recorded():
    if (out / "record.json").exists():
        judged("record")
    if not (out / "perf.json").exists():
        return
    report = load("perf.json")
    if report["summary"]["exit_status"] == 3 and perf_was_late():
        check(report["complete"] is False, "perf: complete, though records came too late")
        errors = [f["rule"] for f in report["findings"] if f["severity"] == "error"]
        check(not errors, f"perf: {errors}")
        print("perf: records came too late, not judged as clean")
    else:
        judged("perf")


WRONG = {  # phase: function, rule, how often
    "faulty-repoint": ("faulty_repoint_unnotified", "repoint-before-invalidate", 4),
    "faulty-late": ("faulty_repoint_late", "repoint-before-invalidate", 5),
    "faulty-free": ("faulty_free_early", "free-before-invalidate", 6),
}


def by_phase(report):
    found = {}
    for finding in report["findings"]:
        if finding["severity"] == "error":
            key = (finding["phase"], finding["rule"])
            found[key] = found.get(key, 0) + finding["occurrences"]
    return found


def check_faulty():
    report = load("faulty.json")
    found = by_phase(report)
    for phase, (function, rule, count) in WRONG.items():
        check(found.get((phase, rule)) == count,
              f"faulty: {phase}: {rule} {found.get((phase, rule))} times instead of {count}")
        for finding in report["findings"]:
            if finding["phase"] == phase and finding["rule"] == rule:
                check(any(line.startswith(function + "+") for line in finding["stack"]),
                      f"faulty: {phase}: {function} is not in {finding['stack']}")
    # a pte that is never invalidated is reported as that as well
    others = {k: n for k, n in found.items()
              if k not in {(phase, rule) for phase, (_, rule, _) in WRONG.items()}
              and k != ("faulty-repoint", "never-invalidated")}
    check(not others, f"faulty: also {others}")
    check(not any(line.startswith("correct_") for finding in report["findings"]
                  for line in finding["stack"]), "faulty: the correct functions are reported")
    right = load("faulty-right.json")
    check(right["summary"]["obligations"]["total"] >= 14, "faulty-right: nothing was judged")
    check(not by_phase(right), f"faulty-right: {by_phase(right)}")
    first = load("faulty-first.json")
    trace = first["traces"][0]
    check(by_phase(first), "faulty-first: no finding")
    check(trace["last_ns"] - trace["first_ns"] < SPIN_NS, "--max-findings did not end it")


if part == "deep":
    check_deep()
    sys.exit(1 if failures else 0)
check_doctor()
check_probes()
check_live()
check_jsonl()
check_lossy()
check_recorded()
if kernel == "6.1":
    check_faulty()
sys.exit(1 if failures else 0)
