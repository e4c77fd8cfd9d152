"""The secrets of every test, noted where they are made, and the places where none of them may be seen.

The whole suite is searched: log records with their tracebacks and extras, errors with their evidence, bodies of refused
requests, mails, SQLite databases, and what tests and the processes that they start write (see `outputs`).
`tests/secrecy` tests that a leak in any of these is found.

Codes of six or seven digits stand in many a text by chance. They are looked for as whole words, in what was seen after
their birth. In database files values follow each other without a space, so there they are not looked for; where the
rows of a life of users are read one by one (`tests/secrecy/test_every_operation.py`), they are.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
import sys
import traceback
from pathlib import Path

from gatewright.auth import assembly
from gatewright.errors import GatewrightError
from gatewright.methods.email_code import EmailCode
from gatewright.methods.passkey import Passkey
from gatewright.methods.recovery_codes import method as recovery_codes
from gatewright.methods.totp import codes as app_codes
from gatewright.methods.totp.key_uri import in_groups, secret_text
from gatewright.model import Mail
from gatewright.operations.parts import Parts
from gatewright.passwords import PasswordHasher
from gatewright.testing import AuthenticatorApp, Wallet
from gatewright.tokens import AccessTokens, Seal, Vault
from gatewright.web import csrf
from gatewright.web.response import Response

SHORTEST = 8
"""Characters. What is shorter stands in many a text by chance."""

SHORTEST_CODE = 6
"""Digits of a code that is looked for as a word."""

FEW = 100
"""So many secrets are looked for one by one; of the thousands of a long test only those whose beginning is seen."""

LOG, ERROR, ANSWER, MAIL, OUTPUT, DATABASE, ROWS = "log", "error", "answer", "mail", "output", "database", "rows"

_CHALLENGES = frozenset({"challenge", "passkey challenge"})

ALLOWED = {
    LOG: frozenset(),
    ERROR: frozenset(),
    ANSWER: frozenset({"link", "form token", *_CHALLENGES, "signature", "authenticator key"}),
    MAIL: frozenset({"link", "mailed code"}),
    OUTPUT: frozenset(),
    DATABASE: frozenset({"hash", *_CHALLENGES}),
    ROWS: frozenset({"hash", *_CHALLENGES}),
}
"""The kinds of secrets that each place may show. A form that is shown again goes to whoever has sent it, and holds what
they have typed, or came with: the link in its address, what they were to sign, their signature, the key of their app.
"""

MAKERS = {
    "mint_link": "link",
    "_browser_secret": "pending step",
    "remember": "remember cookie",
    "recall": "remember cookie",
}
"""Function of ours that asks for a secret -> the kind. Any other opens a session."""

_PAGE = 4096
_CODES = re.compile(r"(?<![\w.#%-])\d{6,7}(?![\w-]|\.\d)")
"""A code as a word: not a part of a number, an identifier, a moment, a colour or an escaped character."""

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What a log record has besides its message and extras: numbers of threads, moments."""


class Canaries:
    """The secrets of one test, and what was seen of it."""

    def __init__(self):
        self._kinds = {}
        self._codes = {}
        self._beginnings = {}
        self._seen = []
        self._shown = set()

    def born(self, kind, secret):
        """Take note of a secret. It is of the kind that it was born as, whatever it is taken for afterwards."""
        if not isinstance(secret, str) or self.is_known(secret):
            return
        if secret.isdigit() and SHORTEST_CODE <= len(secret) < SHORTEST:
            self._codes[secret] = kind, len(self._seen)
        if len(secret) >= SHORTEST:
            self._kinds[secret] = kind
            self._beginnings.setdefault(secret.lower()[:SHORTEST], []).append(secret)

    def seen(self, place, text):
        """Take note of what stands in a place."""
        self._seen.append((place, text))

    def shown(self, text):
        """Take note of lines that an output is there to show."""
        self._shown.update(text.splitlines())

    def seen_database(self, path, *, known=frozenset()):
        """Take note of what stands in a database file, but for the pages that every test begins with."""
        content = Path(path).read_bytes()
        pages = (content[start : start + _PAGE] for start in range(0, len(content), _PAGE))
        self.seen(DATABASE, b"".join(page for page in pages if page not in known).decode("latin-1"))

    def kinds(self):
        """Return the kinds of secrets that there were."""
        return {*self._kinds.values(), *(kind for kind, _ in self._codes.values())}

    def is_known(self, secret):
        """Say whether a secret was noted."""
        return secret in self._kinds or secret in self._codes

    def leaks(self):
        """Return what was seen of secrets where they may not be seen: place, kind and surroundings. Then forget it."""
        found, seen = [], self._seen
        self._seen = []
        for number, (place, text) in enumerate(seen):
            text = self._unasked(text) if place == OUTPUT else text
            found += self._codes_in(text, place, number)
            folded = text.lower()  # as names are in the record
            for secret in self._possible_in(folded):
                kind = self._kinds[secret]
                if secret.lower() in folded and kind not in ALLOWED[place] and _stands_alone(secret, text):
                    start = folded.index(secret.lower())
                    found.append((place, kind, folded[max(0, start - 80) : start + len(secret) + 40]))
        self._codes = {code: (kind, 0) for code, (kind, _) in self._codes.items()}
        return found

    def _unasked(self, text):
        """Return the lines of an output but for those that it is there to show."""
        return "\n".join(line for line in text.splitlines() if line not in self._shown)

    def _codes_in(self, text, place, number):
        """Return the codes of few digits that stand in a text, given how many were seen before it."""
        if not self._codes or place == DATABASE:
            return []
        known = ((each[0], *self._codes[each[0]]) for each in _CODES.finditer(text) if each[0] in self._codes)
        return [(place, kind, code) for code, kind, born in known if born <= number and kind not in ALLOWED[place]]

    def _possible_in(self, folded):
        """Return the secrets that may stand in a text: all where there are few, else those whose beginning does."""
        if len(self._kinds) <= FEW:
            return list(self._kinds)
        windows = {folded[start : start + SHORTEST] for start in range(len(folded) - SHORTEST + 1)}
        return {secret for beginning in windows & self._beginnings.keys() for secret in self._beginnings[beginning]}

    def clear(self):
        """Forget everything."""
        self._kinds.clear()
        self._codes.clear()
        self._shown.clear()
        self._beginnings.clear()
        self._seen.clear()


def _stands_alone(secret, text):
    """Say whether a code of digits is seen as such, not within an identifier that has them by chance."""
    return not secret.isdigit() or bool(re.search(rf"(?<![0-9a-zA-Z_-]){secret}(?![0-9a-zA-Z_-])", text))


CANARIES = Canaries()


def pages_of(path):
    """Return the pages of a database file."""
    content = Path(path).read_bytes()
    return frozenset(content[start : start + _PAGE] for start in range(0, len(content), _PAGE))


@functools.cache
def watch():
    """Note the secrets, and what may not show them, of this process from now on; once in a process."""
    for owner, name, note in (
        (Parts, "new_secret", _note_secret),
        (AccessTokens, "issue", _note_token),
        (Seal, "seal", lambda sealed, *_, **__: _born("cookie", sealed)),
        (Vault, "encrypt", _note_encrypted),
        (EmailCode, "mailed", _note_mailed),
        (app_codes, "code_at", lambda code, *_, **__: _born("app code", code)),
        (AuthenticatorApp, "code", lambda code, *_, **__: _born("app code", code)),
        (Passkey, "_random", lambda made, *_, **__: _born("passkey challenge", made)),
        (csrf, "token_for", lambda token, *_, **__: _born("form token", token)),
        (recovery_codes, "write_code", lambda code, *_, **__: _born("recovery code", code)),
        (assembly, "find_signing_keys", _note_settings),
        (PasswordHasher, "hash", _note_password),
        (PasswordHasher, "verify", _note_compared),
        (Wallet, "sign", lambda signature, *_, **__: _born("signature", signature)),
        (Wallet, "__init__", lambda _, wallet, *__, **___: _born("wallet key", wallet.wif)),
        (GatewrightError, "__init__", _note_error),
        (Response, "__init__", _note_answer),
        (
            Mail,
            "__init__",
            lambda _, mail, *__, **___: CANARIES.seen(MAIL, f"{mail.subject}\n{mail.text}\n{mail.html}"),
        ),
        (logging.Logger, "handle", _note_record),
    ):
        wrap(owner, name, note)


def wrap(owner, name, note):
    """Have a function tell what it returns, and what it was given, whenever it is called."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def noting(*args, **kwargs):
        result = original(*args, **kwargs)
        note(result, *args, **kwargs)
        return result

    is_static = isinstance(inspect.getattr_static(owner, name), staticmethod)
    setattr(owner, name, staticmethod(noting) if is_static else noting)


def _born(kind, secret):
    CANARIES.born(kind, secret)


def _note_secret(secret, *_, **__):
    _born(MAKERS.get(_name_as_written(sys._getframe(2).f_code), "secret"), secret)


def _name_as_written(code):
    """Return the name of a function, which mutmut calls ``x_f__mutmut_1``, or ``xǁCǁf__mutmut_1`` in a class."""
    return code.co_name.partition("__mutmut_")[0].rpartition("ǁ")[2].removeprefix("x_")


def _note_token(token, *_, **__):
    _born("token", token)
    _born("token", token.rpartition(".")[2])


def _note_encrypted(_, vault, secret, **__):
    typed = secret_text(secret)
    for text in (typed, in_groups(typed), secret.hex(), secret.decode("latin-1")):
        _born("authenticator key", text)


def _note_mailed(mailed, *_, **__):
    if mailed is not None:
        _born("mailed code", mailed.code)
        _born("link", mailed.token)


def _note_settings(_, settings, **__):
    for secret in (settings.jwt_secret, settings.jwt_secret_previous):
        _born("setting", secret and secret.get_secret_value())


def _note_password(made, _, password):
    _born("password", password)
    _born("hash", made)


def _note_compared(_, __, password, *, against):
    _born("password", password)
    _born("hash", against)


def _note_error(_, error, *__, **___):
    try:
        CANARIES.seen(ERROR, f"{error} {error.evidence}")
    except ValueError:  # a number of thousands of digits, which Python does not write out
        CANARIES.seen(ERROR, str(error))


def _note_answer(_, response, *__, **___):
    if response.status >= 400:
        CANARIES.seen(ANSWER, response.body.decode("utf-8", "replace"))


def _note_record(_, __, record):
    trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    extras = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
    CANARIES.seen(LOG, f"{record.getMessage()} {record.args} {extras} {trace}")
