"""Settings: where they come from, which wins, and what a bad one says."""

from __future__ import annotations

from contextlib import closing

import pytest
from pydantic import SecretStr, ValidationError

from gatewright import AsyncAuth, Auth, EvrmoreAuth, MemoryUserProvider
from gatewright.errors import ConfigurationError
from gatewright.methods.email_code.settings import EmailCodeSettings
from gatewright.methods.passkey.settings import PasskeySettings
from gatewright.methods.totp.method import Totp
from gatewright.settings import Settings, load_settings, read_settings
from gatewright.testing import Wallet


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


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("kind", [Settings, PasskeySettings])
def test_an_empty_variable_is_not_set_where_nothing_is_a_value(monkeypatch, kind, empty):
    """As a compose file passes one on that has no value: `GATEWRIGHT_SKIN=${SKIN:-}` names no folder."""
    optional = [
        name for name, field in kind.model_fields.items() if field.default is None and not name.startswith("jwt_")
    ]
    for name in optional:
        monkeypatch.setenv(f"GATEWRIGHT_{name.upper()}", empty)

    assert len(optional) >= 2
    assert read_settings(kind) == kind.model_construct()


BAD = {
    "ENV": ["prod", "PRODUCTION ", ""],
    "DOMAIN": ["", "two words", "two\nlines", "two\nlines", "x" * 254, "nul\0", "münchen.example"],
    "NETWORKS": ["", " , "],
    "CHALLENGES_PER_ADDRESS": ["0", "-1", "many", "1.5", ""],
    "HEALTH_PATH": ["internal", "/internal/", "//", "/a b", "/a?b", "https://a.example/x"],
    "LOG_FORMAT": ["JSON", "xml", ""],
    "METRICS": ["perhaps", ""],
    "METRICS_ADDRESS": ["9464", "127.0.0.1", "127.0.0.1:", "::1:9464", "host/x:9464", "127.0.0.1:port", ""],
    "SHUTDOWN_DELAY_SECONDS": ["-1", "601", "soon", "nan"],
    "CHALLENGES_PER_CLIENT": ["0", "-1", "many", "1e3x"],
    "TOKEN_MINUTES": ["0", "-5", "nan", "inf", "half an hour", "527041", "0.001"],
    "PASSWORD_MIN_LENGTH": ["7", "65"],
    "JWT_ISSUER": [""],
    "JWT_AUDIENCE": [""],
    "REMEMBER_ME_COOKIE": ["gatewright", "two words", "a;b", "x" * 65, "__Host-shop"],
    "SESSION_COOKIE": ["", "two words", "a;b", "a=b", "a,b", "ü", "x" * 65, "__Host-shop", "__secure-shop"],
    "AUTH_SESSION_VAR": ["", "x" * 65],
    "PUBLIC_URL": [
        *("shop.example", "https://", "ftp://shop.example", "https://a@b", "https:///shop", "https://shop.example?a=b"),
        *(f"https://shop.example/{path}" for path in ("?a=b", "#a", "a b", "a//b", "../a", "a/./b", "käse", "50%")),
    ],
    "TRUSTED_ORIGINS": [
        "*",
        "https://*.shop.example",
        "app.example",
        "https://app.example/path",
        "null",
        "https://a b",
    ],
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


@pytest.mark.parametrize("path", ["/shop", "/shop/", "/a/b", "/k%C3%A4se", "/~anna"])
def test_the_public_address_may_have_a_path(path):
    """Whoever compares origins gets it without."""
    settings = load_settings(public_url=f" https://Shop.Example:443{path} ")

    assert settings.public_url == f"https://shop.example{path.rstrip('/')}"
    assert settings.public_origin == "https://shop.example"
    assert load_settings(public_url=None).public_origin is None


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("trusted_origins", "https://shop.example/shop", "such as https://example.com, without a path"),
        ("public_url", "https://shop.example/shop?a=b", "a path such as https://example.com/shop, if any"),
        ("trusted_origins", "https://*.shop.example", "list every origin"),
        ("session_cookie", "__Host-shop", "over https it is prefixed with __Host-"),
    ],
)
def test_a_bad_value_comes_with_its_cure(name, value, cure):
    """What to write instead."""
    with pytest.raises(ConfigurationError, match=cure):
        load_settings(**{name: value})


def test_origins_are_kept_in_one_spelling(monkeypatch):
    """Whatever the operator wrote."""
    monkeypatch.setenv("GATEWRIGHT_PUBLIC_URL", "https://Shop.Example:443/")
    monkeypatch.setenv("GATEWRIGHT_TRUSTED_ORIGINS", "https://App.example:443/ , http://münchen.example:80")
    settings = load_settings()

    assert (settings.public_url, settings.public_origin) == ("https://shop.example", "https://shop.example")
    assert settings.trusted_origins == ("https://app.example", "http://xn--mnchen-3ya.example")
    assert settings.with_values(site_name="Shop").trusted_origins == settings.trusted_origins


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ("gatewright", "gatewright-remember")),
        ({"session_cookie": "shop"}, ("shop", "shop-remember")),
        ({"session_cookie": "shop", "remember_me_cookie": "gatewright"}, ("shop", "gatewright")),
    ],
)
def test_one_setting_names_both_cookies(values, names):
    """So that nobody forgets the second one."""
    settings = load_settings().with_values(**values)

    assert (settings.session_cookie, settings.remember_cookie_name) == names


def test_all_bad_values_are_named_at_once():
    """Nobody should have to start five times."""
    with pytest.raises(ConfigurationError, match=r"GATEWRIGHT_DOMAIN.*GATEWRIGHT_TOKEN_MINUTES"):
        load_settings(domain="", token_minutes=0)


@pytest.mark.parametrize(
    "make",
    [Settings, load_settings, PasskeySettings, EmailCodeSettings, lambda **values: Settings().with_values(**values)],
)
def test_an_argument_that_is_no_setting_is_refused(make):
    """It would change nothing, silently."""
    nearest = {PasskeySettings: "rp_name", EmailCodeSettings: "email_code"}.get(make, "site_name")
    for written in (f"{nearest}s", f"GATEWRIGHT_{nearest.upper()}"):
        with pytest.raises(ConfigurationError, match=rf"{written}. Did you mean {nearest}\?"):
            make(**{written: "x"})


@pytest.mark.parametrize(
    ("make", "written", "place"),
    [
        (Settings, "email_code", "Auth(methods=[EmailCode(EmailCodeSettings(email_code=...))])"),
        (load_settings, "rp_id", "Auth(methods=[Passkey(PasskeySettings(rp_id=...))])"),
        (
            lambda **values: Settings().with_values(**values),
            "GATEWRIGHT_RP_NAME",
            "Passkey(PasskeySettings(rp_name=...))])",
        ),
        (PasskeySettings, "public_url", "Settings(public_url=...)"),
    ],
)
def test_a_setting_in_the_wrong_place_is_told_where_it_goes(make, written, place):
    """Not which of the settings here has a name alike."""
    with pytest.raises(ConfigurationError) as caught:
        make(**{written: "x"})

    field = written.upper().removeprefix("GATEWRIGHT_")
    assert f"{place}, or set GATEWRIGHT_{field}." in str(caught.value)
    assert "Did you mean" not in str(caught.value)


def test_a_variable_that_is_no_setting_is_named_at_the_start(folder, monkeypatch, caplog):
    """In the environment and in ``.env``; those of methods are settings, whether they are in use or not."""
    monkeypatch.setenv("GATEWRIGHT_SECOND_FACTOR_ROLE", "admin")
    monkeypatch.setenv("GATEWRIGHT_RP_NAME", "Shop")
    (folder / ".env").write_text("GATEWRIGHT_ZZZ=1\nSITE_NAME=x\n")
    Auth("sqlite://", settings=Settings(methods="password")).close()
    said = [each.getMessage() for each in caplog.records if "is not a setting" in each.getMessage()]

    role, other = said
    assert role.startswith("GATEWRIGHT_SECOND_FACTOR_ROLE in the environment is not a setting and has no effect. ")
    assert role.endswith("Did you mean GATEWRIGHT_SECOND_FACTOR_ROLES?")
    assert other == "GATEWRIGHT_ZZZ in .env is not a setting and has no effect. Remove it."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"settings": {"site_name": "x"}}, r"settings takes gatewright's Settings\(...\), not dict"),
        ({"providers": MemoryUserProvider([])}, r"not MemoryUserProvider. Write providers=\[...\]"),
        ({"methods": Totp()}, r"not Totp. Write methods=\[...\]"),
    ],
)
@pytest.mark.parametrize("kind", [Auth, AsyncAuth])
def test_what_an_auth_cannot_be_made_of_is_named(kind, arguments, said):
    """With what to write instead."""
    with pytest.raises(ConfigurationError, match=said):
        kind("sqlite://", **arguments)


def test_secrets_are_hidden():
    """In ``repr``, in ``str`` and in a dump that is printed."""
    settings = load_settings(jwt_secret="the-secret-itself", jwt_secret_previous="the-other-secret")

    shown = f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    assert "the-secret-itself" not in shown
    assert "the-other-secret" not in shown


VALUES = {
    "env": "development",
    "database_url": "sqlite:///shop.db",
    "redis_url": "redis://localhost/0",
    "mail_url": "smtp://localhost:25",
    "mail_from": "shop@example.com",
    "public_url": "https://shop.example",
    "domain": "shop.example",
    "auth_login_route": "enter",
    "user_provider": "SQLUserProvider",
    "health_path": "/internal",
    "jwt_key_file": "key.pem",
}

SECRETS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("name", SECRETS)
def test_the_end_of_a_file_is_no_part_of_a_secret(tmp_path, monkeypatch, name, end):
    """Wherever it comes from: an argument, the environment, a file. A blank may be meant, but not in a URL."""
    secret = "console:// a secret with blanks" + " " * (not name.endswith("_url"))
    monkeypatch.setenv(f"GATEWRIGHT_{name.upper()}", secret + end)
    read = [load_settings(), load_settings(**{name: secret + end}), load_settings(**{name: SecretStr(secret + end)})]
    read.append(Settings().with_values(**{name: secret + end}))

    assert {getattr(settings, name).get_secret_value() for settings in read} == {secret}


def test_the_end_of_a_file_is_no_part_of_a_url(monkeypatch):
    """It holds a password, often."""
    monkeypatch.setenv("GATEWRIGHT_DATABASE_URL", "sqlite:///shop.db\n")
    assert load_settings().database_url == "sqlite:///shop.db"


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0"])
def test_blanks_around_a_value_are_no_part_of_it(monkeypatch, name, blank):
    """Nobody sees them where they are set; they would be part of a file's name or of a path."""
    monkeypatch.setenv(f"GATEWRIGHT_{name.upper()}", f"{blank}{VALUES[name]}{blank}")
    with_blanks = load_settings()
    monkeypatch.setenv(f"GATEWRIGHT_{name.upper()}", VALUES[name])
    assert with_blanks == load_settings()


def test_a_line_end_makes_no_other_key(tmp_path):
    """A token that one process signs, whose secret comes from a file, is good in another that reads a variable."""
    url, secret = f"sqlite:///{tmp_path / 'shop.db'}", "a secret of more than thirty-two bytes"
    with (
        closing(EvrmoreAuth(url, jwt_secret=f"{secret}\n")) as one,
        closing(EvrmoreAuth(url, jwt_secret=secret)) as other,
    ):
        wallet = Wallet.new("alice")
        challenge = one.generate_challenge(wallet.address)
        token = one.authenticate(wallet.address, challenge, wallet.sign(challenge)).token
        assert other.validate_token(token) is not None


PATHS = {
    "account=/my/account,signup=": {"account": "/my/account", "signup": ""},
    " account = /a-b.c/~d , ": {"account": "/a-b.c/~d"},
    "password_reset_form=/reset/{token}": {"password_reset_form": "/reset/{token}"},
    "login=/": {"login": "/"},
    "": {},
}


@pytest.mark.parametrize(("written", "paths"), PATHS.items())
def test_paths_of_pages_are_pairs(monkeypatch, written, paths):
    """In a variable as in a mapping."""
    monkeypatch.setenv("GATEWRIGHT_PAGE_PATHS", written)
    assert load_settings().page_paths == load_settings(page_paths=paths).page_paths == paths


BAD_PATHS = [
    "acount=/my/account",
    "account",
    "=/x",
    "account=/a,account=/b",
    *(
        f"account={path}"
        for path in ("my", "/a/", "//a", "/a?b", "/a#b", "/a%20b", "/a b", "/a/../b", "/ä", "/{token}")
    ),
    *(f"email_verification={path}" for path in ("/verify", "/verify{token}", "/{token}/x", "/{other}", "{token}")),
]


@pytest.mark.parametrize("written", BAD_PATHS)
def test_a_path_that_no_page_can_have_is_refused(written):
    """With an example, or the names of the pages."""
    with pytest.raises(
        ConfigurationError, match=r"GATEWRIGHT_PAGE_PATHS: .*(/my/|account=/my/account|password_reset,)"
    ):
        load_settings(page_paths=written)


@pytest.mark.parametrize("path", ["api", "/", "/api/", "/a b", "//api", "/a/../b"])
def test_a_path_that_no_api_can_have_is_refused(path):
    """Only a path without anything to be read in two ways, or none."""
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_API_PATH: "):
        load_settings(api_path=path)


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


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.annotation is int])
def test_a_number_has_a_bound_that_every_database_can_count_to(name):
    """Over it was an error at somebody's request."""
    with pytest.raises(ConfigurationError, match=f"GATEWRIGHT_{name.upper()}.*less than or equal"):
        load_settings(**{name: 10**19})


@pytest.mark.parametrize("name", ["auth_login_route", "auth_logout_route"])
def test_a_route_is_no_pattern(name):
    with pytest.raises(ConfigurationError, match=name.upper()):
        load_settings(**{name: "/in/{token}"})
