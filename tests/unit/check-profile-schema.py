#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The schema of profiles is valid, the sample obeys it; schema and man page know the names of
kind.h and event.h.

Run in the project's root. Exit status 77: python3-jsonschema is missing.
"""
import copy
import json
import pathlib
import re
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "include/staletlb/schema/profile.schema.json").read_text())
SAMPLE = json.loads((ROOT / "samples/profile-example.json").read_text())
KINDS, FIELDS = ((ROOT / "include/staletlb" / name).read_text() for name in ("kind.h", "event.h"))

jsonschema.Draft202012Validator.check_schema(SCHEMA)
validator = jsonschema.Draft202012Validator(SCHEMA)
failures = [f"sample: {error.message}" for error in validator.iter_errors(SAMPLE)]

kinds = re.findall(r'\tX\([A-Z_]+, [A-Z_]+, "([a-z_]+)", ', KINDS)
fields = re.findall(r'X\([A-Z_]+, "([a-z_]+)", (?:HEX|DECIMAL)', FIELDS)
event = SCHEMA["$defs"]["event"]["properties"]
if sorted(event["kind"]["enum"]) != sorted(set(kinds) - {"lost", "stack"} | {"none"}):
    failures.append("kinds of the schema are not those of kind.h")
if sorted(event["constants"]["propertyNames"]["enum"]) != sorted(fields):
    failures.append("fields of the schema are not those of event.h")

page = (ROOT / "man/staletlb-profile.5").read_text()
failures += [
    f"not in the man page: {name}"
    for name in (set(kinds) - {"lost", "stack"}) | (set(fields) - {"lost", "place"}) | set(event)
    if f".It Cm {name}\n" not in page
]


def broken(change):
    document = copy.deepcopy(SAMPLE)
    change(document)
    return document


BAD = {
    "no name": lambda d: d.pop("name"),
    "unknown key": lambda d: d.update(evnts=[]),
    "no events": lambda d: d.update(events=[]),
    "unknown kind": lambda d: d["events"][0].update(kind="pte_cler"),
    "kind of the decoder": lambda d: d["events"][0].update(kind="lost"),
    "unknown level": lambda d: d["events"][0].update(level="p5d"),
    "unknown field": lambda d: d["events"][0]["fields"].update(adr="a"),
    "field of two bars": lambda d: d["events"][0]["fields"].update(addr="a||b"),
    "shift": lambda d: d["events"][1]["fields"]["addr"].update(shift=64),
    "computed text": lambda d: d["events"][0]["fields"].update(text={"field": "a"}),
    "constant": lambda d: d["events"][1].update(constants={"dev": "1"}),
    "when with both": lambda d: d["events"][2]["when"].update(differs=1),
    "when with neither": lambda d: d["events"][2]["when"].pop("equals"),
    "phase without text": lambda d: d["events"][0].update(kind="phase"),
    "fields of an ignored event": lambda d: d["events"][3].update(fields={}),
}
failures += [f"accepted: {what}" for what, change in BAD.items() if validator.is_valid(broken(change))]
print("\n".join(failures), end="\n" if failures else "")
sys.exit(bool(failures))
