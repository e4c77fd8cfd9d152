"""Fixtures of this folder: those that the tests of users, guards and rights share."""

from __future__ import annotations

from argon2_computations import computations  # noqa: F401 - so is this one
from run_statements import statements  # noqa: F401 - and this one
from visitors import *  # noqa: F403 - fixtures are found by their presence
