"""Checks of Redis, if it is used."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.settings import Settings


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Check that Redis can be reached and used, and that it evicts no keys."""
    if settings.redis_url is None:
        return
    from gatewright.storage.redis import read_url, require_redis

    try:
        url = read_url(settings.redis_url.get_secret_value())
        facts = require_redis(url)
    except (ConfigurationError, StoreUnavailableError) as error:
        yield Finding("redis", Status.UNSAFE, "Redis cannot be used, so nothing starts.", str(error))
        return
    yield Finding("redis", Status.OK, f"{url.shown} can be used (version {facts.version or 'unknown'}).")
    if facts.eviction is None:
        cure = "Let its user ask: ACL SETUSER name +info. Or make sure that maxmemory-policy is noeviction."
        yield Finding("redis memory", Status.WARNING, "Redis does not tell this user whether it evicts keys.", cure)
    elif facts.evicts:
        finding = (
            f"Redis evicts keys when memory runs out ({facts.eviction}): visitors are signed out, and not all failed "
            "sign-ins count."
        )
        yield Finding("redis memory", Status.WARNING, finding, "CONFIG SET maxmemory-policy noeviction")
    else:
        yield Finding("redis memory", Status.OK, "Redis keeps every key until it expires.")
