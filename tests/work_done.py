"""What a refusal costs: the statements that run, and the passwords that are hashed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from argon2_computations import computations as computations
from gatewright.errors import GatewrightError
from run_statements import shapes_of
from run_statements import statements as statements

Work = tuple[list[str], list[str]]


@pytest.fixture
def work(statements: list[str], computations: list[str]) -> Callable[[Callable[[], object]], Work]:
    """Run something that is refused, and return its cost: statements, without their values, and hashes."""

    def measure(act: Callable[[], object]) -> Work:
        statements.clear()
        computations.clear()
        with pytest.raises(GatewrightError):
            act()
        return shapes_of(statements), list(computations)

    return measure
