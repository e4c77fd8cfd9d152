"""``gatewright hooks``."""

from __future__ import annotations

import json

from gatewright.hooks import POINTS


def test_the_table_holds_every_declaration(invoke):
    """One line for each point: name, when it fires, parameters."""
    heading, *lines = invoke("hooks").stdout.splitlines()

    assert heading.split() == ["name", "when", "parameters"]
    for point, line in zip(POINTS, lines, strict=True):
        assert line.startswith(f"{point.name} ")
        assert point.when in line
        assert line.rstrip().endswith(", ".join(point.parameters))


def test_the_document_holds_every_declaration(invoke):
    """Meanings of parameters included."""
    hooks = json.loads(invoke("hooks", "--json").stdout)["hooks"]

    assert [(point.name, point.when, point.parameters) for point in POINTS] == [
        (hook["name"], hook["when"], hook["parameters"]) for hook in hooks
    ]
