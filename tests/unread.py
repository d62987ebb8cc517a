#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A CPU of a trace.dat that cannot be read, wholly or in part, is reported, and the trace is never called
clean: the events of one CPU of a recording are overwritten in many ways.

usage: unread.py STALETLB

Skipped (status 77) without the recordings in $STALETLB_TRACES."""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

RECORDING = "stock-6.1.dat"  # version 7, zstd, two CPUs
BUFFER = 3


def find_buffer(data):
    """Where the section with the events begins and ends: sections follow each other"""
    at = data.index(b"\0", 12) + 1 + 2 + 4  # magic, version; byte order, size of a long, of a page
    for _ in range(2):  # compression and its version
        at = data.index(b"\0", at) + 1
    at += 8
    while True:
        kind, _, _, size = struct.unpack_from("<HHIQ", data, at)
        at += 16
        if kind == BUFFER:
            return at, at + size
        at += size


def find_cpus(data):
    """[begin, end) of the chunks of each CPU, which begin at whole pages"""
    at, end = find_buffer(data)
    cpus = []
    while -(-at // 4096) * 4096 < end:
        at = begin = -(-at // 4096) * 4096
        chunks, = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(chunks):
            at += 8 + struct.unpack_from("<I", data, at)[0]
        cpus.append((begin, at))
    return cpus


def overwritten(data, begin, end, how):
    size = end - begin
    filling = {"zeros": bytes(size), "ones": b"\xff" * size, "letters": b"A" * size,
               "noise": random.Random(size).randbytes(size)}[how]
    return data[:begin] + filling + data[end:]


def variants(data, begin, end):
    """Name and bytes of each way to overwrite what lies there"""
    part = (end - begin) // 8
    places = [("all", begin, end), ("the first eighth", begin, begin + part),
              ("the middle eighth", begin + 3 * part, begin + 4 * part),
              ("the last eighth", end - part, end), ("the count", begin, begin + 4),
              ("the first chunk's head", begin + 4, begin + 12),
              ("the first chunk", begin + 12, begin + 200)]
    for name, first, last in places:
        for how in ("zeros", "ones", "letters", "noise"):
            yield "%s: %s" % (name, how), overwritten(data, first, last, how)


def faults_of(program, path, cpu):
    done = subprocess.run([program, "analyze", "-f", "json", path], capture_output=True, timeout=300,
                          check=False)
    if done.returncode != 3:
        return "status %d" % done.returncode
    trace, = json.loads(done.stdout)["traces"]
    if not trace["truncated"] or "CPU %d" % cpu not in trace["cut"]:
        return "not reported: %r" % trace["cut"]
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    recording = os.path.join(os.environ.get("STALETLB_TRACES", "/nonexistent"), RECORDING)
    if not os.path.exists(recording):
        print("%s is missing: skipped" % recording)
        return 77
    with open(recording, "rb") as file:
        data = file.read()
    checked = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "damaged.dat")
        for cpu, (begin, end) in enumerate(find_cpus(data)):
            for name, damaged in variants(data, begin, end):
                with open(path, "wb") as file:
                    file.write(damaged)
                wrong = faults_of(program, path, cpu)
                checked, failed = checked + 1, failed + bool(wrong)
                if wrong:
                    print("CPU %d, %s: %s" % (cpu, name, wrong))
    print("%d passed, %d failed" % (checked - failed, failed))
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
