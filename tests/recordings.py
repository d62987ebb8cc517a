#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judges the recordings that recordings.tsv lists, as they are and as the text of trace-cmd report; a
perf.data also in the other byte order, compressed, and as the text of perf script.

usage: recordings.py PROGRAM

The folder is STALETLB_TRACES, or ../shared/traces beside the project; without it the test is skipped
(status 77). The text is judged only where trace-cmd or perf is installed, and that is said."""
import json, os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TRACES = os.environ.get("STALETLB_TRACES") or os.path.join(HERE, "../../shared/traces")


def rows():
    with open(os.path.join(HERE, "recordings.tsv")) as table:
        for line in table:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def judged(program, path, *options, stdin=None):
    run = subprocess.run([program, "analyze", "-f", "json", *options, path], check=False,
                         stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return run.returncode, json.loads(run.stdout)


def from_warning_on(report):
    counts, phases = {}, {}
    for finding in report["findings"]:
        if finding["severity"] == "notice" or not finding["occurrences"]:
            continue
        rule, phase = finding["rule"], finding["phase"] or "^"
        counts[rule] = counts.get(rule, 0) + finding["occurrences"]
        key = rule + ":" + phase
        phases[key] = phases.get(key, 0) + finding["occurrences"]
    return counts, phases


def listed(counts):
    return ",".join("%s=%d" % item for item in sorted(counts.items())) or "-"


def differences(row, status, report):
    _, want_status, want_counts, want_phases, want_exempt, want_links, least = row
    counts, phases = from_warning_on(report)
    pairs = [("status", want_status, str(status)), ("findings", want_counts, listed(counts)),
             ("inconclusive", 0, sum(f["inconclusive"] for f in report["findings"]))]
    if want_phases != "-":
        pairs.append(("phases", want_phases, listed(phases)))
    if want_exempt != "-":
        pairs.append(("exempt", want_exempt, str(report["summary"]["obligations"]["exempt"])))
    if want_links != "-":
        found = report["traces"][0]["continuity"]
        pairs.append(("links", (int(want_links), 0, 0),
                      (found["links"], found["broken"], found["tables"])))
    if least != "-":
        checked = report["summary"]["obligations"]["total"]
        rules = report["coverage"]["rules"]
        pairs.append(("at least %s checked" % least, True, checked >= int(least)))
        pairs += [(rule, "full", rules[rule]["judged"])
                  for rule in ("repoint-before-invalidate", "free-before-invalidate")]
    return ["%s: expected %s, got %s" % pair for pair in pairs if pair[1] != pair[2]]


# A munmap of more pages than a batch holds flushes and frees after the unlock, before range_end.
STRICT = {"debug-6.12-zeropage.dat": 12}


def strict_differences(name, report):
    strict = [f for f in report["findings"] if f["verdict"] == "strict"]
    count, wanted = sum(f["occurrences"] for f in strict), STRICT.get(name, 0)
    if count == wanted:
        return []
    return ["--strict: %d, not %d: %s" % (count, wanted, [f["message"] for f in strict])]


def as_text(path, folder):
    text = os.path.join(folder, os.path.basename(path) + ".txt")
    with open(text, "wb") as out:
        subprocess.run(["trace-cmd", "report", "-t", "-i", path], stdout=out, check=True,
                       stderr=subprocess.DEVNULL)
    return text


def but_for_format(report, with_times):
    """What must not depend on the form of a recording; perf script leaves out half of the times"""
    findings = [{key: value for key, value in finding.items()
                 if with_times or not (key.endswith("_ns") or key == "events")}
                for finding in report["findings"]]
    return {"findings": findings, "summary": report["summary"]}


def perf_differences(program, path, folder):
    status, report = judged(program, path)
    made = os.path.join(folder, "made.perf.data")
    subprocess.run([os.path.join(HERE, "perf/swap.py"), path, made], check=True)
    with open(path, "rb") as whole, open(made + ".gz", "wb") as packed:
        subprocess.run(["gzip", "-1c"], stdin=whole, stdout=packed, check=True)
    others = [("in the other byte order", True, judged(program, made)),
              ("compressed", True, judged(program, made + ".gz"))]
    if shutil.which("perf"):
        script = subprocess.Popen(["perf", "script", "-i", path], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        others.append(("as text", False, judged(program, "-", stdin=script.stdout)))
        script.wait()
    return ["%s: another report" % name for name, with_times, (its_status, its_report) in others
            if its_status != status or but_for_format(its_report, with_times) !=
            but_for_format(report, with_times)]


# Sound recordings from which the invalidations of copy-on-write are taken out: each of its repoints has
# to be found, whatever the kernel's probes can see of it.
MADE_FAULTY = {"stock-6.1.dat": 102, "stock-6.12.dat": 102, "stock-6.1-arm64.dat": 100,
               "stock-6.1-deep.dat": 102,
               "debug-6.1.dat": 102, "debug-6.12.dat": 100}


def without_cow_invalidations(text):
    made = text + ".faulty"
    with open(text) as lines, open(made, "w") as out:
        drop = False
        for line in lines:
            if ": phase " in line:
                drop = line.split()[-1] in ("cow", "zero")
            if not (drop and " inv_range" in line):
                out.write(line)
    return made


def missed(program, name, text):
    if name not in MADE_FAULTY:
        return []
    status, report = judged(program, without_cow_invalidations(text))
    got = report["summary"]["rules"]["repoint-before-invalidate"]["occurrences"]
    if status == 1 and got == MADE_FAULTY[name]:
        return []
    return ["without its invalidations: status %d, %d repoints" % (status, got)]


PARTLY = {"name": "partly", "events": [
    {"system": "deep", "event": "pstart", "kind": "pte_clear",
     "fields": {"mm": "mm", "addr": "addr", "ptep": "ptep", "old": "old"}},
    {"system": "deep", "event": "pcommit", "kind": "pte_set",
     "fields": {"mm": "mm", "addr": "addr", "ptep": "ptep", "old": "old", "new": "new"}}]}


def partly_differences(program, path, folder):
    """A profile that binds some of the sets and clears as if they were all makes no fault of them."""
    profile = os.path.join(folder, "partly.json")
    with open(profile, "w") as file:
        json.dump(PARTLY, file)
    status, report = judged(program, path, "--profile", profile)
    errors = [f["message"] for f in report["findings"] if f["severity"] == "error"]
    return ["with a profile of some sets: status %d, %s" % (status, errors)] if status else []


def main():
    program, passed, failed, skipped = os.path.abspath(sys.argv[1]), 0, 0, 0
    if not os.path.isdir(TRACES):
        print("recordings: skipped, there is no folder of recordings")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        for row in rows():
            path = os.path.join(TRACES, row[0])
            wrong = differences(row, *judged(program, path))
            wrong += strict_differences(row[0], judged(program, path, "--strict")[1])
            if "-deep" in row[0]:
                wrong += partly_differences(program, path, folder)
            if path.endswith(".perf.data"):
                wrong += perf_differences(program, path, folder)
                skipped += not shutil.which("perf")
            if path.endswith(".dat") and shutil.which("trace-cmd"):
                text = as_text(path, folder)
                wrong += ["as text: " + line
                          for line in differences(row, *judged(program, text))]
                wrong += missed(program, row[0], text)
            elif path.endswith(".dat"):
                skipped += 1
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for line in wrong:
                print("%s: %s" % (row[0], line))
    if skipped:
        print("recordings: trace-cmd or perf is not installed, %d texts were not judged" % skipped)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
