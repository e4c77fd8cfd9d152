"""Fixtures of this folder: the post office of the tests of self-service."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "self_service"))
