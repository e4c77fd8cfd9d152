"""Where a request comes from."""

from __future__ import annotations

import pytest

from gatewright.errors import ConfigurationError
from gatewright.web import Request
from gatewright.web.client import Proxies

PROXY, STRANGER, VISITOR = "10.0.0.1", "198.51.100.9", "203.0.113.7"


def client_of(peer, *headers, trusted=("10.0.0.0/8", "fd00::/8"), scheme="http"):
    request = Request("GET", "/", headers=[("host", "app.example"), *headers], peer=peer, scheme=scheme)
    return Proxies(trusted).client_of(request)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (VISITOR, [], VISITOR),
        (VISITOR, ["1.2.3.4"], VISITOR),
        (PROXY, [VISITOR], VISITOR),
        (PROXY, [f"1.2.3.4, {VISITOR}"], VISITOR),
        (PROXY, ["1.2.3.4", VISITOR], VISITOR),
        (PROXY, [f"{VISITOR}, 10.1.1.1"], VISITOR),
        (PROXY, ["nonsense"], PROXY),
        (PROXY, [f"{VISITOR}, nonsense"], PROXY),
        (PROXY, ["10.1.1.1"], "10.1.1.1"),
        (PROXY, [], PROXY),
        ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
        ("::ffff:10.0.0.1", [VISITOR], VISITOR),
        (PROXY, ["::ffff:203.0.113.7"], VISITOR),
        (None, [VISITOR], None),
        ("testclient", [VISITOR], None),
    ],
)
def test_the_address(peer, forwarded, expected):
    """It is the last one that no trusted proxy has; what stands before a stranger is that stranger's word."""
    assert client_of(peer, *[("x-forwarded-for", value) for value in forwarded]).ip_address == expected


@pytest.mark.parametrize(
    ("peer", "scheme", "forwarded", "is_https"),
    [
        (VISITOR, "http", "https", False),
        (VISITOR, "https", "http", True),
        (PROXY, "http", "https", True),
        (PROXY, "https", "http", False),
        (PROXY, "https", None, True),
        (PROXY, "https", "", True),
        (PROXY, "http", "wss", True),
        (PROXY, "https", "ws", False),
        (PROXY, "http", " HTTPS ", True),
        (PROXY, "http", '"https"', True),
        (VISITOR, "http", "wss", False),
        (VISITOR, "wss", None, True),
        (VISITOR, "WSS", None, True),
        (VISITOR, "ws", None, False),
        (VISITOR, "gopher", None, False),
        (PROXY, "wss", "nonsense", True),
    ],
)
def test_the_scheme(peer, scheme, forwarded, is_https):
    """Only a trusted proxy says that the browser's connection is encrypted."""
    headers = [] if forwarded is None else [("x-forwarded-proto", forwarded)]
    assert client_of(peer, *headers, scheme=scheme).is_https is is_https


@pytest.mark.parametrize(
    ("addresses", "schemes", "is_https"),
    [
        ([VISITOR], ["https, http"], False),
        ([VISITOR], ["http, https"], True),
        ([VISITOR], ["https", "http"], False),
        ([], ["http", "https"], True),
        ([f"{VISITOR}, 10.1.1.1"], ["https, http"], True),
        ([VISITOR, "10.1.1.1"], ["https", "http"], True),
        ([f"{VISITOR}, 10.1.1.1"], ["http, https"], False),
        ([f"{VISITOR}, 10.1.1.1"], ["https, http, http"], False),
        ([f"1.2.3.4, {VISITOR}, 10.1.1.1"], ["https, http, http"], False),
        ([f"{VISITOR}, 10.1.1.1, 10.2.2.2"], ["https, http, http"], True),
        ([f"{VISITOR}, 10.1.1.1, 10.2.2.2"], ["https, http"], True),
        ([f"{VISITOR}, 10.1.1.1"], ["https"], True),
        ([f"{VISITOR}, 10.1.1.1"], ["https,,  , http,"], True),
        ([f"{VISITOR}, 10.1.1.1"], ["wss, ws"], True),
        ([f"{VISITOR}, nonsense"], ["https, http"], False),
    ],
)
def test_a_list_of_schemes(addresses, schemes, is_https):
    """The one counts that the outermost of our own proxies wrote; what stands before it is a visitor's word."""
    headers = [("x-forwarded-for", value) for value in addresses]
    headers += [("x-forwarded-proto", value) for value in schemes]

    assert client_of(PROXY, *headers).is_https is is_https


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("said", ["h2", "on", "https;q=1", "https\x1b[2J", "x" * 5000, "https, nonsense"])
def test_a_scheme_that_nobody_understands(caplog, said, scheme):
    """The connection's own counts, and the log says once what came."""
    proxies = Proxies(["10.0.0.0/8"])
    request = Request("GET", "/", headers=[("x-forwarded-proto", said)], peer=PROXY, scheme=scheme)

    assert [proxies.client_of(request).is_https for _ in range(3)] == [scheme == "https"] * 3
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("gatewright.web", "WARNING")
    assert "X-Forwarded-Proto" in record.getMessage()
    assert len(record.getMessage()) < 300
    assert record.getMessage().isprintable()


def test_nobody_else_makes_the_log_say_anything(caplog):
    """Whoever is no trusted proxy is not listened to at all."""
    client_of(VISITOR, ("x-forwarded-proto", "nonsense"))

    assert caplog.records == []


@pytest.mark.parametrize("header", ["x-real-ip", "forwarded", "client-host", "x-client-ip", "true-client-ip"])
def test_no_other_header_has_a_say(header):
    """Proxies write X-Forwarded-For; whoever else writes is a client."""
    assert client_of(PROXY, (header, STRANGER)).ip_address == PROXY


@pytest.mark.parametrize(
    "header",
    [
        ("forwarded", "for=198.51.100.9;proto=https;host=evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-ssl", "on"),
        ("front-end-https", "on"),
    ],
    ids=lambda header: header[0],
)
def test_one_header_says_one_thing(header):
    """Two that say the same could contradict each other, and a proxy may know one of them only."""
    assert client_of(PROXY, header).origin == "http://app.example"


def test_a_wrong_setting_names_itself():
    """A proxy is an address or a network."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_TRUSTED_PROXIES"):
        Proxies(["proxy.example"])
