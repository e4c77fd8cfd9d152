"""Makes accounts until the disk is full, and then tries what else there is.

Takes the settings as JSON, a session's token and a remember token; prints a line of JSON: the names that were answered,
the one that was refused, and what became of everything else.
"""

from __future__ import annotations

import json
import resource
import sys
from itertools import count
from pathlib import Path

from gatewright import EvrmoreAuth, Settings
from gatewright.errors import StoreUnavailableError
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"
ROOM = 100_000
"""Bytes that are left."""


def fill_sqlite(url):
    """Let no file grow further than so much more than the write-ahead log is now."""
    log = Path(f"{url.removeprefix('sqlite:///')}-wal")
    largest = (log.stat().st_size if log.exists() else 0) + ROOM
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


FILL = {"sqlite": fill_sqlite}
"""What makes the disk of each store full, by the scheme of the database's URL."""


def outcome(act):
    try:
        return bool(act())
    except StoreUnavailableError as error:
        return error.code


def main(settings, token, cookie):
    auth = EvrmoreAuth(settings=Settings(**settings))
    wallet = Wallet.new("full")
    challenge = auth.generate_challenge(wallet.address)
    attempt = (wallet.address, challenge, wallet.sign(challenge))
    FILL[settings["database_url"].partition(":")[0]](settings["database_url"])
    answered = []
    for number in count():
        name = f"person-{number}"
        if outcome(lambda name=name: auth.create_user(name, email=f"{name}@example.com")) is not True:
            break
        answered.append(name)
    print(
        json.dumps(
            {
                "answered": answered,
                "refused": name,
                "challenge": challenge,
                "token is valid": outcome(lambda: auth.validate_token(token)),
                "wallet sign-in": outcome(lambda: auth.authenticate(*attempt)),
                "password sign-in": outcome(lambda: auth.guard({}).login("anna", PASSWORD, "SQLUserProvider")),
                "recall": outcome(lambda: auth.guard({}).recall(cookie)),
                "sign-out": outcome(lambda: auth.invalidate_token(token)),
                "reset": outcome(lambda: auth.request_password_reset("anna@example.com")),
            }
        )
    )


main(json.loads(sys.argv[1]), *sys.argv[2:])
