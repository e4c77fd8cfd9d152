"""Sign in with passkeys: without a name, as a second step, once more in a session."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest

from gatewright import MemoryUserProvider, User
from gatewright.errors import InvalidProofError, RateLimitError, SecondFactorRequiredError, UserNotFoundError
from gatewright.methods.passkey import Passkey
from gatewright.proofs import Kind
from gatewright.providers import UserProvider
from software_authenticator import BE, BS, ES256, RS256, UP, UV, EdDSA, SoftwareAuthenticator
from visitors import OURS, PASSWORD, Visitor


@pytest.mark.parametrize("algorithm", [ES256, EdDSA, RS256])
def test_a_passkey_signs_in_without_a_name(auth, make_person, elsewhere, algorithm, hooks):
    """Nothing is said of who has passkeys; the authenticator says who it is."""
    key = SoftwareAuthenticator(algorithm)
    make_person(auth, "carol", key=key).enrol()
    person = elsewhere(auth, key)

    options = person.begin()
    assert (options["allowCredentials"], options["userVerification"], options["rpId"]) == (
        [],
        "required",
        "example.com",
    )
    user = person.sign_in(options)

    assert (user.username, person.request().user().username) == ("carol", "carol")
    assert hooks.names[-4:] == ["pre_method_use", "post_method_use", "post_auth", "login_success"]


def test_a_credential_may_be_json_in_a_text(guest):
    """As a form sends it."""
    credential = json.dumps(guest.key.get(guest.begin()))
    assert guest.prove(credential).username == "carol"


def test_a_session_knows_what_the_passkey_has_shown(auth, make_person, elsewhere):
    """A synced one is in software; nobody says what has unlocked it, but that something has."""
    for name, flags, amr, aal in (
        ("bound", UP | UV, ("hwk", "mfa", "user"), 3),
        ("synced", UP | UV | BE | BS, ("mfa", "swk", "user"), 2),
    ):
        key = SoftwareAuthenticator(flags=flags)
        make_person(auth, name, key=key).enrol()
        person = elsewhere(auth, key)
        person.sign_in()
        session = person.request().current_session()
        (proof,) = session.proofs
        assert (tuple(sorted(proof.amr)), session.aal) == (amr, aal)
        assert proof.kinds == {Kind.POSSESSION, Kind.INHERENCE}


def test_one_without_user_verification_is_one_factor(with_settings, make_person, elsewhere):
    """Where the setting lets it in at all."""
    auth = with_settings(passkey_user_verification="preferred")
    key = SoftwareAuthenticator(flags=UP)
    make_person(auth, "carol", key=key).enrol()
    person = elsewhere(auth, key)
    person.sign_in()
    session = person.request().current_session()
    (proof,) = session.proofs
    assert (proof.kinds, proof.amr, session.aal) == ({Kind.POSSESSION}, ("hwk", "user"), 1)


def test_a_user_who_is_known_is_asked_for_their_own(auth, carol, make_person, clock):
    """Their credentials are named, with how to reach them; the proof is then fresh again."""
    make_person(auth, "dave").enrol()
    clock.advance(minutes=30)
    assert not carol.visitor.request().is_fresh(10)
    options = carol.begin()
    named = [{"type": "public-key", "id": carol.key.get(options)["id"], "transports": ["internal", "hybrid"]}]
    assert options["allowCredentials"] == named
    carol.sign_in(options)
    assert carol.visitor.request().is_fresh(10)


def test_an_authenticator_may_leave_out_a_known_users_handle(carol):
    """As old ones do, which keep no names."""
    assert carol.sign_in(user_handle=None).username == "carol"


def test_use_is_written_down(auth, carol, guest, clock):
    """When, how often, and whether the passkey is backed up by now."""
    clock.advance(minutes=5)
    guest.sign_in()
    (passkey,) = carol.passkeys()
    assert (passkey.counter, passkey.last_used_at) == (guest.key.counter, clock.now())


@pytest.mark.parametrize("counts", [False, True])
def test_a_synced_passkey_need_not_count(auth, make_person, clock, counts):
    """And may be used as often as its owner likes; its backup state is kept as it last was."""
    key = SoftwareAuthenticator(counts=counts, flags=UP | UV | BE)
    carol = make_person(auth, "carol", key=key)
    assert _is_backed_up(carol.enrol()) is False
    for flags, is_backed_up in ((UP | UV | BE | BS, True), (UP | UV | BE | BS, True), (UP | UV | BE, False)):
        clock.advance(minutes=1)
        carol.sign_in(flags=flags)
        (passkey,) = carol.passkeys()
        assert (passkey.counter, passkey.last_used_at) == (key.counter, clock.now())
        assert _is_backed_up([passkey]) is is_backed_up


def test_several_passkeys_are_one_user(auth, carol, elsewhere):
    """Each signs in, and each has the same user handle, which is not the user's identifier."""
    first, second = carol.key, SoftwareAuthenticator()
    carol.key = second
    assert len(carol.enrol()) == 2
    assert first.user_handle == second.user_handle
    assert carol.visitor.request().user().id not in second.user_handle
    for key in (first, second):
        assert elsewhere(auth, key).sign_in().username == "carol"


def test_a_passkey_is_a_second_factor(make_auth, make_person, elsewhere):
    """After a password, where the policy asks for one. Until then nobody is signed in."""
    whose = set()
    auth = make_auth(second_factor_policy=lambda user, proofs: user.username in whose)
    key = SoftwareAuthenticator()
    make_person(auth, "carol", key=key).enrol()
    whose.add("carol")
    person = elsewhere(auth, key)

    with pytest.raises(SecondFactorRequiredError) as told:
        person.request().login("carol", PASSWORD, OURS)
    assert told.value.evidence["methods"] == ["passkey"]
    assert person.request().is_guest()
    options = person.begin()
    assert len(options["allowCredentials"]) == 1
    assert person.sign_in(options).username == person.request().user().username == "carol"


def test_another_providers_users_have_passkeys(make_auth, elsewhere):
    """And come back from where they came."""
    hasher = MemoryUserProvider([])
    users = [{"email": "erin@example.com", "password": hasher.hash_password(PASSWORD)}]
    auth = make_auth(providers=[MemoryUserProvider(users)])
    person = elsewhere(auth, SoftwareAuthenticator())
    person.request().login("erin@example.com", PASSWORD, "MemoryUserProvider")
    person.enrol()

    person = elsewhere(auth, person.key)
    user = person.sign_in()
    assert (user.username, user.provider_name) == ("erin@example.com", "MemoryUserProvider")
    assert person.request().user().username == "erin@example.com"
    assert person.request().current_session().provider == "MemoryUserProvider"


def test_a_passkey_follows_its_user_to_another_name(make_auth, elsewhere):
    """Whom their provider has renamed signs in by it again once they have signed in by their new name."""

    class Directory(UserProvider):
        """One user, of whatever name."""

        name = "erin"

        def load_user_by_username(self, username, password=None):
            if username != self.name or password not in (None, PASSWORD):
                raise UserNotFoundError("There is none.")
            return User({"id": "7", "username": self.name})

    directory = Directory()
    auth = make_auth(providers=[directory])
    person = elsewhere(auth, SoftwareAuthenticator())
    person.request().login("erin", PASSWORD, "Directory")
    person.enrol()
    directory.name = "erin-smith"
    with pytest.raises(InvalidProofError):
        elsewhere(auth, person.key).sign_in()
    elsewhere(auth, person.key).request().login("erin-smith", PASSWORD, "Directory")

    assert elsewhere(auth, person.key).sign_in().username == "erin-smith"


def test_users_of_one_name_have_passkeys_of_their_own(make_auth, elsewhere):
    """Each provider's user confirms by theirs, and by nobody else's, be the name and the identifier the same."""
    hashed = MemoryUserProvider([]).hash_password(PASSWORD)

    class Staff(MemoryUserProvider):
        """Another list of users."""

    providers = [kind([{"email": "erin@example.com", "password": hashed}]) for kind in (MemoryUserProvider, Staff)]
    people, auth = [], make_auth(providers=providers)
    for provider in ("MemoryUserProvider", "Staff"):
        people.append(elsewhere(auth, SoftwareAuthenticator()))
        people[-1].request().login("erin@example.com", PASSWORD, provider)
        people[-1].enrol()
    first, second = people
    assert first.request().user().id == second.request().user().id
    for person, other in ((first, second), (second, first)):
        options = person.request().begin("passkey", is_confirmation=True)
        with pytest.raises(InvalidProofError) as refused:
            person.request().prove("passkey", {"credential": other.key.get(options)}, is_confirmation=True)
        assert refused.value.evidence["reason"] == "passkey_of_another"
        options = person.request().begin("passkey", is_confirmation=True)
        person.request().prove("passkey", {"credential": person.key.get(options)}, is_confirmation=True)


def test_the_page_may_ask_again_for_what_was_begun(guest, clock):
    """The same challenge, as long as it has not been answered and there is time."""
    options = guest.begin()
    assert guest.visitor.request().begun("passkey") == options
    guest.sign_in(options)
    assert guest.visitor.request().begun("passkey") is None


def test_the_page_may_ask_again_where_somebody_confirms(carol, auth):
    """For them, and for no guest in the same browser."""
    options = carol.request().begin("passkey", is_confirmation=True)
    assert carol.request().begun("passkey", is_confirmation=True) == options
    carol.request().destroy()
    assert carol.request().begun("passkey") is None


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (UP | UV, "It is stored on one device only."),
        (UP | UV | BE, "It is not backed up yet."),
        (UP | UV | BE | BS, "It is backed up."),
    ],
)
def test_its_owner_is_told_where_it_is_kept(auth, make_person, flags, told):
    """The account page says it: a passkey that is nowhere else is lost with its device."""
    (passkey,) = make_person(auth, "carol", key=SoftwareAuthenticator(counts=False, flags=flags)).enrol()
    assert Passkey().described(passkey) == told


def test_password_managers_are_told_what_there_is(auth, carol):
    """In the words of WebAuthn level 3, section 5.1.10; of a user without passkeys there is nothing to tell."""
    user, passkeys = carol.request().user(), carol.passkeys()
    credential_id = urlsafe_b64encode(passkeys[0].key).rstrip(b"=").decode()
    assert Passkey().known(user, passkeys) == {
        "rpId": "example.com",
        "userId": carol.key.user_handle,
        "allAcceptedCredentialIds": [credential_id],
        "name": "carol",
        "displayName": "carol",
    }
    assert Passkey().known(user, []) is None


def _is_backed_up(passkeys):
    (passkey,) = passkeys
    return json.loads(passkey.data)["is_backed_up"]


def test_a_client_begins_only_so_often(make_auth, gatewright_settings):
    """Each beginning writes a row; another client, and the next minute, are not concerned."""
    auth = make_auth(settings=gatewright_settings.with_values(challenges_per_client=2))
    for _ in range(2):
        Visitor(auth, ip_address="192.0.2.1").request().begin("passkey")
    with pytest.raises(RateLimitError) as refused:
        Visitor(auth, ip_address="192.0.2.1").request().begin("passkey")

    assert refused.value.retry_after == 60
    Visitor(auth, ip_address="192.0.2.2").request().begin("passkey")


def test_whoever_confirms_begins_as_often_as_they_like(make_auth, gatewright_settings, make_person):
    """The limit is for guests: behind one address many may be signed in."""
    auth = make_auth(settings=gatewright_settings.with_values(challenges_per_client=2))
    carol = make_person(auth, "carol", ip_address="192.0.2.1")
    carol.enrol()
    for _ in range(4):
        assert carol.request().begin("passkey", is_confirmation=True)["challenge"]
