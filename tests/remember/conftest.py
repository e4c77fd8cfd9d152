"""Fixtures of this folder: those that the tests of users, guards and rights share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "guard"))

from visitors import *  # noqa: F403 - fixtures are found by their presence
