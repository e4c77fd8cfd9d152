"""For which domain and which pages passkeys are good, and what happens where their library is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gatewright import EvrmoreAuth
from gatewright.errors import ConfigurationError, InvalidProofError
from gatewright.methods import load_methods
from gatewright.methods.passkey import Passkey, PasskeySettings
from gatewright.settings import load_settings
from software_authenticator import SoftwareAuthenticator

SITES = {
    "the public URL": ({"public_url": "https://example.com:8443"}, {}, "example.com", "https://example.com:8443"),
    "below a path": ({"public_url": "https://example.com/shop"}, {}, "example.com", "https://example.com"),
    "a domain above it": (
        {"public_url": "https://login.example.com"},
        {"rp_id": "Example.com"},
        "example.com",
        "https://login.example.com",
    ),
    "the domain": ({"public_url": None, "domain": "Example.com"}, {}, "example.com", "https://example.com"),
    "a trusted origin": ({"trusted_origins": "https://app.example.com"}, {}, "example.com", "https://app.example.com"),
    "a related one": ({}, {"passkey_origins": "https://Example.DE/"}, "example.com", "https://example.de"),
}


@pytest.mark.parametrize("site", SITES)
def test_where_passkeys_are_good(make_auth, gatewright_settings, make_person, site):
    """For one domain, and on every page that may use it."""
    common, own, rp_id, origin = SITES[site]
    settings = load_settings(**gatewright_settings.model_dump() | common)
    auth = make_auth(settings=settings, methods=[Passkey(PasskeySettings(**own))])
    carol = make_person(auth, "carol", key=SoftwareAuthenticator(origin=origin))
    options = carol.request().begin_enrolment("passkey")
    assert options["rp"]["id"] == rp_id
    assert len(carol.enrol(options)) == 1
    assert carol.sign_in().username == "carol"
    carol.key.origin = "https://evil.example"
    with pytest.raises(InvalidProofError):
        carol.sign_in()


def test_what_authenticators_call_the_site(with_settings, make_person):
    carol = make_person(with_settings(rp_name="The shop"), "carol")
    assert carol.request().begin_enrolment("passkey")["rp"]["name"] == "The shop"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RP_ID", "https://example.com"),
        ("RP_ID", "example.com:8443"),
        ("RP_ID", "example.com/login"),
        ("RP_ID", "192.0.2.1"),
        ("RP_ID", "[2001:db8::1]"),
        ("PASSKEY_ORIGINS", "https://*.example.com"),
        ("PASSKEY_ORIGINS", "example.com"),
        ("PASSKEY_AAGUIDS", "ea9b8d66"),
        ("PASSKEY_USER_VERIFICATION", "sometimes"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(monkeypatch, name, value):
    """By its name, when the application starts."""
    monkeypatch.setenv(f"GATEWRIGHT_{name}", value)
    with pytest.raises(ConfigurationError, match=f"GATEWRIGHT_{name}: "):
        EvrmoreAuth("sqlite://")


def test_the_environment_sets_all(monkeypatch):
    """Lists are separated by commas, and have one spelling."""
    aaguid = "EA9B8D66-4D01-1D21-3CE4-B6B48CB575D4"
    monkeypatch.setenv("GATEWRIGHT_PASSKEY_AAGUIDS", f" {aaguid} ,{aaguid}")
    monkeypatch.setenv("GATEWRIGHT_PASSKEY_ORIGINS", "https://example.de, https://EXAMPLE.fr")
    settings = Passkey().settings
    assert settings.passkey_aaguids == (aaguid.lower(),) * 2
    assert settings.passkey_origins == ("https://example.de", "https://example.fr")


def test_the_library_is_imported_when_a_passkey_comes():
    """Neither with gatewright, nor when an application is opened, nor for what begins a sign-in."""
    code = (
        "import sys; from gatewright import Auth; auth = Auth('sqlite://');"
        "auth.guard({}).begin('passkey'); assert not {'webauthn', 'cbor2', 'OpenSSL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_the_library_there_are_no_passkeys(monkeypatch):
    """They are not offered; whoever asks for them by name is told what to install."""
    monkeypatch.setattr(Passkey, "requires", "a_library_that_nobody_has")
    assert "passkey" not in load_methods(None)
    with pytest.raises(ConfigurationError, match=r"Install gatewright\[passkey\]"):
        load_methods(["password", "passkey"])
