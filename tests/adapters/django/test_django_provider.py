"""Django's own users, as a provider."""

from __future__ import annotations

import bcrypt
import pytest
from django.contrib.auth import get_user_model, hashers
from django.contrib.auth.hashers import check_password, make_password
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from gatewright.adapters.django import get_async_auth, get_auth
from gatewright.adapters.django.provider import DjangoUserProvider
from gatewright.errors import ProviderUnavailableError, UserNotFoundError
from gatewright.passwords import PasswordHasher
from gatewright.testing.provider_conformance import ProviderConformance

PASSWORD = "correct horse battery staple"


class TestConformance(ProviderConformance):
    """What every provider does."""

    username = "ida"
    password = PASSWORD
    inactive_username = "ivo"
    outdated_username = "ina"

    def make_provider(self):
        users = get_user_model().objects
        users.create(username="ida", password=make_password(PASSWORD))
        users.create(username="ivo", password=make_password(PASSWORD), is_active=False)
        users.create(username="ina", password="argon2" + PasswordHasher().hash(PASSWORD))
        return DjangoUserProvider()


HASHERS = [
    "PBKDF2PasswordHasher",
    "PBKDF2SHA1PasswordHasher",
    "BCryptSHA256PasswordHasher",
    "BCryptPasswordHasher",
    "ScryptPasswordHasher",
    "MD5PasswordHasher",
]
QUICK = "gatewright_test_hashers.QuickPBKDF2PasswordHasher"


def hash_by(name, password=PASSWORD):
    """Return a hash that Django has made, as cheap as it can be."""
    hasher = getattr(hashers, name)()
    match name:
        case "PBKDF2PasswordHasher" | "PBKDF2SHA1PasswordHasher":
            return hasher.encode(password, "salt", iterations=10)
        case "BCryptSHA256PasswordHasher" | "BCryptPasswordHasher":
            return hasher.encode(password, bcrypt.gensalt(4))
        case "ScryptPasswordHasher":
            return hasher.encode(password, "salt", n=1024, r=8, p=1)
    return hasher.encode(password, "salt")


@pytest.fixture
def attempt(django_users, in_loop, run):
    """Sign somebody in by the name that was typed, blocking or in an event loop."""

    def attempt(way, name="ida", password=PASSWORD):
        if way == "blocking":
            return get_auth().attempt(name, password, "DjangoUserProvider")
        return run.run(get_async_auth().attempt(name, password, "DjangoUserProvider"))

    return attempt


@pytest.mark.parametrize("way", ["blocking", "asynchronous"])
@pytest.mark.parametrize("name", HASHERS)
def test_what_django_can_verify_is_verified_and_renewed_by_django(change, django_users, attempt, name, way):
    """By the project's first hasher. No argon2 where ``PASSWORD_HASHERS`` has none."""
    change(
        user_provider="DjangoUserProvider",
        of_django={"PASSWORD_HASHERS": [QUICK, f"django.contrib.auth.hashers.{name}"]},
    )
    ida = django_users.create(username="ida", password=hash_by(name))
    with pytest.raises(UserNotFoundError):
        attempt(way, password=PASSWORD + "!")
    for _ in range(2):
        assert attempt(way).entity == ida
        ida.refresh_from_db()

    assert ida.password.startswith("pbkdf2_sha256$1000$")
    assert ida.check_password(PASSWORD)


def test_the_projects_first_hasher_decides(django_users, attempt):
    """A hash of the settings of gatewright is not today's for Django; one of Django's is, and stays."""
    ida = django_users.create(username="ida", password="argon2" + PasswordHasher().hash(PASSWORD))
    attempt("blocking")
    ida.refresh_from_db()
    renewed = ida.password
    attempt("blocking")
    ida.refresh_from_db()

    assert renewed.startswith("pbkdf2_sha256$")
    assert ida.password == renewed


def test_a_hash_of_no_hasher_of_the_project_is_told(django_users, attempt, caplog):
    """Its kind and its row, to the operator alone."""
    ida = django_users.create(username="ida", password=hash_by("ScryptPasswordHasher"))
    with pytest.raises(UserNotFoundError):
        attempt("blocking")

    assert f"user '{ida.pk}' of DjangoUserProvider cannot be read" in caplog.text
    assert "scrypt" in caplog.text
    assert ida.password[-12:] not in caplog.text
    (_, failed) = get_auth().list_audit(event="sign_in_failed")[-1]
    assert failed.reason == "unreadable_hash"


@pytest.mark.parametrize("stored", ["pbkdf2_sha256$broken", "pbkdf2_sha256$x$salt$hash", "bcrypt$$2b$04$short"])
def test_a_damaged_hash_is_a_wrong_password(change, django_users, attempt, stored, caplog):
    """Where Django's own sign-in would answer 500."""
    change(
        user_provider="DjangoUserProvider",
        of_django={"PASSWORD_HASHERS": [QUICK, "django.contrib.auth.hashers.BCryptPasswordHasher"]},
    )
    django_users.create(username="ida", password=stored)
    with pytest.raises(UserNotFoundError):
        attempt("blocking")
    assert "cannot be read" in caplog.text


def test_what_may_be_the_beginning_of_a_password_is_never_its_new_hash(change, django_users, attempt):
    """Django's bcrypt takes 72 bytes; the library would refuse a longer password by an error."""
    change(
        user_provider="DjangoUserProvider",
        of_django={"PASSWORD_HASHERS": [QUICK, "django.contrib.auth.hashers.BCryptPasswordHasher"]},
    )
    ida = django_users.create(username="ida", password=hash_by("BCryptPasswordHasher", "é" * 36))
    for ending in ("", "of another", "of its owner"):
        attempt("blocking", password="é" * 36 + ending)
    ida.refresh_from_db()

    assert ida.password.startswith("bcrypt$")


@pytest.mark.parametrize("stored", ["cafe\u0301 au lait", "café au lait"])
def test_a_password_is_one_however_it_is_typed(django_users, attempt, stored):
    """Django hashes what is typed; its own forms go on taking what they took."""
    ida = django_users.create_user("ida", password=stored)
    attempt("blocking", password="cafe\u0301 au lait")
    ida.refresh_from_db()

    assert ida.check_password(stored)


def test_an_unknown_name_costs_one_run_of_the_default_hasher(django_users, attempt, monkeypatch):
    """As it does in Django, and as a wrong password does."""
    runs = []
    encode = hashers.PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        hashers.PBKDF2PasswordHasher,
        "encode",
        lambda self, password, salt, iterations=None: (
            runs.append(iterations or self.iterations) or encode(self, password, salt, iterations)
        ),
    )
    django_users.create_user("ida", password=PASSWORD)
    django_users.create_user("ivo")
    runs.clear()
    for name in ("ida", "ivo", "nobody"):
        with pytest.raises(UserNotFoundError):
            attempt("blocking", name, "a wrong password")

    assert runs == [1000] * 3


@pytest.fixture
def spelled_anyhow(django_users, monkeypatch):
    """A manager that finds users however their name is spelled."""

    def get_by_natural_key(self, username):
        return self.get(username__iexact=username.strip())

    monkeypatch.setattr(type(django_users), "get_by_natural_key", get_by_natural_key)


@pytest.mark.parametrize("typed", ["IDA", " ida ", "Ida"])
def test_a_hash_is_renewed_by_key_however_the_name_is_spelled(django_users, spelled_anyhow, attempt, typed):
    """It is the manager that says whom a name means."""
    ida = django_users.create(username="ida", password="argon2" + PasswordHasher().hash(PASSWORD))
    other = django_users.create(username="other", password=ida.password)
    assert attempt("blocking", typed).entity == ida
    ida.refresh_from_db()
    other.refresh_from_db()

    assert ida.password.startswith("pbkdf2_sha256$")
    assert other.password.startswith("argon2$")


@pytest.mark.parametrize("error", [OperationalError("read-only"), DataError("too long"), IntegrityError("locked")])
def test_a_hash_that_cannot_be_renewed_keeps_nobody_out(django_users, attempt, monkeypatch, caplog, error):
    """Nor does it break a transaction of the application's."""

    def fail(self, **kwargs):
        raise error

    stored = "argon2" + PasswordHasher().hash(PASSWORD)
    ida = django_users.create(username="ida", password=stored)
    monkeypatch.setattr(QuerySet, "update", fail)
    with transaction.atomic():
        assert attempt("blocking").entity == ida
    ida.refresh_from_db()

    assert ida.password == stored
    assert "was not renewed" in caplog.text


def test_a_field_that_is_too_short_keeps_the_old_hash(django_users, attempt, monkeypatch, caplog):
    """Some databases would cut the new one without a word."""
    stored = "argon2" + PasswordHasher().hash(PASSWORD)
    ida = django_users.create(username="ida", password=stored)
    monkeypatch.setattr(type(ida)._meta.get_field("password"), "max_length", 60)
    assert attempt("blocking").entity == ida
    ida.refresh_from_db()

    assert ida.password == stored
    assert "room for 60 characters" in caplog.text


def test_a_user_without_a_password_cannot_be_proven(django_users):
    """Django marks one as unusable."""
    django_users.create_user("ida")
    found = DjangoUserProvider().find("ida")

    assert found is not None
    assert not PasswordHasher().verify("", against=found[1]).is_valid


def test_the_entity_does_not_keep_the_hash(django_users):
    """Django loads it when it is asked for."""
    django_users.create_user("ida", password=PASSWORD)
    user, _ = DjangoUserProvider().find("ida")

    assert "password" not in vars(user.entity)
    assert check_password(PASSWORD, user.entity.password)
    assert user.created_at == user.entity.date_joined
    assert user.id == str(user.entity.pk)


def test_a_database_that_is_away_is_said_to_be(django_users, monkeypatch):
    """And no password was wrong."""

    def fail(self, username):
        raise OperationalError("connection refused")

    monkeypatch.setattr(type(django_users), "get_by_natural_key", fail)

    with pytest.raises(ProviderUnavailableError, match="OperationalError"):
        DjangoUserProvider().find("ida")


def test_a_key_of_0_is_an_id(django_users):
    """Not the username."""
    django_users.create(pk=0, username="zoe")

    assert DjangoUserProvider().load_user_by_username("zoe").id == "0"


def test_a_hash_that_is_changed_in_the_database_ends_sessions(django_users):
    """By whatever code, without a signal; a session that Django's own sign-in has opened is no exception."""
    django_users.create_user("ida", password=PASSWORD)
    auth, by_password, by_django = get_auth(), {}, {}
    auth.guard(by_password).login("ida", PASSWORD, "DjangoUserProvider")
    django_users.filter(username="ida").update(password=make_password("quiet lamp under seven hills"))
    user = DjangoUserProvider().user_of(django_users.get(username="ida"))
    user.provider_name = "DjangoUserProvider"
    auth.guard(by_django).store(user)

    assert auth.guard(by_password).user() is None
    assert auth.guard(by_django).user().username == "ida"
    django_users.filter(username="ida").update(password=make_password(PASSWORD))
    assert auth.guard(by_django).user() is None
