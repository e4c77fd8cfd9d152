"""A Redis that cannot be used is refused at the start, with the cure and without the password."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack, closing

import pytest

from certificates import Certificate
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth, Settings
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.storage.redis import read_url, require_redis
from gatewright.testing import Wallet
from redis_server import serving, serving_cluster, serving_sentinel

PASSWORD = "sesame%2Fopen"
SECRET = "a secret for tests, longer than 32 bytes"


@pytest.mark.parametrize(
    "url",
    [
        "http://host",
        "host:6379",
        "redis://host:port/0",
        "redis://host/0?socket_timeout=soon",
        "redis://host/0?socket_timeout=0",
        "redis://host/0?socket_timeout=inf",
        "redis://host/0?socket_connect_timeout=-1",
        "redis+cluster://host?socket_timeout=-1",
        "redis://host/shop",
        "rediss://host/0/1",
        "redis+sentinel://host:26379",
        "redis+sentinel://host:26379/service/name",
        "redis+sentinel://host:a/service",
        "redis+sentinel:///service",
        "redis+cluster://host:6379/3",
        "redis+cluster://",
        "redis+raft://host",
    ],
)
def test_a_url_that_cannot_be_read_is_answered_with_the_forms_that_can(url):
    url = url.replace("://", f"://user:{PASSWORD}@", 1)
    with pytest.raises(ConfigurationError, match=r"GATEWRIGHT_REDIS_URL cannot be read.*redis\+sentinel://") as raised:
        read_url(url)
    assert PASSWORD not in str(raised.value)


def test_a_missing_redis_py_is_told_with_its_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis.connection", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gatewright\[redis\]'"):
        read_url("redis://host")


@pytest.mark.parametrize("url", ["redis://host", "redis+sentinel://host/service", "redis+cluster://host"])
def test_an_option_that_redis_py_does_not_know_is_named(url):
    with pytest.raises(ConfigurationError, match="'socket_timeot'"):
        read_url(f"{url}?socket_timeot=1")


@pytest.mark.parametrize(
    "option", ["decode_responses=true", "retry=5", "cache=on", "connection_pool=x", "self=x", "sentinel_username=x"]
)
def test_an_option_that_only_code_can_give_is_named(option):
    """Each was an error of redis-py's that nobody expected, at the start or at the first request."""
    with pytest.raises(ConfigurationError, match=f"'{option.partition('=')[0]}'"):
        read_url(f"redis://host/0?{option}")


@pytest.mark.parametrize("option", ["ssl=true", "ssl_ca_certs=/path/ca.pem"])
def test_options_of_tls_need_the_scheme_of_tls(option):
    """They would change nothing, or be an error of redis-py's."""
    with pytest.raises(ConfigurationError, match="rediss://"):
        read_url(f"redis://host/0?{option}")


def test_an_option_whose_value_redis_py_refuses_is_told(redis_server):
    with pytest.raises(ConfigurationError, match="an option in GATEWRIGHT_REDIS_URL"):
        require_redis(read_url(f"{redis_server.url}?max_connections=-1"))


@pytest.mark.parametrize(
    ("url", "hosts", "service", "options"),
    [
        (
            "rediss+sentinel://user:p%40ss@one:1,[::1]:2,three/a%20service/4?socket_timeout=5",
            (("one", 1), ("::1", 2), ("three", 26379)),
            "a service",
            {"username": "user", "password": "p@ss", "db": 4, "ssl": True, "socket_timeout": 5.0},
        ),
        ("redis+cluster://one,two:7000/0", (("one", 6379), ("two", 7000)), "", {}),
    ],
)
def test_a_url_of_several_hosts_names_them_all(url, hosts, service, options):
    read = read_url(url)

    assert (read.hosts, read.service, dict(read.options)) == (hosts, service, options)
    assert "p%40ss" not in repr(read) + read.shown


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("redis://127.0.0.1:1/0", "Connection refused"),
        ("unix:///nowhere/redis.sock", "No such file"),
        ("redis+sentinel://127.0.0.1:1/service", "No master found"),
        ("redis+cluster://127.0.0.1:1", "cannot be connected"),
        ("redis://nowhere.invalid/0", "nowhere.invalid"),
    ],
)
def test_a_redis_that_cannot_be_reached_is_named(url, what):
    with pytest.raises(StoreUnavailableError, match=f"{what}.*GATEWRIGHT_REDIS_URL"):
        require_redis(read_url(url))


def test_what_keeps_a_server_from_being_used_is_told_with_its_cure(redis_server, cluster_url):
    """No password or a wrong one, too few rights, a replica, a node of a cluster, no cluster, no such database."""
    port = redis_server.port
    rights = ("~gatewright:*", "+@read", "+@write", "+@connection")
    redis_server.ask("ACL", "SETUSER", "few", "on", f">{PASSWORD}", *rights)
    node = cluster_url.split(",")[-1]
    with serving("--replicaof", "127.0.0.1", str(port)) as replica, serving() as locked:
        locked.ask("CONFIG", "SET", "requirepass", PASSWORD)
        for url, error, cure in [
            (locked.url, ConfigurationError, "redis://user:password@host"),
            (locked.url.replace("://", "://:wrong@"), ConfigurationError, "redis://user:password@host"),
            (replica.url, ConfigurationError, "is a replica"),
            (f"redis://few:{PASSWORD.replace('%', '%25')}@127.0.0.1:{port}/0", ConfigurationError, "ACL SETUSER"),
            (f"redis://{node}/0", ConfigurationError, "redis+cluster://"),
            (f"redis+cluster://127.0.0.1:{port}", ConfigurationError, "Use redis://"),
            (f"redis://127.0.0.1:{port}/99", StoreUnavailableError, "out of range"),
        ]:
            with pytest.raises(error) as raised:
                require_redis(read_url(url))
            assert cure in str(raised.value)
            assert "sesame" not in str(raised.value)


def test_the_rights_that_the_cure_gives_are_enough(redis_server, running_cluster, cluster_url):
    """For one server and for a cluster, each of whose nodes has users of its own."""
    rights = "~gatewright:* +@read +@write +@scripting +@connection +info +cluster|slots"
    for url, servers in ((redis_server.url, [redis_server]), (cluster_url, running_cluster)):
        theirs = url.replace("://", "://enough:pw@")
        for given, cure in (((), "redis://user:password@host"), (("on", ">pw", "+@connection"), rights)):
            for server in servers:
                server.ask("ACL", "SETUSER", "enough", *given)
            with pytest.raises(ConfigurationError) as raised:
                require_redis(read_url(theirs))
            assert cure in str(raised.value)
        for server in servers:
            server.ask("ACL", "SETUSER", "enough", *rights.split())
        facts = require_redis(read_url(theirs))
        assert (facts.evicts, facts.version is None) == (False, False)


@pytest.mark.parametrize("missing", ["eval", "evalsha", "set", "mget", "zadd", "zrevrangebyscore", "pexpire"])
def test_a_right_that_is_missing_is_told_with_the_cure(redis_server, missing):
    """Though it is missed in the midst of a script, or not before Redis has started anew and lost all scripts."""
    rights = "~gatewright:* +@read +@write +@scripting +@connection +info"
    redis_server.ask("ACL", "SETUSER", "most", "on", ">pw", *rights.split(), f"-{missing}")
    with pytest.raises(ConfigurationError, match=r"does not grant this user what is needed .*ACL SETUSER name ~"):
        require_redis(read_url(redis_server.url.replace("://", "://most:pw@")))


def test_a_redis_that_is_full_is_told_so():
    """It runs, and its URL is right."""
    with (
        serving("--maxmemory", "1") as server,
        pytest.raises(ConfigurationError, match=r"is full\. Raise its maxmemory"),
    ):
        require_redis(read_url(server.url))


@pytest.fixture(params=["server", "sentinel", "cluster"])
def with_tls(request, tmp_path):
    """The URL of a Redis that speaks TLS, and the file of the authority that vouches for it."""
    certificate = Certificate(tmp_path)
    with ExitStack() as stack:
        if request.param == "server":
            server = stack.enter_context(serving(certificate=certificate))
            yield f"rediss://127.0.0.1:{server.tls_port}/0", certificate.authority
        elif request.param == "sentinel":
            yield stack.enter_context(serving_sentinel(certificate))[0], certificate.authority
        else:
            nodes = stack.enter_context(serving_cluster(certificate))
            yield f"rediss+cluster://127.0.0.1:{nodes[1].tls_port}", certificate.authority


@pytest.mark.long
@pytest.mark.parametrize("build", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_servers_with_tls_are_verified(build, with_tls, url, signed):
    """Whoever is not vouched for is not spoken to: the application does not start, and is told the cure."""
    redis_url, authority = with_tls

    def sign_in(auth):
        if build is EvrmoreAuth:
            return auth.authenticate(*signed(auth))
        wallet = Wallet.new()

        async def sign_in():
            challenge = await auth.generate_challenge(wallet.address)
            return await auth.authenticate(wallet.address, challenge, wallet.sign(challenge))

        return asyncio.run(sign_in())

    trusting = Settings(jwt_secret=SECRET, redis_url=f"{redis_url}?ssl_ca_certs={authority}")
    with closing(build(url, settings=trusting)) as auth:
        assert sign_in(auth).is_active
    with pytest.raises(ConfigurationError, match=r"certificate that is not trusted.*ssl_ca_certs="):
        build(url, settings=Settings(jwt_secret=SECRET, redis_url=redis_url))


def test_a_certificate_of_another_host_is_refused(tmp_path):
    """Though its authority is trusted."""
    certificate = Certificate(tmp_path)
    with serving(certificate=certificate) as server, pytest.raises(ConfigurationError, match="Hostname mismatch"):
        require_redis(read_url(f"rediss://localhost:{server.tls_port}/0?ssl_ca_certs={certificate.authority}"))


@pytest.mark.long
def test_every_form_of_url_is_good_for_signing_in(redis_server, cluster_url, tmp_path, url, signed):
    """In both builds: the constructor has looked before anybody signs in."""
    socket = tmp_path / "redis.sock"
    with ExitStack() as stack:
        behind_sentinel = stack.enter_context(serving_sentinel())[0]
        stack.enter_context(serving("--unixsocket", str(socket)))
        for redis_url in (redis_server.url, f"unix://{socket}?db=0", behind_sentinel, cluster_url):
            settings = Settings(jwt_secret=SECRET, redis_url=redis_url)
            with EvrmoreAuth(url, settings=settings) as auth:
                assert auth.authenticate(*signed(auth)).is_active
            AsyncEvrmoreAuth(url, settings=settings).close()


@pytest.mark.parametrize("build", [EvrmoreAuth, AsyncEvrmoreAuth])
def test_an_application_does_not_start_without_its_redis(build, url):
    with pytest.raises(StoreUnavailableError, match="GATEWRIGHT_REDIS_URL"):
        build(url, settings=Settings(redis_url="redis://127.0.0.1:1/0"))
