"""``gatewright hooks``: the points where an application can step in."""

from __future__ import annotations

from dataclasses import asdict

from gatewright.cli.output import AsJson, write_json, write_table


def list_hooks(as_json: AsJson = False) -> None:
    """List the hook points, when they fire and their parameters."""
    from gatewright.hooks import POINTS

    if as_json:
        write_json({"hooks": [asdict(point) for point in POINTS]})
    else:
        write_table(
            ("name", "when", "parameters"), [(point.name, point.when, ", ".join(point.parameters)) for point in POINTS]
        )
