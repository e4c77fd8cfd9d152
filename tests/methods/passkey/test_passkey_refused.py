"""What is refused: every answer that is not exactly right, with a reason for the log, and nobody signed in."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import AttemptBlockedError, InvalidProofError
from software_authenticator import AT, BE, BS, ED, ES256, UP, UV, SoftwareAuthenticator, decode, encode
from visitors import ODD_VALUES, PASSWORD


def flipped(text):
    """Return bytes with one bit changed, both as base64url."""
    value = decode(text)
    return encode(bytes([value[0] ^ 1]) + value[1:])


WRONG = {
    "another origin": ({"client_data": {"origin": "https://evil.example"}}, "passkey_origin"),
    "another port": ({"client_data": {"origin": "https://example.com:8443"}}, "passkey_origin"),
    "without https": ({"client_data": {"origin": "http://example.com"}}, "passkey_origin"),
    "a subdomain": ({"client_data": {"origin": "https://evil.example.com"}}, "passkey_origin"),
    "a list of origins": ({"client_data": {"origin": ["https://example.com"]}}, "passkey_origin"),
    "no origin": ({"client_data": {"origin": None}}, "passkey_origin"),
    "another domain": ({"rp_id": "evil.example"}, "passkey_rp_id"),
    "an enrolment": ({"client_data": {"type": "webauthn.create"}}, "passkey_type"),
    "no type": ({"client_data": {"type": None}}, "passkey_type"),
    "another challenge": ({"client_data": {"challenge": encode(bytes(32))}}, "passkey_challenge"),
    "no challenge": ({"client_data": {"challenge": ""}}, "passkey_challenge"),
    "a number as challenge": ({"client_data": {"challenge": 1}}, "passkey_challenge"),
    "embedded": ({"client_data": {"crossOrigin": True}}, "passkey_cross_origin"),
    "embedded, said oddly": ({"client_data": {"crossOrigin": "false"}}, "passkey_cross_origin"),
    "embedded in a page": ({"client_data": {"topOrigin": "https://evil.example"}}, "passkey_cross_origin"),
    "nobody there": ({"flags": UV}, "passkey_user_absent"),
    "user not recognised": ({"flags": UP}, "passkey_user_unverified"),
    "synced all at once": ({"flags": UP | UV | BE}, "passkey_sync_changed"),
    "backed up, not synced": ({"flags": UP | UV | BS}, "passkey_signature"),
    "credential data without any": ({"flags": UP | UV | AT}, "passkey_signature"),
    "extensions without any": ({"flags": UP | UV | ED}, "passkey_signature"),
    "the same counter": ({"counter": 1}, "passkey_cloned"),
    "no counter any more": ({"counter": 0}, "passkey_cloned"),
    "somebody else's handle": ({"user_handle": encode(bytes(32))}, "passkey_user_handle"),
    "no handle": ({"user_handle": None}, "passkey_user_handle"),
    "an empty handle": ({"user_handle": ""}, "passkey_user_handle"),
    "no signature": ({"response": {"signature": ""}}, "passkey_signature"),
    "client data of no object": ({"raw_client_data": b"[]"}, "passkey_malformed"),
    "client data of no JSON": ({"raw_client_data": b"\xff"}, "passkey_malformed"),
    "deep client data": ({"raw_client_data": b"[" * 20_000}, "passkey_malformed"),
    "long numbers": ({"raw_client_data": b"9" * 20_000}, "passkey_malformed"),
    "a password": ({"credential": {"type": "password"}}, "passkey_malformed"),
    "no id": ({"credential": {"id": ""}}, "passkey_malformed"),
    "a long id": ({"credential": {"id": encode(bytes(1024))}}, "passkey_malformed"),
    "padding": ({"credential": {"id": "AAA="}}, "passkey_malformed"),
    "letters of no base64url": ({"credential": {"id": "A+/A"}}, "passkey_malformed"),
    "an id of nobody": ({"credential": {"id": encode(b"unknown")}}, "passkey_unknown"),
    "short authenticator data": ({"response": {"authenticatorData": encode(bytes(32))}}, "passkey_malformed"),
    "authenticator data as long as may be": ({"response": {"authenticatorData": "A" * 32_768}}, "passkey_rp_id"),
    "long authenticator data": ({"response": {"authenticatorData": "A" * 100_000}}, "passkey_malformed"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_is_refused(guest, refusals, wrong):
    """Whatever is wrong with it."""
    changes, reason = WRONG[wrong]
    with pytest.raises(InvalidProofError):
        guest.sign_in(**changes)
    assert refusals() == [reason]
    assert guest.request().is_guest()


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_what_was_signed_cannot_be_changed(guest, refusals, part):
    """Not by a bit, and not by another space."""
    credential = guest.key.get(guest.begin())
    response = credential["response"]
    if part == "clientDataJSON":
        response[part] = encode(decode(response[part]) + b" ")
    elif part == "authenticatorData":  # the counter
        response[part] = encode(decode(response[part])[:-1] + b"\xff")
    else:
        response[part] = flipped(response[part])
    with pytest.raises(InvalidProofError):
        guest.prove(credential)
    assert refusals() == ["passkey_signature"]


def test_another_key_cannot_answer(guest, refusals):
    """Even with the right credential id and user handle."""
    guest.key.key = ES256()
    with pytest.raises(InvalidProofError):
        guest.sign_in()
    assert refusals() == ["passkey_signature"]


def test_an_answer_is_good_once(guest, refusals):
    """In the browser that has sent it, signed in or not, and in any other."""
    options = guest.begin()
    credential = guest.key.get(options)
    guest.prove(credential)
    guest.request().destroy()
    for _ in range(2):
        with pytest.raises(InvalidProofError):
            guest.prove(credential)
        guest.begin()
    assert refusals() == ["passkey_not_begun", "passkey_challenge"]


def test_a_wrong_answer_uses_the_challenge_up(guest, refusals):
    """Nobody tries twice."""
    options = guest.begin()
    with pytest.raises(InvalidProofError):
        guest.sign_in(options, flags=UP)
    with pytest.raises(InvalidProofError):
        guest.sign_in(options)
    assert refusals() == ["passkey_user_unverified", "passkey_not_begun"]


def test_a_challenge_is_one_browsers(auth, guest, elsewhere, refusals):
    """Somebody who has got hold of an answer has not got the browser it was asked from."""
    credential = guest.key.get(guest.begin())
    thief = elsewhere(auth, guest.key)
    with pytest.raises(InvalidProofError):
        thief.prove(credential)
    thief.begin()
    with pytest.raises(InvalidProofError):
        thief.prove(credential)
    assert refusals() == ["passkey_not_begun", "passkey_challenge"]


def test_a_challenge_is_one_users(auth, carol, make_person, refusals):
    """What was begun as a guest does not prove who is signed in by now, nor the other way round."""
    options = carol.begin()
    carol.request().login("carol", PASSWORD, "SQLUserProvider")
    carol.request().destroy()
    with pytest.raises(InvalidProofError):
        carol.sign_in(options)
    assert refusals() == ["passkey_not_begun"]


def test_a_challenge_expires(guest, clock, refusals):
    """After five minutes."""
    options = guest.begin()
    assert options["timeout"] == 5 * 60 * 1000
    clock.advance(minutes=5, seconds=1)
    with pytest.raises(InvalidProofError):
        guest.sign_in(options)
    assert refusals() == ["passkey_not_begun"]


def test_somebody_elses_passkey_proves_nothing_of_a_user(auth, carol, make_person, refusals):
    """Neither who is signed in, nor who owes a second factor."""
    mallory = make_person(auth, "mallory")
    mallory.enrol()
    carol.key = mallory.key
    with pytest.raises(InvalidProofError):
        carol.sign_in()
    assert refusals() == ["passkey_of_another"]
    assert carol.request().user().username == "carol"


def test_a_removed_passkey_is_unknown(auth, carol, guest, refusals):
    """At once, in a sign-in that has begun already as well."""
    options = guest.begin()
    (passkey,) = carol.passkeys()
    assert carol.request().remove_authenticator(passkey.id)
    with pytest.raises(InvalidProofError):
        guest.sign_in(options)
    assert refusals() == ["passkey_unknown"]


@pytest.mark.parametrize("counts", [False, True])
def test_a_passkey_that_is_removed_meanwhile_is_gone(make_auth, elsewhere, sql, counts):
    """While its owner is loaded. The record does not say that it was copied."""
    hashed = MemoryUserProvider([]).hash_password(PASSWORD)

    class Staff(MemoryUserProvider):
        """Users of whom some lose their passkeys while they are looked up."""

        loses = False

        def bypass(self, username):
            if self.loses:
                sql("DELETE FROM authenticators")
            return super().bypass(username)

    staff = Staff([{"email": "erin@example.com", "password": hashed}])
    auth = make_auth(providers=[staff])
    person = elsewhere(auth, SoftwareAuthenticator(counts=counts))
    person.request().login("erin@example.com", PASSWORD, "Staff")
    person.enrol()
    staff.loses = True
    guest = elsewhere(auth, person.key)
    with pytest.raises(InvalidProofError) as refused:
        guest.sign_in()
    assert refused.value.evidence["reason"] == "passkey_gone"
    assert guest.request().is_guest()


def test_a_deactivated_user_is_refused(auth, carol, guest, refusals):
    """And let in again with the same passkey once they are active."""
    auth.disable_user("carol")
    with pytest.raises(InvalidProofError):
        guest.sign_in()
    assert refusals() == ["passkey_owner"]
    auth.enable_user("carol")
    assert guest.sign_in().username == "carol"


def test_a_cloned_passkey_is_told_apart(auth, guest, refusals, elsewhere):
    """As soon as the second of two authenticators answers with a counter that the first has been at."""
    guest.sign_in()
    guest.sign_in()
    clone = elsewhere(auth, guest.key)
    with pytest.raises(InvalidProofError):
        clone.sign_in(counter=guest.key.counter)
    assert refusals() == ["passkey_cloned"]
    assert clone.request().is_guest()
    ((_, line),) = auth.list_audit(event="sign_in_failed")
    assert (line.method, line.reason) == ("passkey", "passkey_cloned")


def test_of_two_answers_at_once_one_is_right(auth, carol, guest, elsewhere, at_once):
    """Two browsers, two challenges, the same counter: one of them is a clone."""
    others = [elsewhere(auth, guest.key) for _ in range(2)]
    answers = [(each, guest.key.get(each.begin(), counter=100)) for each in others]
    calls = [
        lambda auth, person=person, answer=answer: auth.guard(person.visitor.cookie).prove(
            "passkey", {"credential": answer}
        )
        for person, answer in answers
    ]
    results = at_once(auth, calls)
    assert sorted(isinstance(each, InvalidProofError) for each in results) == [False, True]


@pytest.mark.parametrize("value", ODD_VALUES)
@pytest.mark.parametrize("where", ["credential", "id", "type", "response", "userHandle", "clientDataJSON", "signature"])
def test_nonsense_is_refused(guest, refusals, where, value):
    """Whatever it is, and wherever it stands."""
    credential = guest.key.get(guest.begin())
    odd = ODD_VALUES[value]
    if where == "credential":
        credential = odd
    elif where in credential:
        credential[where] = odd
    else:
        credential["response"][where] = odd
    with pytest.raises(InvalidProofError):
        guest.prove(credential)
    (reason,) = refusals()
    is_other = odd in (None, "") if where == "userHandle" else (where, odd) == ("signature", "")
    assert reason == (
        f"passkey_{'user_handle' if where == 'userHandle' else where}" if is_other else "passkey_malformed"
    )


@pytest.mark.parametrize(
    "text", ["", "null", "1", "[]", "{}", '{"response": []}', "[" * 30_000, '"', "9" * 30_000, "\ud800"], ids=range(10)
)
def test_nonsense_in_a_text_is_refused(guest, refusals, text):
    """As a form may send it."""
    guest.begin()
    with pytest.raises(InvalidProofError):
        guest.prove(text)
    assert refusals() == ["passkey_malformed"]


def test_nothing_at_all_is_refused(guest, refusals):
    guest.begin()
    with pytest.raises(InvalidProofError):
        guest.request().prove("passkey", {})
    assert refusals() == ["passkey_malformed"]


def test_a_refusal_says_nothing_to_the_visitor(guest):
    """But to the log it does."""
    with pytest.raises(InvalidProofError) as refused:
        guest.sign_in(client_data={"origin": "https://evil.example"})
    assert "origin" not in refused.value.public_message
    assert "evil.example" in str(refused.value)


def test_clients_that_fail_too_often_are_refused(make_auth, gatewright_settings, make_person, elsewhere):
    """Whatever passkey they try. Others sign in as before, for nobody's name is known yet that could be slowed down."""
    limits = {"attempts_per_client": 3, "attempts_per_client_and_account": 1, "attempts_per_account": 1}
    auth = make_auth(settings=gatewright_settings.with_values(**limits))
    carol = make_person(auth, "carol")
    carol.enrol()
    rude = elsewhere(auth, carol.key, ip_address="192.0.2.1")
    for _ in range(3):
        with pytest.raises(InvalidProofError):
            rude.prove({})
    options = rude.begin()
    with pytest.raises(AttemptBlockedError):
        rude.sign_in(options)
    for address in (None, "192.0.2.2"):
        assert elsewhere(auth, carol.key, ip_address=address).sign_in().username == "carol"


def test_another_site_is_none_of_its_own(with_settings, make_person):
    """A passkey that was made for one domain answers for no other, when the setting changes."""
    auth = with_settings(rp_id="login.example.com")
    person = make_person(auth, "carol", key=SoftwareAuthenticator(origin="https://example.com"))
    with pytest.raises(InvalidProofError):
        person.enrol(rp_id="example.com")
    assert len(person.enrol()) == 1
