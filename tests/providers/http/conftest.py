"""Fixtures of this folder: a users' API."""

from __future__ import annotations

from users_api import *  # noqa: F403 - fixtures are found by their presence
