"""Checks of the Redis, if there is one."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.settings import Settings


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Check that Redis can be reached and used, and that it forgets nothing before its time."""
    if settings.redis_url is None:
        return
    from gatewright.storage.redis import read_url, require_redis

    try:
        url = read_url(settings.redis_url.get_secret_value())
        facts = require_redis(url)
    except (ConfigurationError, StoreUnavailableError) as error:
        yield Finding("redis", Status.UNSAFE, "Redis cannot be used, and nothing starts.", str(error))
        return
    yield Finding("redis", Status.OK, f"{url.shown} can be used (version {facts.version or 'not told'}).")
    if facts.eviction is None:
        cure = "Let its user ask: ACL SETUSER name +info. Or see to it that maxmemory-policy is noeviction."
        yield Finding("redis memory", Status.WARNING, "Redis does not tell this user whether it evicts keys.", cure)
    elif facts.evicts:
        finding = (
            f"Redis throws keys away where memory runs out ({facts.eviction}): visitors are signed out, and failed "
            "sign-ins count less often."
        )
        yield Finding("redis memory", Status.WARNING, finding, "CONFIG SET maxmemory-policy noeviction")
    else:
        yield Finding("redis memory", Status.OK, "Redis keeps every key until its time has come.")
