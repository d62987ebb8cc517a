#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-perfetto.py FILE... - does a file follow the rules of the JSON trace event format?

Checked is what the format's description asks for and ui.perfetto.dev relies on; - is standard
input. With --self-test the script proves that it finds each kind of fault.
"""
import copy
import json
import re
import sys

KEYS = {
    "B": {"ph", "pid", "tid", "ts", "cat", "name", "args"},
    "E": {"ph", "pid", "tid", "ts"},
    "i": {"ph", "pid", "tid", "ts", "cat", "name", "s", "args"},
    "s": {"ph", "pid", "tid", "ts", "cat", "name", "id"},
    "f": {"ph", "pid", "tid", "ts", "cat", "name", "id", "bp"},
    "M": {"ph", "pid", "tid", "name", "args"},
}
OPTIONAL = {"i": {"tid", "args"}, "B": {"args"}, "M": {"tid"}}
METADATA = {"process_name": "name", "process_sort_index": "sort_index",
            "thread_name": "name", "thread_sort_index": "sort_index"}


class Checker:
    """One file; times are integers of nanoseconds, so that nothing is rounded."""

    def __init__(self):
        self.errors = []
        self.open = {}      # (pid, tid): times of what has begun
        self.last = {}      # (pid, tid): latest time
        self.flows = {}     # id: [beginnings, ends]
        self.named = {}     # tid: pid, of all in the file
        self.processes = set()
        self.used = set()
        self.file_last = {}

    def fault(self, index, text):
        self.errors.append(f"event {index}: {text}")

    def check_time(self, index, event):
        text = event["ts"]
        if not isinstance(text, Number) or not re.fullmatch(r"\d+\.\d{3}", text.text):
            self.fault(index, f"ts {text!r} is no number of microseconds with three decimals")
            return None
        return int(text.text.replace(".", ""))

    def check_keys(self, index, event):
        ph = event.get("ph")
        if ph not in KEYS:
            self.fault(index, f"phase {ph!r}")
            return False
        missing = KEYS[ph] - event.keys() - OPTIONAL.get(ph, set())
        unknown = event.keys() - KEYS[ph]
        if missing or unknown:
            self.fault(index, f"{ph}: missing {sorted(missing)}, unknown {sorted(unknown)}")
            return False
        for key in ("pid", "tid", "id"):
            if key in event and (type(event[key]) is not int or not 0 < event[key] < 2 ** 31):
                self.fault(index, f"{key} {event[key]!r} is no positive number of 31 bits")
        return True

    def check_metadata(self, index, event):
        name = event["name"]
        if list(event["args"]) != [METADATA.get(name)]:
            self.fault(index, f"metadata {name} with {event['args']}")
        if name == "process_name":
            if event["pid"] in self.processes:
                self.fault(index, "a second name of the process")
            self.processes.add(event["pid"])
        if name == "thread_name":
            if event["tid"] in self.named:
                self.fault(index, "a track id that is taken")
            self.named[event["tid"]] = event["pid"]

    def check_flow(self, index, event, ns, track):
        key = (event["id"], event["cat"], event["name"])
        flow = self.flows.setdefault(event["id"], {"key": key, "s": [], "f": []})
        if flow["key"] != key:
            self.fault(index, "a flow id of two flows")
        if event["ph"] == "f" and event["bp"] != "e":
            self.fault(index, "the end of a flow that is not bound to the enclosing slice")
        if event["ph"] == "f" and not flow["s"]:
            self.fault(index, "a flow that ends before it begins")
        flow[event["ph"]].append((ns, track))
        if not self.open.get(track):
            self.fault(index, "a flow outside any slice")

    def check_event(self, index, event):
        if not self.check_keys(index, event):
            return
        if event["ph"] == "M":
            self.check_metadata(index, event)
            return
        ns, track = self.check_time(index, event), (event["pid"], event.get("tid"))
        if ns is None:
            return
        self.used.add(track)
        if ns < self.last.get(track, 0):
            self.fault(index, f"time goes back on track {track}")
        self.last[track] = ns
        if ns < self.file_last.get(event["pid"], 0):
            self.fault(index, "time goes back in the file")
        self.file_last[event["pid"]] = ns
        stack = self.open.setdefault(track, [])
        if event["ph"] == "B":
            stack.append(ns)
        elif event["ph"] == "E" and not stack:
            self.fault(index, "an end without its beginning")
        elif event["ph"] == "E":
            stack.pop()
        elif event["ph"] == "i":
            if event["s"] != ("t" if "tid" in event else "p"):
                self.fault(index, f"scope {event['s']!r}")
        else:
            self.check_flow(index, event, ns, track)

    def check_end(self):
        for track, stack in self.open.items():
            if stack:
                self.errors.append(f"track {track}: {len(stack)} slices that do not end")
        for number, flow in self.flows.items():
            if len(flow["s"]) != 1 or len(flow["f"]) != 1:
                self.errors.append(f"flow {number}: {len(flow['s'])} beginnings, "
                                   f"{len(flow['f'])} ends")
            elif flow["s"][0][0] >= flow["f"][0][0]:
                self.errors.append(f"flow {number}: does not go forward in time")
        for pid, tid in sorted(self.used, key=str):
            if pid not in self.processes:
                self.errors.append(f"process {pid} has no name")
            if tid is not None and self.named.get(tid) != pid:
                self.errors.append(f"track {tid} of process {pid} has no name")

    def check(self, document):
        if set(document) != {"displayTimeUnit", "otherData", "traceEvents"}:
            self.errors.append(f"keys of the document: {sorted(document)}")
            return
        if document["displayTimeUnit"] not in ("ns", "ms"):
            self.errors.append("displayTimeUnit")
        for index, event in enumerate(document["traceEvents"]):
            self.check_event(index, event)
        self.check_end()


class Number(float):
    """A number with its text: a float cannot hold all nanoseconds."""

    def __new__(cls, text):
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __deepcopy__(self, memo):
        return self


def parse(text):
    def pairs(items):
        keys = [key for key, _ in items]
        if len(keys) != len(set(keys)):
            raise ValueError(f"a key twice in {keys}")
        return dict(items)

    return json.loads(text, parse_float=Number, object_pairs_hook=pairs)


def faults(document):
    checker = Checker()
    checker.check(document)
    return checker.errors


GOOD = """{"displayTimeUnit": "ns", "otherData": {}, "traceEvents": [
{"ph":"M","pid":1,"name":"process_name","args":{"name":"t"}},
{"ph":"M","pid":1,"tid":7,"name":"thread_name","args":{"name":"a"}},
{"ph":"M","pid":1,"tid":8,"name":"thread_name","args":{"name":"b"}},
{"ph":"B","pid":1,"tid":7,"ts":1.000,"cat":"c","name":"n","args":{}},
{"ph":"s","pid":1,"tid":7,"ts":1.000,"cat":"c","name":"n","id":1},
{"ph":"i","pid":1,"tid":7,"ts":1.500,"cat":"c","name":"n","s":"t"},
{"ph":"E","pid":1,"tid":7,"ts":2.000},
{"ph":"B","pid":1,"tid":8,"ts":2.000,"cat":"c","name":"n"},
{"ph":"f","pid":1,"tid":8,"ts":2.000,"cat":"c","name":"n","id":1,"bp":"e"},
{"ph":"E","pid":1,"tid":8,"ts":3.000}]}"""


def self_test():
    good = parse(GOOD)
    assert not faults(good), faults(good)
    for index in range(len(good["traceEvents"])):
        if index == 5:
            continue  # an instant may be missing
        bad = copy.deepcopy(good)
        del bad["traceEvents"][index]
        assert faults(bad), f"event {index} can be missing"
    changes = [(3, "tid", 9), (3, "ph", "X"), (4, "id", "1"), (4, "id", 2), (5, "s", "g"),
               (6, "ts", Number("0.500")), (6, "ts", 2), (8, "bp", "x"), (8, "ts", Number("2.0")),
               (2, "tid", 7), (0, "args", {}), (5, "color", "red"), (8, "name", "m")]
    for index, key, value in changes:
        bad = copy.deepcopy(good)
        bad["traceEvents"][index][key] = value
        assert faults(bad), f"event {index}: {key} can be {value!r}"


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    bad = False
    for path in sys.argv[1:]:
        with (sys.stdin if path == "-" else open(path, encoding="utf-8")) as file:
            errors = faults(parse(file.read()))
        for error in errors[:20]:
            print(f"{path}: {error}", file=sys.stderr)
        bad |= bool(errors)
    sys.exit(1 if bad else 0)


main()
