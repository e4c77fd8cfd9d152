"""The secrets of every test, noted where they are made, and the places where none of them may be seen.

The whole suite is searched: log records with their tracebacks and extras, errors with their evidence, bodies of refused
requests, and SQLite databases. `tests/secrecy` tests that a leak in any of these is found.
"""

from __future__ import annotations

import functools
import logging
import re
import traceback
from base64 import b32encode
from pathlib import Path

from gatewright.auth import assembly
from gatewright.errors import GatewrightError
from gatewright.methods.email_code import EmailCode
from gatewright.methods.recovery_codes import method as recovery_codes
from gatewright.operations.parts import Parts
from gatewright.passwords import PasswordHasher
from gatewright.testing import Wallet
from gatewright.tokens import AccessTokens, Seal, Vault
from gatewright.web.response import Response

SHORTEST = 8
"""Characters. What is shorter stands in many a text by chance."""

FEW = 100
"""So many secrets are looked for one by one; of the thousands of a long test only those whose beginning is seen."""

LOG, ERROR, ANSWER, DATABASE = "log", "error", "answer", "database"

ALLOWED = {
    LOG: frozenset(),
    ERROR: frozenset(),
    ANSWER: frozenset({"secret", "challenge", "signature", "authenticator key"}),
    DATABASE: frozenset({"hash", "challenge"}),
}
"""The kinds of secrets that each place may show. A form that is shown again goes to whoever has sent it, and holds what
they have typed, or came with: the link in its address, what they were to sign, their signature, the key of their app.
"""

_PAGE = 4096
_DIGITS = re.compile(r"\d+")


class Canaries:
    """The secrets of one test, and what was seen of it."""

    def __init__(self):
        self._kinds = {}
        self._beginnings = {}
        self._seen = []

    def born(self, kind, secret):
        """Take note of a secret."""
        if isinstance(secret, str) and len(secret) >= SHORTEST:
            self._kinds[secret] = kind
            self._beginnings.setdefault(secret.lower()[:SHORTEST], []).append(secret)

    def seen(self, place, text):
        """Take note of what stands in a place."""
        self._seen.append((place, text))

    def seen_database(self, path, *, known=frozenset()):
        """Take note of what stands in a database file, but for the pages that every test begins with."""
        content = Path(path).read_bytes()
        pages = (content[start : start + _PAGE] for start in range(0, len(content), _PAGE))
        self.seen(DATABASE, b"".join(page for page in pages if page not in known).decode("latin-1"))

    def kinds(self):
        """Return the kinds of secrets that there were."""
        return set(self._kinds.values())

    def leaks(self):
        """Return what was seen of secrets where they may not be seen: place, kind and surroundings. Then forget it."""
        found, seen = [], self._seen
        self._seen = []
        for place, text in seen:
            folded = text.lower()  # as names are in the record
            for secret in self._possible_in(folded):
                kind = self._kinds[secret]
                if secret.lower() in folded and kind not in ALLOWED[place] and _stands_alone(secret, text):
                    start = folded.index(secret.lower())
                    found.append((place, kind, folded[max(0, start - 80) : start + len(secret) + 40]))
        return found

    def _possible_in(self, folded):
        """Return the secrets that may stand in a text: all where there are few, else those whose beginning does."""
        if len(self._kinds) <= FEW:
            return list(self._kinds)
        windows = {folded[start : start + SHORTEST] for start in range(len(folded) - SHORTEST + 1)}
        return {secret for beginning in windows & self._beginnings.keys() for secret in self._beginnings[beginning]}

    def clear(self):
        """Forget everything."""
        self._kinds.clear()
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


def watch():
    """Note the secrets, and what may not show them, of this process from now on."""
    for owner, name, note in (
        (Parts, "new_secret", lambda secret, *_, **__: _born("secret", secret)),
        (AccessTokens, "issue", _note_token),
        (Seal, "seal", lambda sealed, *_, **__: _born("cookie", sealed)),
        (Vault, "encrypt", _note_encrypted),
        (EmailCode, "mailed", _note_mailed),
        (recovery_codes, "write_code", lambda code, *_, **__: _born("recovery code", code)),
        (assembly, "find_signing_keys", _note_settings),
        (PasswordHasher, "hash", _note_password),
        (PasswordHasher, "verify", _note_compared),
        (Wallet, "sign", lambda signature, *_, **__: _born("signature", signature)),
        (Wallet, "__init__", lambda _, wallet, *__, **___: _born("wallet key", wallet.wif)),
        (GatewrightError, "__init__", _note_error),
        (Response, "__init__", _note_answer),
        (logging.Logger, "handle", _note_record),
    ):
        _wrap(owner, name, note)


def _wrap(owner, name, note):
    original = getattr(owner, name)

    @functools.wraps(original)
    def noting(*args, **kwargs):
        result = original(*args, **kwargs)
        note(result, *args, **kwargs)
        return result

    setattr(owner, name, noting)


def _born(kind, secret):
    CANARIES.born(kind, secret)


def _note_token(token, *_, **__):
    _born("token", token)
    _born("token", token.rpartition(".")[2])


def _note_encrypted(_, vault, secret, **__):
    for text in (b32encode(secret).decode().rstrip("="), secret.hex(), secret.decode("latin-1")):
        _born("authenticator key", text)


def _note_mailed(mailed, *_, **__):
    if mailed is not None:
        _born("mailed code", mailed.code)
        _born("secret", mailed.token)


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
    CANARIES.seen(LOG, f"{record.getMessage()} {vars(record)} {trace}")
