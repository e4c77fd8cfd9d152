"""Fixtures of this folder: a directory, and providers of its people."""

from __future__ import annotations

from ldap_directory import *  # noqa: F403 - fixtures are found by their presence
