"""Addresses and settings: what operators write, and origins and hosts that browsers name."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from pydantic import SecretStr

from fuzz_targets.texts import text_of
from gatewright import Settings
from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.mail.mailer_from_url import mailer_from_url
from gatewright.mail.message import read_recipient, read_sender
from gatewright.origins import normal_origin, origin_in, origin_of, url_in
from gatewright.settings import load_settings
from gatewright.storage.redis.url import read_url
from gatewright.storage.sql.sqlite.url import path_of
from gatewright.storage.sql.url import is_postgresql
from gatewright.web.client import Proxies

NAMES = tuple(Settings.model_fields)


def origin(data):
    """An origin has one spelling."""
    text = text_of(data)
    normal = normal_origin(text)
    if normal is not None:
        assert normal.isascii()
        assert normal_origin(normal) == normal
    with suppress(ValueError):
        origin_in(text)
    with suppress(ValueError):
        url = url_in(text)
        assert url_in(url) == url
        assert origin_in(origin_of(url)) == origin_of(url)


def database_url(data):
    """Which database, and which file; nothing is opened."""
    text = text_of(data)
    with suppress(ConfigurationError):
        if not is_postgresql(text):
            path_of(text)


def redis_url(data):
    """Which Redis; nothing is connected to."""
    text = text_of(data)
    with suppress(ConfigurationError):
        assert "@" not in read_url(text).shown.partition("?")[0].partition("://")[2].partition("/")[0]


@cache
def defaults():
    return Settings(_env_file=None)


def mail_url(data):
    """Which mail server, and who sends."""
    url, _, sender = text_of(data).partition("\n")
    with suppress(ConfigurationError):
        mailer_from_url(defaults().model_copy(update={"mail_url": SecretStr(url)}))
    with suppress(ConfigurationError):
        read_sender(sender)


def recipient(data):
    """Whom a mail goes to: one address, on one line."""
    with suppress(InvalidParameterError):
        address = str(read_recipient(text_of(data)))
        assert address.isprintable()
        assert address.count("@") == 1


def trusted_proxies(data):
    """Networks of proxies."""
    with suppress(ConfigurationError):
        Proxies(text_of(data).split(","))


def settings(data):
    """Any text for any setting, as environments hold them. A setting's number comes first."""
    if data:
        with suppress(ConfigurationError):
            load_settings(_env_file=None, **{NAMES[data[0] % len(NAMES)]: text_of(data[1:])})


TARGETS = (origin, database_url, redis_url, mail_url, recipient, trusted_proxies, settings)
