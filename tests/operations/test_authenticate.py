"""Signing in: one challenge gives one session, and only to whom it belongs."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest

from gatewright.errors import (
    AuthenticationError,
    ChallengeAlreadyUsedError,
    ChallengeExpiredError,
    InactiveUserError,
    InvalidAddressError,
    InvalidChallengeError,
    InvalidParameterError,
    InvalidSignatureError,
)


def test_a_signed_challenge_becomes_a_session(auth, alice, clock, hooks):
    """The session names the user, the address, the times and the device, and carries the token this once."""
    challenge = auth.generate_challenge(alice.address)
    clock.advance(minutes=1)
    session = auth.authenticate(
        alice.address, challenge, alice.sign(challenge), ip_address="::ffff:192.0.2.7", user_agent="Browser/1.0"
    )

    assert (session.evrmore_address, session.provider) == (alice.address, "WalletUserProvider")
    assert (session.created_at, session.expires_at) == (clock.now(), clock.now() + timedelta(minutes=30))
    assert (session.is_active, session.ip_address, session.user_agent) == (True, "192.0.2.7", "Browser/1.0")
    assert (session.username, session.last_seen_at) == (alice.address, clock.now())
    assert session.is_fully_authenticated
    assert [(proof.method, proof.at) for proof in session.proofs] == [("wallet", clock.now())]
    assert session.token.count(".") == 2
    assert (session.user_id, alice.address) == (
        auth.get_user_by_token(session.token).id,
        hooks.of("post_auth")[0]["user"].evrmore_address,
    )


def test_the_first_sign_in_makes_the_user(auth, alice, bob, clock, sign_in, count):
    """Later ones find them again, and move their last login."""
    first = sign_in(auth, alice)
    assert auth.get_user_by_id(first.user_id).last_login == clock.now()
    clock.advance(minutes=5)
    second, other = sign_in(auth, alice), sign_in(auth, bob)
    user = auth.get_user_by_id(first.user_id)

    assert (first.user_id, count("users")) == (second.user_id, 2)
    assert other.user_id != first.user_id
    assert (user.created_at, user.last_login) == (clock.now() - timedelta(minutes=5), clock.now())
    assert (user.is_active, user.is_verified, user.email, user.username) == (True, True, None, alice.address)


def test_signing_in_again_keeps_the_other_sessions(auth, alice, sign_in):
    """Each device has its own session; ending one leaves the other."""
    first, second = sign_in(auth, alice), sign_in(auth, alice)
    assert first.id != second.id

    auth.invalidate_token(first.token)

    assert auth.validate_token(first.token) is None
    assert auth.validate_token(second.token)["jti"] == second.id


def test_a_challenge_gives_one_session(auth, alice, count):
    """The same signature, its high-S twin or a new signature over a used challenge gives no second session."""
    challenge = auth.generate_challenge(alice.address)
    signature = alice.sign(challenge)
    auth.authenticate(alice.address, challenge, signature)
    for again in (signature, high_s_form(signature)):
        assert auth.verify_signature(alice.address, challenge, again)
        with pytest.raises(ChallengeAlreadyUsedError) as refused:
            auth.authenticate(alice.address, challenge, again)
        assert refused.value.code == "invalid_challenge"

    assert auth.get_challenge_details(challenge).used
    assert count("sessions") == 1


def test_nothing_is_verified_for_a_challenge_that_cannot_be_used(auth, alice, bob, clock, hooks):
    """Owner, use and time are judged first, so a signature over a dead challenge is never even looked at."""
    used, late = auth.generate_challenge(alice.address), auth.generate_challenge(alice.address, 1)
    auth.authenticate(alice.address, used, alice.sign(used))
    clock.advance(minutes=1)
    hooks.clear()
    for wallet, challenge in ((alice, used), (alice, late), (bob, late), (alice, "unknown")):
        with pytest.raises(InvalidChallengeError):
            auth.authenticate(wallet.address, challenge, wallet.sign(challenge))

    assert hooks.names == ["pre_auth", "auth_failed"] * 4


def test_a_wrong_signature_burns_nothing(auth, alice, bob, count):
    """After a stranger's, a foreign text's and a nonsensical signature the right one still signs in."""
    challenge = auth.generate_challenge(alice.address)
    for signature in (bob.sign(challenge), alice.sign(f"{challenge} "), "nonsense", "", None):
        with pytest.raises(InvalidSignatureError) as refused:
            auth.authenticate(alice.address, challenge, signature)
        challenge_id = auth.get_challenge_details(challenge).id
        assert refused.value.evidence == {"address": alice.address, "challenge_id": challenge_id}
    assert (count("users"), count("sessions")) == (0, 0)

    assert auth.authenticate(alice.address, challenge, alice.sign(challenge))


def test_somebody_elses_attempt_burns_nothing(auth, alice, bob, count):
    """Bob cannot redeem what was made for Alice, whoever signs, and she still can."""
    challenge = auth.generate_challenge(alice.address)
    for signature in (bob.sign(challenge), alice.sign(challenge)):
        with pytest.raises(InvalidChallengeError) as refused:
            auth.authenticate(bob.address, challenge, signature)
        assert refused.value.evidence["reason"] == "challenge_not_owned"
    assert (count("users"), count("sessions")) == (0, 0)

    assert auth.authenticate(alice.address, challenge, alice.sign(challenge)).evrmore_address == alice.address


def test_an_expired_try_burns_nothing(auth, alice, clock):
    """At its end, not a microsecond before, a challenge has expired; a clock put right makes it good again."""
    challenge = auth.generate_challenge(alice.address, 10)
    clock.advance(minutes=10)
    with pytest.raises(ChallengeExpiredError) as refused:
        auth.authenticate(alice.address, challenge, alice.sign(challenge))
    assert refused.value.code == "invalid_challenge"
    clock.advance(seconds=-0.000001)

    assert auth.authenticate(alice.address, challenge, alice.sign(challenge))


def test_a_challenge_of_zero_minutes_never_signs_in(auth, alice):
    """It has expired when it is made."""
    challenge = auth.generate_challenge(alice.address, 0)

    with pytest.raises(ChallengeExpiredError):
        auth.authenticate(alice.address, challenge, alice.sign(challenge))


def test_refused_challenges_look_alike(auth, alice, bob, clock, sql):
    """Unknown, deleted, somebody else's, used and expired: a visitor sees one and the same answer."""
    used, not_owned, deleted, expired = [auth.generate_challenge(alice.address) for _ in range(4)]
    unknown = used.replace("Nonce: ", "Nonce: 0")
    auth.authenticate(alice.address, used, alice.sign(used))
    sql("DELETE FROM challenges WHERE challenge_text = ?", deleted)

    def refusal(wallet, challenge):
        with pytest.raises(InvalidChallengeError) as refused:
            auth.authenticate(wallet.address, challenge, wallet.sign(challenge))
        return refused.value.code, refused.value.public_message

    answers = {refusal(alice, unknown), refusal(alice, deleted), refusal(alice, used), refusal(bob, not_owned)}
    clock.advance(minutes=11)

    assert len(answers | {refusal(alice, expired)}) == 1


@pytest.mark.parametrize("around", ["I sign in: {}", "{}\n", " {}", "{} Nonce: 0", "{}{}"])
def test_a_text_that_only_contains_the_challenge_is_not_it(auth, alice, around):
    """The whole stored text is compared and verified, never a part of a longer one."""
    challenge = auth.generate_challenge(alice.address)
    text = around.format(challenge, challenge)
    with pytest.raises(InvalidChallengeError):
        auth.authenticate(alice.address, text, alice.sign(text))

    with pytest.raises(InvalidSignatureError):
        auth.authenticate(alice.address, challenge, alice.sign(text))


def test_a_text_that_was_never_issued_signs_nobody_in(auth, alice, count):
    """Whatever somebody once signed elsewhere is worth nothing here."""
    for text in ("I own this address", auth.generate_challenge(alice.address).replace("localhost", "forum.example")):
        with pytest.raises(InvalidChallengeError):
            auth.authenticate(alice.address, text, alice.sign(text))

    assert count("users") == 0


def test_skipping_the_owner_check_skips_nothing_else(auth, alice, bob, clock, count):
    """Bob may use Alice's challenge then, but only with his own signature, once, in time, and as himself."""
    challenge, late = auth.generate_challenge(alice.address), auth.generate_challenge(alice.address, 1)
    for signature in (alice.sign(challenge), "", bob.sign("another text")):
        with pytest.raises(InvalidSignatureError):
            auth.authenticate(bob.address, challenge, signature, skip_ownership_check=True)
    session = auth.authenticate(bob.address, challenge, bob.sign(challenge), skip_ownership_check=True)
    assert session.evrmore_address == bob.address
    with pytest.raises(ChallengeAlreadyUsedError):
        auth.authenticate(alice.address, challenge, alice.sign(challenge), skip_ownership_check=True)
    clock.advance(minutes=1)
    with pytest.raises(ChallengeExpiredError):
        auth.authenticate(bob.address, late, bob.sign(late), skip_ownership_check=True)

    assert (count("users"), count("sessions")) == (1, 1)


def test_an_inactive_user_is_refused(auth, alice, sign_in, sql, count):
    """They get no session, their challenge is not spent, and it signs them in once they are active again."""
    sign_in(auth, alice)
    sql("UPDATE users SET is_active = false")
    challenge = auth.generate_challenge(alice.address)
    with pytest.raises(InactiveUserError) as refused:
        auth.authenticate(alice.address, challenge, alice.sign(challenge))
    assert [{"user_id": user_id} for (user_id,) in sql("SELECT id FROM users")] == [refused.value.evidence]
    assert count("sessions") == 1
    sql("UPDATE users SET is_active = true")

    assert auth.authenticate(alice.address, challenge, alice.sign(challenge))


def test_an_address_of_another_network_is_refused_before_anything_else(auth, alice, count):
    """A script address, a testnet address and a mistyped one cannot sign in, whatever the challenge."""
    challenge = auth.generate_challenge(alice.address)
    for address in (
        "eNjB7EK91GRUX2LkHKxQeiUSkyPxBkXx3t",
        "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        alice.address[:-1] + "1",
        "",
    ):
        with pytest.raises(InvalidAddressError):
            auth.authenticate(address, challenge, alice.sign(challenge), skip_ownership_check=True)

    assert count("users") == 0


@pytest.mark.parametrize(("minutes", "lives"), [(None, 30), (1, 1), (1 / 60, 1 / 60), (60 * 24 * 30, 60 * 24 * 30)])
def test_the_caller_decides_how_long_the_session_lives(auth, alice, sign_in, minutes, lives):
    """In minutes; None means the setting."""
    session = sign_in(auth, alice, token_expire_minutes=minutes)

    assert session.expires_at - session.created_at == timedelta(minutes=lives)


def test_a_session_of_less_than_a_second_is_refused(auth, alice, sign_in):
    """The message names the argument."""
    with pytest.raises(InvalidParameterError, match="token_expire_minutes must be") as refused:
        sign_in(auth, alice, token_expire_minutes=0.99 / 60)
    assert refused.value.evidence == {"parameter": "token_expire_minutes"}


def test_the_token_says_whose_it_is(auth, alice, sign_in):
    """To clients that read it: the user, the session, the wallet and the times."""
    session = sign_in(auth, alice)
    payload = session.token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=="))

    assert (claims["sub"], claims["jti"], claims["evrmore_address"]) == (session.user_id, session.id, alice.address)
    assert (claims["iat"], claims["exp"]) == (session.created_at.timestamp(), session.expires_at.timestamp())


def test_the_setting_decides_otherwise(make_auth, gatewright_settings, alice, sign_in):
    """``token_minutes`` is the default."""
    auth = make_auth(settings=gatewright_settings.with_values(token_minutes=90))
    session = sign_in(auth, alice)

    assert session.expires_at - session.created_at == timedelta(minutes=90)


def test_what_a_browser_says_of_itself_is_kept_short_and_printable(auth, alice, sign_in):
    """It is shown in lists later, so line breaks, controls and endless texts are left out."""
    session = sign_in(auth, alice, user_agent="Brow\nser\x1b[31m\0\ud800" + "x" * 5000)

    assert session.user_agent.startswith("Browser[31mxxx")
    assert len(session.user_agent) <= 512


@pytest.mark.parametrize(
    ("given", "kept"),
    [("fe80::1%eth0", "fe80::1"), ("::1%<b>\nfake", "::1"), ("2001:DB8::0:1", "2001:db8::1"), (None, None)],
)
def test_a_client_is_kept_in_its_canonical_form(auth, alice, sign_in, given, kept):
    """Without its zone, which may be any text at all."""
    assert sign_in(auth, alice, ip_address=given).ip_address == kept


def test_every_failure_is_an_authentication_error_with_a_public_sentence(auth, alice, bob):
    """One ``except`` catches them, and what may be shown tells neither the address nor the challenge."""
    challenge = auth.generate_challenge(alice.address)
    for attempt in (
        (alice.address, challenge, bob.sign(challenge)),
        (alice.address, "unknown", "x"),
        (bob.address, challenge, "x"),
    ):
        with pytest.raises(AuthenticationError) as refused:
            auth.authenticate(*attempt)

        assert not [text for text in (alice.address, bob.address, challenge) if text in refused.value.public_message]


def high_s_form(signature):
    """Spell the same signature with n - s and the other parity, which is just as valid mathematically."""
    from base64 import b64decode, b64encode

    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    raw = b64decode(signature)
    s = order - int.from_bytes(raw[33:], "big")
    return b64encode(bytes([((raw[0] - 27) ^ 1) + 27]) + raw[1:33] + s.to_bytes(32, "big")).decode()
