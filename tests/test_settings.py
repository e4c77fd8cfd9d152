"""Settings: where they come from, which wins, and what a bad one says."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gatewright.errors import ConfigurationError
from gatewright.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working directory, where a test may put its ``.env``."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults():
    """A machine without any configuration gets a development set-up on SQLite, for Evrmore mainnet."""
    settings = load_settings()

    assert {settings.jwt_secret, settings.jwt_secret_previous, settings.jwt_key_file} == {None}
    assert (settings.env, settings.is_production) == ("development", False)
    assert (settings.database_url, settings.domain, settings.networks) == (
        "sqlite:///gatewright.db",
        "localhost",
        ("evrmore",),
    )
    assert (settings.challenges_per_address, settings.challenges_per_client, settings.token_minutes) == (10, 60, 30)


def test_arguments_win_over_the_environment_and_that_over_the_file(folder, monkeypatch):
    """The nearer to the code, the stronger; what is unset falls through to the next."""
    (folder / ".env").write_text(
        "GATEWRIGHT_DOMAIN=from-file\nGATEWRIGHT_JWT_ISSUER=from-file\nGATEWRIGHT_JWT_AUDIENCE=from-file\nOTHER=1\n"
    )
    monkeypatch.setenv("GATEWRIGHT_DOMAIN", "from-environment")
    monkeypatch.setenv("GATEWRIGHT_JWT_ISSUER", "from-environment")
    settings = load_settings(domain="from-argument")

    assert settings.domain == "from-argument"
    assert settings.jwt_issuer == "from-environment"
    assert settings.jwt_audience == "from-file"
    assert settings.token_minutes == 30


@pytest.mark.parametrize(
    ("text", "networks"),
    [("evrmore", ("evrmore",)), (" evrmore , bitcoin,", ("evrmore", "bitcoin")), ("a,b", ("a", "b"))],
)
def test_networks_are_separated_by_commas(monkeypatch, text, networks):
    """In the environment; blanks round them do not count."""
    monkeypatch.setenv("GATEWRIGHT_NETWORKS", text)

    assert load_settings().networks == networks


def test_values_are_read_by_their_types(monkeypatch):
    """Numbers, paths and the mode."""
    for name, value in {"TOKEN_MINUTES": "45.5", "CHALLENGES_PER_ADDRESS": "3", "ENV": "production"}.items():
        monkeypatch.setenv(f"GATEWRIGHT_{name}", value)
    settings = load_settings()

    assert (settings.token_minutes, settings.challenges_per_address, settings.is_production) == (45.5, 3, True)


BAD = {
    "ENV": ["prod", "PRODUCTION ", ""],
    "DOMAIN": ["", "two words", "two\nlines", "two\nlines", "x" * 254, "nul\0", "münchen.example"],
    "NETWORKS": ["", " , "],
    "CHALLENGES_PER_ADDRESS": ["0", "-1", "many", "1.5", ""],
    "CHALLENGES_PER_CLIENT": ["0", "-1", "many", "1e3x"],
    "TOKEN_MINUTES": ["0", "-5", "nan", "inf", "half an hour", "527041", "0.001"],
    "JWT_ISSUER": [""],
    "JWT_AUDIENCE": [""],
    "REMEMBER_ME_COOKIE": ["", "gatewright", "two words", "a;b", "x" * 65],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_names_its_variable(monkeypatch, name, value):
    """And says what is accepted, so that an operator finds it."""
    if "\0" in value:
        arguments = {name.lower(): value}  # no environment can hold it
    else:
        arguments = {}
        monkeypatch.setenv(f"GATEWRIGHT_{name}", value)

    with pytest.raises(ConfigurationError, match=rf"GATEWRIGHT_{name}: "):
        load_settings(**arguments)


def test_a_bad_value_is_not_shown(monkeypatch):
    """Whatever somebody put into the wrong variable may be a secret; the chain behind the error hides it too."""
    for name in ("TOKEN_MINUTES", "ENV", "CHALLENGES_PER_CLIENT", "DOMAIN"):
        monkeypatch.setenv(f"GATEWRIGHT_{name}", "hunter22 correct horse")
    with pytest.raises(ConfigurationError) as refused:
        load_settings()
    error = refused.value

    assert "hunter22" not in f"{error!r}{error.evidence}"
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert "hunter22" not in f"{error.__context__}"


def test_all_bad_values_are_named_at_once():
    """Nobody should have to start five times."""
    with pytest.raises(ConfigurationError, match=r"GATEWRIGHT_DOMAIN.*GATEWRIGHT_TOKEN_MINUTES"):
        load_settings(domain="", token_minutes=0)


def test_secrets_are_hidden():
    """In ``repr``, in ``str`` and in a dump that is printed."""
    settings = load_settings(jwt_secret="the-secret-itself", jwt_secret_previous="the-other-secret")

    shown = f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    assert "the-secret-itself" not in shown
    assert "the-other-secret" not in shown


def test_settings_are_frozen():
    """To change one, make another set."""
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.domain = "other"

    assert settings.domain == "localhost"


def test_with_values_changes_what_is_given_and_keeps_the_rest(monkeypatch):
    """Even where the environment has changed meanwhile; None means unchanged."""
    settings = load_settings(domain="first.example", jwt_secret="the-secret-itself")
    monkeypatch.setenv("GATEWRIGHT_DOMAIN", "second.example")
    changed = settings.with_values(token_minutes=5, database_url=None)

    assert (changed.domain, changed.token_minutes, changed.database_url) == (
        "first.example",
        5,
        "sqlite:///gatewright.db",
    )
    assert changed.jwt_secret.get_secret_value() == "the-secret-itself"
    assert settings.token_minutes == 30
    assert settings.with_values(database_url=None, jwt_secret=None) is settings
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_TOKEN_MINUTES"):
        settings.with_values(token_minutes=-1)


def test_every_setting_says_what_it_does():
    """The reference of settings is made from the descriptions."""
    assert [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []
