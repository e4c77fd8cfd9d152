"""Fixtures of this folder: those that the tests of users, guards and rights share."""

from __future__ import annotations

from visitors import *  # noqa: F403 - fixtures are found by their presence
from work_done import *  # noqa: F403
