"""``gatewright reencrypt``: encrypt the secrets of users by the current key, after a rotation."""

from __future__ import annotations

from dataclasses import asdict

import typer

from gatewright.auth import Auth
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, write_json


def reencrypt(as_json: AsJson = False) -> None:
    """Encrypt with the current key what the previous one did.

    After that the previous key can go. These are the secrets of authenticator apps. Users may sign in meanwhile.
    """
    with Auth() as auth:
        found = auth.reencrypt_secrets()
    if as_json:
        write_json(asdict(found))
    else:
        print(f"Encrypted anew: {found.renewed}. By the current key already: {found.current}.")
        if found.unreadable:
            print(f"No key decrypts {found.unreadable}: set the key that did as the previous one, and run this again.")
    if found.unreadable:
        raise typer.Exit(ExitCode.NO)
