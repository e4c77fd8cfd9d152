"""The code and the link in an email. They are derived from a key in the settings and the pending step's identifier.

So neither is stored anywhere, not even as a digest: a code has so few digits that anybody who reads its digest could
try them all, salted or not. Without the key there is nothing to test a guess against.
"""

from __future__ import annotations

from hmac import compare_digest

from gatewright.base64url import encode
from gatewright.ports import Mailed
from gatewright.tokens import DerivedSecrets


def mailed_for(derived: DerivedSecrets, step_id: str, *, digits: int) -> Mailed:
    """Return the code and the link's secret of a pending step."""
    return Mailed(_code(derived.of(_code_name(step_id)), digits), _token(derived.of(_link_name(step_id))))


def is_code_of(derived: DerivedSecrets, step_id: str, code: str, *, digits: int) -> bool:
    """Return whether a code is that of a pending step, under any of the current keys."""
    return _is_one_of(code, [_code(secret, digits) for secret in derived.all_of(_code_name(step_id))])


def is_token_of(derived: DerivedSecrets, step_id: str, token: str) -> bool:
    """Return whether the secret of a link is that of a pending step."""
    return _is_one_of(token, [_token(secret) for secret in derived.all_of(_link_name(step_id))])


def _is_one_of(given: str, right: list[str]) -> bool:
    typed = given.encode(errors="surrogatepass")
    return any(compare_digest(typed, each.encode()) for each in right)


def _code(secret: bytes, digits: int) -> str:
    """Return a code. Reducing 256 bits makes no code more likely than another by more than one in 2**229."""
    return f"{int.from_bytes(secret) % 10**digits:0{digits}}"


def _token(secret: bytes) -> str:
    return encode(secret)


def _code_name(step_id: str) -> str:
    return f"email_code code {step_id}"


def _link_name(step_id: str) -> str:
    return f"email_code link {step_id}"
