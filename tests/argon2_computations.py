"""How often argon2 computes, and with which parameters."""

from __future__ import annotations

import argon2._password_hasher as argon2_library
import pytest


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of each argon2 computation of the test, in order; the real functions still run."""
    seen: list[str] = []
    real_hash, real_verify = argon2_library.hash_secret, argon2_library.verify_secret

    def hash_secret(*, secret, salt, time_cost, memory_cost, parallelism, hash_len, type):  # noqa: A002 - its name there
        seen.append(f"m={memory_cost},t={time_cost},p={parallelism}")
        return real_hash(secret, salt, time_cost, memory_cost, parallelism, hash_len, type)

    def verify_secret(stored, secret, kind):
        seen.append(stored.decode().split("$")[-3])
        return real_verify(stored, secret, kind)

    monkeypatch.setattr(argon2_library, "hash_secret", hash_secret)
    monkeypatch.setattr(argon2_library, "verify_secret", verify_secret)
    return seen
