"""``gatewright reencrypt``: encrypt users' secrets with the current key after a rotation."""

from __future__ import annotations

from dataclasses import asdict

import typer

from gatewright.auth import Auth
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, write_json


def reencrypt(as_json: AsJson = False) -> None:
    """Re-encrypt users' secrets with the current key.

    These are the secrets of authenticator apps. Afterwards, you can remove the previous key. Users may sign in
    meanwhile.
    """
    with Auth() as auth:
        found = auth.reencrypt_secrets()
    if as_json:
        write_json(asdict(found))
    else:
        print(f"Re-encrypted: {found.renewed}. Already encrypted with the current key: {found.current}.")
        if found.unreadable:
            print(f"No key decrypts {found.unreadable}: set the key that does as the previous one, and run this again.")
    if found.unreadable:
        raise typer.Exit(ExitCode.NO)
