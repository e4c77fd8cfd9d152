"""The parts that operations use, assembled once per application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gatewright.access import Voter
from gatewright.base64url import encode
from gatewright.crypto import Network
from gatewright.hooks import Hooks
from gatewright.model import User
from gatewright.operations.sources import Sources
from gatewright.passwords import PasswordPolicy
from gatewright.ports import (
    AttemptLimit,
    Call,
    Clock,
    Mailer,
    Observer,
    Passwords,
    ProofMethod,
    Random,
    Shield,
    Store,
    Writer,
)
from gatewright.proofs import Proof
from gatewright.settings import Settings
from gatewright.tokens import AccessTokens, DerivedSecrets, Seal, Vault

SecondFactorPolicy = Callable[[User, tuple[Proof, ...]], bool | None]
"""Returns whether a user who has given these proofs must give a second factor; None leaves it to the settings."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts available to every operation, all blocking or all asynchronous.

    The exception is ``reader``, which never suspends in either build: the store, for indexed reads where nothing can be
    awaited. It is None if every read has to wait for a network.
    """

    settings: Settings
    networks: Sequence[Network]
    hooks: Hooks
    store: Store
    reader: Store | None
    close_store: Callable[[], None]
    tokens: AccessTokens
    seal: Seal
    vault: Vault
    clock: Clock
    random: Random
    derived: DerivedSecrets
    shield: Shield
    call: Call
    passwords: Passwords
    password_policy: PasswordPolicy
    sources: Sources
    methods: Mapping[str, ProofMethod]
    second_factor_policy: SecondFactorPolicy | None
    attempt_limit: AttemptLimit
    voters: list[Voter]
    mailer: Mailer
    writer: Writer
    wake_mail_worker: Callable[[], None]
    observer: Observer | None
    is_store_quick: bool = True
    """Whether recognising a visitor never waits for a network, so that it may happen on an event loop at any time."""

    @property
    def has_passwords(self) -> bool:
        """Whether anybody can sign in with a password: the setting ``methods`` may leave it out."""
        return "password" in self.methods

    def beginning(self) -> list[str]:
        """Return the names of the methods that a sign-in can begin with, in order."""
        return [name for name, method in self.methods.items() if method.begins(self.settings)]

    def new_id(self) -> str:
        """Return a new identifier: 128 random bits in hexadecimal."""
        return self.random.token_bytes(16).hex()

    def new_secret(self) -> str:
        """Return a new secret: 256 random bits, as text that a cookie and a link can carry."""
        return encode(self.random.token_bytes(32))
