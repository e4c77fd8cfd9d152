"""No text makes a regular expression of ours track back for ever: each is given texts pumped up from its own parts."""

from __future__ import annotations

import ast
import re
import signal
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

import gatewright

LENGTH = 8000
"""Characters of a text. Nothing that is matched is longer: servers limit headers, and everything else has a limit."""

CPU_SECONDS = 5
"""For all texts of one expression: a thousand times what the slowest takes."""

NEVER = "\x00"
"""What hardly any expression takes, so that the match fails at the end of the text."""


CALLS = {f"re.{name}" for name in ("compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub")}
FOLDER = Path(gatewright.__file__).parent


def patterns_of_modules():
    """Return every compiled expression that a module of ours holds."""
    for path in FOLDER.rglob("*.py"):
        if "re.compile(" in path.read_text():
            module = import_module(".".join(("gatewright", *path.relative_to(FOLDER).with_suffix("").parts)))
            yield from (each for each in vars(module).values() if type(each) is re.Pattern)


def patterns_in_calls():
    """Return every expression that the code writes into a call such as ``re.sub``."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_of_re = isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS
            if is_of_re and node.args and isinstance(node.args[0], ast.Constant):
                yield re.compile(node.args[0].value)


def shortest(tree):
    """Return a text that a parsed expression takes, near enough."""
    return "".join(_shortest_of(*item) for item in tree)


def _shortest_of(kind, value):
    match str(kind):
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL" | "ANY":
            return "a" if value != ord("a") else "b"
        case "IN":
            return _member_of(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return shortest(value[2]) * max(value[0], 1)
        case "SUBPATTERN":
            return shortest(value[-1])
        case "BRANCH":
            return shortest(value[1][0])
    return ""


def _member_of(members):
    """Return a character of a set."""
    if str(members[0][0]) == "NEGATE":
        taken = {chr(value) for kind, value in members[1:] if str(kind) == "LITERAL"}
        return next(letter for letter in "a1 !~" if letter not in taken)
    kind, value = members[0]
    named = {"CATEGORY_SPACE": " ", "CATEGORY_DIGIT": "1", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "!"}
    return {"LITERAL": lambda: chr(value), "RANGE": lambda: chr(value[0])}.get(
        str(kind), lambda: named.get(str(value), "a")
    )()


def pumped(tree, before=""):
    """Yield texts in which what may be repeated is, one after the other, with what stands before it."""
    for kind, value in tree:
        inner = {"SUBPATTERN": lambda v: [v[-1]], "BRANCH": lambda v: v[1]}.get(str(kind), lambda v: [])(value)
        if str(kind).endswith("REPEAT"):
            unit = shortest(value[2]) or "a"
            yield before + unit * (LENGTH // len(unit))
            inner = [value[2]]
        for each in inner:
            yield from pumped(each, before)
        before += _shortest_of(kind, value)


@contextmanager
def limited_cpu(seconds):
    """Raise `TimeoutError` once this process has worked for so long: other processes do not count."""

    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def try_texts(pattern):
    """Give an expression its pumped texts, in every way that the code uses one."""
    is_bytes = isinstance(pattern.pattern, bytes)
    source = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    for text in pumped(re._parser.parse(source, pattern.flags & ~re.UNICODE if is_bytes else pattern.flags)):
        for ending in ("", NEVER, "!", "\n"):
            whole = (text + ending).encode("latin-1", "replace") if is_bytes else text + ending
            pattern.fullmatch(whole)
            pattern.search(whole[-1000:])


def test_no_text_takes_for_ever():
    """An expression that tracks back would need longer than the world has existed."""
    patterns = {(each.pattern, each.flags): each for each in (*patterns_of_modules(), *patterns_in_calls())}
    assert len(patterns) > 50
    for pattern in patterns.values():
        try:
            with limited_cpu(CPU_SECONDS):
                try_texts(pattern)
        except TimeoutError:
            pytest.fail(f"{pattern} tracks back.")


@pytest.mark.parametrize("source", [r"(a+)+b", r"(a|a)*b", r"(\w+\s?)*!", rb"(?:[^x]+)*x"])
def test_one_that_tracks_back_is_found(source):
    """The test can fail."""
    with pytest.raises(TimeoutError), limited_cpu(0.2):
        try_texts(re.compile(source))
