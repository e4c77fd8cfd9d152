"""The tree of errors: drawn in the module's docstring, and exactly so in the code."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import re

import pytest

import gatewright
from gatewright import errors
from gatewright.errors import GatewrightError

LINE = re.compile(r"^    (?P<indent>(?:[|] {3}| {4})*)(?:\+-- )?(?P<name>[A-Z]\w+)(?: +(?P<code>[a-z_]+))?$")


def drawn_tree():
    """Read name, parent and code of each class from the drawing."""
    above, rows = [], []
    for line in errors.__doc__.splitlines():
        if match := LINE.match(line):
            depth = 0 if match["name"] == "GatewrightError" else len(match["indent"]) // 4 + 1
            above[depth:] = [match["name"]]
            rows.append((match["name"], above[depth - 1] if depth else None, match["code"]))
    return rows


CLASSES = {
    name: cls
    for name, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, BaseException) and cls.__module__ == errors.__name__
}


def test_the_drawing_shows_every_class_once():
    """And no class that is not there."""
    assert sorted(name for name, _, _ in drawn_tree()) == sorted(CLASSES)


@pytest.mark.parametrize(("name", "parent", "code"), drawn_tree())
def test_the_drawing_is_the_tree(name, parent, code):
    """Parent and code are as drawn; where no code is drawn, the parent's is inherited."""
    cls = CLASSES[name]

    assert cls.__base__ is (Exception if parent is None else CLASSES[parent])
    assert vars(cls).get("code") == code
    assert code or cls.code == CLASSES[parent].code


def test_codes_are_unique():
    """A code names one class, and those that inherit it on purpose."""
    own = [code for _, _, code in drawn_tree() if code is not None]

    assert len(own) == len(set(own)) == len(drawn_tree()) - 2


@pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")  # ldap3's own, at its import
def test_every_exception_of_the_package_is_in_the_tree():
    """No module defines one of its own."""
    strangers = set()
    for module in pkgutil.walk_packages(gatewright.__path__, "gatewright."):
        if ".migrations." in module.name or module.name.endswith("__main__") or ".adapters." in module.name:
            continue  # these do something when they are imported, or speak the language of their framework
        for cls in vars(importlib.import_module(module.name)).values():
            is_ours = inspect.isclass(cls) and cls.__module__.startswith("gatewright")
            if is_ours and issubclass(cls, BaseException) and not issubclass(cls, GatewrightError):
                strangers.add(cls)

    assert strangers == set()


def make(cls):
    needs_time = "retry_after" in inspect.signature(cls).parameters
    return cls("what happened", **({"retry_after": 7} if needs_time else {}), user_id="u1")


@pytest.mark.parametrize("cls", CLASSES.values())
def test_message_evidence_and_public_sentence(cls):
    """The message is for the log, the evidence is kept, and without a message there is the public sentence."""
    error = make(cls)

    assert (str(error), error.evidence) == ("what happened", {"user_id": "u1"})
    assert "u1" not in f"{error!r}{error.public_message}"
    assert re.fullmatch(r"[A-Z].+\.", cls.public_message)
    assert str(cls(**({"retry_after": 1} if hasattr(error, "retry_after") else {}))).strip()


@pytest.mark.parametrize("cls", CLASSES.values())
def test_every_error_has_a_docstring_that_says_more_than_its_name(cls):
    """The reference of error codes is made from them."""
    assert len(inspect.getdoc(cls).splitlines()[0]) > 30


def test_bad_parameters_are_value_errors_too():
    """Code that knows nothing of gatewright catches them as Python's own."""
    assert issubclass(errors.InvalidParameterError, ValueError)


def test_the_reason_of_a_veto_is_its_message():
    """It is for the log; the visitor reads the public sentence."""
    denied = errors.Denied("over the quota", quota=3)

    assert (denied.reason, str(denied), denied.evidence) == ("over the quota", "over the quota", {"quota": 3})
    assert "quota" not in denied.public_message
    assert errors.Denied().reason == "denied by a hook"


def test_retry_after_is_kept():
    """In seconds."""
    assert errors.RateLimitError(retry_after=60).retry_after == 60


@pytest.mark.parametrize("cls", CLASSES.values())
def test_errors_travel_between_processes(cls):
    """Worker pools pickle what a task raises."""
    error = pickle.loads(pickle.dumps(make(cls)))

    assert (type(error), str(error), error.evidence) == (cls, "what happened", {"user_id": "u1"})
