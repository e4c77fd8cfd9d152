"""Origins in one spelling."""

from __future__ import annotations

import pytest

from gatewright.origins import host_of, normal_origin, origin_in

SAME = [
    ("https://Shop.Example", "https://shop.example"),
    ("HTTPS://shop.example", "https://shop.example"),
    ("https://shop.example:443", "https://shop.example"),
    ("https://shop.example:0443", "https://shop.example"),
    ("https://shop.example:", "https://shop.example"),
    ("http://shop.example:80", "http://shop.example"),
    ("http://shop.example:443", "http://shop.example:443"),
    ("https://shop.example:80", "https://shop.example:80"),
    ("https://shop.example:8443", "https://shop.example:8443"),
    ("https://shop.example.", "https://shop.example"),
    ("https://münchen.example", "https://xn--mnchen-3ya.example"),
    ("https://MÜNCHEN.example:443", "https://xn--mnchen-3ya.example"),
    ("https://mu\u0308nchen.example", "https://xn--mnchen-3ya.example"),
    ("https://XN--MNCHEN-3YA.example", "https://xn--mnchen-3ya.example"),
    ("https://straße.example", "https://xn--strae-oqa.example"),
    ("https://日本。example.", "https://xn--wgv71a.example"),
    ("http://my_service:8000", "http://my_service:8000"),
    ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("http://[::1]:80", "http://[::1]"),
    ("http://[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"),
    ("https://[2001:DB8::A]", "https://[2001:db8::a]"),
]
NONE = [
    "",
    "null",
    "*",
    "shop.example",
    "//shop.example",
    "ftp://shop.example",
    "https://",
    "https://shop.example/",
    "https://shop.example/path",
    "https://shop.example?x",
    "https://shop.example#x",
    "https://user@shop.example",
    "https://user:password@shop.example",
    "https://shop.example:65536",
    "https://shop.example:x",
    "https://shop.example:\u0664\u0664\u0663",
    "https://shop.example:443:443",
    "https://shop..example",
    "https://.shop.example",
    "https://shop.example..",
    "https://*.shop.example",
    "https://shop.example, https://evil.example",
    "https://shop.example\\@evil.example",
    "https://shop example",
    " https://shop.example",
    "https://shop.example\n",
    "https://[::1",
    "https://[::1%eth0]",
    "https://[127.0.0.1]",
    "https://::1",
    "https://\ud800.example",
    "https://" + "a" * 64 + ".example",
    "https://" + "a." * 200 + "example",
    "https://" + "ü" * 100_000,
]


@pytest.mark.parametrize(("written", "normal"), SAME)
def test_one_origin_has_one_spelling(written, normal):
    """And that one is its own."""
    assert normal_origin(written) == normal
    assert normal_origin(normal) == normal


@pytest.mark.parametrize("written", NONE, ids=range(len(NONE)))
def test_what_is_no_origin_is_none(written):
    """Nothing is guessed."""
    assert normal_origin(written) is None


@pytest.mark.parametrize(
    ("origin", "host"),
    [("http://localhost:8000", "localhost"), ("http://[::1]:8000", "[::1]"), ("https://[::1]", "[::1]")],
)
def test_the_host_stands_without_the_port(origin, host):
    """In its brackets, if it is an IPv6 address."""
    assert host_of(origin) == host


def test_a_setting_may_end_with_a_slash():
    """As it is copied from the address bar."""
    assert origin_in(" https://Shop.example:443/ ") == "https://shop.example"


@pytest.mark.parametrize(
    ("written", "cure"),
    [("*", "list every origin"), ("https://*.example.com", "list every origin"), ("shop.example", "such as https")],
)
def test_a_wrong_setting_says_what_to_write(written, cure):
    """A pattern is no origin."""
    with pytest.raises(ValueError, match=cure):
        origin_in(written)
