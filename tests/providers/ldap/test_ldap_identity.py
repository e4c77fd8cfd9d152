"""What a person of a directory is for good, whatever they are called."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID  # noqa: TID251 - to write them, not to make any

import pytest

from gatewright import Auth
from gatewright.errors import ConfigurationError
from gatewright.providers import LDAPLayout, LDAPUserProvider
from gatewright.providers.ldap.directory import Entry
from gatewright.providers.ldap.values import shown_as_text
from ldap_directory import SERVICE, SERVICE_PASSWORD, SUFFIX, guid_of

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")


def test_everybody_has_an_id_that_is_not_their_name(connect, layout):
    """``entryUUID``, without being asked for; the same with a password and without."""
    provider = connect(replace(layout, attributes={}))
    ids = {name: provider.load_user_by_username(name).id for name in ("alice", "bob", "carol")}

    assert len({str(UUID(value)) for value in ids.values()} - {*ids}) == 3
    assert provider.load_user_by_username("ALICE", PASSWORD).id == ids["alice"]


def test_a_binary_id_is_told_apart(connect, layout):
    """``objectGUID`` as Active Directory writes it, by itself or as the field ``id``: no two people share one."""
    by_default = connect(replace(layout, id_attributes=("absent", "objectGUID")))
    as_field = connect(replace(layout, attributes={"id": "objectGUID"}))
    for provider in (by_default, as_field):
        ids = {name: provider.load_user_by_username(name).id for name in ("alice", "carol", "back\\slash")}
        assert len(set(ids.values())) == 3
        assert ids["alice"] == str(UUID(bytes_le=guid_of("alice")))


def test_a_binary_attribute_is_shown_without_loss(connect, layout):
    """Whatever field it becomes."""
    entity = connect(replace(layout, attributes={"photo": "objectGUID"})).load_user_by_username("alice").entity

    assert "\N{REPLACEMENT CHARACTER}" not in entity.photo
    assert UUID(entity.photo).bytes_le == guid_of("alice")


def test_a_missing_id_is_told(connect, layout):
    """The error names the person, the attributes and the cure: nobody goes by their name without a word."""
    for options in ({"id_attributes": ["nsUniqueId", "GUID"]}, {"attributes": {"id": "employeeNumber"}}):
        with pytest.raises(ConfigurationError, match=r"uid=alice.* has none of .*id_attributes"):
            connect(replace(layout, **options)).load_user_by_username("alice", PASSWORD)


def test_the_name_is_an_id_only_where_it_is_asked_for(connect, layout):
    """As of a directory that never gives a name away."""
    assert connect(replace(layout, id_attributes=())).load_user_by_username("alice").id == "alice"


def test_one_attribute_is_a_list_of_one():
    """A str would be read letter by letter."""
    with pytest.raises(ConfigurationError, match="objectGUID"):
        LDAPLayout(people="ou=people", id_attributes="objectGUID")


def test_a_username_that_is_not_text_is_refused(connect, layout):
    """It could be neither typed nor found again."""
    binary = replace(layout, people=f"uid=alice,ou=people,{SUFFIX}", username_attribute="objectGUID")
    provider = connect(binary)

    with pytest.raises(ConfigurationError, match="objectGUID of uid=alice"):
        provider._replicas.ask(lambda people: people._username_of(Entry("uid=alice", {"objectguid": [b"\xff"]})))


@pytest.mark.parametrize(
    ("attribute", "value", "text"),
    [
        ("uid", "é".encode(), "é"),
        ("uid", b"\xff", "ff"),
        ("uid", b"a\0", "6100"),
        ("objectGUID", b"0123456789abcdef", "33323130-3534-3736-3839-616263646566"),
        ("OBJECTGUID;binary", b"0123456789abcdef", "33323130-3534-3736-3839-616263646566"),
        ("GUID", b"0123456789abcdef", "30313233-3435-3637-3839-616263646566"),
        ("objectSid", b"\1\5", "0105"),
        ("entryUUID", b"0f3b8c1e-7a50-4d7e-9a2b-1c2d3e4f5a6b", "0f3b8c1e-7a50-4d7e-9a2b-1c2d3e4f5a6b"),
    ],
)
def test_a_value_is_text_or_is_written_as_text(attribute, value, text):
    """By what the attribute is, and by what the bytes are."""
    assert shown_as_text(attribute, value) == text


def test_a_name_that_is_given_away_opens_nothing(second_directory, layout, tmp_path):
    """Somebody leaves, and a newcomer gets the name: the old session is over."""
    options = {"service_dn": SERVICE, "service_password": SERVICE_PASSWORD, "allow_plaintext": True}
    provider = LDAPUserProvider(f"ldap://127.0.0.1:{second_directory.port}", layout, **options)
    person = f"uid=alice,ou=people,{SUFFIX}"
    with Auth(f"sqlite:///{tmp_path / 'own.db'}", providers=[provider]) as auth:
        visit = {}
        auth.guard(visit).login("alice", PASSWORD, provider)
        before = auth.guard(visit).user()
        second_directory.change(
            f"dn: {person}\nchangetype: delete\n\n"
            f"dn: {person}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: alice\ncn: alice\nsn: New\n"
            "employeeType: TRUE\ntitle: TRUE\n"
        )

        assert before.username == provider.load_user_by_username("alice").username == "alice"
        assert auth.guard(visit).user() is None
