"""The one place where parts meet: settings become a store, keys, hooks and a dress."""

from __future__ import annotations

from gatewright.auth.signing_keys import find_signing_keys
from gatewright.crypto import NETWORKS
from gatewright.errors import ConfigurationError
from gatewright.hooks import Hooks
from gatewright.offload import offload, run_here, run_shielded
from gatewright.operations.parts import Parts
from gatewright.ports import Clock, Random, Store
from gatewright.settings import Settings
from gatewright.storage.sql import SQLiteDatabase, SQLStore, migrate
from gatewright.system import SystemClock, SystemRandom
from gatewright.tokens import AccessTokens

_DATABASE_THREADS = 4
"""Threads for SQLite under asyncio: readers work side by side, and there is one writer at a time anyway."""


def assemble(
    settings: Settings,
    *,
    propagate_hook_errors: bool,
    naive_timestamps: bool,
    clock: Clock | None,
    random: Random | None,
    is_async: bool,
) -> Parts:
    """Build the parts of one application; the database is created and migrated on the way.

    Args:
        settings: What the operator decided.
        propagate_hook_errors: Whether an exception in a hook reaches the caller.
        naive_timestamps: Whether records carry naive UTC datetimes.
        clock: Another clock than the machine's, for tests.
        random: Another randomness than the system's, for tests.
        is_async: Which dress: ports that suspend, or ports that answer at once.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; says which and how to cure it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    unknown = [name for name in settings.networks if name not in NETWORKS]
    if unknown:
        raise ConfigurationError(
            f"GATEWRIGHT_NETWORKS names unknown networks: {', '.join(unknown)}. Known are: {', '.join(NETWORKS)}."
        )
    random = random or SystemRandom()
    database = SQLiteDatabase(settings.database_url)
    migrate(database)
    keys = find_signing_keys(settings, database=database.path, random=random)
    store: Store = SQLStore(database, naive_timestamps=naive_timestamps)
    return Parts(
        settings=settings,
        networks=tuple(NETWORKS[name] for name in settings.networks),
        hooks=Hooks(propagate_errors=propagate_hook_errors, accepts_coroutines=is_async),
        store=offload(store, threads=_DATABASE_THREADS) if is_async else store,
        tokens=AccessTokens(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience),
        clock=clock or SystemClock(),
        random=random,
        shield=run_shielded if is_async else run_here,
    )
