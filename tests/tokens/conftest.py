from __future__ import annotations

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gatewright.tokens import SigningKey, key_from_pem, key_from_secret

SECRET = "tS3vQ0n8_Xw1Lk5-Zr7Yb2Hc9Md4Fg6Jp0Ae"


@pytest.fixture(scope="session")
def private_pems() -> dict[str, bytes]:
    """One private key of each kind that signs, by its algorithm."""
    return {
        "EdDSA": OKPKey.derive_key("a seed for tests").as_pem(private=True),
        "ES256": ECKey.derive_key("a seed for tests").as_pem(private=True),
        "RS256": RSAKey.generate_key(2048).as_pem(private=True),
    }


@pytest.fixture(scope="session")
def public_pems() -> dict[str, bytes]:
    """A public key of each kind that has a seed, by its algorithm."""
    return {
        "EdDSA": OKPKey.derive_key("a seed for tests").as_pem(),
        "ES256": ECKey.derive_key("a seed for tests").as_pem(),
    }


@pytest.fixture(params=["HS256", "EdDSA", "ES256", "RS256"])
def signing_key(request: pytest.FixtureRequest, private_pems: dict[str, bytes]) -> SigningKey:
    """A key of each algorithm in turn."""
    if request.param == "HS256":
        return key_from_secret(SECRET)
    return key_from_pem(private_pems[request.param])
