#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lays a trace.dat of version 6 out as the tracefs and procfs that it was recorded from.

        unpack.py FILE FOLDER

FOLDER/tracing and FOLDER/proc are made; the top instance becomes tracing/instances/top. Prints
the names of the events in the file, as SYSTEM:EVENT.
"""
import os
import re
import struct
import sys

OPTION_CPUSTAT, OPTION_TRACECLOCK, OPTION_UNAME = 2, 4, 5


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def string(self):
        end = self.data.index(b"\0", self.at)
        text = self.take(end - self.at).decode()
        self.at += 1
        return text


def put(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def unpack_formats(reader, tracing, system):
    names = []
    for _ in range(reader.number(4)):
        text = reader.take(reader.number(8))
        names.append(re.match(rb"name: (\S+)", text)[1].decode())
        put(tracing, f"events/{system}/{names[-1]}/format", text)
    return [f"{system}:{name}" for name in names]


def unpack_head(reader, tracing, proc):
    assert reader.take(10) == b"\x17\x08\x44tracing" and reader.string() == "6"
    assert reader.take(2) == b"\0\x08", "not of a 64-bit little-endian machine"
    reader.number(4)
    for name in ("header_page", "header_event"):
        assert reader.string() == name
        put(tracing, f"events/{name}", reader.take(reader.number(8)))
    unpack_formats(reader, tracing, "ftrace")
    events = []
    for _ in range(reader.number(4)):
        events += unpack_formats(reader, tracing, reader.string())
    put(proc, "kallsyms", reader.take(reader.number(4)))
    put(tracing, "printk_formats", reader.take(reader.number(4)))
    put(tracing, "saved_cmdlines", reader.take(reader.number(8)))
    return events


def unpack_option(kind, data, tracing, proc):
    text = data.rstrip(b"\0")
    if kind == OPTION_TRACECLOCK:
        put(tracing, "instances/top/trace_clock", text)
    elif kind == OPTION_UNAME:
        words = dict(zip(("ostype", "hostname", "osrelease", "arch"), text.split()))
        for name, word in words.items():
            put(proc, f"sys/kernel/{name}", word + b"\n")
    elif kind == OPTION_CPUSTAT and text.startswith(b"CPU:"):
        cpu, stats = text.split(b"\n", 1)
        cpu = int(cpu.split(b":")[1])
        put(tracing, f"instances/top/per_cpu/cpu{cpu}/stats", stats)


def unpack_tail(reader, tracing, proc):
    cpus = reader.number(4)
    assert reader.string() == "options  "
    while kind := reader.number(2):
        unpack_option(kind, reader.take(reader.number(4)), tracing, proc)
    assert reader.string() == "flyrecord"
    for cpu in range(cpus):
        offset, size = struct.unpack("<QQ", reader.take(16))
        put(tracing, f"instances/top/per_cpu/cpu{cpu}/trace_pipe_raw",
            reader.data[offset:offset + size])


def main():
    tracing, proc = (os.path.join(sys.argv[2], name) for name in ("tracing", "proc"))
    with open(sys.argv[1], "rb") as file:
        reader = Reader(file.read())
    events = unpack_head(reader, tracing, proc)
    unpack_tail(reader, tracing, proc)
    print(*events)


main()
