"""The list of a user's sessions: where they are signed in, and how to end that elsewhere."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider, User, UserProvider
from gatewright.errors import InvalidParameterError
from gatewright.testing import Wallet
from visitors import OURS, PASSWORD, WALLETS, Visitor


@pytest.fixture
def browse(auth):
    """Sign in on a new device and return the visitor."""

    def browse(username="carol", auth=auth, **device):
        visitor = Visitor(auth, **device)
        visitor.request().login(username, PASSWORD, OURS)
        return visitor

    return browse


def test_the_list_shows_devices_and_times(auth, carol, browse, clock):
    """Each session with device, address, when it began and when it was last seen; the newest first; no secret."""
    phone = browse(ip_address="192.0.2.7", user_agent="Phone/1.0")
    clock.advance(minutes=5)
    laptop = browse(ip_address="2001:DB8::1", user_agent="Laptop \x00\n<b>")
    clock.advance(minutes=5)
    phone.request().user()
    newest, oldest = phone.request().sessions()
    assert (newest.ip_address, newest.user_agent) == ("2001:db8::1", "Laptop <b>")
    assert (oldest.ip_address, oldest.user_agent) == ("192.0.2.7", "Phone/1.0")
    assert (newest.created_at - oldest.created_at).total_seconds() == 300
    assert (oldest.last_seen_at, newest.last_seen_at) == (clock.now(), newest.created_at)
    assert {session.provider for session in (newest, oldest)} == {OURS}
    assert newest.token is None
    assert oldest.token is None
    assert phone.secret not in repr((newest, oldest))
    assert laptop.secret not in repr((newest, oldest))


def test_an_ipv4_address_in_ipv6_clothes_is_an_ipv4_address(carol, browse):
    """The list shows one spelling of an address."""
    (session,) = browse(ip_address="::ffff:192.0.2.7").request().sessions()
    assert session.ip_address == "192.0.2.7"


@pytest.mark.parametrize("device", [{"ip_address": "not an address"}, {"ip_address": 5}, {"user_agent": 5}], ids=repr)
def test_an_unacceptable_device_is_refused_before_anything_happens(auth, carol, device, count):
    """The error comes when the guard is made: no password is tried and no row is written."""
    rows = count("audit")
    with pytest.raises(InvalidParameterError):
        auth.guard({}, **device)
    assert count("audit") == rows


def test_only_ones_own_sessions_are_shown(auth, carol, register, browse):
    """Dave's sessions are not in Carol's list, and a guest has none."""
    register(auth, "dave")
    mine, his = browse("carol"), browse("dave")
    assert [session.username for session in mine.request().sessions()] == ["carol"]
    assert [session.username for session in his.request().sessions()] == ["dave"]
    assert auth.guard({}).sessions() == []


def test_an_administrator_asks_for_anybodys(auth, carol, register, browse):
    """With a user, the list is theirs, whoever asks."""
    register(auth, "dave")
    browse("dave")
    browse("dave")
    assert len(browse("carol").request().sessions(auth.get_user("dave"))) == 2


def test_a_list_of_ours_needs_no_provider(make_auth, register):
    """Whose sessions an account's are is clear, whatever other providers have users of the same class."""

    class Plain(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username})

    auth = make_auth(providers=[Plain(), MemoryUserProvider([])])
    register(auth)
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    assert len(visitor.request().sessions(auth.get_user("carol"))) == 1


def test_sessions_that_are_over_are_not_shown(auth, carol, browse, clock):
    """Signed out or idle for too long: what no guard accepts is in no list."""
    here = browse()
    browse().request().destroy()
    assert len(here.request().sessions()) == 1
    idle = browse()
    for _ in range(2):
        clock.advance(minutes=61)
        here.request().user()
    assert idle.request().is_guest()
    assert len(here.request().sessions()) == 1
    assert len(auth.list_sessions()) == 1


def test_a_wallets_sessions_are_in_the_list(auth, carol, link, sign_in, browse):
    """One account, however it signed in: tokens and cookies stand side by side, and end side by side."""
    wallet = Wallet.new("alice")
    link(auth, "carol", wallet)
    token = sign_in(auth, wallet, user_agent="Wallet/1.0").token
    here = browse()
    assert {session.provider for session in here.request().sessions()} == {OURS, WALLETS}
    assert here.request().revoke_other_sessions() == 1
    assert auth.validate_token(token) is None
    assert not here.request().is_guest()


def test_one_session_is_ended(auth, carol, browse):
    """Its device is a guest at once; ending it again is ending nothing."""
    here, there = browse(ip_address="192.0.2.1"), browse(ip_address="192.0.2.2")
    (theirs,) = [session for session in here.request().sessions() if session.ip_address == "192.0.2.2"]
    assert here.request().revoke_session(theirs.id) is True
    assert there.request().is_guest()
    assert not here.request().is_guest()
    assert here.request().revoke_session(theirs.id) is False


def test_the_own_session_can_be_ended(carol, browse):
    """From the next request on the visitor is a guest."""
    here = browse()
    assert here.request().revoke_session(here.request().sessions()[0].id) is True
    assert here.request().is_guest()


def test_somebody_elses_session_is_none(auth, carol, register, browse):
    """By its id, by its secret, by anything: it is not the visitor's to end, and the answer tells nothing."""
    register(auth, "dave")
    mine, his = browse("carol"), browse("dave")
    (session,) = his.request().sessions()
    for name in (session.id, his.secret, session.user_id, "unknown", ""):
        assert mine.request().revoke_session(name) is False
    assert auth.guard({}).revoke_session(session.id) is False
    assert not his.request().is_guest()


def test_all_others_are_ended(auth, carol, register, browse):
    """All but this one, and nobody else's; the answer is how many."""
    register(auth, "dave")
    here, there, elsewhere, his = browse(), browse(), browse(), browse("dave")
    assert here.request().revoke_other_sessions() == 2
    assert here.request().revoke_other_sessions() == 0
    assert there.request().is_guest()
    assert elsewhere.request().is_guest()
    assert not here.request().is_guest()
    assert not his.request().is_guest()


def test_all_are_ended(auth, carol, register, browse):
    """This one too, and nobody else's; in the same request the visitor is a guest already."""
    register(auth, "dave")
    here, there, his = browse(), browse(), browse("dave")
    guard = here.request()
    assert guard.revoke_all_sessions() == 2
    assert guard.is_guest()
    assert here.request().is_guest()
    assert there.request().is_guest()
    assert not his.request().is_guest()


def test_a_guest_ends_nothing(auth, carol, browse):
    """Without a session of one's own there is nothing to end."""
    here = browse()
    guest = auth.guard({})
    assert guest.revoke_session("x") is False
    assert guest.revoke_other_sessions() == 0
    assert guest.revoke_all_sessions() == 0
    assert not here.request().is_guest()


@pytest.mark.parametrize("field", ["id", "username"])
def test_a_namesake_of_another_provider_is_somebody_else(make_auth, register, field):
    """Another provider's user whose id or name equals an account's id sees and ends none of its sessions."""

    class Strangers(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username, "id": made.id} if field == "id" else {"username": username})

    auth = make_auth(providers=[Strangers()])
    made = register(auth)
    victim = Visitor(auth)
    victim.request().login("carol", PASSWORD, OURS)
    attacker = Visitor(auth)
    attacker.request().login(made.id, "any", "Strangers")
    assert [session.provider for session in attacker.request().sessions()] == ["Strangers"]
    (session,) = victim.request().sessions()
    assert attacker.request().revoke_session(session.id) is False
    assert attacker.request().revoke_other_sessions() == 0
    assert attacker.request().revoke_all_sessions() == 1
    assert not victim.request().is_guest()


def test_what_is_done_to_an_account_does_not_touch_its_namesake(make_auth, register):
    """Disabling an account, or changing its password, ends none of another provider's user's sessions."""

    class Strangers(UserProvider):
        def load_user_by_username(self, username, password=None):
            return User({"username": username})

    auth = make_auth(providers=[Strangers()])
    made = register(auth)
    stranger = Visitor(auth)
    stranger.request().login(made.id, "any", "Strangers")
    auth.set_password("carol", "another sentence of hers")
    auth.disable_user("carol")
    assert not stranger.request().is_guest()
