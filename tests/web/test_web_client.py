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
    ],
)
def test_the_scheme(peer, scheme, forwarded, is_https):
    """Only a trusted proxy says that the browser's connection is encrypted."""
    headers = [] if forwarded is None else [("x-forwarded-proto", forwarded)]
    assert client_of(peer, *headers, scheme=scheme).is_https is is_https


@pytest.mark.parametrize("header", ["x-real-ip", "forwarded", "client-host", "x-client-ip", "true-client-ip"])
def test_no_other_header_has_a_say(header):
    """Proxies write X-Forwarded-For; whoever else writes is a client."""
    assert client_of(PROXY, (header, STRANGER)).ip_address == PROXY


def test_a_wrong_setting_names_itself():
    """A proxy is an address or a network."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_TRUSTED_PROXIES"):
        Proxies(["proxy.example"])
