"""``gatewright wallet``: wallets, signatures and verdicts without any database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright.crypto import NETWORKS, address_of, public_key_of, read_address, read_wif

VECTORS = Path(__file__).parents[1] / "vectors" / "evrmore_node_signed_messages.json"
NODE = json.loads(VECTORS.read_text())[0]
TESTNET = next(row for row in json.loads(VECTORS.read_text()) if row["network"] == "testnet" and row["verifies"])


def address_behind(wif, network):
    return address_of(public_key_of(read_wif(wif, [network])), network)


@pytest.fixture
def wif_file(folder):
    """A file with the private key that the node signed with."""
    path = folder / "wif"
    path.write_text(f"{NODE['wif']}\n")
    return path


@pytest.mark.parametrize("network", NETWORKS)
def test_a_new_wallet_signs_for_its_address_on_every_network(invoke, network):
    """The private key that is printed is the key of the address that is printed."""
    wallet = json.loads(invoke("wallet", "new", "--network", network, "--json").stdout)

    assert network == wallet["network"]
    assert wallet["address"] == address_behind(wallet["wif"], NETWORKS[network])


def test_a_new_wallet_is_for_the_first_network_of_the_settings(invoke):
    """Without --network the settings decide."""
    wallet = json.loads(invoke("wallet", "new", "--json", GATEWRIGHT_NETWORKS="ravencoin,evrmore").stdout)

    assert wallet["network"] == "ravencoin"


def test_a_new_wallet_for_people_is_two_lines(invoke):
    """Address and key stand on stdout, the advice on stderr."""
    result = invoke("wallet", "new")
    (_, address), (_, wif) = (line.split(": ") for line in result.stdout.splitlines())

    assert address.strip() == address_behind(wif, NETWORKS["evrmore"])
    assert "Keep it to yourself" in result.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_wif_file_keeps_the_key_off_the_screen(invoke, folder, options):
    """With --wif-file the key is in the file, only the owner may read it, and neither stream shows it."""
    result = invoke("wallet", "new", "--wif-file", "key", *options)
    wif = (folder / "key").read_text().strip()

    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert wif not in result.output
    assert address_behind(wif, NETWORKS["evrmore"]) in result.stdout


@pytest.mark.parametrize("is_link", [False, True])
def test_a_wif_file_is_never_overwritten(invoke, folder, is_link):
    """A file that exists stays as it is, and a link is not followed to where somebody else wants the key."""
    (folder / "precious").write_text("another key")
    if is_link:
        (folder / "key").symlink_to(folder / "elsewhere")
    result = invoke("wallet", "new", "--wif-file", "key" if is_link else "precious")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "not overwritten" in result.stderr
    assert (folder / "precious").read_text() == "another key"
    assert not (folder / "elsewhere").exists()


def test_a_wif_file_in_no_folder_is_refused(invoke):
    """What cannot be written is bad input, told in a line."""
    result = invoke("wallet", "new", "--wif-file", "nowhere/key")

    assert result.exit_code == 2
    assert result.stderr == "error: 'nowhere/key' cannot be written: No such file or directory.\n"


def test_signing_prints_the_signature_and_nothing_else(invoke, wif_file):
    """The signature is the node's, byte for byte."""
    result = invoke("wallet", "sign", NODE["message"], "--wif-file", str(wif_file))

    assert f"{NODE['signature']}\n" == result.stdout
    assert result.stderr == ""


def test_the_key_comes_from_standard_input(invoke):
    """With --wif-file - the key is read from a pipe."""
    result = invoke("wallet", "sign", NODE["message"], "--wif-file", "-", "--json", stdin=NODE["wif"])

    assert {"network": "evrmore", "signature": NODE["signature"]} == json.loads(result.stdout)


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_the_message_comes_from_standard_input_without_its_line_end(invoke, wif_file, line_end):
    """The line end that a pipe adds is not signed."""
    result = invoke("wallet", "sign", "-", "--wif-file", str(wif_file), stdin=NODE["message"] + line_end)

    assert f"{NODE['signature']}\n" == result.stdout


def test_only_one_line_end_is_taken_off(invoke, wif_file):
    """A message that ends in an empty line keeps it."""
    result = invoke("wallet", "sign", "-", "--wif-file", str(wif_file), stdin=NODE["message"] + "\n\n")

    assert result.exit_code == 0
    assert NODE["signature"] not in result.stdout


def test_one_standard_input_does_not_hold_both(invoke):
    """Message and key from the same pipe is bad input."""
    result = invoke("wallet", "sign", "-", "--wif-file", "-", stdin=NODE["wif"])

    assert result.exit_code == 2
    assert "cannot both be on standard input" in result.stderr


@pytest.mark.parametrize("source", ["setting", "option"])
def test_signing_for_another_network(invoke, source):
    """The network of the key is the option's, or the setting's."""
    options = ("--network", "evrmore-testnet") if source == "option" else ()
    env = {"GATEWRIGHT_NETWORKS": "evrmore-testnet"} if source == "setting" else {}
    result = invoke(
        "wallet", "sign", TESTNET["message"], "--wif-file", "-", *options, stdin=TESTNET["wif"] + "\n", **env
    )

    assert f"{TESTNET['signature']}\n" == result.stdout


def test_a_valid_signature_is_a_yes(invoke):
    """Valid: exit code 0."""
    result = invoke("wallet", "verify", NODE["address"], NODE["message"], NODE["signature"])

    assert (result.exit_code, result.stdout) == (0, "valid\n")


def test_the_message_to_verify_may_come_from_standard_input(invoke):
    """A long message need not be an argument."""
    result = invoke("wallet", "verify", NODE["address"], "-", NODE["signature"], stdin=NODE["message"] + "\n")

    assert (result.exit_code, result.stdout) == (0, "valid\n")


@pytest.mark.parametrize(
    ("address", "message", "signature"),
    [
        (NODE["address"], NODE["message"] + ".", NODE["signature"]),
        (NODE["address"], NODE["message"], NODE["signature"][:-4] + "AAA="),
        (NODE["address"], NODE["message"], ""),
        (NODE["address"], "\udcff", NODE["signature"]),
        ("", NODE["message"], NODE["signature"]),
        ("\udcff", NODE["message"], "\udcff"),
        (TESTNET["address"], TESTNET["message"], TESTNET["signature"]),
    ],
    ids=["message", "signature", "no signature", "not a string", "no address", "nonsense", "network"],
)
def test_anything_else_is_a_no(invoke, address, message, signature):
    """Whatever is wrong, the answer is no: exit code 1."""
    for_people = invoke("wallet", "verify", address, message, signature)
    for_programs = invoke("wallet", "verify", address, message, signature, "--json")

    assert (for_people.exit_code, for_people.stdout) == (1, "not valid\n")
    assert (for_programs.exit_code, json.loads(for_programs.stdout)) == (1, {"is_valid": False})


def test_verifying_accepts_every_network_of_the_settings(invoke):
    """As the service does; the address tells which."""
    arguments = TESTNET["address"], TESTNET["message"], TESTNET["signature"]
    result = invoke("wallet", "verify", *arguments, GATEWRIGHT_NETWORKS="evrmore,evrmore-testnet")

    assert result.exit_code == 0


@pytest.mark.parametrize("command", [("new",), ("sign", "text"), ("verify", "a", "b", "c")])
def test_an_unknown_network_is_refused_with_those_there_are(invoke, command):
    """From the option it is bad input, from the settings a configuration error."""
    by_option = invoke("wallet", *command, "--network", "dogecoin")
    by_setting = invoke("wallet", *command, GATEWRIGHT_NETWORKS="dogecoin")

    assert (by_option.exit_code, by_setting.exit_code) == (2, 3)
    assert "'dogecoin'. Known networks: evrmore, " in by_option.stderr
    assert "GATEWRIGHT_NETWORKS: unknown network 'dogecoin'" in by_setting.stderr


def test_wallets_need_no_database(invoke, folder):
    """Nothing is left in the folder, and a database that cannot work does not matter."""
    env = {"GATEWRIGHT_DATABASE_URL": "nonsense", "GATEWRIGHT_ENV": "production"}
    new = invoke("wallet", "new", "--json", **env)
    sign = invoke("wallet", "sign", "text", "--wif-file", "-", stdin=json.loads(new.stdout)["wif"], **env)
    verify = invoke("wallet", "verify", json.loads(new.stdout)["address"], "text", sign.stdout.strip(), **env)

    assert [new.exit_code, sign.exit_code, verify.exit_code] == [0, 0, 0]
    assert list(folder.iterdir()) == []
    assert read_address(json.loads(new.stdout)["address"], [NETWORKS["evrmore"]])
