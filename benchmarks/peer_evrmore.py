"""The peer's side: fills a database of evrmore-authentication 0.3.0 and runs a case on request.

Runs inside the peer's virtualenv, in its own folder, with the number of rows as its argument. Each line of
standard input is a JSON list, case and number; each answer is a line with the seconds that one call took.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
import uuid  # noqa: TID251 - the peer's own identifiers
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from time import perf_counter

from evrmore_authentication.models import SQLiteManager
from measure import repeat

from evrmore_authentication import EvrmoreAuth, generate_key_pair, sign_message

_WALLETS = 40
_VALID_TOKENS = 5


class Peer:
    """evrmore-authentication on a database with so many users, challenges and sessions."""

    def __init__(self, rows: int) -> None:
        # It logs several lines per call; keep only errors.
        logging.getLogger("evrmore_authentication").setLevel(logging.WARNING)
        self._auth = EvrmoreAuth()
        self._wallets = cycle([generate_key_pair() for _ in range(_WALLETS)])
        self._fill(rows)
        self._tokens = cycle(self._place_tokens(rows) if rows else [""])

    def verify(self, number: int) -> float:
        """Verify a signature over a challenge."""
        wif, address = next(self._wallets)
        message = self._auth.generate_challenge(address)
        signature = sign_message(message, wif)
        assert self._auth.verify_signature(address, message, signature)
        return repeat(lambda: self._auth.verify_signature(address, message, signature), number=number)()

    def sign_in(self, number: int) -> float:
        """Ask for a challenge and authenticate; the wallet's signing does not count."""
        seconds = 0.0
        for _ in range(number):
            wif, address = next(self._wallets)
            start = perf_counter()
            challenge = self._auth.generate_challenge(address)
            seconds += perf_counter() - start
            signature = sign_message(challenge, wif)
            start = perf_counter()
            self._auth.authenticate(address, challenge, signature)
            seconds += perf_counter() - start
        return seconds / number

    def validate(self, number: int) -> float:
        """Validate tokens whose sessions are spread over the whole table."""
        return repeat(lambda: self._auth.validate_token(next(self._tokens)), number=number)()

    def _fill(self, rows: int) -> None:
        """Add challenges and sessions of as many users, with texts as long as real ones."""
        now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - the peer's own naive time
        created, expires = now.isoformat(), (now + timedelta(hours=1)).isoformat()
        ids = [str(uuid.uuid4()) for _ in range(rows)]
        connection = SQLiteManager().conn
        connection.executemany(
            "INSERT INTO users (id, evrmore_address, created_at) VALUES (?, ?, ?)", ((id_, id_, created) for id_ in ids)
        )
        connection.executemany(
            "INSERT INTO challenges (id, user_id, challenge_text, expires_at, used, created_at)"
            " VALUES (?, ?, ?, ?, 1, ?)",
            ((id_, id_, f"Sign this message to authenticate: {id_}{id_}", expires, created) for id_ in ids),
        )
        connection.executemany(
            "INSERT INTO sessions (id, user_id, token, expires_at, created_at) VALUES (?, ?, ?, ?, ?)",
            ((id_, id_, f"{id_ * 7}", expires, created) for id_ in ids),
        )
        connection.commit()

    def _place_tokens(self, rows: int) -> list[str]:
        """Sign in a few wallets and move their sessions to evenly spaced places of the table."""
        connection = SQLiteManager().conn
        tokens = []
        for number in range(_VALID_TOKENS):
            wif, address = next(self._wallets)
            challenge = self._auth.generate_challenge(address)
            token = self._auth.authenticate(address, challenge, sign_message(challenge, wif)).token
            place = (2 * number + 1) * rows // (2 * _VALID_TOKENS)
            connection.execute("DELETE FROM sessions WHERE rowid = ?", (place,))
            connection.execute("UPDATE sessions SET rowid = ? WHERE token = ?", (place, token))
            tokens.append(token)
        connection.commit()
        return tokens


def main() -> None:
    """Answer requests until standard input ends."""
    peer = Peer(int(sys.argv[1]))
    cases: dict[str, Callable[[int], float]] = {
        "verify": peer.verify,
        "sign_in": peer.sign_in,
        "validate": peer.validate,
    }
    gc.disable()
    for line in sys.stdin:
        case, number = json.loads(line)
        print(json.dumps(cases[case](number)), flush=True)
        gc.collect()


if __name__ == "__main__":
    main()
