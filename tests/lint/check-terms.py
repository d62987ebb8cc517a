#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One word for one thing in the code: no comment and no identifier of src, include and tests has a word
that another one has replaced. What users read is for check-words.sh to check."""
import os, re, subprocess, sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

# A word of comments and names -> what to write
WORDS = {
    r"told": "reported, recorded, notified",
    r"breach(es|ed)?": "violation, violated",
    r"tighten(s|ed|ing)?": "write-protect",
    r"owe[sd]?": "pending, needs an invalidation",
    r"doers?": "context",
}
PHRASES = {
    r"(has|have) to be": "must be",
    r"(?<!there )(?<!there's )is none": "is not one",
    r"the one who": "whoever",
    r"lets? go( of)?": "releases, released",
    r"publish(es|ed)": "release, released",
}
# Identifiers, or what they begin with -> what to write
NAMES = {
    r"act": "ec, of struct stlb_event_context",
    r"stlb_act": "stlb_event_context", r"stlb_case": "stlb_violation",
    r"stlb_also": "stlb_extra_evidence", r"stlb_brief": "stlb_saved_event",
    r"stlb_pieces": "stlb_subpages", r"stlb_task": "stlb_context",
    r"stlb_again": "stlb_finding_pass", r"stlb_draw": "stlb_timeline_pass",
    r"stlb_standing": "stlb_analysis_stats", r"stlb_actor": "stlb_witness_context",
    r"weaker": "restored_read_only", r"strange": "unparsed", r"blind": "limitations",
}
# May stay: "does not have to be"
ALLOWED = re.compile(r"(not|may|still|will) (have|has) to be", re.I)
TOKEN = re.compile(r"(?P<comment>/\*.*?\*/|//[^\n]*)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|(?P<name>[A-Za-z_]\w*)",
                   re.DOTALL)
PART = re.compile("(?:^|_)(%s)(?:_|$)" % "|".join(WORDS))
NAME = re.compile("(%s)$" % "|".join(word if "_" not in word else word + r"(_\w+)?" for word in NAMES))
COMMENT = re.compile(r"\b(%s)\b" % "|".join([*WORDS, *PHRASES]), re.I)


def files():
    found = subprocess.run(["find", "src", "include", "tests", "-name", "*.[ch]"], check=True,
                           capture_output=True, text=True)
    return sorted(found.stdout.split())


def complaints(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    code = path.startswith(("src/", "include/"))
    for token in TOKEN.finditer(text):
        line = text.count("\n", 0, token.start()) + 1
        if token["comment"]:
            words = " ".join(re.sub(r"\n\s*\*", "\n", token["comment"]).split())
            for word in COMMENT.finditer(ALLOWED.sub("", words)):
                yield line, word[0]
        elif token["name"] and (PART.search(token["name"].lower()) or (code and NAME.match(token["name"]))):
            yield line, token["name"]


def main():
    found = ["%s:%d: %s" % (path, *what) for path in files() for what in complaints(path)]
    if found:
        print("\n".join(found))
        print("tests/lint/check-terms.py says what to write for each of these")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
