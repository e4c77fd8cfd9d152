"""The parts that an operation works with, put together once per application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatewright.access import Voter
from gatewright.crypto import Network
from gatewright.hooks import Hooks
from gatewright.operations.sources import Sources
from gatewright.passwords import PasswordPolicy
from gatewright.ports import Call, Clock, Passwords, Random, Shield, Store
from gatewright.settings import Settings
from gatewright.tokens import AccessTokens


@dataclass(frozen=True, slots=True)
class Parts:
    """What every operation may ask for. All of one dress: blocking or asynchronous."""

    settings: Settings
    networks: Sequence[Network]
    hooks: Hooks
    store: Store
    tokens: AccessTokens
    clock: Clock
    random: Random
    shield: Shield
    call: Call
    passwords: Passwords
    password_policy: PasswordPolicy
    sources: Sources
    voters: list[Voter]

    def new_id(self) -> str:
        """Return a new identifier: 128 random bits in hexadecimal."""
        return self.random.token_bytes(16).hex()
