"""``gatewright challenge``: create a challenge by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from gatewright.cli.output import AsJson, write_json
from gatewright.evrmore import EvrmoreAuth


def make_challenge(
    address: Annotated[str, typer.Argument(help="The wallet address that will sign.")],
    as_json: AsJson = False,
) -> None:
    """Create a challenge for an address, and print the text to sign."""
    with EvrmoreAuth() as auth:
        text = auth.generate_challenge(address)
        challenge = auth.get_challenge_details(text)
    if as_json:
        expires_at = None if challenge is None else challenge.expires_at
        write_json({"evrmore_address": address, "challenge": text, "expires_at": expires_at})
    else:
        print(text)
