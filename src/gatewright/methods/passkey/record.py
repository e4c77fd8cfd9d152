"""What is kept of a passkey besides its credential id and its counter."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from gatewright.model import Authenticator


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """What is needed to verify a passkey, and to show it. None of it is secret.

    Args:
        rp_id: The domain that it was made for.
        user_handle: What its authenticator knows its user by, base64url: random, the same for all of a user's passkeys.
        public_key: Its public key in COSE's form, base64url.
        aaguid: The model of its authenticator, as that says; zeros where it does not say.
        transports: How its authenticator is reached, such as ``internal`` and ``hybrid``.
        is_synced: Whether it may be copied to other devices ("backup eligible"). That never changes.
        is_backed_up: Whether it was, when it was last used.
    """

    rp_id: str
    user_handle: str
    public_key: str
    aaguid: str
    transports: tuple[str, ...]
    is_synced: bool
    is_backed_up: bool

    def written(self) -> str:
        """Return the record as an authenticator's ``data`` keeps it."""
        return json.dumps(asdict(self))


def record_of(passkey: Authenticator) -> PasskeyRecord:
    """Read what `PasskeyRecord.written` has written."""
    data = json.loads(passkey.data)
    return PasskeyRecord(**data | {"transports": tuple(data["transports"])})
