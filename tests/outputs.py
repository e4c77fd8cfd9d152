"""What tests write to stdout and stderr, and what the processes write that they start; and the secrets of these.

Noted are: what pytest captures of each phase, what a test reads by ``capsys`` and ``capfd``, what a command shows that
runs in this process, and of other processes what `subprocess` collects from their pipes, what a test reads from a pipe
itself, line by line, and what they write into a file.

A secret of another process is noted where it passes this one: in the environment, or within a request of httpx over a
socket.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import click.testing
import httpx
import pytest
from typer.testing import CliRunner

from canaries import CANARIES, OUTPUT, SHORTEST, wrap
from gatewright.mail.console import ConsoleMailer

PRINTING = {
    ("wallet", "new"): "makes a key, and prints it for who has asked for it",
    ("wallet", "sign"): "makes a signature, and prints it for who has asked for it",
}
"""Commands that are there to print a secret, and why."""

_SECRET = re.compile(r"(?i)(.*_)?(secret|password|passphrase|wif|token|code)(_.*)?")
_NO_SECRETS = re.compile(r"(?i).*(minutes|hours|seconds|length|digits|file|path|per_.*)")
_LONG = 20
"""Characters. A shorter cookie is a language or a skin, and a shorter token a test's own invention."""

_REQUEST_LINE = re.compile(rb"[A-Z]+ \S+ HTTP/[\d.]+")
"""Of the access logs of frameworks' own servers, which show the links that are opened; that of our server does not."""

_files = {}
"""Path of a file that a process writes -> how many bytes of it have been seen."""


@functools.cache
def watch_outputs():
    """Note what is written, by this process and by those that it starts, from now on; once in a process."""
    for owner, name, note in (
        (pytest.CaptureFixture, "readouterr", lambda captured, *_: _seen(*captured)),
        (CliRunner, "invoke", _note_command),
        (click.testing.CliRunner, "invoke", _note_command),
        (ConsoleMailer, "send", _note_shown_mail),
        (subprocess.Popen, "__init__", _note_process),
        (subprocess.Popen, "communicate", lambda texts, process, *_, **__: _note_texts(texts, process.args)),
        (httpx.HTTPTransport, "handle_request", lambda answer, _, request: _note_exchange(request, answer.headers)),
        (httpx.AsyncHTTPTransport, "handle_async_request", lambda _, __, request: _note_exchange(request, {})),
    ):
        wrap(owner, name, note)


def see_phase(report):
    """Take note of what was captured in the phase of a test that a report is about."""
    _seen(
        *(text for title, text in report.sections if title in {f"Captured {name} {report.when}" for name in _STREAMS})
    )


def see_rest(node, when):
    """Take note of what has been captured since the last phase, which pytest still shows, and of processes' files."""
    manager = node.config.pluginmanager.getplugin("capturemanager")
    if manager is not None and manager.is_globally_capturing():
        for name, text in zip(_STREAMS, manager.read_global_capture(), strict=True):
            node.add_report_section(when, name, text)
            _seen(text)
    for path in list(_files):
        _see_file(path)


_STREAMS = ("stdout", "stderr")


def _seen(*texts):
    for text in filter(None, texts):
        CANARIES.seen(OUTPUT, text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _see_file(path):
    if not path.exists():
        del _files[path]
        return
    if path.stat().st_size > _files[path]:
        with path.open("rb") as file:
            file.seek(_files[path])
            _seen(_REQUEST_LINE.sub(b"", file.read()))
            _files[path] = file.tell()


def _note_command(result, _, __, arguments=None, **___):
    if not _is_printing(arguments or ()):
        _seen(result.output)


def _note_texts(texts, arguments):
    if not _is_printing(arguments):
        _seen(*texts)


def _is_printing(arguments):
    given = [str(each) for each in arguments] if not isinstance(arguments, str) else arguments.split()
    return any(pair in PRINTING for pair in pairwise(given))


def _note_shown_mail(_, __, mail):
    """A developer is to follow the links of mails that go to the terminal."""
    CANARIES.shown(mail.text)


def _note_process(_, process, *__, env=None, stdout=None, stderr=None, **___):
    for name, value in (env or {}).items():
        if isinstance(name, str) and _SECRET.fullmatch(name) and not _NO_SECRETS.fullmatch(name):
            CANARIES.born("setting", value)
    for stream in (stdout, stderr):
        if isinstance(name := getattr(stream, "name", None), str):
            _files.setdefault(Path(name).absolute(), 0)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None and not _is_printing(process.args):
            for reading in ("read", "readline"):
                wrap(pipe, reading, lambda text, *_: _seen(text))


def _note_exchange(request, answered):
    """Note what a request over a socket tells of secrets, and what the answer gives."""
    token = request.headers.get("authorization", "").rpartition(" ")[2]
    if len(token) >= _LONG:
        CANARIES.born("token", token)
    cookies = request.headers.get("cookie", "").split("; ")
    if answered:
        cookies += [cookie.partition(";")[0] for cookie in answered.get_list("set-cookie")]
    for cookie in cookies:
        value = cookie.partition("=")[2].strip('"')
        if len(value) >= _LONG:
            CANARIES.born("cookie", value)
    for name, value in _fields_of(request):
        if _SECRET.fullmatch(name) and isinstance(value, str) and len(value) >= SHORTEST:
            CANARIES.born("password" if "password" in name else "form token" if "csrf" in name else "secret", value)


def _fields_of(request):
    """Return the fields of a form or of a JSON object, one level deep."""
    try:
        text = request.content.decode()
        if "json" in request.headers.get("content-type", ""):
            document = json.loads(text)
            return list(document.items()) if isinstance(document, dict) else []
        return parse_qsl(text)
    except (httpx.RequestNotRead, ValueError, RecursionError):
        return []
