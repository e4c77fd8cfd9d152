from __future__ import annotations

import socket
import traceback
import unicodedata
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gatewright import Auth
from gatewright.errors import ConfigurationError, InactiveUserError, ProviderUnavailableError, UserNotFoundError
from gatewright.providers import LDAPLayout, LDAPUserProvider, UserProvider
from gatewright.providers.ldap.directory import Directory
from gatewright.testing.provider_conformance import ProviderConformance
from ldap_directory import plain_server

PASSWORD = "correct horse battery staple"

# ldap3 2.9.1 imports names that pyasn1 has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")


class TestLDAP(ProviderConformance):
    username = "alice"
    inactive_username = "bob"
    unverified_username = "carol"

    @pytest.fixture
    def provider(self, connect) -> UserProvider:
        return connect()


class TestLDAPByName(TestLDAP):
    """People whose entries are named by a template, over StartTLS."""

    @pytest.fixture
    def provider(self, connect, directory, layout) -> UserProvider:
        by_name = replace(layout, people=f"uid={{username}},{layout.people}")
        return connect(by_name, url=f"ldap://127.0.0.1:{directory.port}")


def test_the_entity_is_what_the_layout_asks_for(connect):
    """The fields of the layout are read, under their names, and nothing else."""
    user = connect().load_user_by_username("alice", PASSWORD)

    assert vars(user.entity) == {
        "id": user.id,
        "username": "alice",
        "dn": "uid=alice,ou=people,dc=example,dc=org",
        "email": "alice@example.org",
        "first_name": None,
        "active": True,
        "verified": True,
    }


def test_groups_become_roles(connect, layout):
    """A group gives a role where the layout says so; other groups give none."""
    named = {name: connect().load_user_by_username(name).roles for name in ("alice", "bob", "carol")}

    assert named == {"alice": ("editor",), "bob": ("editor", "chief"), "carol": ()}
    assert connect(replace(layout, groups=None)).load_user_by_username("bob").roles == ()


def test_the_directory_decides_how_a_name_is_written(connect):
    """A directory ignores case; the session remembers the name as it is kept."""
    assert connect().load_user_by_username("ALICE", PASSWORD).username == "alice"


def test_the_domain_of_a_mail_address_is_one_however_it_is_typed(connect, layout, gatewright_settings):
    """A directory keeps it in ASCII (RFC 4524, section 2.16). Whoever is not there is nobody, and not an outage."""
    people = connect(replace(layout, username_attribute="mail"))
    with Auth(settings=gatewright_settings, providers=[people]) as auth:
        for typed in ("alice@münchen.example", "alice@XN--MNCHEN-3YA.example."):
            assert auth.attempt(typed, PASSWORD, "LDAPUserProvider").entity.dn.startswith("uid=alice,")
        for typed in ("zoe@münchen.example", "zoe@xn--mnchen-3ya.example", "alice@münchen.example"):
            with pytest.raises(UserNotFoundError):
                auth.attempt(typed, "wrong", "LDAPUserProvider")


@pytest.mark.parametrize("name", ["o'brien (staff)", "back\\slash"])
@pytest.mark.parametrize("people", ["ou=people,dc=example,dc=org", "uid={username},ou=people,dc=example,dc=org"])
def test_names_with_special_characters_are_names(connect, layout, name, people):
    """What means something in a filter or in a distinguished name is a letter like any other in a user's name."""
    user = connect(replace(layout, people=people)).load_user_by_username(name, PASSWORD)

    assert name == user.username


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("*")
@example("a*")
@example("alice)(|(uid=bob")
@example("alice,ou=people,dc=example,dc=org")
@example("+uid=alice")
@example(" alice ")
def test_no_name_reaches_somebody_else(connect, layout, name):
    """Whatever is typed, it finds at most the user whose name it is, by search and by template."""
    for people in (layout.people, f"uid={{username}},{layout.people}"):
        try:
            found = connect(replace(layout, people=people)).load_user_by_username(name).username
        except UserNotFoundError:
            continue
        assert unicodedata.normalize("NFKC", name).casefold().split() == found.split()


def test_an_empty_password_never_asks_the_server(connect, directory):
    """This server lets everybody in who gives a name and no password, so it is not asked."""
    import ldap3

    server = ldap3.Server("127.0.0.1", directory.port, get_info=ldap3.NONE)
    with ldap3.Connection(server) as bare:
        request = bare.send("bindRequest", _bind_without_password("uid=alice,ou=people,dc=example,dc=org"))
        bare.post_send_single_response(request)
        assert bare.result["description"] == "success"

    with pytest.raises(UserNotFoundError):
        connect().load_user_by_username("alice", "")
    bind = partial(Directory.is_password_of, name="uid=alice,ou=people,dc=example,dc=org", password="")
    assert not connect()._replicas.ask(lambda people: bind(people._directory))


def _bind_without_password(dn):
    from ldap3.protocol.rfc4511 import AuthenticationChoice, BindRequest, Simple, Version

    request = BindRequest()
    request["version"], request["name"] = Version(3), dn
    request["authentication"] = AuthenticationChoice().setComponentByName("simple", Simple(""))
    return request


def test_a_service_account_without_a_password_is_refused():
    """It would search as nobody, and nobody would notice."""
    for options in (
        {"service_dn": "cn=reader"},
        {"service_password": "x"},
        {"service_dn": "x", "service_password": ""},
    ):
        with pytest.raises(ConfigurationError, match="both service_dn and service_password"):
            LDAPUserProvider("ldaps://ldap.example.com", LDAPLayout(people="ou=people"), **options)


def test_a_refused_service_account_is_a_mistake_in_the_set_up(connect):
    """Nobody's password is wrong but ours."""
    with pytest.raises(ConfigurationError, match="refuses the service account"):
        connect(service_password="changed").load_user_by_username("alice", PASSWORD)


@pytest.mark.parametrize("options", [{"service_dn": None, "service_password": None}, {}])
def test_a_base_that_cannot_be_read_is_a_mistake_in_the_set_up(connect, layout, options):
    """The error names the base, be it missing or hidden."""
    hidden = replace(layout, people="ou=secret,dc=example,dc=org")

    with pytest.raises(ConfigurationError, match="ou=secret"):
        connect(hidden, **options).load_user_by_username("eve", PASSWORD)


def test_two_people_of_one_name_are_refused(connect, layout):
    """Nobody is let in under a name that two entries have."""
    with pytest.raises(ConfigurationError, match="Two people below dc=example,dc=org have the same uid"):
        connect(replace(layout, people="dc=example,dc=org")).load_user_by_username("dan", PASSWORD)


def test_a_filter_tells_people_apart(connect, layout):
    """With a filter that only one of them fits there is no doubt."""
    only_staff = replace(layout, people="dc=example,dc=org", people_filter="(&(objectClass=person)(ou:dn:=people))")

    user = connect(only_staff).load_user_by_username("dan", PASSWORD)

    assert user.entity.dn == "uid=dan,ou=people,dc=example,dc=org"


def test_whoever_lacks_a_flag_stays_out(connect, layout):
    """An attribute that is read as a flag and is not there is not set."""
    strict = replace(layout, attributes={"active": "departmentNumber"})

    with pytest.raises(InactiveUserError):
        connect(strict).bypass("alice")


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(connect, directory, scheme):
    """Encrypted or not, the server must prove that it is the right one before a password is said."""
    port = directory.port if scheme == "ldap" else directory.tls_port

    with pytest.raises(ProviderUnavailableError, match=r"(?i)certificate.verify.failed"):
        connect(url=f"{scheme}://127.0.0.1:{port}", ca_file=None).load_user_by_username("alice", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_certificate_for_another_host_is_refused(connect, directory, scheme):
    """The certificate is for 127.0.0.1; asked for by another name, the server is another one."""
    port = directory.port if scheme == "ldap" else directory.tls_port

    with pytest.raises(ProviderUnavailableError, match="Hostname mismatch"):
        connect(url=f"{scheme}://localhost:{port}").load_user_by_username("alice", PASSWORD)


def test_plain_text_must_be_asked_for(connect):
    """A server that cannot start TLS hears neither a user's password nor the service account's."""
    with plain_server(refuse_tls) as (port, received), pytest.raises(ProviderUnavailableError, match=r"(?i)starttls"):
        connect(url=f"ldap://127.0.0.1:{port}").load_user_by_username("alice", PASSWORD)

    assert len(received) >= 1
    assert PASSWORD.encode() not in b"".join(received)
    assert b"service account" not in b"".join(received)


def test_plain_text_is_possible(connect, directory):
    """Inside one machine, say."""
    provider = connect(url=f"ldap://127.0.0.1:{directory.port}", allow_plaintext=True, ca_file=None)

    assert provider.load_user_by_username("alice", PASSWORD).username == "alice"


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
@pytest.mark.parametrize("answer", [None, b"", b"\x00\xff" * 100, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_that_is_not_well_is_try_again_later(connect, scheme, answer):
    """Silence, hanging up and nonsense are no verdict on anybody's password."""
    with plain_server(answer) as (port, _), pytest.raises(ProviderUnavailableError) as refusal:
        connect(url=f"{scheme}://127.0.0.1:{port}", timeout_seconds=1).load_user_by_username("alice", PASSWORD)

    assert PASSWORD not in "".join(traceback.format_exception(refusal.value))


def test_a_dead_server_is_try_again_later(connect):
    """Where nobody listens nobody is unknown."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(ProviderUnavailableError):
            connect(url=f"ldaps://127.0.0.1:{reserved.getsockname()[1]}").load_user_by_username("alice", PASSWORD)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ldap.example.com", "needs a url"),
        ("https://ldap.example.com", "needs a url"),
        ("ldaps://", "needs a url"),
        ("ldaps://host:port", "needs a url"),
        ("ldaps://host/dc=example", "needs a url"),
        ("ldapi:///var/run/slapd", "needs a url"),
    ],
)
def test_a_url_that_cannot_work_is_refused_at_once(url, complaint):
    """The error says what a URL looks like."""
    with pytest.raises(ConfigurationError, match=complaint):
        LDAPUserProvider(url, LDAPLayout(people="ou=people"))


def test_certificates_that_cannot_be_read_are_refused_at_once():
    """A wrong path is not found out at the first sign-in."""
    with pytest.raises(ConfigurationError, match="ca_file"):
        LDAPUserProvider("ldaps://host", LDAPLayout(people="ou=people"), ca_file="/nowhere.pem")


@pytest.mark.parametrize("password", ["\N{ARABIC LETTER ALEF}x", "bell\a", "\N{NO-BREAK SPACE}", "\ue000"])
def test_a_password_of_any_letters_gets_a_verdict(connect, password):
    """Passwords that a stricter client would not send are wrong here, and nothing else."""
    with pytest.raises(UserNotFoundError):
        connect().load_user_by_username("alice", password)


def refuse_tls(request: bytes) -> bytes:
    """Answer StartTLS as OpenLDAP does where it has no certificate: protocolError."""
    message_id = request[2 : 4 + request[3]]
    refusal = message_id + bytes.fromhex("78250a01020400041e") + b"unsupported extended operation"
    return bytes([0x30, len(refusal)]) + refusal
