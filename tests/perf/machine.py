#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records calls of its own on this machine with the perf that is installed, in each of its forms, and
compares what is read of it with the calls that were made, and with what perf script says. Nothing but
the tasks of workload.py is recorded, so that it does not matter what else the machine does.

usage: machine.py PERF-PRINT

Skipped (status 77) where perf is missing or must not record tracepoints."""
import concurrent.futures, os, re, shutil, subprocess, sys, tempfile

FIRST, SECOND = "syscalls:sys_enter_prctl", "syscalls:sys_enter_getpriority"
RENAME = "task:task_rename" # of which, other than of system calls, the kernel's callers are known
BOTH = ["-e", FIRST, "-e", SECOND]
MAGIC = 0x53544c42 # the first argument of the calls: no other task's
WORKLOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "workload.py")
EVENT = re.compile(r"^\s*(.*?)\s+(-?\d+)\s+\[(\d+)\]\s+(\d+)\.(\d{9}):\s+(\S+):\s?(.*)$")
FIELDS = {FIRST: ("option", "arg2"), SECOND: ("which", "who"), RENAME: ("pid", "oom_score_adj")}
LOST = 1 # a loss in its place
AT_A_TIME = 4
ROOM = ["-m", "1024"] # more than all calls of a task take, however long perf does not run

# name, options of perf record, what is recorded, events
VARIANTS = [
    ("file", [], "plain", BOTH),
    ("one CPU", [], "one", BOTH),
    ("one event", [], "one", ["-e", FIRST]),
    ("compressed", ["-z"], "plain", BOTH),
    ("call chains", ["-g"], "names", ["-e", RENAME]),
    ("call chains of users", ["--call-graph", "fp"], "plain", BOTH),
    ("call chains, compressed", ["-g", "-z"], "names", ["-e", RENAME, "-e", FIRST]),
    ("stacks of users", ["--call-graph", "dwarf,512"], "one", BOTH),
    ("registers", ["--intr-regs=ax,ip", "--user-regs=sp,ip"], "one", BOTH),
    ("addresses and weights", ["-d", "-W", "-P", "-T"], "one", BOTH),
    ("monotonic clock", ["-k", "CLOCK_MONOTONIC"], "one", BOTH),
    ("overwritten", ["--overwrite"], "one", BOTH),
]


def run(command, **more):
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **more)


def record(path, options, kind="one", events=BOTH, room=ROOM, **more):
    """How many calls were made; None where perf does not record this"""
    done = run(["perf", "record", *room, *events, *options, "-o", path, "--", WORKLOAD, kind,
                str(MAGIC), path], **more)
    said = (done.stderr if path == "-" else done.stdout).decode(errors="replace")
    found = re.search(r"^(\d+)$", said, re.MULTILINE)
    return int(found.group(1)) if found else None


def can_record(folder):
    return shutil.which("perf") and record(os.path.join(folder, "try"), []) is not None


def field_values(event, text):
    return tuple(int(re.search(r"\b%s[:=] ?(-?\w+)" % name, text).group(1), 0)
                 for name in FIELDS[event])


def of_perf(path, *options, stdin=None):
    """(comm, tid, cpu, ns, event, values) of each event, and the callers in the kernel of each"""
    fields = "comm,tid,cpu,time,event,trace"
    if "-g" in options:
        fields += ",ip"
    out = run(["perf", "script", "--ns", "-F", fields, "-i", path], stdin=stdin)
    events, stacks, user = [], [], False
    for line in out.stdout.decode(errors="replace").split("\n"):
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
    for line in out.stdout.decode(errors="replace").split("\n"):
        parts = line.split("\t")
        if parts[0] == "stack":
            stacks[-1] = [int(part, 16) for part in parts[1:]]
        elif parts[0] == "lost" and len(parts) == 3:
            losses.append((int(parts[1]), int(parts[2])))
        elif line:
            comm, tid, cpu, ns, event, text = parts
            values = {key: int(value) for key, value in
                      (pair.split("=") for pair in text.split())}
            numbers = tuple(values[name] for name in FIELDS[event])
            events.append((comm, int(tid), int(cpu), int(ns), event, numbers))
            stacks.append([])
    return events, stacks, losses, out.stderr.decode()


def same_task(ours, perfs):
    """perf has no name or number of a task that has exited; the tracepoint has."""
    if perfs[1] == -1 or perfs[0].startswith(":"):
        return True
    return ours[:2] == perfs[:2]


def lost_events(path):
    said = run(["perf", "script", "--show-lost-events", "-i", path]).stdout
    return sum(int(number) for number in re.findall(rb"PERF_RECORD_LOST lost (\d+)", said))


def made_calls(events):
    """The numbers of the calls that the workload made, in the order of the events"""
    return [values[1] for _, _, _, _, event, values in events
            if event != RENAME and values[0] == MAGIC]


def check_calls(ours, made, lost, kind):
    """Each call is there once, or was lost; those of a task are in their order"""
    if kind == "names": # and those that starting the task gave it
        named = sum(event[4] == RENAME for event in ours)
        return [] if named >= made else ["%d of %d names" % (named, made)]
    calls = made_calls(ours)
    wrong, last = [], {}
    if kind != "some" and len(calls) + lost != made:
        wrong.append("%d of %d calls, and %d were lost" % (len(calls), made, lost))
    for call in calls:
        if call <= last.get(call >> 16, -1):
            wrong.append("call %#x comes after %#x" % (call, last[call >> 16]))
        last[call >> 16] = call
    return wrong[:5] if calls else wrong + ["no call was recorded"]


def compare(program, path, made, with_stacks=False, kind="all"):
    """What is wrong, as lines; @made None: not all calls are in this file"""
    stdin = again = None
    if path.endswith("|"):
        path, stdin, again = "-", open(path[:-1], "rb"), open(path[:-1], "rb")
    perf, perf_stacks = of_perf(path, *(["-g"] if with_stacks else []), stdin=stdin)
    ours, our_stacks, losses, said = of_reader(program, path, stdin=again)
    wrong = [said.strip()] if said.strip() else []
    lost = sum(number for place, number in losses if place == LOST)
    if made is not None:
        wrong += check_calls(ours, made, lost, kind)
    if [event[3] for event in ours] != sorted(event[3] for event in ours):
        wrong.append("not in the order of time")
    if len(ours) != len(perf):
        return wrong + ["%d events, perf script has %d" % (len(ours), len(perf))]
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
    if lost and lost != lost_events(path):
        wrong.append("%d events are lost, perf says %d" % (lost, lost_events(path)))
    return wrong


def check_variant(program, folder, name, variant):
    options, kind, events = variant
    path = os.path.join(folder, "perf.data")
    made = record(path, options, kind, events)
    if made is None:
        return None
    kind = "names" if RENAME in events else "all" if events == BOTH else "some"
    wrong = compare(program, path, made, "-g" in options, kind)
    whole = run([program, "--samples", path])
    if whole.returncode:
        wrong.append(whole.stdout.decode() + whole.stderr.decode())
    os.remove(path)
    return wrong


def check_rounds(program, folder):
    """perf writes again and again while calls are made"""
    path = os.path.join(folder, "rounds.data")
    return compare(program, path, record(path, [], "rounds", room=["-m", "16"]))


def check_losses(program, folder):
    """perf does not run while calls are made"""
    path = os.path.join(folder, "lost.data")
    made = record(path, [], "lost", room=["-m", "8"])
    return compare(program, path, made) + ([] if lost_events(path) else ["nothing was lost"])


def check_counters(program, folder):
    """perf script prints such samples once for each counter, so that only their number can be
    compared"""
    path = os.path.join(folder, "counters.data")
    if record(path, [], events=["-e", "{%s,%s}:S" % (FIRST, SECOND)]) is None:
        return None
    dump = run(["perf", "script", "-D", "-i", path]).stdout
    whole = run([program, "--samples", path]).stdout.decode()
    expected = "%d samples, 0 odd\n" % dump.count(b": PERF_RECORD_SAMPLE(")
    return [] if whole == expected else ["%r instead of %r" % (whole, expected)]


def check_pipe(program, folder):
    path = os.path.join(folder, "pipe.data")
    with open(path, "wb") as out:
        subprocess.run(["perf", "record", *ROOM, *BOTH, "-o", "-", "--", "sh", "-c",
                        "exec \"$@\" >&2", "sh", WORKLOAD, "plain", str(MAGIC)],
                       check=False, stdout=out, stderr=subprocess.DEVNULL)
    made = 4 * 150
    return compare(program, path, made) + compare(program, path + "|", made)


def check_switched(program, folder):
    """perf begins another file when it is asked to"""
    path = os.path.join(folder, "switched")
    made = record(path, ["--switch-output=signal"], "switch")
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder)
                   if name.startswith("switched"))
    wrong, calls = [] if len(files) > 1 else ["only %d files were made" % len(files)], 0
    for file in files:
        wrong += compare(program, file, None)
        calls += len(made_calls(of_reader(program, file)[0]))
    return wrong + ([] if calls == made else ["%d of %s calls" % (calls, made)])


def check_directory(program, folder):
    path = os.path.join(folder, "threads.data")
    made = record(path, ["--threads"], "plain")
    return compare(program, path, made) if os.path.isdir(path) else None


def check_text(program, folder):
    """perf script's own text has the same events as its file, in microseconds"""
    path, text = os.path.join(folder, "text.data"), os.path.join(folder, "text")
    record(path, [])
    expected = len(of_perf(path)[0])
    for options in ([], ["--ns"], ["--header"], ["-F", "comm,tid,cpu,time,event,trace"],
                    ["-F", "+period,+pid"]):
        with open(text, "wb") as out:
            subprocess.run(["perf", "script", *options, "-i", path], check=False, stdout=out,
                           stderr=subprocess.DEVNULL)
        lines = run([program, text]).stdout.decode().splitlines()
        if len(lines) != expected or not expected:
            return ["perf script %s: %d events of %d" % (" ".join(options), len(lines), expected)]
    return []


def check_other_order(program, folder):
    path, other = os.path.join(folder, "order.data"), os.path.join(folder, "other.data")
    swap = os.path.join(os.path.dirname(WORKLOAD), "swap.py")
    wrong = []
    for options, kind, events in (([], "one", BOTH), (["-g"], "names", ["-e", RENAME, "-e", FIRST]),
                                  (["--call-graph", "dwarf,512", "-d", "--intr-regs=ax"], "one",
                                   BOTH)):
        record(path, options, kind, events)
        subprocess.run([swap, path, other], check=True)
        if run([program, path]).stdout != run([program, other]).stdout:
            wrong.append("%s: other records" % " ".join(options))
        whole = run([program, "--samples", other])
        wrong += [whole.stdout.decode()] if whole.returncode else []
    return wrong


def check_cuts(program, folder):
    path = os.path.join(folder, "cut.data")
    record(path, [])
    done = run([program, "--cuts", "512", path])
    expected = "%d samples\n" % len(of_perf(path)[0])
    return [] if done.returncode == 0 and done.stdout.decode() == expected else [
        done.stdout.decode() + done.stderr.decode()]


def check_all(program, folder):
    """Name and faults of each check; several at a time, since perf waits for the kernel most of it"""
    checks = [(name, lambda where, v=variant, n=name: check_variant(program, where, n, v))
              for name, *variant in VARIANTS]
    checks += [(check.__name__, lambda where, c=check: c(program, where)) for check in
               (check_rounds, check_losses, check_counters, check_pipe, check_switched,
                check_directory, check_text, check_other_order, check_cuts)]
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        running = []
        for name, check in checks:
            where = os.path.join(folder, name)
            os.mkdir(where)
            running.append((name, pool.submit(check, where)))
        return [(name, check.result()) for name, check in running]


def main():
    program, passed, failed = os.path.abspath(sys.argv[1]), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        if not can_record(folder):
            print("perf is missing, or must not record tracepoints here: skipped")
            return 77
        for name, wrong in check_all(program, folder):
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
