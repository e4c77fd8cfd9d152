"""``gatewright audit``: who did what, when, from where."""

from __future__ import annotations

import json
import re
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import typer

from gatewright.auth import Auth
from gatewright.cli.output import note, printable
from gatewright.errors import InvalidParameterError
from gatewright.model import AuditEntry
from gatewright.system import SystemClock

_Line = tuple[int, AuditEntry]
_Read = Callable[..., list[_Line]]

_PAGE = 1000
"""Lines in memory at a time."""
_SECONDS_BETWEEN_LOOKS = 1
_AGE = re.compile(r"([0-9]{1,9})([smhdw])")
_FACTS = tuple(field.name for field in fields(AuditEntry))
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PLAIN = re.compile(r"[^\s\"=\\]+")


def read_audit(
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Only lines since then: an age such as 90s, 30m, 2h, 7d, 4w, or a UTC time."),
    ] = None,
    event: Annotated[str | None, typer.Option(metavar="EVENT", help="Only this event, such as sign_in_failed.")] = None,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Only lines about this user.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new lines until Ctrl-C.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Start with only the newest N lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document per line, for export.")] = False,
) -> None:
    """Print the audit record, newest line last."""
    earliest = None if since is None else _moment_of(since)
    write = _write_json if as_json else _write_text
    with Auth() as auth:
        search = partial(auth.list_audit, since=earliest, event=event, username=user)
        read = partial(search, at_most=_PAGE)
        last = _write_all(_lines_behind(0, read) if limit is None else search(at_most=limit, newest=True), write)
        if not last and not follow and not as_json:
            note("The audit record has no matching lines.")
        while follow:
            _wait_for_more()
            last = _write_all(_lines_behind(last, read), write) or last


def _lines_behind(last: int, read: _Read) -> Iterator[_Line]:
    page = read(after_id=last)
    while page:
        yield from page
        page = read(after_id=page[-1][0])


def _write_all(lines: Iterable[_Line], write: Callable[[int, AuditEntry], None]) -> int:
    """Print lines and return the number of the last one, or 0 if there is none."""
    last = 0
    for last, entry in lines:
        write(last, entry)
    sys.stdout.flush()
    return last


def _write_json(number: int, entry: AuditEntry) -> None:
    print(json.dumps({"id": number, **_facts_of(entry), "at": entry.at.isoformat()}))


def _write_text(_: int, entry: AuditEntry) -> None:
    facts = _facts_of(entry)
    del facts["at"], facts["event"]
    known = (f"{name}={_quoted(value)}" for name, value in facts.items() if value is not None)
    print(entry.at.isoformat(timespec="seconds"), entry.event, *known)


def _facts_of(entry: AuditEntry) -> dict[str, Any]:
    """Return the facts of a line, by name. ``asdict`` would deep-copy every value."""
    return {name: getattr(entry, name) for name in _FACTS}


def _quoted(text: str) -> str:
    """Return a value, quoted if needed, so that a name that a visitor typed cannot pass for another fact."""
    if _PLAIN.fullmatch(text) and text.isprintable():
        return text
    return json.dumps(printable(text), ensure_ascii=False)


def _moment_of(when: str) -> datetime:
    """Return the time that an age or an ISO time stands for.

    Raises:
        InvalidParameterError: If it is neither.
    """
    age = _AGE.fullmatch(when)
    try:
        if age is not None:
            return SystemClock().now() - timedelta(**{_UNITS[age[2]]: int(age[1])})
        moment = datetime.fromisoformat(when)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidParameterError(
            "--since takes an age such as 90s, 30m, 2h, 7d or 4w, or an ISO time such as 2030-12-31T23:59, in UTC."
        ) from None


def _wait_for_more() -> None:
    """Wait a moment, or stop if the reader of stdout is gone, even when there is nothing to write.

    Raises:
        BrokenPipeError: If nobody reads stdout any more.
    """
    if not hasattr(select, "poll"):
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        return
    readers = select.poll()
    readers.register(sys.stdout, 0)
    if readers.poll(_SECONDS_BETWEEN_LOOKS * 1000):
        raise BrokenPipeError
