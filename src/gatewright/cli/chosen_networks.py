"""The networks that a wallet command works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.settings import load_settings

if TYPE_CHECKING:
    from gatewright.crypto import Network

NetworkName = Annotated[
    str | None,
    typer.Option(
        "--network",
        metavar="NAME",
        help="evrmore, evrmore-testnet, evrmore-regtest, ravencoin or bitcoin; default: GATEWRIGHT_NETWORKS.",
    ),
]


def choose_networks(name: str | None) -> tuple[Network, ...]:
    """Return the network with this name or, without a name, those of the settings.

    Raises:
        InvalidParameterError: If there is no network with this name.
        ConfigurationError: If the settings name one that does not exist.
    """
    from gatewright.crypto import NETWORKS

    names = load_settings().networks if name is None else (name,)
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        kind, source = (
            (ConfigurationError, "GATEWRIGHT_NETWORKS") if name is None else (InvalidParameterError, "--network")
        )
        raise kind(f"{source}: unknown network {', '.join(map(repr, unknown))}. Known networks: {', '.join(NETWORKS)}.")
    return tuple(NETWORKS[name] for name in names)
