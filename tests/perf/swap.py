#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a recording of perf as a machine of the other byte order would have written it: file form and
pipe form, every number of the header, the attributes, the records and the raw data of tracepoints.

usage: swap.py IN OUT"""
import re, struct, sys

SAMPLE_BITS = dict(IP=0, TID=1, TIME=2, ADDR=3, READ=4, CALLCHAIN=5, ID=6, CPU=7, PERIOD=8, STREAM=9,
                   RAW=10, BRANCH=11, REGS_USER=12, STACK_USER=13, WEIGHT=14, DATA_SRC=15,
                   IDENTIFIER=16, TRANSACTION=17, REGS_INTR=18, PHYS=19, AUX=20, CGROUP=21,
                   DATA_PAGE=22, CODE_PAGE=23, WEIGHT_STRUCT=24)
# Numbers that records begin with, by type; the rest of them is text, up to the id at their end.
BODIES = {1: "IIQQQ", 2: "QQ", 3: "II", 4: "IIIIQ", 5: "QQQ", 6: "QQQ", 7: "IIIIQ", 8: "IIQQQQ",
          10: "IIQQQIIQQII", 11: "QQQ", 12: "II", 13: "Q", 14: "", 15: "II", 16: "II" + 15 * "Q",
          17: "QIHH", 18: "HHI", 19: "Q", 20: "QHH", 21: "Q", 79: 5 * "Q"}
ATTR = "IIQQQQ8sIIQQQQIiQIHHIIQ"


class Swapper:
    def __init__(self, data):
        self.data, self.events, self.by_id, self.formats = bytearray(data), [], {}, {}

    def number(self, at, kind):
        return struct.unpack_from("<" + kind, self.data, at)[0]

    def swap(self, at, kinds):
        """Turns numbers one after the other; returns where they end"""
        for kind in kinds:
            size = struct.calcsize("<" + kind)
            self.data[at:at + size] = self.data[at:at + size][::-1]
            at += size
        return at

    def swap_attr(self, at, size):
        event = {"type": self.number(at + 24, "Q"), "read": self.number(at + 32, "Q"),
                 "branch": self.number(at + 72, "Q"), "user": self.number(at + 80, "Q"),
                 "intr": self.number(at + 96, "Q"), "config": self.number(at + 8, "Q")}
        end = at + size
        for kind in re.findall(r"\d*\D", ATTR):
            if at >= end:
                break
            if kind == "8s": # bits of a byte change their order, bytes do not
                self.data[at:at + 8] = bytes(int(f"{byte:08b}"[::-1], 2)
                                             for byte in self.data[at:at + 8])
                at += 8
            else:
                at = self.swap(at, kind)
        self.events.append(event)
        return event

    def swap_ids(self, at, nr, event):
        for place in range(at, at + 8 * nr, 8):
            self.by_id[self.number(place, "Q")] = event
            self.swap(place, "Q")

    # ---- records ----

    def swap_end(self, at, event):
        kind = event["type"]
        for name, numbers in (("TID", "II"), ("TIME", "Q"), ("ID", "Q"), ("STREAM", "Q"),
                              ("CPU", "II"), ("IDENTIFIER", "Q")):
            if kind >> SAMPLE_BITS[name] & 1:
                at = self.swap(at, numbers)

    def end_size(self, event):
        return 8 * sum(event["type"] >> SAMPLE_BITS[name] & 1
                       for name in ("TID", "TIME", "ID", "STREAM", "CPU", "IDENTIFIER"))

    def swap_counted(self, at, each, extra=0):
        nr = self.number(at, "Q")
        return self.swap(at, "Q" * (1 + extra + nr * each))

    def swap_read(self, at, form):
        after = bin(form & 20).count("1")
        times = bin(form & 3).count("1")
        nr = self.number(at, "Q") if form & 8 else 0
        return self.swap(at, "Q" * (1 + times + (nr * (1 + after) if form & 8 else after)))

    def swap_raw(self, at):
        size = self.number(at, "I")
        at = self.swap(at, "I")
        for offset, length in self.formats.get(self.number(at, "H"), ()):
            self.data[at + offset:at + offset + length] = \
                self.data[at + offset:at + offset + length][::-1]
        return at + size

    def swap_regs(self, at, mask):
        return self.swap(at, "Q" * (1 + (bin(mask).count("1") if self.number(at, "Q") else 0)))

    def swap_stack(self, at):
        size = self.number(at, "Q")
        at = self.swap(at, "Q") + size
        return self.swap(at, "Q") if size else at

    def swap_sample(self, at):
        kind = self.events[0]["type"]
        place = 0 if kind >> SAMPLE_BITS["IDENTIFIER"] & 1 else \
            8 * sum(kind >> SAMPLE_BITS[name] & 1 for name in ("IP", "TID", "TIME", "ADDR"))
        event = self.events[0] if len(self.events) == 1 else self.by_id[self.number(at + place, "Q")]
        has = lambda name: event["type"] >> SAMPLE_BITS[name] & 1
        for name, numbers in (("IDENTIFIER", "Q"), ("IP", "Q"), ("TID", "II"), ("TIME", "Q"),
                              ("ADDR", "Q"), ("ID", "Q"), ("STREAM", "Q"), ("CPU", "II"),
                              ("PERIOD", "Q")):
            at = self.swap(at, numbers) if has(name) else at
        parts = [("READ", lambda at: self.swap_read(at, event["read"])),
                 ("CALLCHAIN", lambda at: self.swap_counted(at, 1)), ("RAW", self.swap_raw),
                 ("BRANCH", lambda at: self.swap_counted(at, 3, event["branch"] >> 17 & 1)),
                 ("REGS_USER", lambda at: self.swap_regs(at, event["user"])),
                 ("STACK_USER", self.swap_stack)]
        parts += [(name, lambda at: self.swap(at, "Q"))
                  for name in ("WEIGHT", "WEIGHT_STRUCT", "DATA_SRC", "TRANSACTION")]
        parts += [("REGS_INTR", lambda at: self.swap_regs(at, event["intr"]))]
        parts += [(name, lambda at: self.swap(at, "Q"))
                  for name in ("PHYS", "CGROUP", "DATA_PAGE", "CODE_PAGE")]
        for name, part in parts:
            at = part(at) if has(name) else at

    def swap_own(self, kind, at, end):
        """Records of perf itself; returns bytes after the record that belong to it"""
        if kind == 64:
            size = self.number(at + 4, "I")
            event = self.swap_attr(at, size)
            self.swap_ids(at + size, (end - at - size) // 8, event)
        elif kind == 66:
            size = self.number(at, "I")
            self.swap(at, "I" * ((end - at) // 4)) # one before perf 6.18
            self.swap_tracing(end)
            return (size + 7) // 8 * 8
        elif kind == 67:
            self.swap(at, "I")
        elif kind == 69:
            self.swap(at, "Q" * ((end - at) // 8))
        elif kind == 78:
            self.swap(at, "QQ")
        elif kind == 80:
            feature = self.number(at, "Q")
            self.swap_feature(feature, self.swap(at, "Q"), end)
        elif kind in (81, 83):
            sys.exit("swap.py: compressed recordings are not turned")
        return 0

    def swap_records(self, at, end):
        while at < end:
            kind, _, size = struct.unpack_from("<IHH", self.data, at)
            body, stop = self.swap(at, "IHH"), at + size
            at = stop
            if kind == 9:
                self.swap_sample(body)
            elif kind < 64:
                event = self.events[0]
                self.swap(body, BODIES[kind] if kind != 16 else "IIQ" + "QQ" * self.number(
                    body + 8, "Q"))
                self.swap_end(stop - self.end_size(event), event)
            else:
                at += self.swap_own(kind, body, stop)

    # ---- features ----

    def swap_string(self, at):
        size = self.number(at, "I")
        return self.swap(at, "I") + size

    def swap_descriptions(self, at):
        nr, size = self.number(at, "I"), self.number(at + 4, "I")
        at = self.swap(at, "II")
        known = list(self.events)
        for _ in range(nr):
            self.swap_attr(at, size)
            ids = self.number(at + size, "I")
            at = self.swap(at + size, "I")
            at = self.swap(self.swap_string(at), "Q" * ids)
        self.events = known

    def read_format(self, text):
        number = int(re.search(r"^ID: (\d+)", text, re.M).group(1))
        fields = []
        for name, offset, size in re.findall(r"field:([^;]*);\toffset:(\d+);\tsize:(\d+);", text):
            if "[" not in name or name.startswith("__data_loc"):
                fields.append((int(offset), int(size)))
        self.formats[number] = [field for field in fields if field[1] in (2, 4, 8)]

    def swap_formats(self, at):
        nr = self.number(at, "I")
        at = self.swap(at, "I")
        for _ in range(nr):
            size = self.number(at, "Q")
            at = self.swap(at, "Q")
            self.read_format(self.data[at:at + size].decode())
            at += size
        return at

    def swap_tracing(self, at):
        at = self.data.index(b"\0", at + 10) + 1
        self.data[at] ^= 1 # the byte that says the order
        at = self.swap(at + 2, "I")
        for _ in range(2):
            at = self.data.index(b"\0", at) + 1
            size = self.number(at, "Q")
            at = self.swap(at, "Q") + size
        at = self.swap_formats(at)
        systems = self.number(at, "I")
        at = self.swap(at, "I")
        for _ in range(systems):
            at = self.swap_formats(self.data.index(b"\0", at) + 1)
        self.swap(self.swap_string(at), "I")

    def swap_build_ids(self, at, end):
        while at < end:
            size = self.number(at + 6, "H")
            self.swap(at, "IHHI")
            at += size

    def swap_feature(self, feature, at, end):
        if feature == 1:
            self.swap_tracing(at)
        elif feature == 2:
            self.swap_build_ids(at, end)
        elif feature in (3, 4, 5, 6, 8, 9):
            self.swap_string(at)
        elif feature == 7:
            self.swap(at, "II")
        elif feature == 12:
            self.swap_descriptions(at)

    # ---- the whole ----

    def swap_file(self):
        each, attrs, attrs_size, data, size = (self.number(at, "Q") for at in (16, 24, 32, 40, 48))
        flags = [i for i in range(256) if self.data[72 + i // 8] >> i % 8 & 1]
        for at in range(attrs, attrs + attrs_size, each):
            event = self.swap_attr(at, each - 16)
            ids = self.number(at + each - 16, "Q"), self.number(at + each - 8, "Q")
            self.swap(at + each - 16, "QQ")
            self.swap_ids(ids[0], ids[1] // 8, event)
        table = data + size
        for i, feature in enumerate(flags):
            at, length = self.number(table + 16 * i, "Q"), self.number(table + 16 * i + 8, "Q")
            self.swap(table + 16 * i, "QQ")
            self.swap_feature(feature, at, at + length)
        self.swap_records(data, data + size)
        self.swap(0, "Q" * 13)

    def swap_all(self):
        if self.number(8, "Q") == 16:
            self.swap_records(16, len(self.data))
            self.swap(0, "QQ")
        else:
            self.swap_file()
        return self.data


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    if data[:8] != b"PERFILE2":
        sys.exit("swap.py: not a little-endian perf.data")
    with open(sys.argv[2], "wb") as file:
        file.write(Swapper(data).swap_all())


if __name__ == "__main__":
    main()
