"""``gatewright serve``: the sign-in pages and the REST API."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gatewright.cli.output import console_on
from gatewright.errors import ConfigurationError
from gatewright.evrmore import EvrmoreAuth
from gatewright.settings import Settings

_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never listened on
"""What to open in a browser on this machine where the server listens on every address."""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    reload: Annotated[bool, typer.Option("--reload", help="Start again when code changes; for development.")] = False,
) -> None:
    """Serve the sign-in pages and the REST API."""
    try:
        from gatewright import server
    except ModuleNotFoundError as error:
        raise ConfigurationError(f'{error.name} is missing: pip install "gatewright[server]"') from error
    # An unsafe or unusable configuration is told here, in words, before a server says it in its own way.
    with EvrmoreAuth() as auth:
        settings = auth.settings
    _greet(_url_of(host, port), settings)
    server.serve(host=host, port=port, reload=reload)


def _url_of(host: str, port: int) -> str:
    name = _REACHABLE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _greet(url: str, settings: Settings) -> None:
    from rich.text import Text

    lines = [Text.assemble("gatewright listens on ", (url, "bold green"))]
    if settings.enable_signup:
        lines += [
            Text("Sign in with a password:"),
            Text.assemble("  1. make an account:     open ", (f"{url}/signup", "bold")),
            Text.assemble("  2. sign in:             open ", (url, "bold")),
        ]
    if settings.enable_wallet_login:
        lines += [
            Text("Sign in with a wallet:"),
            Text.assemble("  1. make one:            ", ("gatewright wallet new", "bold")),
            Text.assemble("  2. ask for a challenge: open ", (url, "bold"), " and type the wallet's address"),
            Text.assemble("  3. sign it:             ", ("gatewright wallet sign 'THE CHALLENGE'", "bold")),
            Text("  4. paste the signature into the page"),
        ]
    if settings.mail_delivery == "background" and settings.mail_url.get_secret_value().startswith("console:"):
        lines.append(Text("Mails are printed here, with the links in them."))
    console_on(sys.stdout).print(Text("\n").join(lines), soft_wrap=True)
    sys.stdout.flush()
