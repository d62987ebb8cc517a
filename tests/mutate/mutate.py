#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes small mistakes in the library, one at a time, and says which of them no test notices.

usage: mutate.py [--seed N] [--count N] [--only PATH]... [--jobs N] [--preset NAME] [--list] [--verbose]

Works on a copy of the tree in a temporary folder. For each mistake it builds the library with the
sanitizers, and links and runs the property test and the unit tests that are about the file, up to the
first that fails. Prints what no test noticed, as FILE:LINE: before -> after, and the score: how many of
those that compile were noticed. equivalent.tsv lists mistakes that change nothing, with the reason;
they are left out. The same seed makes the same mistakes as long as the files are the same. Status 0
where nine of ten are noticed."""
import argparse, csv, glob, os, random, shutil, signal, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import operators

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DEFAULT = ["src/check", "src/model", "src/hb"]
TARGET = 0.9

# The unit tests that are about a folder, the likeliest first.
ANALYSIS = ["rules_*", "traps_*", "entries*", "model*", "hb*", "recordings", "report*", "explain*", "witness*",
            "graph*", "timeline*", "filter*", "finding*", "result*", "limits*",
            "while_running*"]
TESTS = {
    "src/source": ["text*", "input*", "tracedat*", "perf*", "datwrite*", "ring*", "recordings"],
    "src/tracefs": ["tracefs*"],
    "src/decode": ["decode*", "pte*", "profile*", "builtin*", "text_traces*", "recordings"],
}
PROPERTY_RUNS = [["--brief", "--seed", seed, "--runs", "2000"] for seed in ("1", "7000000")]
HANGS = 8  # times as long as without any change, and at least as many seconds


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100, help="mistakes, 0: all")
    parser.add_argument("--only", action="append", metavar="PATH",
                        help="a file or a folder, instead of %s" % ", ".join(DEFAULT))
    parser.add_argument("--jobs", type=int, default=1, help="copies that are worked on at once")
    parser.add_argument("--preset", default="asan", help="what is built; asan sees most, debug is faster")
    parser.add_argument("--list", action="store_true", help="say what would be changed, no more")
    parser.add_argument("--verbose", action="store_true", help="say of each which test noticed it")
    return parser.parse_args()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def sources(only):
    for path in only:
        whole = os.path.join(ROOT, path)
        found = [whole] if os.path.isfile(whole) else glob.glob(whole + "/**/*.c", recursive=True)
        if not found:
            sys.exit("mutate: no source in %s" % path)
        for name in sorted(found):
            yield os.path.relpath(name, ROOT)


def all_enums():
    paths = glob.glob(ROOT + "/include/staletlb/*.h") + glob.glob(ROOT + "/src/**/*.[ch]", recursive=True)
    enums = operators.enums_of(read(path) for path in sorted(paths))
    kinds, rules = (read(ROOT + "/include/staletlb/" + name) for name in ("kind.h", "rule.h"))
    enums.update(operators.x_macros(kinds, "STLB_EVENT_KINDS", "STLB_"))
    enums.update(operators.x_macros(rules, "STLB_RULES", "STLB_RULE_"))
    return enums


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def shown(text, mutation):
    """The lines before and after, in one line each."""
    changed = operators.mutated(text, mutation)
    start = text.rfind("\n", 0, mutation.start) + 1
    end = text.find("\n", mutation.end)
    longer = len(changed) - len(text)
    return " ".join(text[start:end].split()), " ".join(changed[start:end + longer].split())


def equivalent():
    path = os.path.join(HERE, "equivalent.tsv")
    with open(path, encoding="utf-8", newline="") as table:
        rows = csv.reader((line for line in table if not line.startswith("#")),
                          delimiter="\t", quoting=csv.QUOTE_NONE)
        return {tuple(row[:3]) for row in rows if row}


def chosen(settings):
    """What is changed: (path, mutation, before, after)."""
    enums, known = all_enums(), equivalent()
    every = []
    for path in sources(settings.only or DEFAULT):
        text = read(os.path.join(ROOT, path))
        for mutation in operators.mutations(text, enums):
            before, after = shown(text, mutation)
            if before != after and (path, before, after) not in known:
                every.append((path, mutation, before, after))
    random.Random(settings.seed).shuffle(every)
    return every


def tests_for(path):
    for folder, patterns in TESTS.items():
        if path.startswith(folder + "/"):
            return patterns
    return ANALYSIS


class Copy:
    """A copy of the tree, built once; the library in it is built anew for each mistake."""

    def __init__(self, folder, paths, preset):
        self.folder = folder
        self.build = os.path.join(folder, "build")
        files = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                               cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode()
        for name in filter(None, files.split("\0")):
            if os.path.isfile(os.path.join(ROOT, name)):
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                shutil.copy2(os.path.join(ROOT, name), os.path.join(folder, name))
        self.programs = {path: self.find_programs(path) for path in paths}
        self.seconds = {}  # what a program takes without any change
        self.property = {}  # what the property test says without any change
        self.configure(preset)

    def find_programs(self, path):
        names = []
        for pattern in tests_for(path):
            found = glob.glob(os.path.join(self.folder, "tests/unit/test_%s.c" % pattern))
            names += [name for name in sorted(os.path.basename(file)[:-2] for file in found)
                      if name not in names]
        return names

    def configure(self, preset):
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        cached = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        needed = sorted({name for names in self.programs.values() for name in names} | {"property"})
        self.call(["cmake", "--preset", preset, "-B", self.build, *generator, *cached,
                   "-DCMAKE_COMPILE_WARNING_AS_ERROR=OFF"])
        self.call(["cmake", "--build", self.build, "--parallel", str(os.cpu_count()), "--target", *needed])

    def call(self, command):
        run = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if run.returncode:
            sys.exit("mutate: %s\n%s" % (" ".join(command), run.stdout.decode()))

    def run(self, program, *arguments):
        """Its status and output; None if it hangs or a sanitizer complains."""
        environment = dict(os.environ, STALETLB_SOURCE_DIR=self.folder,
                           ASAN_OPTIONS="detect_leaks=1:malloc_context_size=2:hard_rss_limit_mb=2048",
                           LSAN_OPTIONS="suppressions=%s/tests/unit/lsan.supp:print_suppressions=0"
                           % self.folder)
        environment.setdefault("STALETLB_TRACES", os.path.join(ROOT, "../shared/traces"))
        run = subprocess.Popen([os.path.join(self.build, "tests", program), *arguments],
                               cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
        began = time.monotonic()
        try:
            output = run.communicate(timeout=self.seconds.get(program, 60) * HANGS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            return None
        self.seconds.setdefault(program, 1 + time.monotonic() - began)
        complained = b"Sanitizer" in output or b"runtime error:" in output
        return None if complained else (run.returncode, output)

    def passes(self, program):
        result = self.run(program)
        return result is not None and result[0] in (0, 77)

    def property_changed(self):
        """Whether it finds something else than without any change."""
        for arguments in PROPERTY_RUNS:
            result = self.run("property", *arguments)
            if result is None or result != self.property.setdefault(tuple(arguments), result):
                return True
        return False

    def noticed_by(self, path):
        """The first test that fails; None if all pass. Each is linked only when it is its turn."""
        if tests_for(path) is ANALYSIS and self.builds("property") and self.property_changed():
            return "property"
        for program in self.programs[path]:
            if not self.builds(program) or not self.passes(program):
                return program
        return None

    def builds(self, target="staletlb_internal"):
        run = subprocess.run(["cmake", "--build", self.build, "--target", target],
                             cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return run.returncode == 0

    def write(self, path, text):
        with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
            file.write(text)

    def judge(self, path, mutation):
        """"": it does not compile; else the test that notices it, or None."""
        text = read(os.path.join(ROOT, path))
        self.write(path, operators.mutated(text, mutation))
        noticed = self.noticed_by(path) if self.builds() else ""
        self.write(path, text)
        return noticed


def leave_out_failing(copy):
    """Tests that fail by themselves would notice everything."""
    if copy.property_changed():
        sys.exit("mutate: without any change, the property test hangs or a sanitizer complains")
    every = sorted({name for names in copy.programs.values() for name in names})
    failing = [name for name in every if not copy.passes(name)]
    for name in failing:
        print("mutate: without any change, %s fails: left out" % name, file=sys.stderr)
    for names in copy.programs.values():
        names[:] = [name for name in names if name not in failing]


class Score:
    def __init__(self, settings):
        self.settings = settings
        self.noticed = self.survived = self.broken = 0

    def enough(self):
        return self.settings.count and self.noticed + self.survived >= self.settings.count

    def add(self, case, noticed):
        path, mutation, before, after = case
        place = "%s:%d: %s -> %s" % (path, line_of(read(os.path.join(ROOT, path)), mutation.start),
                                     before, after)
        self.broken += noticed == ""
        self.noticed += bool(noticed)
        self.survived += noticed is None
        if noticed is None:
            print(place, flush=True)
        elif self.settings.verbose and noticed:
            print("%s: %s" % (noticed, place), file=sys.stderr, flush=True)

    def finish(self):
        made = self.noticed + self.survived
        share = self.noticed / made if made else 0
        print("%d of %d noticed (%.0f %%), %d more did not compile" %
              (self.noticed, made, 100 * share, self.broken))
        return 0 if share >= TARGET else 1


def run(settings, cases, folder):
    paths = sorted({case[0] for case in cases})
    copies = Queue()
    for i in range(settings.jobs):
        copies.put(Copy(os.path.join(folder, str(i)), paths, settings.preset))
    for copy in list(copies.queue):
        leave_out_failing(copy)

    def judge(case):
        copy = copies.get()
        try:
            return copy.judge(case[0], case[1])
        finally:
            copies.put(copy)

    score, at = Score(settings), 0
    with ThreadPoolExecutor(settings.jobs) as workers:
        while at < len(cases) and not score.enough():
            several = cases[at:at + settings.jobs]
            for case, noticed in zip(several, workers.map(judge, several)):
                if not score.enough():
                    score.add(case, noticed)
            at += len(several)
    return score.finish()


def main():
    settings = options()
    cases = chosen(settings)
    if settings.list:
        for path, mutation, before, after in cases[:settings.count or None]:
            print("%s:%d: %s: %s -> %s" % (path, line_of(read(os.path.join(ROOT, path)), mutation.start),
                                           mutation.operator, before, after))
        print("%d can be made" % len(cases))
        return 0
    with tempfile.TemporaryDirectory(prefix="staletlb-mutate-") as folder:
        return run(settings, cases, folder)


if __name__ == "__main__":
    sys.exit(main())
