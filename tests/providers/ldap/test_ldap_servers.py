"""Servers with limits of their own, and several servers of one directory."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from gatewright.errors import ConfigurationError, ProviderUnavailableError, UserNotFoundError
from gatewright.providers import LDAPLayout, LDAPUserProvider
from gatewright.providers.ldap.replicas import Replicas
from gatewright.testing import FrozenClock
from ldap_directory import MANY, plain_server

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")


@pytest.fixture
def closed_port():
    """A port that nobody listens at."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@pytest.mark.parametrize("count", [1, 10, 11, 15])
def test_a_servers_limit_leaves_no_role_out(connect, layout, count):
    """The server shows ten entries at once; whoever is in more groups has all their roles."""
    roles = {name: f"role {name}" for name in MANY[:count]} | {"chiefs": "chief"}
    provider = connect(replace(layout, roles=roles))

    assert provider.load_user_by_username("alice", PASSWORD).roles == tuple(roles[name] for name in MANY[:count])


def test_groups_that_mean_nothing_are_not_in_the_way(connect, layout):
    """However many there are."""
    assert connect(layout).load_user_by_username("alice").roles == ("editor",)


@pytest.mark.parametrize("name", ["*", "a)(cn=*", "group 1)(|(cn=*", "\\2a", "{dn}", "{username}"])
def test_a_groups_name_is_a_name(connect, layout, name):
    """What means something in a filter means nothing in the name of a group."""
    assert connect(replace(layout, roles={name: "chief"})).load_user_by_username("alice").roles == ()


@pytest.mark.parametrize("write", [list, " ".join, ",".join, ", \n".join])
@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_the_next_server_is_asked_where_one_is_down(connect, directory, closed_port, write, scheme):
    """However several are written; for signing in and for reloading."""
    port = directory.port if scheme == "ldap" else directory.tls_port
    provider = connect(url=write([f"{scheme}://127.0.0.1:{closed_port}", f"{scheme}://127.0.0.1:{port}"]))

    assert provider.load_user_by_username("alice", PASSWORD).username == "alice"
    assert provider.load_user_by_username("alice").username == "alice"
    with pytest.raises(UserNotFoundError):
        provider.load_user_by_username("alice", "wrong")


@pytest.mark.parametrize("answer", [None, b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_the_next_server_is_asked_where_one_is_not_well(connect, directory, answer):
    """Silence, hanging up and nonsense; the sick one is left alone from then on."""
    with plain_server(answer) as (port, received):
        provider = connect(url=[f"ldap://127.0.0.1:{port}", f"ldap://127.0.0.1:{directory.port}"], timeout_seconds=1)
        names = [provider.load_user_by_username("alice", PASSWORD).username for _ in range(3)]

    assert (names, len(received)) == (["alice"] * 3, 1)
    assert PASSWORD.encode() not in b"".join(received)


def test_a_verdict_is_not_asked_for_twice(connect, directory, second_directory):
    """A wrong password, an unknown name and a refused service account are answers: no other server hears of them."""
    with plain_server(b"") as (port, received):
        urls = [f"ldap://127.0.0.1:{directory.port}", f"ldap://127.0.0.1:{port}"]
        for name, password in (("alice", "wrong"), ("nobody", PASSWORD)):
            with pytest.raises(UserNotFoundError):
                connect(url=urls).load_user_by_username(name, password)
        with pytest.raises(ConfigurationError):
            connect(url=urls, service_password="changed").load_user_by_username("alice", PASSWORD)

    assert received == []


def test_a_server_that_goes_away_is_followed_by_the_next(connect, directory, second_directory):
    """Between two sign-ins, with both servers real."""
    provider = connect(
        url=[f"ldaps://127.0.0.1:{second_directory.tls_port}", f"ldaps://127.0.0.1:{directory.tls_port}"]
    )
    first = provider.load_user_by_username("alice", PASSWORD)
    second_directory.stop()
    second = provider.load_user_by_username("alice", PASSWORD)

    assert first.username == second.username == "alice"
    assert first.id != second.id  # another directory answered: replicas of one would say the same


def test_where_all_are_down_it_is_try_again_later(connect, closed_port):
    """And the next time all are asked again."""
    provider = connect(url=[f"ldap://127.0.0.1:{closed_port}", f"ldaps://127.0.0.1:{closed_port}"])

    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            provider.load_user_by_username("alice", PASSWORD)


@pytest.mark.parametrize("url", [[], "", " , ", ["ldap://a ldap://b"], "ldap://a,https://b", ["ldap://a", ""]])
def test_every_url_must_work(url):
    """One that cannot is refused at once."""
    with pytest.raises(ConfigurationError, match="needs a url"):
        LDAPUserProvider(url, LDAPLayout(people="ou=people"))


def test_a_server_that_did_not_answer_is_asked_last_for_a_minute():
    """Then it is the first again, and so it is as soon as it has answered."""
    clock, asked, down = FrozenClock(), [], {"first"}

    def question(server):
        asked.append(server)
        if server in down:
            raise ProviderUnavailableError("down")

    replicas = Replicas(["first", "second"], clock=clock)
    replicas.ask(question)
    replicas.ask(question)
    clock.advance(timedelta(seconds=61))
    replicas.ask(question)
    down = {"second"}
    replicas.ask(question)
    replicas.ask(question)

    assert asked == ["first", "second", "second", "first", "second", "second", "first", "first"]
