from __future__ import annotations

import pytest

from argon2_computations import computations  # noqa: F401 - a fixture is found by its presence
from gatewright.passwords import PasswordHasher


@pytest.fixture(scope="session")
def cheap_hasher() -> PasswordHasher:
    """A hasher whose own work takes no time, so that only the stored hash's work remains."""
    return PasswordHasher(memory_kib=8, iterations=1)
