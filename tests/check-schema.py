#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check-schema.py FILE SCHEMA - is a JSON file what its schema says? - is standard input."""
import json
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing", file=sys.stderr)
    sys.exit(77)


def load(path):
    if path == "-":
        return json.load(sys.stdin)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    schema = load(sys.argv[2])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker())
    errors = list(validator.iter_errors(load(sys.argv[1])))
    for error in errors:
        print(f"{sys.argv[1]}: {error.json_path}: {error.message}", file=sys.stderr)
    sys.exit(1 if errors else 0)


main()
