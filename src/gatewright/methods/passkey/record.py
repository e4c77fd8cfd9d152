"""What is stored of a passkey besides its credential id and its counter."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from gatewright.model import Authenticator


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """What is needed to verify and display a passkey. None of it is secret.

    Args:
        rp_id: The domain that it was created for.
        user_handle: Its authenticator's identifier for the user, base64url: random, the same for all of a user's
            passkeys.
        public_key: Its public key in COSE format, base64url.
        aaguid: The model of its authenticator, if the authenticator says; otherwise zeros.
        transports: How its authenticator is reached, such as ``internal`` and ``hybrid``.
        is_synced: Whether it may be copied to other devices ("backup eligible"). This never changes.
        is_backed_up: Whether it had been, when last used.
    """

    rp_id: str
    user_handle: str
    public_key: str
    aaguid: str
    transports: tuple[str, ...]
    is_synced: bool
    is_backed_up: bool

    def written(self) -> str:
        """Return the record in the form in which an authenticator's ``data`` stores it."""
        return json.dumps(asdict(self))


def record_of(passkey: Authenticator) -> PasskeyRecord:
    """Read what `PasskeyRecord.written` wrote."""
    data = json.loads(passkey.data)
    return PasskeyRecord(**data | {"transports": tuple(data["transports"])})
