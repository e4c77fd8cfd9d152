"""Every setting with its default. Defaults are defined nowhere else.

Values come from keyword arguments, then from the environment (prefix ``GATEWRIGHT_``), then from a ``.env`` file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, DirectoryPath, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode

from gatewright.environment_settings import PREFIX, EnvironmentSettings, refuse_unknown, register_hints
from gatewright.errors import ConfigurationError
from gatewright.origins import origin_in, origin_of, url_in
from gatewright.page_paths import PATHS, ApiPath, HealthPath, PagePaths

_COOKIE_NAME = "^[A-Za-z0-9_.-]{1,64}$"
"""Characters of an RFC 6265 token that every framework reads in the same way."""

_ROUTE = "^[^{}]+$"
"""A route's name or a path, not a path template."""

_MOST = 10**9
"""Fits an integer column of every database."""

_SettingsT = TypeVar("_SettingsT", bound=BaseSettings)


class Settings(EnvironmentSettings):
    """The operator's settings. Frozen: to change one, build another instance."""

    env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start with an unsafe configuration."
    )
    database_url: str = Field(
        "sqlite:///gatewright.db",
        repr=False,  # it may hold a password
        description=(
            "Where users, challenges and sessions are stored: a SQLite file, `sqlite:///gatewright.db`, or PostgreSQL "
            "14 or newer, `postgresql+psycopg://user:password@host/database`."
        ),
    )
    database_pool_size: int = Field(
        10, ge=1, le=1000, description="Maximum number of PostgreSQL connections that one process opens."
    )
    database_timeout_seconds: float = Field(
        10,
        ge=1,
        le=300,
        description=(
            "How long a statement may wait for the database, in seconds, before the request is answered with 503 and "
            "`Retry-After`. On SQLite this is the wait for another writer; on PostgreSQL, for a connection, a lock and "
            "the response; see [When things break](../explanation/when-things-break.md). Keep it below your server's "
            "own request time-out, such as gunicorn's 30 seconds."
        ),
    )
    redis_url: SecretStr | None = Field(
        None,
        description=(
            "Where challenges, failed attempts and the time of each session's last request are stored, instead of in "
            "the database: `redis://user:password@host:6379/0`, `rediss://` for TLS, `unix:///path/to/socket?db=0`, "
            "`redis+sentinel://host:26379,host:26379/service/0`, `redis+cluster://host:6379,host:6379`. Connecting "
            "times out after 1 second and a command after 2 seconds, with one retry; change this with "
            "`?socket_timeout=5` and redis-py's other options. After that, the store is unavailable: 503."
        ),
    )
    domain: str = Field(
        "localhost",
        min_length=1,
        max_length=253,
        description="The name that a challenge shows to the person signing it: your site's host name.",
    )
    networks: Annotated[tuple[str, ...], NoDecode] = Field(
        ("evrmore",),
        min_length=1,
        description=(
            "Networks whose wallets may sign in, separated by commas: `evrmore`, `evrmore-testnet`, `evrmore-regtest`, "
            "`ravencoin`, `bitcoin`."
        ),
    )
    challenges_per_address: int = Field(
        10, ge=1, le=_MOST, description="How many challenges one address may request per minute."
    )
    challenges_per_client: int = Field(
        60,
        ge=1,
        le=_MOST,
        description="How many challenges one client (an IPv4 address, an IPv6 /64) may request per minute, per kind.",
    )
    token_minutes: float = Field(
        30, ge=1 / 60, le=60 * 24 * 366, description="How long a token is valid after sign-in, in minutes."
    )
    session_idle_minutes: float = Field(
        120, gt=0, description="Minutes without a request after which a visitor's session expires."
    )
    session_days: float = Field(
        14, gt=0, le=366, description="Maximum lifetime of a visitor's session, in days, however active it is."
    )
    auth_session_var: str = Field(
        "auth",
        min_length=1,
        max_length=64,
        description="The key in the framework's session mapping under which a guard stores its data.",
    )
    session_cookie: str = Field(
        "gatewright",
        pattern=_COOKIE_NAME,
        description=(
            "The name of the visit's cookie; over https it is prefixed with `__Host-`. Two applications on one host, "
            "even on different ports, need two names."
        ),
    )
    auth_login_route: str = Field("login", pattern=_ROUTE, description="The login page, as a route name or a path.")
    auth_logout_route: str = Field("logout", pattern=_ROUTE, description="The logout, as a route name or a path.")
    page_paths: PagePaths = Field(
        {},
        description=(
            "Pages at other paths, or switched off by an empty path: `account=/my/account,signup=`. The names are "
            "those of the [routes](routes.md). Takes precedence over `auth_login_route` and `auth_logout_route`."
        ),
    )
    api_path: ApiPath = Field("/api", description="The path prefix of the pages' JSON API; empty switches the API off.")
    health_path: HealthPath = Field(
        "",
        description=(
            "The path prefix under which an application's pages answer `/healthz` and `/readyz`: `/`, or one such as "
            "`/internal`; empty for neither. `gatewright serve` always answers both."
        ),
    )
    auth_login_route_redirect: str = Field(
        "dashboard",
        min_length=1,
        description="Where a login redirects to, as a route name or a path; `/` if it does not exist.",
    )
    auth_logout_route_redirect: str = Field(
        "homepage",
        min_length=1,
        description="Where a logout redirects to, as a route name or a path; `/` if it does not exist.",
    )
    auth_route_auto_redirect: Annotated[tuple[str, ...], NoDecode] = Field(
        ("login", "signup", "password_reset", "password_reset_form"),
        description="Routes for guests only, separated by commas: a signed-in visitor is redirected.",
    )
    auth_form_username_field: str = Field(
        "email", min_length=1, description="The login form's field for the username or email address."
    )
    auth_form_password_field: str = Field("password", min_length=1, description="The login form's password field.")
    auth_logout_methods: Annotated[tuple[Literal["GET", "POST"], ...], NoDecode] = Field(
        ("POST",),
        min_length=1,
        description="The HTTP methods that log out, separated by commas. GET lets any site sign visitors out.",
    )
    user_provider: str = Field(
        "SQLUserProvider", min_length=1, description="The name of the provider that the login page's users come from."
    )
    methods: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None,
        min_length=1,
        description=(
            "The authentication methods, in the order in which pages offer them, separated by commas; by default all "
            "that come with gatewright. The pages and the JSON API accept no others. Name a method of your own as "
            "`package.module:Class`."
        ),
    )
    second_factor: Literal["off", "enrolled", "required"] = Field(
        "enrolled",
        description=(
            "Who must give a second factor after the first: nobody; users who have enrolled an authenticator app; "
            "everybody."
        ),
    )
    second_factor_roles: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Roles whose members must have a second factor, whatever `second_factor` says; separated by commas."
        ),
    )
    second_factor_after: Annotated[tuple[str, ...], NoDecode] = Field(
        ("password", "email_code", "store"),
        description=(
            "The first methods after which a second factor counts, separated by commas; `store` stands for users whom "
            "the application authenticated itself."
        ),
    )
    pending_minutes: float = Field(
        5,
        gt=0,
        le=60,
        description="How long a sign-in waits for its second factor, or a passkey challenge for its response.",
    )
    fresh_minutes: float = Field(
        10,
        gt=0,
        le=1440,
        description="How long a proof stays fresh enough for changing the password, the factors or the account.",
    )
    factor_reset_hours: float = Field(
        0,
        ge=0,
        le=24 * 30,
        description=(
            "How long an administrator's removal of a user's factors is delayed, in hours; the user is notified by "
            "email. Signing in with one of the factors in the meantime cancels the removal."
        ),
    )
    notify_new_devices: bool = Field(
        True,
        description=(
            "Whether users get an email when their account is signed in to from a kind of device that it has not been "
            "used from recently."
        ),
    )
    public_url: str | None = Field(
        None,
        description=(
            "The URL at which visitors reach the site, such as `https://example.com`: the prefix of every link in an "
            "email. If the pages are mounted under a path, include it for emails that commands cause; a request knows "
            "its own. If unset, development uses the address of a request from this machine; production requires it."
        ),
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "The proxies in front of the site, as addresses or networks separated by commas. Only these are trusted to "
            "say where a request comes from (`X-Forwarded-For`, `X-Forwarded-Proto`)."
        ),
    )
    shutdown_delay_seconds: float = Field(
        0,
        ge=0,
        le=600,
        description=(
            "How long `gatewright serve` keeps accepting requests after it was told to stop, in seconds, while "
            "`/readyz` already fails: as long as the load balancer needs to notice."
        ),
    )
    trusted_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Other origins whose scripts may act on a visitor's behalf and read the JSON API (CORS), such as "
            "`https://app.example.com`, separated by commas. Each is trusted as much as the site itself."
        ),
    )
    site_name: str = Field(
        "gatewright", min_length=1, max_length=60, description="The site's name in pages and emails."
    )
    skin: DirectoryPath | None = Field(
        None, description="A folder of templates, each of which replaces gatewright's template of the same name."
    )
    language: str | None = Field(
        None,
        pattern="^(en|es|it|de|fr|pt|ja|zh)$",
        description="The language of pages and emails; by default, the one that the visitor's browser prefers.",
    )
    enable_signup: bool = Field(True, description="Whether visitors may create accounts.")
    enable_password_reset: bool = Field(True, description="Whether a forgotten password can be reset by email.")
    enable_remember_me: bool = Field(True, description="Whether the login page offers to remember the browser.")
    enable_email_verification: bool = Field(True, description="Whether a new account's email address is verified.")
    enforce_email_verification: bool = Field(
        True,
        description=(
            "Whether an account in gatewright's own tables must be verified before its owner can sign in with a "
            "password."
        ),
    )
    enable_account_deletion: bool = Field(True, description="Whether users may delete their own accounts.")
    enable_wallet_login: bool = Field(True, description="Whether visitors can start a sign-in with a wallet.")
    enable_brute_force_protection: bool = Field(True, description="Whether failed sign-ins are counted and limited.")
    enable_acl: bool = Field(True, description="Whether pages and decorators check roles and permissions.")
    attempt_window_minutes: float = Field(
        30, gt=0, le=60 * 24, description="How long a failed sign-in counts, in minutes."
    )
    attempts_per_client_and_account: int = Field(
        4, ge=1, le=_MOST, description="Number of failures after which one client is blocked from one account."
    )
    attempts_per_client: int = Field(
        100, ge=1, le=_MOST, description="Number of failures after which one client is blocked."
    )
    attempts_per_account: int = Field(
        50,
        ge=1,
        le=_MOST,
        description="Number of failures, from any clients, after which sign-ins to an account are slowed down.",
    )
    attempts_at_second_step: int = Field(
        10,
        ge=1,
        le=_MOST,
        description=(
            "Number of failures, from any clients, by those who have already passed a first step such as the password, "
            "after which the next step is blocked for the account."
        ),
    )
    attempt_slow_seconds: float = Field(
        5, gt=0, le=600, description="Interval between attempts on an account that is slowed down, in seconds."
    )
    remember_me_field: str = Field("remember_me", min_length=1, description="The login form's remember-me field.")
    remember_me_cookie: str | None = Field(
        None,
        pattern=_COOKIE_NAME,
        description=(
            "The name of the remember-me cookie; over https it is prefixed with `__Host-`. By default, the name of the "
            "visit's cookie followed by `-remember`."
        ),
    )
    remember_days: float = Field(15, gt=0, le=366, description="How long a browser is remembered, in days.")
    link_hours: float = Field(2, gt=0, le=24 * 7, description="How long a link in an email is valid, in hours.")
    signups_per_client: int = Field(
        100, ge=1, le=_MOST, description="How many times per hour one client may try to create an account."
    )
    mails_per_address: int = Field(
        3,
        ge=1,
        le=_MOST,
        description="Maximum number of emails of one kind sent to one address within the lifetime of a link.",
    )
    mail_url: SecretStr = Field(
        SecretStr("console:"),
        description=(
            "How emails are sent: `console:` prints them, for development; `smtp://user:password@host:587` uses TLS if "
            "the server offers it; `smtps://...:465` uses TLS from the start; `?tls=required` refuses anything less."
        ),
    )
    mail_delivery: Literal["background", "command"] = Field(
        "background",
        description="What sends the emails: a thread of each process, or only the command `gatewright mail deliver`.",
    )
    mail_from: str = Field(
        "gatewright <noreply@localhost>", min_length=3, max_length=320, description="The sender of every email."
    )
    password_min_length: int = Field(
        15, ge=8, le=64, description="Minimum number of characters in a new password (NIST SP 800-63B-4: 15)."
    )
    password_context_words: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Words that a password must not contain, separated by commas: the names of your site and product.",
    )
    breached_passwords_file: Path | None = Field(
        None,
        description=(
            "A file of SHA-1 digests of leaked passwords, in ascending order, one per line, as written by the Have I "
            "Been Pwned downloader. A new password listed in it is refused. The file is searched, not loaded."
        ),
    )
    argon2_memory_kib: int = Field(
        19456, ge=8, le=_MOST, description="Memory of one argon2id hash, in KiB (OWASP: 19456)."
    )
    argon2_iterations: int = Field(2, ge=1, le=_MOST, description="Iterations of one argon2id hash (OWASP: 2).")
    argon2_parallelism: int = Field(1, ge=1, le=_MOST, description="Lanes of one argon2id hash (OWASP: 1).")
    hashing_threads: int = Field(
        2, ge=1, le=_MOST, description="How many passwords one process hashes concurrently; each needs argon2's memory."
    )
    hashing_queue: int = Field(
        64, ge=0, le=_MOST, description="How many more may wait in the queue before sign-in responds that it is busy."
    )
    access_strategy: Literal["affirmative", "consensus", "unanimous"] = Field(
        "affirmative", description="How votes are counted: `affirmative`, `consensus` or `unanimous`."
    )
    audit_days: float = Field(
        365, gt=0, description="How long `gatewright purge` keeps the lines of the audit record, in days."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description=(
            "The log format of `gatewright serve`: `text` for people, `json` for programs, one object per line."
        ),
    )
    metrics: bool = Field(
        False,
        description=(
            "Whether to collect metrics for Prometheus, in the default registry of prometheus-client, which the extra "
            "`metrics` installs."
        ),
    )
    metrics_address: str = Field(
        "127.0.0.1:9464",
        pattern=r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$",
        description=(
            "Where `gatewright serve` answers `/metrics`, separately from the pages, which never expose it. Anybody "
            "who can reach this address can read the metrics."
        ),
    )
    tracing: bool = Field(
        False,
        description=(
            "Whether every operation and every hook is recorded as an OpenTelemetry span; the extra `tracing` installs "
            "its API."
        ),
    )
    jwt_issuer: str = Field("gatewright", min_length=1, description="The `iss` of every token; others are refused.")
    jwt_audience: str = Field("gatewright", min_length=1, description="The `aud` of every token; others are refused.")
    jwt_secret: SecretStr | None = Field(
        None,
        description=(
            "The current HS256 secret, at least 32 bytes. If unset, development generates a random one and keeps it."
        ),
    )
    jwt_secret_previous: SecretStr | None = Field(
        None, description="The secret before a rotation: still verifies, never signs."
    )
    jwt_key_file: Path | None = Field(
        None,
        description=(
            "A private key in PEM format, used instead of a secret: Ed25519 (EdDSA), P-256 (ES256) or RSA (RS256)."
        ),
    )
    jwt_key_file_previous: Path | None = Field(
        None, description="The private or public key before a rotation: still verifies, never signs."
    )

    @classmethod
    def _may_be_unset(cls, name: str) -> bool:
        # A key that is named without a value has been lost: generating another would sign everybody out.
        return super()._may_be_unset(name) and not name.startswith("jwt_")

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, value: object, info: ValidationInfo) -> object:
        """Strip whitespace around a value: it is invisible where it is set, and no path or URL is meant to have it.

        From secrets, strip only the line break that an editor or ``echo`` puts at the end of a file.
        """
        blanks = "\r\n" if (info.field_name or "").startswith("jwt_secret") else None
        if isinstance(value, SecretStr):
            return SecretStr(_without(blanks, value.get_secret_value()))
        return _without(blanks, value) if isinstance(value, str) else value

    @field_validator("domain")
    @classmethod
    def _is_one_word(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("must be an ASCII host name; write an international one in its xn-- form")
        return value

    @field_validator(
        "networks",
        "methods",
        "second_factor_roles",
        "second_factor_after",
        "password_context_words",
        "auth_route_auto_redirect",
        "auth_logout_methods",
        "trusted_proxies",
        "trusted_origins",
        mode="before",
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        return None if value is None else url_in(value)

    @field_validator("trusted_origins")
    @classmethod
    def _are_origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(origin_in, values))

    @field_validator("session_cookie", "remember_me_cookie")
    @classmethod
    def _is_a_free_name(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value.startswith("__"):
            raise ValueError("must not begin with __: over https it is prefixed with __Host-")
        if value is not None and value == info.data.get("session_cookie"):
            raise ValueError(f"must be a different name: {value} is the cookie of the visit itself")
        return value

    @property
    def public_origin(self) -> str | None:
        """Scheme, host and port at which visitors reach the site; None without ``public_url``."""
        return None if self.public_url is None else origin_of(self.public_url)

    @property
    def remember_cookie_name(self) -> str:
        """The name of the remember-me cookie."""
        return self.remember_me_cookie or f"{self.session_cookie}-remember"

    @property
    def is_production(self) -> bool:
        """Whether unsafe settings prevent the start."""
        return self.env == "production"

    @property
    def paths(self) -> Mapping[str, str]:
        """The path of each page by name; empty if the page is switched off."""
        routes = {"login": self.auth_login_route, "logout": self.auth_logout_route}
        return PATHS | {name: f"/{route.removeprefix('/')}" for name, route in routes.items()} | self.page_paths

    def with_values(self, **values: Any) -> Settings:
        """Return a copy in which each value that is not None replaces the setting of its name.

        Raises:
            ConfigurationError: If a value is not acceptable, or a name is not a setting.
        """
        refuse_unknown("with_values(...)", values, known=type(self).model_fields)
        changes = {name: value for name, value in values.items() if value is not None}
        if "jwt_secret" in changes:
            changes["jwt_key_file"] = None  # a key file takes precedence over a secret, except one given in code
        if not changes:
            return self
        # Do not read the sources again: only validate the values, as if all of them had been passed.
        changed = type(self).__new__(type(self))
        with _errors_named():
            BaseModel.__init__(changed, **(self.model_dump() | changes))
        return changed


def _without(blanks: str | None, value: str) -> str:
    return value.strip() if blanks is None else value.rstrip(blanks)


def load_settings(**values: Any) -> Settings:
    """Read the settings from arguments, environment and ``.env``.

    Raises:
        ConfigurationError: As `read_settings` does.
    """
    return read_settings(Settings, **values)


def read_settings(kind: type[_SettingsT], **values: Any) -> _SettingsT:
    """Read one class of settings, gatewright's or a method's, from arguments, environment and ``.env``.

    Raises:
        ConfigurationError: If a value is not acceptable; names the variable and the reason, never the value. Or if
            ``.env`` cannot be read.
    """
    with _errors_named():
        return kind(**values)


@contextmanager
def _errors_named() -> Iterator[None]:
    """Turn validation errors into an error that names the variable and the reason, never the value."""
    try:
        yield
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(f"Invalid settings. {problems}.") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError("The file .env is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(f"The file .env cannot be read: {error.strerror}.") from error


register_hints(lambda: {name: f"gatewright itself: write Settings({name}=...)" for name in Settings.model_fields})
