"""``gatewright serve``: the sign-in pages and the REST API."""

from __future__ import annotations

import sys
from logging.config import dictConfig
from typing import Annotated

import typer

from gatewright.auth.signing_keys import HOW_TO_MAKE_ONE, is_key_shared
from gatewright.cli.output import console_on
from gatewright.errors import ConfigurationError
from gatewright.evrmore import EvrmoreAuth
from gatewright.settings import Settings, load_settings
from gatewright.storage.sql import SQLiteDatabase
from gatewright.storage.sql.url import is_postgresql

_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never listened on
"""What to open in a browser on this machine when the server listens on every address."""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=256, help="The number of worker processes.")] = 1,
    reload: Annotated[bool, typer.Option("--reload", help="Restart when code changes; for development.")] = False,
) -> None:
    """Serve the sign-in pages and the REST API."""
    try:
        from gatewright import server
        from gatewright.server.serve import require_apart, require_free
        from gatewright.web import Site
    except ModuleNotFoundError as error:
        raise ConfigurationError(f'{error.name} is missing: pip install "gatewright[server]"') from error
    # Report an unsafe or unusable configuration here, in plain words, before the server does in its own way.
    # This also migrates the database and makes a development secret once, before several workers would.
    settings = load_settings()
    dictConfig(server.log_config(settings.log_format))
    with EvrmoreAuth(settings=settings) as auth:
        Site(auth)  # the pages
        methods = auth.parts.beginning()
    if workers > 1:
        _check_workers(settings, reload=reload)
    require_free(host, port)
    if settings.metrics:
        require_apart(host, port, settings.metrics_address)
    if settings.log_format == "text":
        _greet(_url_of(host, port), settings, has_wallets="wallet" in methods)
    server.serve(host=host, port=port, workers=workers, reload=reload)


def _check_workers(settings: Settings, *, reload: bool) -> None:
    """Refuse several workers that could not act as one server.

    Raises:
        ConfigurationError: If each would have its own database or secret, or would reload by itself.
    """
    if reload:
        raise ConfigurationError("--reload is for development and runs one process. Remove --workers.")
    is_server = is_postgresql(settings.database_url)
    path = None if is_server else SQLiteDatabase(settings.database_url).path
    if path is None and not is_server:
        raise ConfigurationError(
            "The database is in memory, so each worker would have its own. Name a file or a server: "
            "GATEWRIGHT_DATABASE_URL=sqlite:///gatewright.db"
        )
    if not is_key_shared(settings, database=path):
        raise ConfigurationError(f"Each worker would sign tokens with a secret of its own. {HOW_TO_MAKE_ONE}")


def _url_of(host: str, port: int) -> str:
    name = _REACHABLE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _greet(url: str, settings: Settings, *, has_wallets: bool) -> None:
    from rich.text import Text

    lines = [Text.assemble("gatewright listens on ", (url, "bold green"))]
    if settings.enable_signup:
        lines += [
            Text("Sign in with a password:"),
            Text.assemble("  1. make an account:     open ", (f"{url}/signup", "bold")),
            Text.assemble("  2. sign in:             open ", (url, "bold")),
        ]
    if has_wallets:
        lines += [
            Text("Sign in with a wallet:"),
            Text.assemble("  1. make one:            ", ("gatewright wallet new", "bold")),
            Text.assemble("  2. ask for a challenge: open ", (url, "bold"), " and type the wallet's address"),
            Text.assemble("  3. sign it:             ", ("gatewright wallet sign 'THE CHALLENGE'", "bold")),
            Text("  4. paste the signature into the page"),
        ]
    if settings.mail_delivery == "background" and settings.mail_url.get_secret_value().startswith("console:"):
        lines.append(Text("Emails are printed here, including the links in them."))
    console_on(sys.stdout).print(Text("\n").join(lines), soft_wrap=True)
    sys.stdout.flush()
