"""A password that the application changes in its own table ends what was opened with the old one, as ours does."""

from __future__ import annotations

import bcrypt
import pytest
import sqlalchemy as sa

from gatewright import EvrmoreAuth, MemoryUserProvider, User
from gatewright.errors import AuthenticationError, SecondFactorRequiredError, UserNotFoundError
from gatewright.methods import Proven
from gatewright.operations.visits import reload_user
from gatewright.passwords import PasswordHasher
from gatewright.providers import ChainUserProvider, TableColumns, TableUserProvider
from sample_methods import CODES, ListedCode, Voucher
from visitors import *  # noqa: F403 - fixtures are found by their presence
from visitors import PASSWORD, Visitor

ANOTHER = "quiet lamp under seven hills"
HASHER = PasswordHasher(memory_kib=8, iterations=1)
OLD = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
LIST = {"codes": " ".join(CODES)}
COLUMNS = TableColumns(first_name=None, role=None, active=None, verified=None)


class Table:
    """A table of anna, number 0, and ben, number 1, who have the tests' password."""

    def __init__(self, path):
        self.url = f"sqlite:///{path}"
        self.run("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, password TEXT)")
        for number, name in enumerate(("anna", "ben")):
            self.run("INSERT INTO users VALUES (:id, :name, :hash)", id=number, name=name, hash=HASHER.hash(PASSWORD))

    def run(self, statement, **parameters):
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            return connection.execute(sa.text(statement), parameters)

    def change(self, password_hash, name="anna"):
        """Change a hash behind our back, as the application does."""
        self.run("UPDATE users SET password = :hash WHERE email = :name", hash=password_hash, name=name)


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path / "application.db")


@pytest.fixture
def make_provider(table):
    """Make a provider of the table's users: itself, or through a chain."""
    return lambda kind="table", **options: {
        "table": lambda users: users,
        "chain": lambda users: ChainUserProvider(MemoryUserProvider([]), users),
    }[kind](TableUserProvider(table.url, columns=COLUMNS, **options))


@pytest.fixture
def sign_in_to():
    """Sign somebody in, and have their browser remembered."""

    def sign_in_to(auth, provider, name="anna", password=PASSWORD):
        visitor = Visitor(auth)
        visitor.request().login(name, password, provider)
        visitor.remembered = visitor.request().remember()
        return visitor

    return sign_in_to


def name_of(visitor):
    user = visitor.request().user()
    return None if user is None else user.username


@pytest.mark.parametrize("kind", ["table", "chain"])
@pytest.mark.parametrize(
    "changed",
    [HASHER.hash(ANOTHER), HASHER.hash(PASSWORD), "unusable", "", None],
    ids=["another", "the same anew", "unusable", "empty", "none"],
)
def test_a_changed_hash_ends_its_users_sessions(make_auth, make_provider, table, sign_in_to, sql, kind, changed):
    """All of them, and the remembered browsers, nobody else's; by which password nobody can tell from the hash."""
    provider = make_provider(kind)
    auth = make_auth(providers=[provider])
    here, elsewhere, ben = (sign_in_to(auth, provider, name) for name in ("anna", "anna", "ben"))

    table.change(changed)

    assert [name_of(visitor) for visitor in (here, elsewhere, ben)] == [None, None, "ben"]
    assert Visitor(auth).request().recall(here.remembered) is None
    assert Visitor(auth).request().recall(elsewhere.remembered) is None
    assert Visitor(auth).request().recall(ben.remembered) is not None
    recorded = "SELECT user_id, provider, reason FROM audit WHERE event = 'sessions_revoked'"
    user_id = "0" if kind == "table" else "TableUserProvider:0"
    assert sql(recorded) == [(user_id, type(provider).__name__, "password_changed")]


def test_a_remembered_browser_alone_is_forgotten(make_auth, make_provider, table, sign_in_to):
    """Where no request has noticed the change before."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    cookie = sign_in_to(auth, provider).remembered

    table.change(HASHER.hash(ANOTHER))

    assert Visitor(auth).request().recall(cookie) is None
    assert Visitor(auth).request().recall(cookie) is None


def test_signing_in_with_the_new_password_ends_what_the_old_one_opened(make_auth, make_provider, table, sign_in_to):
    """The new session goes on."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    before = sign_in_to(auth, provider)
    table.change(HASHER.hash(ANOTHER))

    after = sign_in_to(auth, provider, password=ANOTHER)

    assert [name_of(visitor) for visitor in (before, after, after)] == [None, "anna", "anna"]
    assert Visitor(auth).request().recall(before.remembered) is None
    assert Visitor(auth).request().recall(after.remembered) is not None


@pytest.mark.parametrize("options", [{}, {"keeps_hashes": False}])
@pytest.mark.parametrize("kind", ["table", "chain"])
def test_a_renewed_hash_ends_no_session(make_auth, make_provider, table, sign_in_to, kind, options):
    """Neither where it is kept nor where it is not, however often somebody signs in."""
    provider = make_provider(kind, **options)
    auth = make_auth(providers=[provider])
    table.change(OLD)
    before = Visitor(auth)
    before.request().store(auth.bypass("anna", provider))

    signed_in = [sign_in_to(auth, provider) for _ in range(3)]

    assert [name_of(visitor) for visitor in (before, *signed_in)] == ["anna"] * 4
    assert all(Visitor(auth).request().recall(visitor.remembered) for visitor in signed_in)
    table.change(HASHER.hash(ANOTHER))
    assert [name_of(visitor) for visitor in (before, *signed_in)] == [None] * 4


def test_two_who_renew_one_hash_at_once_stay_signed_in(make_auth, make_provider, table, at_once):
    """A form that was sent twice, say: whichever hash is kept in the end, both sessions go on."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    table.change(OLD)
    cookies = [{} for _ in range(4)]

    at_once(auth, [lambda one, kept=kept: one.guard(kept).login("anna", PASSWORD, provider) for kept in cookies])

    assert [auth.guard(kept).user().username for kept in cookies] == ["anna"] * 4


def test_a_hash_that_was_not_kept_at_first_is_kept_later(make_auth, make_provider, table, sign_in_to):
    """As after the column was made longer: what the earlier attempt announced ends no session."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    table.change(OLD)
    first = sign_in_to(auth, provider)
    table.change(OLD)  # the database was restored

    second = sign_in_to(auth, provider)

    assert [name_of(visitor) for visitor in (first, second, first)] == ["anna"] * 3


@pytest.mark.parametrize("fails", [True, False], ids=["an error", "no error"])
def test_a_hash_that_was_not_kept_is_in_nobodys_way_later(
    make_auth, gatewright_settings, table, sign_in_to, clock, fails
):
    """Not even where a request comes between the keeping of the next one and the note that it is kept."""
    seen = []

    class Moody(TableUserProvider):
        """Keeps nothing the first time, and then lets another process serve a request at once."""

        def save_hash(self, username, *, old_hash, new_hash):
            if not seen:
                seen.append("anna")
                if fails:
                    raise OSError
                return
            super().save_hash(username, old_hash=old_hash, new_hash=new_hash)
            with EvrmoreAuth(settings=gatewright_settings, clock=clock, providers=[self]) as other:
                seen.append(other.guard(before.cookie).user().username)

    provider = Moody(table.url, columns=COLUMNS)
    auth = make_auth(providers=[provider])
    table.change(OLD)
    before = Visitor(auth)
    before.request().store(auth.bypass("anna", provider))
    signed_in = [sign_in_to(auth, provider) for _ in range(2)]

    assert [name_of(visitor) for visitor in (before, *signed_in)] == ["anna"] * 3
    assert seen == ["anna"] * 2


@pytest.mark.parametrize("fails", [True, False], ids=["an error", "no error"])
def test_a_hash_that_two_renew_at_once_ends_no_session(make_auth, gatewright_settings, table, sign_in_to, clock, fails):
    """Whichever of the two is stored, or fails, and although requests come before it is known which was stored."""
    seen, renewals = [], []

    class Crowded(TableUserProvider):
        """Has another process sign the user in before it stores a hash, and serve a request after that."""

        def save_hash(self, username, *, old_hash, new_hash):
            renewals.append(new_hash)
            with EvrmoreAuth(settings=gatewright_settings, clock=clock, providers=[self]) as other:
                if len(renewals) == 1:
                    sign_in_to(other, self)
                elif fails:
                    raise OSError
                super().save_hash(username, old_hash=old_hash, new_hash=new_hash)
                seen.append(other.guard(before.cookie).user())

    provider = Crowded(table.url, columns=COLUMNS)
    auth = make_auth(providers=[provider])
    table.change(OLD)
    before = Visitor(auth)
    before.request().store(auth.bypass("anna", provider))
    signed_in = sign_in_to(auth, provider)

    assert [name_of(visitor) for visitor in (before, signed_in)] == ["anna"] * 2
    assert [user and user.username for user in seen] == ["anna"] * (1 if fails else 2)
    assert len(renewals) == 2


def test_whoever_is_deleted_while_their_hash_is_renewed_fails_nothing(make_auth, table, sign_in_to):
    """There is nothing left to compare with, and nothing to record."""

    class Gone(TableUserProvider):
        def save_hash(self, username, *, old_hash, new_hash):
            table.run("DELETE FROM users")

    provider = Gone(table.url, columns=COLUMNS)
    auth = make_auth(providers=[provider])
    table.change(OLD)
    auth.attempt("anna", PASSWORD, provider)
    assert auth.list_audit(event="hash_not_renewed") == []


@pytest.mark.parametrize("is_changed", [True, False])
def test_whom_the_application_has_proven_itself_is_asked_for(make_auth, make_provider, table, is_changed):
    """Their password is noted as they sign in, though what was loaded holds none."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    visitor = Visitor(auth)
    visitor.request().store(User({"id": "0", "username": "anna"}), provider)

    if is_changed:
        table.change(HASHER.hash(ANOTHER))

    assert name_of(visitor) == (None if is_changed else "anna")


def test_of_whom_the_provider_does_not_know_nothing_is_noted(make_auth, make_provider, sql):
    """By that name, at least: the next request finds nobody."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    visitor = Visitor(auth)
    visitor.request().store(User({"id": "9", "username": "nobody"}), provider)

    assert name_of(visitor) is None
    assert sql("SELECT * FROM credentials") == []


def test_a_request_writes_nothing(make_auth, make_provider, sign_in_to, snapshot, clock):
    """Of who comes again with the same password."""
    provider = make_provider()
    visitor = sign_in_to(make_auth(providers=[provider]), provider)
    kept = snapshot()
    clock.advance(seconds=30)

    assert name_of(visitor) == "anna"
    assert snapshot() == kept


def test_sessions_of_an_earlier_release_stay(make_auth, make_provider, table, sign_in_to, sql):
    """What nothing is known about goes on, and is noticed to change from then on."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    visitor = sign_in_to(auth, provider)
    sql("DELETE FROM credentials")

    assert name_of(visitor) == "anna"
    assert Visitor(auth).request().recall(visitor.remembered) is not None
    table.change(HASHER.hash(ANOTHER))
    assert name_of(visitor) is None


def test_a_changed_list_ends_sessions_and_a_restart_does_not(make_auth, sign_in_to):
    """A list of users is read anew by each process, with the hashes as they are given there."""

    def restart(password_hash):
        provider = MemoryUserProvider([{"email": "anna", "password": password_hash}])
        return make_auth(providers=[provider]), provider

    first, provider = restart(OLD)
    visitor, again = sign_in_to(first, provider), sign_in_to(first, provider)
    visitor.auth, provider = restart(OLD)
    other = sign_in_to(visitor.auth, provider)

    assert [name_of(one) for one in (visitor, again, other, visitor)] == ["anna"] * 4
    visitor.auth, _ = restart(HASHER.hash(ANOTHER))
    assert name_of(visitor) is None


def test_no_hash_is_kept_of_anybody(make_auth, make_provider, gatewright_settings, sign_in_to, clock, sql):
    """Only a digest, which is deleted when neither a session nor a remembered browser can be left."""
    provider = make_provider()
    auth = make_auth(providers=[provider])
    sign_in_to(auth, provider)
    kept = sql("SELECT * FROM credentials")

    assert [row[:2] for row in kept] == [("TableUserProvider", "0")]
    assert b"argon2" not in b"".join(row[2] for row in kept)
    longest = max(gatewright_settings.session_days, gatewright_settings.remember_days)
    clock.advance(days=longest, seconds=-1)
    auth.cleanup_expired_sessions()
    assert sql("SELECT * FROM credentials") == kept
    clock.advance(seconds=1)
    auth.cleanup_expired_sessions()
    assert sql("SELECT * FROM credentials") == []


def test_accounts_of_ours_leave_nothing_there(make_auth, anna, sign_in_to, sql):
    """Changing their passwords ends their sessions by itself, all but the one that it is done in."""
    auth = make_auth()
    visitor = sign_in_to(auth, "SQLUserProvider")
    visitor.request().change_password(PASSWORD, ANOTHER)

    assert name_of(visitor) == "anna"
    assert sql("SELECT * FROM credentials") == []
    with pytest.raises(UserNotFoundError):
        auth.attempt("anna", PASSWORD, "SQLUserProvider")


@pytest.fixture
def begin_sign_in(make_auth, gatewright_settings, make_provider):
    """Give anna's password where the policy demands a second factor; return the visitor, who can enrol one."""
    provider = make_provider()

    def begin_sign_in():
        settings = gatewright_settings.with_values(second_factor="required")
        visitor = Visitor(make_auth(providers=[provider], settings=settings, methods=[ListedCode()]))
        with pytest.raises(SecondFactorRequiredError):
            visitor.request().login("anna", PASSWORD, provider)
        return visitor

    return begin_sign_in


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE users SET password = '{HASHER.hash(ANOTHER)}' WHERE email = 'anna'",
        "UPDATE users SET id = 7 WHERE email = 'anna'",
        "DELETE FROM users WHERE email = 'anna'",
    ],
    ids=["another password", "somebody else's name", "no user"],
)
def test_a_sign_in_that_waits_for_its_second_factor_ends(begin_sign_in, table, change):
    """Its first proof is worth nothing by then: neither in the next request, nor in one after it."""
    visitor = begin_sign_in()

    table.run(change)

    for _ in range(2):
        assert visitor.request().pending_user() is None
    with pytest.raises(AuthenticationError):
        visitor.request().enrol("listed_code", LIST)


def test_a_sign_in_that_waits_ends_where_the_new_password_signs_in_elsewhere(
    begin_sign_in, make_auth, make_provider, table, sign_in_to
):
    """Whichever request notices the change."""
    visitor, provider = begin_sign_in(), make_provider()
    table.change(HASHER.hash(ANOTHER))
    sign_in_to(make_auth(providers=[provider]), provider, password=ANOTHER)

    assert visitor.request().pending_user() is None


@pytest.mark.parametrize("was_renewed", [True, False])
def test_a_sign_in_that_waits_goes_on(begin_sign_in, table, was_renewed):
    """A new hash of the same password does not end it."""
    if was_renewed:
        table.change(OLD)
    visitor = begin_sign_in()

    assert visitor.request().pending_user().username == "anna"
    visitor.request().enrol("listed_code", LIST)
    session = visitor.request().current_session()
    assert (session.username, session.provider) == ("anna", "TableUserProvider")


class VoucherOfTheTable(Voucher):
    """Proves anna, whatever provider the site signs others in from."""

    async def verify(self, step, given):
        user = await reload_user(step.parts, provider="TableUserProvider", username="anna")
        return Proven(user, self.proof(step))


def test_a_sign_in_that_waits_is_of_the_provider_whose_user_has_begun_it(make_auth, make_provider, sql):
    """Not of the one that users of this site are looked for in."""
    auth = make_auth(
        providers=[make_provider()],
        methods=[VoucherOfTheTable(), ListedCode()],
        second_factor_policy=lambda user, proofs: len(proofs) < 2,
    )
    visitor = Visitor(auth)
    with pytest.raises(SecondFactorRequiredError):
        visitor.request().prove("voucher", {})

    assert visitor.request().pending_user().username == "anna"
    assert sql("SELECT provider, user_id FROM credentials") == [("TableUserProvider", "0")]
