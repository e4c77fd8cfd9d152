"""The door of the package."""

from __future__ import annotations

from types import ModuleType

from gatewright import crypto


def test_the_public_names():
    """These names and no others are public; a name that is also a file means the function."""
    public = {name: value for name, value in vars(crypto).items() if not name.startswith("_") and name != "annotations"}

    assert {
        "NETWORKS",
        "Network",
        "PrivateKey",
        "address_of",
        "decode_base58check",
        "encode_base58check",
        "hash160",
        "is_address",
        "message_hash",
        "new_wallet",
        "public_key_of",
        "read_address",
        "read_wif",
        "recover_public_key",
        "sign_message",
        "verify_message",
        "write_wif",
    } == {name for name, value in public.items() if not isinstance(value, ModuleType)}
