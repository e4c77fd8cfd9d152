"""``gatewright user import``: import users from elsewhere, with their password hashes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, console_on, note, printable, write_json
from gatewright.cli.secret_input import STANDARD_INPUT
from gatewright.cli.user_import.formats import Format, Reader, open_reader
from gatewright.cli.user_import.lines import Line
from gatewright.cli.user_import.target import Target, open_target
from gatewright.cli.user_import.user import FIELDS, ImportedUser, user_of
from gatewright.errors import InvalidParameterError, TakenError

if TYPE_CHECKING:
    from rich.progress import Progress

_MOST_IGNORED = 20
"""How many ignored fields to name. Any more are data rather than field names."""


class OnConflict(StrEnum):
    """What to do about a user who already exists."""

    SKIP = "skip"
    FAIL = "fail"


@dataclass(slots=True)
class _Tally:
    """What became of the lines."""

    created: int = 0
    skipped: int = 0
    bad: int = 0
    bad_lines: list[dict[str, object]] = field(default_factory=list)
    ignored_fields: set[str] = field(default_factory=set)
    has_clear_passwords: bool = False


def import_users(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file in UTF-8; - for standard input.")],
    format_: Annotated[
        Format | None, typer.Option("--format", help="By default, JSON lines if the name ends in .jsonl, else CSV.")
    ] = None,
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report what would be done.")] = False,
    on_conflict: Annotated[
        OnConflict, typer.Option("--on-conflict", help="Skip a user who already exists, or report a bad line.")
    ] = OnConflict.SKIP,
    as_json: AsJson = False,
) -> None:
    """Import users from a file, with their password hashes.

    The columns are id, username, email, password_hash (of any usual kind), active, verified and roles. The file is CSV
    with a header, separated by commas, semicolons, tabs or vertical bars; or JSON lines. Each user is stored in a
    separate transaction: after an interruption, run the command again to resume. Bad lines are reported and the others
    imported; the exit code is then 1.
    """
    tally = _Tally()
    with _open(file) as stream:
        reader = open_reader(stream, format_ or _format_of(file))
        with open_target(is_dry_run=is_dry_run) as target, _progress() as progress:
            task = progress.add_task("", total=_size_of(file))
            for line in reader.lines():
                reason = _take(line, reader, target, tally, on_conflict)
                if reason is not None:
                    _report(line, reason, tally, progress=None if as_json else progress)
                progress.update(task, advance=line.size, description=f"line {line.last_number}")
    _summarise(tally, is_dry_run=is_dry_run, as_json=as_json)
    if tally.bad:
        raise typer.Exit(ExitCode.NO)


def _take(line: Line, reader: Reader, target: Target, tally: _Tally, on_conflict: OnConflict) -> str | None:
    """Import a line, and return why it cannot be imported, or None."""
    if line.is_blank:
        return None
    try:
        fields = reader.fields_of(line)
        if len(tally.ignored_fields) < _MOST_IGNORED:
            tally.ignored_fields.update(islice((name for name in fields if name not in FIELDS), _MOST_IGNORED))
        user = user_of(fields)
        is_new = target.take(user)
    except (InvalidParameterError, TakenError) as error:
        return str(error)
    return _count(user, tally, is_new=is_new, on_conflict=on_conflict)


def _count(user: ImportedUser, tally: _Tally, *, is_new: bool, on_conflict: OnConflict) -> str | None:
    if is_new:
        tally.created += 1
        tally.has_clear_passwords |= user.password is not None
    elif on_conflict is OnConflict.FAIL:
        return "This user already exists."
    else:
        tally.skipped += 1
    return None


def _report(line: Line, reason: str, tally: _Tally, *, progress: Progress | None) -> None:
    """Keep a bad line for the JSON document, or print it at once, above the progress bar."""
    tally.bad += 1
    if progress is None:
        tally.bad_lines.append({"line": line.number, "reason": reason})
    else:
        progress.console.print(f"line {line.number}: {printable(reason)}", soft_wrap=True)


def _summarise(tally: _Tally, *, is_dry_run: bool, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "dry_run": is_dry_run,
                "created": tally.created,
                "skipped": tally.skipped,
                "bad": tally.bad_lines,
                "ignored_fields": sorted(tally.ignored_fields),
                "clear_passwords": tally.has_clear_passwords,
            }
        )
        return
    if tally.ignored_fields:
        note(f"Fields not imported: {', '.join(map(printable, sorted(tally.ignored_fields)))}.")
    if tally.has_clear_passwords:
        note("The file holds plaintext passwords: delete it afterwards or, better, import hashes.")
    created = "Would be created" if is_dry_run else "Created"
    print(f"{created}: {tally.created}, already there: {tally.skipped}, bad lines: {tally.bad}.")


@contextmanager
def _open(file: str) -> Iterator[BinaryIO]:
    """Open the file.

    Raises:
        InvalidParameterError: If it cannot be opened.
    """
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; errors of reading are not errors of opening
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise InvalidParameterError(f"{file!r:.200} cannot be read: {cause}.") from None
    with stream:
        yield stream


def _format_of(file: str) -> Format:
    return Format.JSONL if file.lower().endswith((".jsonl", ".ndjson")) else Format.CSV


def _size_of(file: str) -> int | None:
    """Return how many bytes there are to read, or None if that is unknown."""
    return None if file == STANDARD_INPUT else Path(file).stat().st_size or None


def _progress() -> Progress:
    """Return a progress bar on stderr, if that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn()
    return Progress(*columns, console=console_on(sys.stderr), transient=True, disable=not sys.stderr.isatty())
