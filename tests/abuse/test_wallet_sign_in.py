"""Attacks on the sign-in with a wallet."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from gatewright.testing import Wallet
from targets import HOST, cookies_of, full_width

PUBLIC_MESSAGE = "I hold the first asset of this chain. Ask me anything."
NODE_VERDICTS = json.loads((Path(__file__).parents[1] / "vectors/evrmore_node_signed_messages.json").read_text())
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
JSON = [("Content-Type", "application/json"), ("Accept", "application/json")]
PATH = "/api/login/wallet"
NO_ADDRESSES = {
    "nothing": "",
    "a space": " ",
    "a script": "<script>alert(1)</script>",
    "SQL": "' OR 1=1; DROP TABLE users; --",
    "a NUL": "EXit6yM5\0kPMirX",
    "a lone surrogate": "\ud800",
    "a line of a log": "x\n2030-01-01 INFO signed in as root",
    "a kilobyte": "E" * 1_000,
    "32 kilobytes": "E" * 32_000,
    "in full width": full_width(Wallet.new("alice").address),
    "a Cyrillic letter": Wallet.new("alice").address.replace("E", "\u0415", 1),
    "a wrong checksum": Wallet.new("alice").address[:-1] + ("a" if Wallet.new("alice").address[-1] != "a" else "b"),
    "of Evrmore's testnet": Wallet.new("alice", network="evrmore-testnet").address,
    "of a script of Evrmore": "eHNUGzw8ZG9PGC8gKtnneyMaQXQTtAUm98",
    "of Bitcoin": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "of Bitcoin's SegWit": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "of Ravencoin": "RXissueAssetXXXXXXXXXXXXXXXXXhhZGt",
    "a key": Wallet.new("alice").wif,
}


@pytest.fixture
def ask(target):
    """Ask for a challenge in a browser."""

    def ask(browser, wallet, **fields):
        status, answer = target.call(browser, PATH, {"evrmore_address": wallet.address} | fields)
        assert status == 200, answer
        return answer["challenge"]

    return ask


@pytest.fixture
def answer(target):
    """Send what shall be a signed challenge, and return the answer."""

    def answer(browser, wallet, challenge, signature=None, **fields):
        signed = signature or wallet.sign(challenge)
        document = {"evrmore_address": wallet.address, "challenge": challenge, "signature": signed}
        return target.call(browser, PATH, document | fields)

    return answer


@pytest.fixture
def count(target):
    """Count the rows of a table."""
    return lambda table: target.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_signing_a_message_that_was_never_issued(target, browser, alice, ask, answer, count):
    """What counts is the whole text, as it was stored: by the API as by the form."""
    form = target.ask_for_challenge(browser, alice)
    challenge = ask(browser, alice)
    texts = {
        "signed in public": PUBLIC_MESSAGE,
        "of another site": challenge.replace(HOST, "evil.example"),
        "around the real one": f"Hello! {challenge} Yours, Alice",
        "with a line more": f"{challenge}\n",
        "with a word less": challenge.rpartition(" ")[0],
        "in capitals": challenge.upper(),
        "the nonce alone": max(challenge.split(), key=len),
    }
    taken = [kind for kind, text in texts.items() if answer(browser, alice, text)[0] != 401]
    taken += [
        kind
        for kind, text in texts.items()
        if browser.submit(form, challenge=text, signature=alice.sign(text)).location == "/"
    ]

    assert taken == []
    assert count("sessions") == 0
    assert answer(browser, alice, challenge)[0] == 200


def test_redeeming_one_challenge_many_times_at_once(target, browser, alice, ask, count):
    """One request gets a session. The others get the answer of a challenge that was used long ago."""
    challenge = ask(browser, alice)
    document = {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}
    request = ("POST", PATH, [*JSON, cookies_of(browser)], json.dumps(document).encode())
    answers = target.send_at_once([request] * 8)

    assert sorted(status for status, _, _ in answers) == [200] + [401] * 7
    assert {body for status, _, body in answers if status == 401} == {target.send(*request)[2]}
    assert count("sessions") == 1
    assert count("users") == 1


def test_redeeming_the_challenge_of_another_address(target, browser, alice, mallory, ask, answer, count):
    """Neither with one's own key nor under one's own address; its owner can still use it."""
    challenge = ask(browser, alice)
    assert answer(browser, mallory, challenge)[0] == 401
    assert answer(browser, alice, challenge, mallory.sign(challenge))[0] == 401
    assert answer(browser, mallory, challenge, alice.sign(challenge))[0] == 401
    assert count("sessions") == 0

    assert answer(browser, alice, challenge)[0] == 200
    assert target.who(browser) == alice.address


def test_having_somebody_sign_for_another_browser(target, browser, alice, ask, answer):
    """A challenge is good in the browser that asked for it, and what it says can be read before it is signed."""
    challenge = ask(browser, alice)
    other = target.browser()
    ask(other, alice)
    newcomer = target.browser()
    token = newcomer.get("/login").form("/login/wallet").fields["csrf_token"]
    form = {"evrmore_address": alice.address, "challenge": challenge, "signature": alice.sign(challenge)}
    assert answer(other, alice, challenge)[0] == 401
    assert newcomer.post("/login/wallet", form | {"csrf_token": token}).status == 401
    assert [target.who(each) for each in (other, newcomer)] == [None, None]
    now = target.clock.now()
    for said in (HOST, alice.address, f"{now:%Y-%m-%d}", f"{now:%H:%M}"):
        assert said in challenge

    assert answer(browser, alice, challenge)[0] == 200


def test_using_a_challenge_that_is_no_longer_good(target, alice, bob, ask, answer):
    """Expired, used, deleted, of somebody else, never there: nobody can tell which it was."""

    def unknown(browser):
        return ask(browser, alice).replace("a", "b")

    def of_another(browser):
        return ask(browser, bob)

    def used(browser):
        challenge = ask(browser, alice)
        kept = dict(browser.cookies)
        assert answer(browser, alice, challenge)[0] == 200
        browser.cookies = kept
        return challenge

    def expired(browser):
        challenge = ask(browser, alice)
        target.clock.advance(minutes=10, seconds=1)
        return challenge

    def deleted(browser):
        challenge = ask(browser, alice)
        target.clock.advance(days=1)
        target.auth.cleanup_expired_challenges()
        return challenge

    answers = []
    for make in (unknown, of_another, used, expired, deleted):
        browser = target.browser()
        answers.append(answer(browser, alice, make(browser)))

    assert answers == [answers[0]] * 5
    assert answers[0][0] == 401


def test_using_a_challenge_of_before_a_restart(open_target, alice):
    """It is as good as it was, and no longer; under another secret the browser is a stranger's."""
    before = open_target()
    browser = before.browser()
    form = before.ask_for_challenge(browser, alice)
    signed = {"signature": alice.sign(form.fields["challenge"])}
    moved = open_target(jwt_secret="another secret for tests, longer than 32 bytes")
    stranger = moved.browser()
    stranger.cookies = dict(browser.cookies)
    assert stranger.submit(form, **signed).location is None
    assert moved.who(stranger) is None

    before.clock.advance(minutes=10, seconds=1)
    after = open_target()
    late = after.browser()
    late.cookies = dict(browser.cookies)
    late.submit(form, **signed)
    assert after.who(late) is None


def test_choosing_ones_own_lifetime_or_skipping_a_check(target, browser, alice, mallory, ask, answer):
    """Whatever else a client sends decides nothing."""
    wishes = {
        "expire_minutes": 1_000_000,
        "token_expire_minutes": 1_000_000,
        "skip_ownership_check": True,
        "is_valid": True,
        "user_id": "1",
        "propagate_hook_errors": False,
    }
    challenge = ask(browser, alice, **wishes)
    record = target.auth.get_challenge_details(challenge)
    assert (record.expires_at - record.created_at).total_seconds() == 600
    assert answer(browser, mallory, challenge, **wishes)[0] == 401
    assert answer(browser, alice, challenge, "garbage", **wishes)[0] == 401
    assert answer(browser, alice, challenge, **wishes)[0] == 200

    (session,) = target.auth.list_sessions()
    assert session.evrmore_address == alice.address
    assert (session.expires_at - session.created_at).days <= 14


def test_asking_for_challenges_with_junk_for_an_address(target, browser, count):
    """Every one is refused, and nothing is written down: no account, no challenge."""
    refused = {kind: target.call(browser, PATH, {"evrmore_address": text})[0] for kind, text in NO_ADDRESSES.items()}
    assert refused == dict.fromkeys(NO_ADDRESSES, 422)
    assert [count(table) for table in ("users", "wallets", "challenges")] == [0, 0, 0]


def test_filling_the_store_with_challenges(target, browser, alice, count):
    """An address, like a client, may ask only so often; and asking makes no account."""
    asked = [target.call(browser, PATH, {"evrmore_address": alice.address})[0] for _ in range(14)]
    assert asked == [200] * 10 + [429] * 4
    others = [target.call(browser, PATH, {"evrmore_address": Wallet.new(f"{n}").address})[0] for n in range(60)]
    assert others == [200] * 50 + [429] * 10
    assert count("users") == 0


def test_sending_odd_signatures(target, browser, alice, ask, answer, count):
    """None is an error in here, and none spends the challenge."""
    challenge = ask(browser, alice)
    right = base64.b64decode(alice.sign(challenge))
    odd = {
        "none": " ",
        "a word": "garbage",
        "not base64": "€" * 88,
        "zeros": base64.b64encode(bytes(65)).decode(),
        "another header": base64.b64encode(bytes([right[0] ^ 8]) + right[1:]).decode(),
        "a header of no signature": base64.b64encode(bytes([255]) + right[1:]).decode(),
        "r and s of the curve's order": base64.b64encode(right[:1] + CURVE_ORDER.to_bytes(32) * 2).decode(),
        "a byte less": base64.b64encode(right[:-1]).decode(),
        "a byte more": base64.b64encode(right + b"\0").decode(),
        "DER": base64.b64encode(b"\x30\x44\x02\x20" + right[1:33] + b"\x02\x20" + right[33:]).decode(),
        "of another text": alice.sign(PUBLIC_MESSAGE),
        "of 32 kB": "A" * 32_000,
    }
    assert {kind: answer(browser, alice, challenge, text)[0] for kind, text in odd.items()} == dict.fromkeys(odd, 401)
    assert answer(browser, alice, challenge, "A" * 1_000_000)[0] == 413
    assert count("sessions") == 0

    assert answer(browser, alice, challenge)[0] == 200


def test_spelling_a_used_signature_in_another_way(target, browser, alice, ask, answer, count):
    """What cannot be used twice is the challenge, so no second form of its signature is of any use."""
    challenge = ask(browser, alice)
    before = dict(browser.cookies)
    signature = alice.sign(challenge)
    assert answer(browser, alice, challenge, signature)[0] == 200
    raw = base64.b64decode(signature)
    mirrored = (CURVE_ORDER - int.from_bytes(raw[33:])).to_bytes(32)
    twin = bytes([((raw[0] - 27) ^ 1) + 27]) + raw[1:33] + mirrored
    spellings = (signature, base64.b64encode(twin).decode(), f"{signature}\n", signature.rstrip("="), f" {signature}")

    for spelling in spellings:
        browser.cookies = dict(before)
        assert answer(browser, alice, challenge, spelling)[0] == 401
    assert count("sessions") == 1


def test_signing_in_by_asking_for_a_challenge(target, browser, alice, ask):
    """Only a signature does that."""
    target.ask_for_challenge(browser, alice)
    ask(browser, alice)

    assert target.who(browser) is None
    assert browser.get("/login/step").location == "/login"


def test_exploiting_a_difference_from_the_node(server):
    """Every verdict is the node's, whatever the message's length and letters and the kind of the key."""
    rows = [row for row in NODE_VERDICTS if row["network"] == "mainnet" and not row["note"].startswith("LAX")]
    auth = server().auth
    verdicts = [auth.verify_signature(row["address"], row["message"], row["signature"]) for row in rows]

    assert verdicts == [row["verifies"] for row in rows]
    right = [row for row in rows if row["verifies"]]
    assert {row["compressed"] for row in right} == {True, False}
    assert max(len(row["message"].encode()) for row in right) > 252
    assert not all(row["message"].isascii() for row in right)
