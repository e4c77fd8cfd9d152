"""Every setting, with its default: the only place where a default lives.

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
"""A route's name or a path, and no template of one."""

_MOST = 10**9
"""What every database can count to."""

_SettingsT = TypeVar("_SettingsT", bound=BaseSettings)


class Settings(EnvironmentSettings):
    """What an operator may decide. Frozen: build another one to change it."""

    env: Literal["development", "production"] = Field(
        "development", description="In `production` an unsafe configuration refuses to start."
    )
    database_url: str = Field(
        "sqlite:///gatewright.db",
        repr=False,  # it may hold a password
        description=(
            "Where users, challenges and sessions are kept: a SQLite file, `sqlite:///gatewright.db`, or PostgreSQL "
            "14 or newer, `postgresql+psycopg://user:password@host/database`."
        ),
    )
    database_pool_size: int = Field(
        10, ge=1, le=1000, description="How many connections to PostgreSQL one process opens at most."
    )
    database_timeout_seconds: float = Field(
        10,
        ge=1,
        le=300,
        description=(
            "How long a statement may wait for the database, in seconds, before the request is answered with 503 and "
            "`Retry-After`. On SQLite that is the wait for whoever else is writing, on PostgreSQL for a connection, "
            "for a lock and for the answer; see [When things break](../explanation/when-things-break.md). Keep it "
            "below the time after which your server gives a request up, such as gunicorn's 30 seconds."
        ),
    )
    redis_url: SecretStr | None = Field(
        None,
        description=(
            "Where challenges, failed attempts and the last request of each session are kept, instead of in the "
            "database: `redis://user:password@host:6379/0`, `rediss://` for TLS, `unix:///path/to/socket?db=0`, "
            "`redis+sentinel://host:26379,host:26379/service/0`, `redis+cluster://host:6379,host:6379`. Connecting may "
            "take 1 second, an answer 2 seconds, once more where it failed; `?socket_timeout=5` and redis-py's other "
            "options change that. Then the store is unavailable: 503."
        ),
    )
    domain: str = Field(
        "localhost",
        min_length=1,
        max_length=253,
        description="The name that a challenge shows to the person who signs it: your site's host name.",
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
        10, ge=1, le=_MOST, description="How many challenges one address may ask for in a minute."
    )
    challenges_per_client: int = Field(
        60,
        ge=1,
        le=_MOST,
        description="How many challenges one client (an IPv4 address, an IPv6 /64) may ask for in a minute, per kind.",
    )
    token_minutes: float = Field(
        30, ge=1 / 60, le=60 * 24 * 366, description="How long a token is valid after sign-in, in minutes."
    )
    session_idle_minutes: float = Field(
        120, gt=0, description="After how long without a request a visitor's session is over, in minutes."
    )
    session_days: float = Field(
        14, gt=0, le=366, description="How long a visitor's session lives at most, in days, whatever happens."
    )
    auth_session_var: str = Field(
        "auth",
        min_length=1,
        max_length=64,
        description="The key in the framework's session mapping under which a guard keeps its data.",
    )
    session_cookie: str = Field(
        "gatewright",
        pattern=_COOKIE_NAME,
        description=(
            "The cookie of a visit; on https its name begins with `__Host-`. Two applications on one host, whatever "
            "their ports, need two names."
        ),
    )
    auth_login_route: str = Field("login", pattern=_ROUTE, description="The login page, as a route's name or a path.")
    auth_logout_route: str = Field("logout", pattern=_ROUTE, description="The logout, as a route's name or a path.")
    page_paths: PagePaths = Field(
        {},
        description=(
            "Pages that lie elsewhere, or are switched off by an empty path: `account=/my/account,signup=`. The names "
            "are those of the [routes](routes.md). Takes precedence over `auth_login_route` and `auth_logout_route`."
        ),
    )
    api_path: ApiPath = Field(
        "/api", description="The path that the JSON API of the pages lies below; empty to switch it off as a whole."
    )
    health_path: HealthPath = Field(
        "",
        description=(
            "The path below which an application's pages answer `/healthz` and `/readyz`: `/`, or one such as "
            "`/internal`; empty for neither. `gatewright serve` answers both in any case."
        ),
    )
    auth_login_route_redirect: str = Field(
        "dashboard", min_length=1, description="Where a login leads, as a route's name or a path; `/` if there is none."
    )
    auth_logout_route_redirect: str = Field(
        "homepage", min_length=1, description="Where a logout leads, as a route's name or a path; `/` if there is none."
    )
    auth_route_auto_redirect: Annotated[tuple[str, ...], NoDecode] = Field(
        ("login", "signup", "password_reset", "password_reset_form"),
        description="Routes that are for guests: a visitor who is signed in is led on. Separated by commas.",
    )
    auth_form_username_field: str = Field(
        "email", min_length=1, description="The login form's field for the username or the mail address."
    )
    auth_form_password_field: str = Field("password", min_length=1, description="The login form's password field.")
    auth_logout_methods: Annotated[tuple[Literal["GET", "POST"], ...], NoDecode] = Field(
        ("POST",),
        min_length=1,
        description="The methods that log out, separated by commas. GET lets any site sign visitors out.",
    )
    user_provider: str = Field(
        "SQLUserProvider", min_length=1, description="Where the users of the login page come from, by its name."
    )
    methods: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        None,
        min_length=1,
        description=(
            "The ways of proving who one is, in the order in which pages offer them, separated by commas; without it "
            "all that come with gatewright. The pages and the JSON API take no other. One of your own is named "
            "`package.module:Class`."
        ),
    )
    second_factor: Literal["off", "enrolled", "required"] = Field(
        "enrolled",
        description=(
            "Who must prove themselves by a second method after the first: nobody; users who have enrolled an "
            "authenticator app; everybody."
        ),
    )
    second_factor_roles: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Roles whose members must have a second factor, whatever `second_factor` says; with commas."
    )
    second_factor_after: Annotated[tuple[str, ...], NoDecode] = Field(
        ("password", "email_code", "store"),
        description=(
            "The first methods after which a second factor counts, separated by commas; `store` stands for users whom "
            "the application itself has proven."
        ),
    )
    pending_minutes: float = Field(
        5, gt=0, le=60, description="How long a sign-in waits for its second factor, or a passkey for its answer."
    )
    fresh_minutes: float = Field(
        10,
        gt=0,
        le=1440,
        description="How long a proof is fresh enough to change the password, factors or the account.",
    )
    factor_reset_hours: float = Field(
        0,
        ge=0,
        le=24 * 30,
        description=(
            "How long an administrator's removal of a user's factors waits, in hours, announced to the user by mail. "
            "It is called off if the user signs in with one of them meanwhile."
        ),
    )
    notify_new_devices: bool = Field(
        True,
        description=(
            "Whether users get a mail when their account is signed in to from a kind of device that it was not used "
            "from lately."
        ),
    )
    public_url: str | None = Field(
        None,
        description=(
            "Where visitors reach the site, such as `https://example.com`: the beginning of every link in a mail. If "
            "the pages lie below a path, add it for the mails that commands cause; a request shows where it is. "
            "Without one, development uses the address of a request from this machine; production needs one."
        ),
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "The proxies before the site, as addresses or networks separated by commas: only they are believed when "
            "they say (`X-Forwarded-For`, `X-Forwarded-Proto`) where a request comes from."
        ),
    )
    shutdown_delay_seconds: float = Field(
        0,
        ge=0,
        le=600,
        description=(
            "How long `gatewright serve` still takes requests after it was told to stop, in seconds, while `/readyz` "
            "says no already: as long as the load balancer before it needs to notice."
        ),
    )
    trusted_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Other origins whose scripts may act in a visitor's name and read the JSON API (CORS), such as "
            "`https://app.example.com`, separated by commas. Each is trusted as much as the site itself."
        ),
    )
    site_name: str = Field("gatewright", min_length=1, max_length=60, description="The site's name in pages and mails.")
    skin: DirectoryPath | None = Field(
        None, description="A folder of templates, each of which replaces ours of that name."
    )
    language: str | None = Field(
        None,
        pattern="^(en|es|it|de|fr|pt|ja|zh)$",
        description="The language of pages and mails; without one, what the visitor's browser prefers.",
    )
    enable_signup: bool = Field(True, description="Whether visitors may make accounts of their own.")
    enable_password_reset: bool = Field(True, description="Whether a forgotten password can be replaced by mail.")
    enable_remember_me: bool = Field(True, description="Whether the login page offers to remember the browser.")
    enable_email_verification: bool = Field(True, description="Whether a new account's mail address is verified.")
    enforce_email_verification: bool = Field(
        True,
        description="Whether an account in our tables must be verified before its owner can sign in with a password.",
    )
    enable_account_deletion: bool = Field(True, description="Whether users may delete accounts of their own.")
    enable_wallet_login: bool = Field(True, description="Whether visitors can begin a sign-in with a wallet.")
    enable_brute_force_protection: bool = Field(True, description="Whether failed sign-ins are counted and limited.")
    enable_acl: bool = Field(True, description="Whether pages and decorators ask for roles and permissions.")
    attempt_window_minutes: float = Field(
        30, gt=0, le=60 * 24, description="How long a failed sign-in counts, in minutes."
    )
    attempts_per_client_and_account: int = Field(
        4, ge=1, le=_MOST, description="After how many failures one client is blocked from one account."
    )
    attempts_per_client: int = Field(100, ge=1, le=_MOST, description="After how many failures one client is blocked.")
    attempts_per_account: int = Field(
        50, ge=1, le=_MOST, description="After how many failures, from any clients, an account is slowed down."
    )
    attempts_at_second_step: int = Field(
        10,
        ge=1,
        le=_MOST,
        description="After how many failures, from any clients, of those who have proven something already, such as "
        "the password, an account is blocked from the next step.",
    )
    attempt_slow_seconds: float = Field(
        5, gt=0, le=600, description="How long to wait between attempts on an account that is slowed down, in seconds."
    )
    remember_me_field: str = Field("remember_me", min_length=1, description="The login form's remember-me field.")
    remember_me_cookie: str | None = Field(
        None,
        pattern=_COOKIE_NAME,
        description=(
            "The cookie by which a browser is remembered; on https its name begins with `__Host-`. Without one it is "
            "that of the visit with `-remember` after it."
        ),
    )
    remember_days: float = Field(15, gt=0, le=366, description="How long a browser is remembered, in days.")
    link_hours: float = Field(2, gt=0, le=24 * 7, description="How long the link of a mail is good, in hours.")
    signups_per_client: int = Field(
        100, ge=1, le=_MOST, description="How many times one client may try to make an account in an hour."
    )
    mails_per_address: int = Field(
        3,
        ge=1,
        le=_MOST,
        description="How many mails of one kind one address can be made to receive during the life of a link.",
    )
    mail_url: SecretStr = Field(
        SecretStr("console:"),
        description=(
            "How mails are sent: `console:` prints them, for development; `smtp://user:password@host:587` uses TLS "
            "where the server offers it; `smtps://...:465` from the start; `?tls=required` refuses anything less."
        ),
    )
    mail_delivery: Literal["background", "command"] = Field(
        "background",
        description="Who sends the mails: a thread of each process, or only the command `gatewright mail deliver`.",
    )
    mail_from: str = Field(
        "gatewright <noreply@localhost>", min_length=3, max_length=320, description="The sender of every mail."
    )
    password_min_length: int = Field(
        15, ge=8, le=256, description="How many characters a new password must have (NIST SP 800-63B-4: 15)."
    )
    password_context_words: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Words that a password may not contain, separated by commas: your site's and product's names."
    )
    breached_passwords_file: Path | None = Field(
        None,
        description=(
            "A file of SHA-1 digests of passwords that have leaked, in ascending order, one a line, as the downloader "
            "of Have I Been Pwned writes it: a new password that is in it is refused. It is searched, not loaded."
        ),
    )
    argon2_memory_kib: int = Field(
        19456, ge=8, le=_MOST, description="Memory of one argon2id hash, in KiB (OWASP: 19456)."
    )
    argon2_iterations: int = Field(2, ge=1, le=_MOST, description="Iterations of one argon2id hash (OWASP: 2).")
    argon2_parallelism: int = Field(1, ge=1, le=_MOST, description="Lanes of one argon2id hash (OWASP: 1).")
    hashing_threads: int = Field(
        2, ge=1, le=_MOST, description="How many passwords one process hashes at once; each needs argon2's memory."
    )
    hashing_queue: int = Field(
        64, ge=0, le=_MOST, description="How many more may wait before sign-in answers that it is busy."
    )
    access_strategy: Literal["affirmative", "consensus", "unanimous"] = Field(
        "affirmative", description="How votes are counted: `affirmative`, `consensus` or `unanimous`."
    )
    audit_days: float = Field(
        365, gt=0, description="How long `gatewright purge` leaves the lines of the audit record, in days."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="How `gatewright serve` writes its log: `text` for people, `json` for programs, an object a line.",
    )
    metrics: bool = Field(
        False,
        description=(
            "Whether metrics are kept for Prometheus, in the default registry of prometheus-client, which the extra "
            "`metrics` installs."
        ),
    )
    metrics_address: str = Field(
        "127.0.0.1:9464",
        pattern=r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$",
        description=(
            "Where `gatewright serve` answers `/metrics`, beside the pages, which show them to nobody. Who may see "
            "them is decided by who can reach this address."
        ),
    )
    tracing: bool = Field(
        False,
        description=(
            "Whether every operation and every hook is a span of OpenTelemetry, whose API the extra `tracing` installs."
        ),
    )
    jwt_issuer: str = Field("gatewright", min_length=1, description="The `iss` of every token; others are refused.")
    jwt_audience: str = Field("gatewright", min_length=1, description="The `aud` of every token; others are refused.")
    jwt_secret: SecretStr | None = Field(
        None, description="The current HS256 secret, at least 32 bytes. Without one, development keeps a random one."
    )
    jwt_secret_previous: SecretStr | None = Field(
        None, description="The secret before a rotation: still verifies, never signs."
    )
    jwt_key_file: Path | None = Field(
        None, description="A private key in PEM instead of a secret: Ed25519 (EdDSA), P-256 (ES256) or RSA (RS256)."
    )
    jwt_key_file_previous: Path | None = Field(
        None, description="The private or public key before a rotation: still verifies, never signs."
    )

    @classmethod
    def _may_be_unset(cls, name: str) -> bool:
        # Whoever names a key without a value has lost it: another one would sign everybody out.
        return super()._may_be_unset(name) and not name.startswith("jwt_")

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, value: object, info: ValidationInfo) -> object:
        """Drop blanks around a value, which nobody sees where it is set, and which no path or URL is meant to have.

        Of the secrets only the line break goes that an editor or ``echo`` puts at the end of a file.
        """
        blanks = "\r\n" if (info.field_name or "").startswith("jwt_secret") else None
        if isinstance(value, SecretStr):
            return SecretStr(_without(blanks, value.get_secret_value()))
        return _without(blanks, value) if isinstance(value, str) else value

    @field_validator("domain")
    @classmethod
    def _is_one_word(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("must be a host name in ASCII letters; write an international one in its xn-- form")
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
            raise ValueError("must not begin with __: on https the prefix __Host- is added to it")
        if value is not None and value == info.data.get("session_cookie"):
            raise ValueError(f"must be another name: {value} is the cookie of the visit itself")
        return value

    @property
    def public_origin(self) -> str | None:
        """Scheme, host and port where visitors reach the site; None where ``public_url`` does not say."""
        return None if self.public_url is None else origin_of(self.public_url)

    @property
    def remember_cookie_name(self) -> str:
        """What the cookie is called by which a browser is remembered."""
        return self.remember_me_cookie or f"{self.session_cookie}-remember"

    @property
    def is_production(self) -> bool:
        """Whether unsafe settings must refuse to start."""
        return self.env == "production"

    @property
    def paths(self) -> Mapping[str, str]:
        """The path of each page by its name; empty for one that is switched off."""
        routes = {"login": self.auth_login_route, "logout": self.auth_logout_route}
        return PATHS | {name: f"/{route.removeprefix('/')}" for name, route in routes.items()} | self.page_paths

    def with_values(self, **values: Any) -> Settings:
        """Return a copy in which each value that is not None replaces the setting of its name.

        Raises:
            ConfigurationError: If a value is not acceptable, or one is no setting.
        """
        refuse_unknown("with_values(...)", values, known=type(self).model_fields)
        changes = {name: value for name, value in values.items() if value is not None}
        if "jwt_secret" in changes:
            changes["jwt_key_file"] = None  # a key file goes before a secret, but not before one that code asks for
        if not changes:
            return self
        # What was read once is not read again: only the values are looked at, as if all of them had been given.
        changed = type(self).__new__(type(self))
        with _errors_named():
            BaseModel.__init__(changed, **(self.model_dump() | changes))
        return changed


def _without(blanks: str | None, value: str) -> str:
    return value.strip() if blanks is None else value.rstrip(blanks)


def load_settings(**values: Any) -> Settings:
    """Read the settings from arguments, environment and ``.env``.

    Raises:
        ConfigurationError: What `read_settings` raises.
    """
    return read_settings(Settings, **values)


def read_settings(kind: type[_SettingsT], **values: Any) -> _SettingsT:
    """Read settings of one kind, ours or those of a method, from arguments, environment and ``.env``.

    Raises:
        ConfigurationError: If a value is not acceptable; names the variable and the reason, never the value. Or if
            ``.env`` cannot be read.
    """
    with _errors_named():
        return kind(**values)


@contextmanager
def _errors_named() -> Iterator[None]:
    """Turn what is wrong with settings into an error that names the variable and the reason, never the value."""
    try:
        yield
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(f"The settings are not acceptable. {problems}.") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError("The file .env is not text in UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(f"The file .env cannot be read: {error.strerror}.") from error


register_hints(lambda: {name: f"gatewright itself: write Settings({name}=...)" for name in Settings.model_fields})
