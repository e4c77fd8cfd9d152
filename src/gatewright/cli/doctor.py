"""``gatewright doctor``: is this configuration safe, and if not, how do you fix it?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, write_json, write_table

_STYLES = {"ok": "green", "warning": "yellow", "unsafe": "bold red"}


def examine_configuration(
    deep: Annotated[bool, typer.Option("--deep", help="Also read and check every row of the database.")] = False,
    as_json: AsJson = False,
) -> None:
    """Report what is unsafe in the configuration, and how to fix it.

    Changes nothing. The exit code is 1 if anything is unsafe, else 0.
    """
    from gatewright.cli.checks import Status, examine

    findings = list(examine(every_row=deep))
    is_safe = all(finding.status is not Status.UNSAFE for finding in findings)
    if as_json:
        write_json({"is_safe": is_safe, "findings": [asdict(finding) for finding in findings]})
    else:
        columns = ("check", "status", "finding", "cure")
        write_table(columns, [tuple(asdict(finding).values()) for finding in findings], styles=_STYLES)
    if not is_safe:
        raise typer.Exit(ExitCode.NO)
