from __future__ import annotations

import socket

import bcrypt
import pytest

from gatewright import Auth, User
from gatewright.errors import (
    ConfigurationError,
    InactiveUserError,
    PermissionNotFoundError,
    ProviderUnavailableError,
    UserNotFoundError,
)
from gatewright.passwords import PasswordHasher
from gatewright.ports import hands_out_hashes
from gatewright.providers import (
    ChainUserProvider,
    HTTPUserProvider,
    MemoryUserProvider,
    SQLUserProvider,
    TableUserProvider,
    UserProvider,
)
from gatewright.testing.provider_conformance import ProviderConformance
from stored_hashes import hash_of_today

PASSWORD = "correct horse battery staple"


class Staff(MemoryUserProvider):
    """Users of a class of their own, who need a badge."""

    class StaffUser(User):
        """One of the staff."""

    user_class = StaffUser

    def check_user_is_active(self, user):
        if not user.entity.badge:
            raise InactiveUserError


class Plain(UserProvider):
    """A provider with only the specification's method, which notes what it is asked."""

    def __init__(self, users):
        self._users = MemoryUserProvider(users)
        self.asked = []

    def load_user_by_username(self, username, password=None):
        self.asked.append((username, password))
        return self._users.load_user_by_username(username, password)


def person(name: str, password: str = PASSWORD, **fields: object) -> dict[str, object]:
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    return {"email": name, "password": hashed} | fields


@pytest.fixture
def dead_api():
    """The users' API of a port where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        provider = HTTPUserProvider(
            f"http://127.0.0.1:{reserved.getsockname()[1]}", allow_plaintext=True, attempts=1, timeout_seconds=1
        )
        yield provider
        provider.close()


class TestOfCredentials(ProviderConformance):
    username = "alice@example.com"
    inactive_username = "bob@example.com"
    unverified_username = "carol@example.com"
    outdated_username = "dave@example.com"

    def make_provider(self) -> UserProvider:
        today = hash_of_today(PASSWORD)
        staff = Staff([person("dave@example.com", badge=1), person("bob@example.com", badge=0)])
        customers = MemoryUserProvider(
            [{"email": "alice@example.com", "password": today}, person("carol@example.com", verified=0)]
        )
        return ChainUserProvider(staff, customers)


class TestOfBothKinds(ProviderConformance):
    username = "alice@example.com"
    inactive_username = "bob@example.com"
    unverified_username = "carol@example.com"

    def make_provider(self) -> UserProvider:
        staff = Plain([person("alice@example.com"), person("carol@example.com", verified=0)])
        return ChainUserProvider(staff, MemoryUserProvider([person("bob@example.com", active=0)]))


class TestOfChains(TestOfCredentials):
    def make_provider(self) -> UserProvider:
        return ChainUserProvider(ChainUserProvider(MemoryUserProvider([])), super().make_provider())


def test_a_chain_hands_out_hashes_where_all_its_providers_do(dead_api):
    """Then the core compares and renews passwords; one provider that cannot, and the chain cannot."""
    memory = MemoryUserProvider([])

    assert hands_out_hashes(ChainUserProvider(memory, ChainUserProvider(memory)))
    assert not hands_out_hashes(ChainUserProvider(memory, dead_api))


@pytest.mark.parametrize("kind", [MemoryUserProvider, Plain])
def test_the_first_that_knows_the_name_has_the_last_word(kind):
    """A password that is right at the second provider only is wrong."""
    chain = ChainUserProvider(kind([person("alice", "first")]), kind([person("alice", "second")]))

    with Auth("sqlite://", providers=[chain]) as auth:
        assert auth.attempt("alice", "first", chain).username == "alice"
        with pytest.raises(UserNotFoundError):
            auth.attempt("alice", "second", chain)


def test_a_password_is_shown_to_one_provider_only():
    """The providers before are asked for the name alone, and those behind not at all."""
    first, second, third = Plain([]), Plain([person("alice")]), Plain([person("alice")])

    with pytest.raises(UserNotFoundError):
        ChainUserProvider(first, second, third).load_user_by_username("alice", "wrong")

    assert [provider.asked for provider in (first, second, third)] == [
        [("alice", None)],
        [("alice", None), ("alice", "wrong")],
        [],
    ]


@pytest.mark.parametrize("members", [1, 2, 3])
@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_exactly_one_password_is_compared(monkeypatch, members, name):
    """A wrong password costs one comparison, whether the first provider knows the name or none does."""
    compared = []
    verify = PasswordHasher.verify

    def counting(self, password, *, against):
        compared.append(against)
        return verify(self, password, against=against)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    chain = ChainUserProvider(
        MemoryUserProvider([person("alice")]), *(MemoryUserProvider([]) for _ in range(members - 1))
    )

    with Auth("sqlite://", providers=[chain]) as auth:
        for refuse in (chain.load_user_by_username, lambda *claim: auth.attempt(*claim, chain)):
            compared.clear()
            with pytest.raises(UserNotFoundError):
                refuse(name, "wrong")
            assert len(compared) == 1


def test_users_of_an_earlier_provider_sign_in_while_a_later_one_is_down():
    """Though it is asked, so that the number of questions tells nobody who knows the name."""

    class Down(MemoryUserProvider):
        def find(self, username):
            raise ProviderUnavailableError("The database is down.")

    chain = ChainUserProvider(MemoryUserProvider([person("alice")]), Down([]))
    with Auth("sqlite://", providers=[chain]) as auth:
        assert auth.attempt("alice", PASSWORD, chain).username == "alice"
        with pytest.raises(ProviderUnavailableError):
            auth.attempt("bob", PASSWORD, chain)


def test_the_provider_that_loaded_the_user_decides_about_them():
    """Class and checks are that provider's, for `attempt`, for `bypass` and for sessions."""
    staff = Staff([person("alice", badge=1, active=0), person("bob", badge=0)])
    chain = ChainUserProvider(MemoryUserProvider([person("carol", badge=0)]), staff)

    with Auth("sqlite://", providers=[chain]) as auth:
        assert isinstance(auth.attempt("alice", PASSWORD, chain), Staff.StaffUser)
        assert not isinstance(auth.bypass("carol", chain), Staff.StaffUser)
        for refused in (lambda: auth.attempt("bob", PASSWORD, chain), lambda: auth.bypass("bob", chain)):
            with pytest.raises(InactiveUserError):
                refused()


def test_a_user_from_elsewhere_is_checked_by_whoever_knows_the_name():
    """A user that another object loaded is no way round the checks."""
    staff = Staff([person("bob", badge=0)])
    user = staff.load_user_by_username("bob")

    with pytest.raises(InactiveUserError):
        ChainUserProvider(MemoryUserProvider([]), staff).check_user_is_active(user)


class Strict(MemoryUserProvider):
    """Refuses while loading."""

    def load_user_by_username(self, username, password=None):
        user = super().load_user_by_username(username, password)
        raise user.entity.refusal


@pytest.mark.parametrize("refusal", [InactiveUserError, PermissionNotFoundError])
def test_a_provider_that_refuses_while_loading_knows_the_user(refusal):
    """Such a user is not somebody else's further down, and a wrong password is wrong before anything else."""
    strict = Strict([person("alice", refusal=refusal)])
    chain = ChainUserProvider(Plain([]), strict, MemoryUserProvider([person("alice", "other")]))

    with pytest.raises(refusal):
        chain.load_user_by_username("alice")
    with pytest.raises(refusal):
        chain.load_user_by_username("alice", PASSWORD)
    with pytest.raises(UserNotFoundError):
        chain.load_user_by_username("alice", "other")


def test_a_dead_provider_stops_only_those_who_may_be_there(dead_api):
    """Whoever an earlier provider knows signs in; for anybody else the answer is not "unknown" but "not now"."""
    chain = ChainUserProvider(MemoryUserProvider([person("alice")]), dead_api)

    with Auth("sqlite://", providers=[chain]) as auth:
        assert auth.attempt("alice", PASSWORD, chain).username == "alice"
        for refused in (lambda: auth.attempt("bob", PASSWORD, chain), lambda: auth.bypass("bob", chain)):
            with pytest.raises(ProviderUnavailableError):
                refused()


def test_a_dead_first_provider_stops_everybody(dead_api):
    """The user might be there, with other rights: the next provider is not asked."""
    later = Plain([person("alice")])
    chain = ChainUserProvider(dead_api, later)

    for claim in (("alice",), ("alice", PASSWORD)):
        with pytest.raises(ProviderUnavailableError):
            chain.load_user_by_username(*claim)

    assert later.asked == []


def test_a_session_reloads_the_user_from_the_same_provider():
    """The name that a session remembers leads back to where the user came from."""
    staff, customers = Staff([person("alice", badge=1)]), MemoryUserProvider([person("bob"), person("alice")])
    chain = ChainUserProvider(staff, customers)

    with Auth("sqlite://", providers=[chain]) as auth:
        classes = {}
        for name in ("alice", "bob"):
            mapping = {}
            auth.guard(mapping).login(name, PASSWORD, chain)
            classes[name] = type(auth.guard(mapping).user())

    assert {"alice": Staff.StaffUser, "bob": User} == classes


class Nicknames(MemoryUserProvider):
    """Finds a user by a nickname as well."""

    def find(self, username):
        return super().find({"al": "alice"}.get(username, username))


def test_an_alias_never_leads_to_somebody_elses_session():
    """An alias whose user is named like an earlier provider's is refused: a session would reload that other user."""
    aliases = Nicknames([person("alice")])

    assert ChainUserProvider(MemoryUserProvider([]), aliases).load_user_by_username("al").username == "alice"
    chain = ChainUserProvider(MemoryUserProvider([person("alice", "other")]), aliases)
    with Auth("sqlite://", providers=[chain]) as auth:
        for refused in (lambda: auth.attempt("al", PASSWORD, chain), lambda: auth.bypass("al", chain)):
            with pytest.raises(ConfigurationError, match="Two users share a name"):
                refused()


def test_a_renewed_hash_is_kept_where_the_user_is():
    """The provider that knows the name keeps the new hash, and no other."""
    first, second = MemoryUserProvider([person("alice")]), MemoryUserProvider([person("alice"), person("bob")])
    chain = ChainUserProvider(first, second)
    before = second.find("alice")[1]

    with Auth("sqlite://", providers=[chain]) as auth:
        auth.attempt("alice", PASSWORD, chain)
        auth.attempt("bob", PASSWORD, chain)

    assert first.find("alice")[1].startswith("$argon2id$")
    assert second.find("bob")[1].startswith("$argon2id$")
    assert before == second.find("alice")[1]


def test_a_chain_of_nothing_is_refused():
    """There must be somebody to ask."""
    with pytest.raises(ConfigurationError, match="at least one"):
        ChainUserProvider()


class Asynchronous(MemoryUserProvider):
    """One of its methods is ``async def``."""

    async def check_user_is_verified(self, user):
        """Think about it."""


def test_asynchronous_providers_are_refused():
    """The chain asks one after the other without waiting; the error names who cannot be asked so."""
    with pytest.raises(ConfigurationError, match="Asynchronous is asynchronous"):
        ChainUserProvider(MemoryUserProvider([]), Asynchronous([]))


def test_a_table_may_stand_behind_a_list(tmp_path):
    """Providers of different kinds that hand out hashes make a chain that does."""
    chain = ChainUserProvider(
        MemoryUserProvider([person("alice")]), TableUserProvider(f"sqlite:///{tmp_path / 'users.db'}")
    )

    assert hands_out_hashes(chain)
    assert chain.load_user_by_username("alice", PASSWORD).username == "alice"


def test_one_id_of_two_providers_is_two_people(tmp_path):
    """A name that moves to another place, with the same number there, opens nothing; accounts keep their id."""
    ours = Auth(f"sqlite:///{tmp_path / 'own.db'}")
    carol = ours.create_user("carol", password=PASSWORD, is_verified=True)
    staff, customers = ([{"email": name, "id": 1}] for name in ("alice", "bob"))

    def chained(*lists):
        return ChainUserProvider(*map(MemoryUserProvider, lists), SQLUserProvider(ours.parts.store))

    before, after = chained(staff, customers), chained([], staff)
    ids = [before.load_user_by_username(name).id for name in ("alice", "bob", "carol")]
    visit = {}
    with Auth(f"sqlite:///{tmp_path / 'own.db'}", providers=[before]) as auth:
        auth.guard(visit).store(auth.bypass("alice", before))
        assert auth.guard(visit).user().id == ids[0]
    with Auth(f"sqlite:///{tmp_path / 'own.db'}", providers=[after]) as auth:
        assert auth.bypass("alice", after).username == "alice"
        assert auth.guard(visit).user() is None

    assert ids == ["MemoryUserProvider:1", "MemoryUserProvider2:1", carol.id]
    ours.close()
