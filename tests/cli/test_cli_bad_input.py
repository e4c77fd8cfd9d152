"""Nonsense for every argument of every command: a clear line and an exit code, never a traceback, never a row."""

from __future__ import annotations

import json

import pytest

from gatewright.errors import (
    AuthenticationError,
    ConfigurationError,
    Denied,
    GatewrightError,
    InvalidAddressError,
    InvalidParameterError,
    RateLimitError,
    StoreUnavailableError,
)

NONSENSE = {
    "empty": "",
    "space": " ",
    "NUL": "\0",
    "lone surrogate": "\udcff\ud800",
    "control characters": "\x1b[31m\r\n\x07",
    "markup": "[bold]x[/bold][/nonsense]",
    "large": "x" * 1_000_000,
    "SQL": "'; DROP TABLE users; --",
    "option-like": "--nonsense",
    "number": "-1",
    "dashes": "--",
    "percent": "%s%n{}",
}
COMMANDS = {
    "challenge": ("challenge", "{}"),
    "verify's address": ("wallet", "verify", "{}", "text", "signature"),
    "verify's message": ("wallet", "verify", "address", "{}", "signature"),
    "verify's signature": ("wallet", "verify", "address", "text", "{}"),
    "sign's network": ("wallet", "sign", "text", "--network", "{}"),
    "new's network": ("wallet", "new", "--network", "{}"),
    "session to revoke": ("sessions", "revoke", "{}"),
    "user to revoke": ("sessions", "revoke", "--user", "{}"),
    "port": ("serve", "--port", "{}"),
    "command": ("{}",),
    "wallet's command": ("wallet", "{}"),
    "argument too many": ("purge", "{}", "{}"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nonsense_is_refused_in_words(invoke, database, count, command):
    """The answer is no or bad input, nothing is on stdout but that answer, and nothing is stored."""
    for kind, nonsense in NONSENSE.items():
        result = invoke(*(argument.format(nonsense) for argument in command))

        assert result.exit_code in (1, 2), kind
        assert result.stdout in ("", "not valid\n", "0 sessions ended.\n"), kind
        assert "Traceback" not in result.stderr, kind
    assert [count(table) for table in ("users", "challenges", "sessions")] == [0, 0, 0]


MISTYPED = "L3hbuBtpYe6sKkYhjLAVfpsDbWudognGhgDyGuR494j3CuF93iEz"


@pytest.mark.parametrize(
    "wif",
    ["", "nonsense", "\0", "ä", "x" * 1_000_000, b"\xff\xfe", MISTYPED],
)
@pytest.mark.parametrize("is_file", [True, False], ids=["file", "stdin"])
def test_what_is_no_private_key_is_bad_input_and_not_quoted(invoke, folder, wif, is_file):
    """It may be a key with a slip of the pen, so the error does not show it."""
    raw = wif if isinstance(wif, bytes) else wif.encode()
    (folder / "key").write_bytes(raw)
    result = invoke("wallet", "sign", "text", "--json", "--wif-file", "key" if is_file else "-", stdin=raw)

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["error"]["code"] == "invalid_key"
    assert len(result.stderr) < 300
    assert MISTYPED not in result.stderr


@pytest.mark.parametrize("place", [".", "nowhere", "L3hbuBtpYe6sKkYhjLAVfpsDbWudognGhgDyGuR494j3CuF93iEZ"])
def test_a_key_file_that_cannot_be_read_is_bad_input(invoke, place):
    """The name is not shown: it may be the key itself, given in place of its file."""
    result = invoke("wallet", "sign", "text", "--wif-file", place)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "The file named by --wif-file cannot be read" in result.stderr
    assert place == "." or place not in result.stderr


@pytest.mark.parametrize(("stdin", "reason"), [(b"", "no message"), (b"\xff\xfe", "not UTF-8 text")])
def test_a_standard_input_without_text_is_bad_input(invoke, folder, stdin, reason):
    """Nothing is signed by mistake when the command before in the pipe has failed."""
    (folder / "key").write_text("irrelevant")
    result = invoke("wallet", "sign", "-", "--wif-file", "key", stdin=stdin)

    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_a_large_message_is_signed_and_verified(invoke, folder, alice):
    """A megabyte by standard input is a message like any other."""
    (folder / "key").write_text(alice.wif)
    message = "ä" * 500_000
    signed = invoke("wallet", "sign", "-", "--wif-file", "key", stdin=message)
    verified = invoke("wallet", "verify", alice.address, "-", signed.stdout.strip(), stdin=message)

    assert signed.stdout == f"{alice.sign(message)}\n"
    assert verified.exit_code == 0


@pytest.mark.parametrize("command", [("migrate",), ("challenge", "x"), ("purge",), ("sessions", "list"), ("serve",)])
def test_settings_that_cannot_be_read_are_a_configuration_error(invoke, folder, command):
    """A value or a file that is nonsense is told with the name of the variable or the file."""
    by_value = invoke(*command, GATEWRIGHT_TOKEN_MINUTES="soon")
    (folder / ".env").write_bytes(b"\xff\xfe")
    by_file = invoke(*command)

    assert (by_value.exit_code, by_file.exit_code) == (3, 3)
    assert "error: Invalid settings. GATEWRIGHT_TOKEN_MINUTES" in by_value.stderr
    assert by_file.stderr == "error: The file .env is not UTF-8 text. Save it as UTF-8.\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidParameterError(), 2),
        (InvalidAddressError(), 2),
        (RateLimitError(retry_after=1), 2),
        (AuthenticationError(), 1),
        (Denied(), 1),
        (ConfigurationError(), 3),
        (StoreUnavailableError(), 3),
        (GatewrightError(), 3),
    ],
)
def test_every_kind_of_error_has_its_exit_code(error, code):
    """No, bad input, unavailable."""
    from gatewright.cli.exit_codes import exit_code_of

    assert exit_code_of(error) == code
