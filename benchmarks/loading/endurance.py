"""One process that signs in, recognises and signs out for a long time: does its memory stay constant?

``python -m loading.endurance DATABASE_URL REDIS_URL OPERATIONS``. It calls the library, not the server: HTTP and
clients would take most of the time, and hold nothing of ours in memory.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

from gatewright import EvrmoreAuth
from gatewright.testing.wallet import Wallet
from loading.processes import memory
from loading.site import PASSWORD, settings_of
from loading.visitors import name_of

_SAMPLES = 10
_RECOGNISED = 10
"""How often each of the two sessions of a round is recognised."""

_OPERATIONS = 2 * _RECOGNISED + 5
"""In one round: a challenge, two sign-ins, the recognitions, two sign-outs."""


def _round(auth: EvrmoreAuth, wallet: Wallet) -> None:
    """Sign in with a password and with a wallet, be recognised, and sign out of both.

    Raises:
        AssertionError: If somebody is not recognised, or still is.
    """
    visit: dict[str, object] = {}
    auth.guard(visit).login(name_of(0), PASSWORD, "SQLUserProvider")
    challenge = auth.generate_challenge(wallet.address)
    token = str(auth.authenticate(wallet.address, challenge, wallet.sign(challenge)).token)
    for _ in range(_RECOGNISED):
        assert auth.guard(visit).user() is not None
        assert auth.validate_token(token)
    auth.guard(visit).destroy()
    assert auth.invalidate_token(token)
    assert auth.guard(visit).user() is None


def main() -> None:
    """Do so many operations, and print the memory of this process ten times along the way."""
    database_url, redis_url, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
    wallet, done, samples, start = Wallet.new("alice"), 0, [], perf_counter()
    with EvrmoreAuth(settings=settings_of(database_url, redis_url)) as auth:
        while done < wanted:
            _round(auth, wallet)
            done += _OPERATIONS
            if done * _SAMPLES >= wanted * (len(samples) + 1):
                samples.append(f"{done:,}: {memory(os.getpid()):.1f}")
    took = perf_counter() - start
    print(f"\nOne process, without HTTP. {done:,} operations in {took:.0f} s: {done / took:,.0f} a second.")
    print(f"  its memory, MB: {', '.join(samples)}", flush=True)


if __name__ == "__main__":
    main()
