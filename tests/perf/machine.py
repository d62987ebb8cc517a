#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records on this machine with the perf that is installed, in each of its forms, and compares what is
read of it with what perf script says, line by line.

usage: machine.py PERF-PRINT

Skipped (status 77) where perf is missing or must not record tracepoints."""
import os, re, shutil, subprocess, sys, tempfile

FREE, ALLOC, SWITCH = "kmem:mm_page_free", "kmem:mm_page_alloc", "sched:sched_switch"
LOAD = ["python3", "-c", "import mmap\nfor i in range(4):\n m = mmap.mmap(-1, 1 << 20)\n"
        " for o in range(0, 1 << 20, 4096): m[o] = 1\n m.close()"]
EVENT = re.compile(r"^\s*(.*?)\s+(-?\d+)\s+\[(\d+)\]\s+(\d+)\.(\d{9}):\s+(\S+):\s?(.*)$")
# Numbers that perf script prints as the record has them.
FIELDS = {FREE: ("pfn", "order"), ALLOC: ("pfn", "order", "migratetype"),
          SWITCH: ("prev_pid", "next_pid", "prev_prio", "next_prio")}

# name, options of perf record; each is recorded with -a and the events in the options
VARIANTS = [
    ("file", ["-e", FREE]),
    ("one CPU", ["-C", "0", "-e", FREE]),
    ("two events", ["-e", FREE, "-e", ALLOC]),
    ("three events", ["-e", FREE + "," + ALLOC + "," + SWITCH]),
    ("compressed", ["-z", "-e", FREE, "-e", ALLOC]),
    ("call chains", ["-g", "-e", FREE, "-e", ALLOC]),
    ("call chains, compressed", ["-g", "-z", "-e", FREE]),
    ("stacks of users", ["--call-graph", "dwarf,512", "-e", FREE]),
    ("registers", ["--intr-regs=ax,ip", "--user-regs=sp,ip", "-e", FREE]),
    ("addresses and weights", ["-d", "-W", "-P", "-T", "-e", FREE]),
    ("monotonic clock", ["-k", "CLOCK_MONOTONIC", "-e", FREE]),
    ("overwritten", ["--overwrite", "-e", FREE]),
]


def run(command, **more):
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **more)


def can_record(folder):
    if not shutil.which("perf"):
        return False
    path = os.path.join(folder, "try")
    run(["perf", "record", "-a", "-e", FREE, "-o", path, "--", "true"])
    return os.path.exists(path) and os.path.getsize(path) > 0


def field_values(event, text):
    return tuple(int(re.search(r"\b%s=(-?\w+)" % name, text).group(1), 0)
                 for name in FIELDS[event])


def of_perf(path, *options, stdin=None):
    """(comm, tid, cpu, ns, event, values) of each event, and the callers in the kernel of each"""
    fields = "comm,tid,cpu,time,event,trace"
    if "-g" in options:
        fields += ",ip"
    out = run(["perf", "script", "--ns", "-F", fields, "-i", path], stdin=stdin)
    events, stacks, user = [], [], False
    for line in out.stdout.decode(errors="replace").splitlines():
        found = EVENT.match(line)
        if found:
            comm, tid, cpu, sec, nano, event, text = found.groups()
            events.append((comm, int(tid), int(cpu), int(sec) * 10**9 + int(nano), event,
                           field_values(event, text)))
            stacks.append([])
            user = False
        elif line.strip() and events:
            address = int(line.split()[0], 16)
            user = user or not address >> 63 # the kernel's callers come first
            if not user:
                stacks[-1].append(address)
    return events, stacks


def of_reader(program, path, stdin=None):
    out = run([program, path], stdin=stdin)
    events, stacks, losses = [], [], []
    for line in out.stdout.decode(errors="replace").splitlines():
        parts = line.split("\t")
        if parts[0] == "stack":
            stacks[-1] = [int(part, 16) for part in parts[1:]]
        elif parts[0] == "lost" and len(parts) == 3:
            losses.append((int(parts[1]), int(parts[2])))
        else:
            comm, tid, cpu, ns, event, text = parts
            values = {key: int(value) for key, value in
                      (pair.split("=") for pair in text.split())}
            numbers = tuple(to_signed(values[name], name) for name in FIELDS[event])
            events.append((comm, int(tid), int(cpu), int(ns), event, numbers))
            stacks.append([])
    return events, stacks, losses, out.stderr.decode()


def to_signed(value, name):
    return value - 2**32 if name == "migratetype" and value >= 2**31 else value


def same_task(ours, perfs):
    """perf has no name or number of a task that has exited; the tracepoint has."""
    if perfs[1] == -1 or perfs[0].startswith(":"):
        return True
    return ours[:2] == perfs[:2]


def lost_events(path):
    said = run(["perf", "script", "--show-lost-events", "-i", path]).stdout
    return sum(int(number) for number in re.findall(rb"PERF_RECORD_LOST lost (\d+)", said))


def compare(program, path, with_stacks=False, may_be_empty=False):
    """What is wrong, as lines"""
    stdin = again = None
    if path.endswith("|"):
        path, stdin, again = "-", open(path[:-1], "rb"), open(path[:-1], "rb")
    perf, perf_stacks = of_perf(path, *(["-g"] if with_stacks else []), stdin=stdin)
    ours, our_stacks, losses, said = of_reader(program, path, stdin=again)
    wrong = [said.strip()] if said.strip() else []
    if [event[3] for event in ours] != sorted(event[3] for event in ours):
        wrong.append("not in the order of time")
    if len(ours) != len(perf):
        return wrong + ["%d events, perf script has %d" % (len(ours), len(perf))]
    if not ours and not may_be_empty:
        return wrong + ["nothing was recorded"]
    key = lambda pair: (pair[0][3], pair[0][2], pair[0][4], pair[0][5])
    for (our, our_stack), (its, its_stack) in zip(sorted(zip(ours, our_stacks), key=key),
                                                  sorted(zip(perf, perf_stacks), key=key)):
        if our[2:] != its[2:] or not same_task(our, its):
            wrong.append("%s instead of %s" % (our, its))
        # perf gives up on chains in which a value of the user's part looks like a mark
        elif with_stacks and its_stack and our_stack != its_stack:
            wrong.append("at %d: stack of %d instead of %d callers"
                         % (our[3], len(our_stack), len(its_stack)))
        if len(wrong) > 5:
            break
    if with_stacks and not any(perf_stacks):
        wrong.append("perf has no stacks")
    lost = sum(number for place, number in losses if place == 1)
    if lost and lost != lost_events(path):
        wrong.append("%d events are lost, perf says %d" % (lost, lost_events(path)))
    return wrong


def record(path, options):
    where, pin = (["-a"], []) if "-C" not in options else ([], ["taskset", "-c", "0"])
    return run(["perf", "record", "-m", "4096", *where, *options, "-o", path, "--", *pin, *LOAD])


def check_variant(program, folder, name, options):
    path = os.path.join(folder, "perf.data")
    done = record(path, options)
    if done.returncode and not os.path.exists(path):
        return None
    wrong = compare(program, path, "-g" in options)
    if "--overwrite" in options: # says itself that the oldest may be missing
        wrong = [line for line in wrong if "lost" not in line]
    whole = run([program, "--samples", path])
    if whole.returncode:
        wrong.append(whole.stdout.decode() + whole.stderr.decode())
    os.remove(path)
    return wrong


def check_counters(program, folder):
    """perf script prints such samples once for each counter, so that only their number can be
    compared"""
    path = os.path.join(folder, "counters.data")
    record(path, ["-e", "{%s,%s}:S" % (FREE, ALLOC)])
    dump = run(["perf", "script", "-D", "-i", path]).stdout
    whole = run([program, "--samples", path]).stdout.decode()
    expected = "%d samples, 0 odd\n" % dump.count(b": PERF_RECORD_SAMPLE(")
    return [] if whole == expected else ["%r instead of %r" % (whole, expected)]


def check_pipe(program, folder):
    path = os.path.join(folder, "pipe.data")
    with open(path, "wb") as out:
        subprocess.run(["perf", "record", "-m", "8192", "-a", "-e", FREE, "-e", ALLOC, "-o", "-", "--",
                        *LOAD], check=False, stdout=out, stderr=subprocess.DEVNULL)
    return compare(program, path) + compare(program, path + "|")


def check_switched(program, folder):
    path = os.path.join(folder, "switched")
    run(["perf", "record", "-a", "-e", FREE, "-e", ALLOC, "--switch-output=100K", "-o", path, "--",
         *LOAD])
    files = [os.path.join(folder, name) for name in os.listdir(folder)
             if name.startswith("switched")]
    wrong = [] if len(files) > 1 else ["only %d files were made" % len(files)]
    for file in files:
        wrong += compare(program, file, may_be_empty=True)
    return wrong


def check_directory(program, folder):
    path = os.path.join(folder, "threads.data")
    done = run(["perf", "record", "-m", "2048", "-a", "--threads", "-e", FREE, "-e", ALLOC, "-o", path,
                "--", *LOAD])
    return compare(program, path) if os.path.isdir(path) else [done.stderr.decode()]


def check_losses(program, folder):
    """A buffer that is far too small"""
    path = os.path.join(folder, "lost.data")
    run(["perf", "record", "-m", "1", "-a", "-g", "-e", FREE, "-e", ALLOC, "-o", path, "--", *LOAD])
    return compare(program, path) if lost_events(path) else None


def check_text(program, folder):
    """perf script's own text has the same events as its file, in microseconds"""
    path, text = os.path.join(folder, "text.data"), os.path.join(folder, "text")
    record(path, ["-e", FREE, "-e", ALLOC])
    for options in ([], ["--ns"], ["--header"], ["-F", "comm,tid,cpu,time,event,trace"],
                    ["-F", "+period,+pid"]):
        with open(text, "wb") as out:
            subprocess.run(["perf", "script", *options, "-i", path], check=False, stdout=out,
                           stderr=subprocess.DEVNULL)
        lines = run([program, text]).stdout.decode().splitlines()
        expected = len(of_perf(path)[0])
        if len(lines) != expected or not expected:
            return ["perf script %s: %d events of %d" % (" ".join(options), len(lines), expected)]
    return []


def check_other_order(program, folder):
    path, other = os.path.join(folder, "order.data"), os.path.join(folder, "other.data")
    swap = os.path.join(os.path.dirname(os.path.abspath(__file__)), "swap.py")
    wrong = []
    for options in (["-e", FREE, "-e", ALLOC], ["-g", "-e", FREE, "-e", SWITCH],
                    ["--call-graph", "dwarf,512", "-d", "--intr-regs=ax", "-e", FREE]):
        record(path, options)
        subprocess.run([swap, path, other], check=True)
        if run([program, path]).stdout != run([program, other]).stdout:
            wrong.append("%s: other records" % " ".join(options))
        whole = run([program, "--samples", other])
        wrong += [whole.stdout.decode()] if whole.returncode else []
    return wrong


def check_cuts(program, folder):
    path = os.path.join(folder, "cut.data")
    record(path, ["-e", FREE, "-e", ALLOC])
    done = run([program, "--cuts", "512", path])
    expected = "%d samples\n" % len(of_perf(path)[0])
    return [] if done.returncode == 0 and done.stdout.decode() == expected else [
        done.stdout.decode() + done.stderr.decode()]


def main():
    program, passed, failed = os.path.abspath(sys.argv[1]), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        if not can_record(folder):
            print("perf is missing, or must not record tracepoints here: skipped")
            return 77
        checks = [(name, lambda o=options, n=name: check_variant(program, folder, n, o))
                  for name, options in VARIANTS]
        checks += [(check.__name__, lambda c=check: c(program, folder)) for check in
                   (check_counters, check_pipe, check_switched, check_directory, check_losses,
                    check_text, check_other_order, check_cuts)]
        for name, check in checks:
            wrong = check()
            if wrong is None:
                print("%s: perf does not record this here" % name)
                continue
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for line in wrong:
                print("%s: %s" % (name, line))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
