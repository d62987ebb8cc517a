# SPDX-License-Identifier: GPL-2.0-or-later
"""The ways in which a line of C is changed: each finds places in the code and says what to put there.

What is masked (comments, strings, characters, the preprocessor's lines) is blank in the text that the
patterns see, at the same offsets as in the file."""
import re
from collections import namedtuple

# @start, @end: what is replaced, offsets in the file
Mutation = namedtuple("Mutation", "operator start end put")

MASKED = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
        | ^[ \t]*\#(?:[^\n\\]|\\.)*(?:\\\n(?:[^\n\\]|\\.)*)*""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


def masked(text):
    return MASKED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def closing(code, opening):
    """The offset of the parenthesis that closes the one at @opening; -1 for none."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if not depth:
            return at
    return -1


def replaced(operator, pattern, choices):
    """An operator that puts one of some texts for what a pattern finds."""

    def find(code, _enums):
        for found in re.finditer(pattern, code):
            for put in choices(found.group()):
                yield Mutation(operator, found.start(), found.end(), put)

    return find


RELATIONS = {
    "==": ["!="], "!=": ["=="],
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
}
ARITHMETIC = {
    "+": ["-"], "-": ["+"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
    "++": ["--"], "--": ["++"],
}


def constants(text):
    value = int(text, 0)
    wide = text.startswith("0x")
    near = [value + 1] + ([value - 1] if value else [])
    return [hex(number) if wide else str(number) for number in near]


def conditions(code, _enums):
    """What an if or a while asks is always so, or never."""
    for found in re.finditer(r"\b(if|while)\s*(\()", code):
        end = closing(code, found.start(2))
        if end < 0:
            continue
        for put in ("true", "false")[found.group(1) == "while":]:
            yield Mutation("condition", found.start(2) + 1, end, put)


def operand(code, at, step):
    """Where the operand of a logical operator ends, going from it to the left or to the right."""
    stop = {"(": 1, ")": -1} if step < 0 else {"(": -1, ")": 1}
    depth = 0
    while 0 <= at < len(code):
        depth -= stop.get(code[at], 0)
        pair = code[at:at + 2] if step > 0 else code[at - 1:at + 1]
        if depth < 0 or (not depth and (pair in ("&&", "||") or code[at] in ";{}?:,")):
            break
        if not depth and code[at] == "=" and code[at - 1] not in "=!<>" and code[at + 1] != "=":
            break
        if not depth and step < 0 and re.search(r"\breturn$", code[at - 5:at + 1]):
            break
        at += step
    return at


def dropped_operands(code, _enums):
    """One of two conditions is no longer asked."""
    for found in re.finditer(r"&&|\|\|", code):
        left = operand(code, found.start() - 1, -1) + 1
        right = operand(code, found.end(), 1)
        yield Mutation("operand", left, found.end(), " " if left else "")
        yield Mutation("operand", found.start(), right, "")


STATEMENT = re.compile(r"(?:(?<=[;{})])|(?<=\belse))(\s*)([a-zA-Z_*(+-][^;{}]*;)")
KEYWORD = re.compile(r"(if|for|while|switch|return|goto|case|default|do|else|static|const|enum|struct)\b")
DECLARATION = re.compile(r"[a-z_][a-z_0-9]*(\s+\**|\s*\*+\s*)[a-z_][a-z_0-9]*(\[[^]]*\])*\s*(=[^=]|;|,)")


def statements(code, _enums):
    """A call or an assignment is left out."""
    for found in STATEMENT.finditer(code):
        text = found.group(2)
        is_jump = re.match(r"(break|continue)\s*;", text)
        if KEYWORD.match(text) or (DECLARATION.match(text) and not is_jump):
            continue
        if is_jump or "=" in text or "(" in text or "++" in text or "--" in text:
            yield Mutation("statement", found.start(2), found.end(2), ";")


def enumerators(code, enums):
    """Another value of the same enum."""
    for found in re.finditer(r"\b[A-Z][A-Z0-9_]{2,}\b", code):
        values = enums.get(found.group(), [])
        if len(values) < 2 or re.match(r"\s*(:|=[^=])", code[found.end():]):
            continue
        at = values.index(found.group())
        yield Mutation("enumerator", found.start(), found.end(), values[(at + 1) % len(values)])


OPERATORS = [
    replaced("relation", r"(?<![<>=!+\-*/|&%^-])(?:[<>]=?|[=!]=)(?![<>=])", RELATIONS.get),
    replaced("logic", r"&&|\|\|", lambda text: ["||" if text == "&&" else "&&"]),
    replaced("negation", r"!(?![=])", lambda text: [""]),
    replaced("arithmetic", r"(?<=[\w)\]] )[+-](?= [\w(*])|[+\-|&]=|\+\+|--", ARITHMETIC.get),
    replaced("constant", r"(?<![\w.])(?:0x[0-9a-f]+|\d+)(?![\w.])", constants),
    replaced("result", r"(?<=return )(?:true|false)(?=;)",
             lambda text: ["false" if text == "true" else "true"]),
    conditions,
    dropped_operands,
    statements,
    enumerators,
]


def enums_of(texts):
    """By enumerator, the enumerators of its enum; those that an X macro makes are not seen."""
    enums = {}
    for text in texts:
        for body in re.findall(r"\benum\s*\w*\s*\{([^{}#]*)\}", masked(text)):
            names = re.findall(r"(?:^|,)\s*([A-Z][A-Z0-9_]*)", body)
            if "=" not in body:
                enums.update((name, names) for name in names)
    return enums


def x_macros(header, macro, prefix):
    """The enumerators that a header's table of X(name, ...) makes."""
    table = re.search(r"#define %s\(X\)(.*?[^\\])\n" % macro, header, re.DOTALL)
    names = [prefix + name for name in re.findall(r"\bX\((\w+),", table.group(1))]
    return {name: names for name in names}


def mutations(text, enums):
    """All of a file's, in the order of their places."""
    code = masked(text)
    made = [mutation for operator in OPERATORS for mutation in operator(code, enums)]
    return sorted(set(made), key=lambda mutation: (mutation.start, mutation.operator, mutation.put))


def mutated(text, mutation):
    return text[:mutation.start] + mutation.put + text[mutation.end:]
