"""``gatewright wallet``: create wallets, sign and verify messages, without any database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gatewright.cli.chosen_networks import NetworkName, choose_networks
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.output import AsJson, note, write_json
from gatewright.cli.secret_input import STANDARD_INPUT, read_message, read_wif, write_wif
from gatewright.errors import InvalidParameterError

Message = Annotated[str, typer.Argument(help="The text, exactly as it is signed; - reads it from standard input.")]


def new_wallet(
    network: NetworkName = None,
    wif_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the private key to this new file, not to the screen.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create an address and its private key (WIF). Nothing is stored anywhere else."""
    from gatewright import crypto
    from gatewright.system import SystemRandom

    chosen = choose_networks(network)[0]
    address, wif = crypto.new_wallet(SystemRandom().token_bytes, network=chosen)
    wallet = {"network": chosen.name, "address": address}
    if wif_file is None:
        wallet["wif"] = wif
    else:
        write_wif(wif, path=wif_file)
        wallet["wif_file"] = str(wif_file)
    if as_json:
        write_json(wallet)
        return
    print(f"Address:     {address}")
    if wif_file is None:
        print(f"Private key: {wif}")
    note("Whoever has the private key can sign in as this address. Keep it to yourself.")


def sign_message(
    message: Message,
    wif_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="The file with the private key (WIF); - for standard input. By default you are asked."
        ),
    ] = None,
    network: NetworkName = None,
    as_json: AsJson = False,
) -> None:
    """Sign a message, such as a challenge, and print the signature."""
    from gatewright import crypto

    if message == wif_file == STANDARD_INPUT:
        raise InvalidParameterError("The message and the private key cannot both be on standard input.")
    chosen = choose_networks(network)[0]
    text = read_message(message)
    signature = crypto.sign_message(text, wif=read_wif(wif_file), networks=[chosen])
    if as_json:
        write_json({"network": chosen.name, "signature": signature})
    else:
        print(signature)


def verify_message(
    address: Annotated[str, typer.Argument(help="The address that should have signed.")],
    message: Message,
    signature: Annotated[str, typer.Argument(help="The signature, base64.")],
    network: NetworkName = None,
    as_json: AsJson = False,
) -> None:
    """Check a signature. The exit code is 0 if it is valid, else 1."""
    from gatewright import crypto

    networks = choose_networks(network)
    is_valid = crypto.verify_message(address, message=read_message(message), signature=signature, networks=networks)
    if as_json:
        write_json({"is_valid": is_valid})
    else:
        print("valid" if is_valid else "not valid")
    if not is_valid:
        raise typer.Exit(ExitCode.NO)
