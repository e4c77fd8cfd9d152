"""The visitor of the applications in the case ``request``, and how each application says how to visit it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SECRET = "only-for-measuring-0123456789abcdef"
NAME, EMAIL, PASSWORD = "anna", "anna@example.com", "correct horse battery staple"
URL = "sqlite:///gatewright.db"
_VISITS = Path("visits.json")


def tell(visits: dict[str, dict[str, str]]) -> None:
    """Print the headers by which each kind of visitor is recognised."""
    _VISITS.write_text(json.dumps(visits))


def make_visits() -> None:
    """Sign a person in to gatewright in the current folder, in a separate process, which leaves no memory behind."""
    subprocess.run([sys.executable, "-m", "apps.known"], check=True)


def _make_visits() -> dict[str, dict[str, str]]:
    """Sign the person in, by a cookie and by a token."""
    from gatewright import EvrmoreAuth
    from gatewright.auth.visit_state import as_json
    from gatewright.testing.wallet import Wallet

    with EvrmoreAuth(URL, jwt_secret=SECRET) as auth:
        auth.create_user(NAME, email=EMAIL, password=PASSWORD, is_verified=True)
        session: dict[str, object] = {}
        auth.guard(session).login(NAME, PASSWORD, "SQLUserProvider")
        wallet = Wallet.new("alice")
        challenge = auth.generate_challenge(wallet.address)
        token = auth.authenticate(wallet.address, challenge, wallet.sign(challenge), token_expire_minutes=600).token
        cookie = auth._parts.seal.seal(as_json(session))
    return {"cookie": {"Cookie": f"gatewright={cookie}"}, "bearer": {"Authorization": f"Bearer {token}"}}


if __name__ == "__main__":
    tell(_make_visits())
