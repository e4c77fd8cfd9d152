"""Django's own users, as a provider."""

from __future__ import annotations

import bcrypt
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.db import OperationalError

from gatewright.adapters.django import get_auth
from gatewright.adapters.django.provider import DjangoUserProvider
from gatewright.errors import ProviderUnavailableError
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
        users.create(username="ida", password="argon2" + PasswordHasher().hash(PASSWORD))
        users.create(username="ivo", password="argon2" + PasswordHasher().hash(PASSWORD), is_active=False)
        users.create(username="ina", password=make_password(PASSWORD))
        return DjangoUserProvider()


BCRYPT = "bcrypt$" + bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize(
    "stored",
    [make_password(PASSWORD, hasher="argon2"), make_password(PASSWORD), BCRYPT],
    ids=["argon2", "pbkdf2", "bcrypt"],
)
def test_hashes_of_django_are_read_and_kept_so_that_django_reads_them(django_users, stored):
    """Whatever kind it is; a renewed one is Django's argon2."""
    ida = django_users.create(username="ida", password=stored)
    for _ in range(2):
        get_auth().attempt("ida", PASSWORD, "DjangoUserProvider")
    ida.refresh_from_db()

    assert ida.password.startswith("argon2$argon2id$")
    assert ida.password != stored
    assert ida.check_password(PASSWORD)


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
