#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What machine.py records: system calls that do nothing, each with a number of its own.

usage: workload.py KIND MAGIC [PATH]

The calls have MAGIC as their first argument, which the kernel refuses; the second is the number of
the task, in the upper 16 bits, and that of the call in its task. perf, which records, is the parent.

	plain	four tasks that run at the same time and go from CPU to CPU
	one	one task on one CPU
	names	one task that gives itself names
	rounds	one task that makes calls until perf has written some to the file PATH, and again
	lost	perf is halted while more calls are made than its buffer holds
	switch	perf is asked between bursts to begin another file, of those that begin with PATH

Each says on its standard output how many calls were made."""
import ctypes
import glob
import os
import signal
import sys

LIBC = ctypes.CDLL(None)
PR_SET_NAME = 15
TASKS, CALLS, ROUNDS, BURST, MANY = 4, 150, 4, 100, 4000


class Task:
    def __init__(self, magic, number):
        self.magic, self.number, self.calls = magic, number << 16, 0
        LIBC.prctl(PR_SET_NAME, b"work %d" % number)

    def burst(self, calls):
        for _ in range(calls):
            which = LIBC.prctl if self.calls % 3 else LIBC.getpriority
            which(self.magic, self.number | self.calls)
            self.calls += 1


def fork_task(magic, number, cpus):
    pid = os.fork()
    if pid:
        return pid
    task = Task(magic, number)
    for turn in range(5):
        os.sched_setaffinity(0, {cpus[(number + turn) % len(cpus)]})
        task.burst(CALLS // 5)
    os._exit(0)


def plain(magic, _):
    cpus = sorted(os.sched_getaffinity(0))
    for pid in [fork_task(magic, number, cpus) for number in range(TASKS)]:
        os.waitpid(pid, 0)
    return TASKS * CALLS


def on_one_cpu(magic):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return Task(magic, 0)


def one(magic, _):
    task = on_one_cpu(magic)
    task.burst(CALLS)
    return task.calls


def names(magic, _):
    on_one_cpu(magic)
    for number in range(CALLS):
        LIBC.prctl(PR_SET_NAME, b"name %d" % number)
    return CALLS


def wait_for_more(measure, before):
    """Until perf, which is what makes it more, has done so; not for ever, if it ended"""
    parent = os.getppid()
    while measure() <= before and os.getppid() == parent:
        os.sched_yield()


def rounds(magic, path):
    task, perf = on_one_cpu(magic), os.getppid()
    for _ in range(ROUNDS):
        before = os.path.getsize(path)
        while os.path.getsize(path) <= before and os.getppid() == perf:
            task.burst(20)
            os.sched_yield()
    return task.calls


def is_stopped(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def lost(magic, path):
    task, perf = on_one_cpu(magic), os.getppid()
    os.kill(perf, signal.SIGSTOP)
    wait_for_more(lambda: is_stopped(perf), False)
    before = os.path.getsize(path)
    task.burst(MANY)
    os.kill(perf, signal.SIGCONT)
    wait_for_more(lambda: os.path.getsize(path), before)
    task.burst(1) # the kernel tells of what was lost before the next record
    return task.calls


def switch(magic, path):
    task = on_one_cpu(magic)
    for _ in range(3):
        task.burst(BURST)
        before = len(glob.glob(path + "*"))
        os.kill(os.getppid(), signal.SIGUSR2)
        wait_for_more(lambda: len(glob.glob(path + "*")), before)
    return task.calls


if __name__ == "__main__":
    KINDS = {"plain": plain, "one": one, "names": names, "rounds": rounds, "lost": lost, "switch": switch}
    print(KINDS[sys.argv[1]](int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
