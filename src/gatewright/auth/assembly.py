"""The one place where the parts are put together: settings become a store, keys, hooks and a build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from gatewright.auth.fingerprint import fingerprint_of
from gatewright.auth.signing_keys import find_signing_keys
from gatewright.crypto import NETWORKS
from gatewright.drive import is_coroutine_function, misfit, run_to_completion
from gatewright.environment_settings import warn_of_misspelt
from gatewright.errors import ConfigurationError
from gatewright.hooks import Hooks
from gatewright.mail import TemplateWriter, mailer_from_url
from gatewright.methods import Method, built_in_methods, load_methods
from gatewright.methods.registry import refuse_misspelt
from gatewright.offload import (
    BoundedPasswords,
    Caller,
    MailWorker,
    PasswordsHere,
    call_here,
    run_here,
    run_shielded,
)
from gatewright.operations.deliver_mails import deliver_mails
from gatewright.operations.parts import Parts, SecondFactorPolicy
from gatewright.operations.sources import Sources
from gatewright.passwords import BreachedPasswords, PasswordHasher, PasswordPolicy
from gatewright.ports import AttemptLimit, Call, Clock, Mailer, Passwords, Random, Shield
from gatewright.providers import SQLUserProvider, UserProvider, WalletUserProvider
from gatewright.settings import Settings, load_settings
from gatewright.storage.open_store import OpenedStore, closed_on_failure, open_store
from gatewright.system import SystemClock, SystemRandom
from gatewright.telemetry import observe_passwords, observe_store, observer_from
from gatewright.tokens import AccessTokens, DerivedSecrets, Seal, Vault

_PROVIDER_THREADS = 8
"""Threads for plain provider methods under asyncio, which may wait for the network."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the application's code configures, in addition to the settings.

    Args:
        providers: Where users come from, in addition to gatewright's own tables.
        propagate_hook_errors: Whether an exception in a hook reaches the caller.
        naive_timestamps: Whether records carry naive UTC datetimes.
        methods: Authentication methods, in addition to those in the setting ``methods``.
        second_factor_policy: Decides who must give a second factor, before the settings do.
        mailer: Sends emails, instead of what the setting ``mail_url`` says.
        clock: A clock other than the machine's, for tests.
        random: A source of randomness other than the system's, for tests.
    """

    providers: Sequence[UserProvider] = ()
    propagate_hook_errors: bool = False
    naive_timestamps: bool = False
    methods: Sequence[Method] = ()
    second_factor_policy: SecondFactorPolicy | None = None
    mailer: Mailer | None = None
    clock: Clock | None = None
    random: Random | None = None


def settings_in_force(settings: Settings | None, *, database_url: str | None, jwt_secret: str | None) -> Settings:
    """Return the settings that were given, or those of the environment, with any overrides applied.

    Raises:
        ConfigurationError: If they are not `Settings`, or a value is not acceptable.
    """
    if settings is not None and not isinstance(settings, Settings):
        raise ConfigurationError(f"settings takes gatewright's Settings(...), not {type(settings).__name__}.")
    return (settings or load_settings()).with_values(database_url=database_url, jwt_secret=jwt_secret)


def assemble(settings: Settings, choices: Choices, *, is_async: bool) -> tuple[Parts, MailWorker]:
    """Build the parts of one application and its email sender, creating and migrating the database.

    Args:
        settings: The operator's settings.
        choices: The application's choices.
        is_async: Which build: ports that suspend, or ports that return at once.

    Raises:
        ConfigurationError: If a setting is unsafe or cannot work; the message says which and how to fix it.
        StoreUnavailableError: If the database cannot be opened or migrated.
    """
    for argument, given in (("providers", choices.providers), ("methods", choices.methods)):
        if not isinstance(given, Iterable):
            raise ConfigurationError(f"{argument} takes a list, not {type(given).__name__}. Write {argument}=[...].")
    unknown = [name for name in settings.networks if name not in NETWORKS]
    if unknown:
        raise ConfigurationError(
            f"GATEWRIGHT_NETWORKS names unknown networks: {', '.join(unknown)}. Known networks: {', '.join(NETWORKS)}."
        )
    opened = open_store(settings, naive_timestamps=choices.naive_timestamps, is_async=is_async)
    with closed_on_failure(opened):
        return _assemble_on(opened, settings, choices, is_async=is_async)


def _assemble_on(
    opened: OpenedStore, settings: Settings, choices: Choices, *, is_async: bool
) -> tuple[Parts, MailWorker]:
    random = choices.random or SystemRandom()
    keys = find_signing_keys(settings, database=opened.file, random=random)
    observer = observer_from(settings)
    if observer is not None:
        opened = opened.seen_through(partial(observe_store, observer=observer))
        observer.settings_in_force(fingerprint_of(settings, keys))
    build = _build_asynchronously(settings) if is_async else _build_blocking(settings)
    methods = load_methods(settings.methods, choices.methods)
    refuse_misspelt(settings.second_factor_after, methods)
    known: list[type[Method]] = [*built_in_methods(), *(type(each) for each in methods.values())]
    warn_of_misspelt([Settings, *(each.settings_class for each in known)])
    parts = Parts(
        settings=settings,
        networks=tuple(NETWORKS[name] for name in settings.networks),
        hooks=Hooks(propagate_errors=choices.propagate_hook_errors, accepts_coroutines=is_async, observer=observer),
        store=opened.store,
        reader=opened.reader,
        close_store=opened.close,
        tokens=AccessTokens(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience),
        seal=Seal(keys.derive("visit")),
        vault=Vault(keys.derive("vault"), random),
        clock=choices.clock or SystemClock(),
        random=random,
        derived=DerivedSecrets(keys.derive("derived")),
        shield=build.shield,
        call=build.call,
        passwords=build.passwords if observer is None else observe_passwords(build.passwords, observer),
        password_policy=PasswordPolicy(
            minimum_length=settings.password_min_length,
            context_words=settings.password_context_words,
            breached=BreachedPasswords(breached) if (breached := settings.breached_passwords_file) else None,
        ),
        methods=methods,
        second_factor_policy=_require_policy(choices.second_factor_policy),
        sources=Sources(choices.providers, built_in=_own_providers(opened, settings)),
        attempt_limit=_attempt_limit(settings),
        voters=[],
        mailer=_require_mailer(choices.mailer) or mailer_from_url(settings),
        writer=TemplateWriter(
            site_name=settings.site_name,
            has_passwords="password" in methods,
            skin=settings.skin,
            folders=[method.templates / "mail" for method in methods.values() if method.templates is not None],
        ),
        wake_mail_worker=lambda: None,
        is_store_quick=opened.is_quick,
        observer=observer,
    )
    # The mail worker has its own thread, so in either build it works with parts that block.
    blocking = replace(parts, store=opened.blocking, reader=opened.blocking, shield=run_here, call=call_here)
    mail_worker = MailWorker(partial(_deliver, blocking))
    if settings.mail_delivery == "background":
        parts = replace(parts, wake_mail_worker=mail_worker.wake)
    return parts, mail_worker


def _require_mailer(mailer: Mailer | None) -> Mailer | None:
    """Return the application's mailer, if any, after checking that it can send.

    Raises:
        ConfigurationError: If it cannot send, or only in an event loop.
    """
    send = getattr(mailer, "send", None)
    if mailer is not None and (not callable(send) or is_coroutine_function(send) or misfit(send, "mail")):
        raise ConfigurationError("mailer must be an object with a plain method send(mail), which may block.")
    return mailer


def _require_policy(policy: SecondFactorPolicy | None) -> SecondFactorPolicy | None:
    """Return the application's policy, if any, after checking that it can be called.

    Raises:
        ConfigurationError: If it is not a function, or is a coroutine function, whose return value is never None.
    """
    if policy is not None and (
        not callable(policy) or is_coroutine_function(policy) or misfit(policy, "user", "proofs")
    ):
        raise ConfigurationError("second_factor_policy must be a plain function of a user and their proofs.")
    return policy


def _deliver(parts: Parts) -> bool:
    """Send the emails that are due, and return whether any are still queued."""
    run_to_completion(deliver_mails(parts))
    waiting = run_to_completion(parts.store.count_queued_mails())
    if parts.observer is not None:
        parts.observer.mails_waiting(waiting)
    return waiting > 0


def _own_providers(opened: OpenedStore, settings: Settings) -> list[UserProvider]:
    store, reader = opened.blocking, opened.reader
    accounts = SQLUserProvider(store, requires_verified=settings.enforce_email_verification, reader=reader)
    return [accounts, WalletUserProvider(store, reader=reader)]


@dataclass(frozen=True, slots=True)
class _Build:
    """The parts in which the blocking and the asynchronous build differ."""

    shield: Shield
    call: Call
    passwords: Passwords


def _build_blocking(settings: Settings) -> _Build:
    passwords = PasswordsHere(_hasher(settings), at_once=settings.hashing_threads, queue=settings.hashing_queue)
    return _Build(shield=run_here, call=call_here, passwords=passwords)


def _build_asynchronously(settings: Settings) -> _Build:
    return _Build(
        shield=run_shielded,
        call=Caller(threads=_PROVIDER_THREADS),
        passwords=BoundedPasswords(_hasher(settings), threads=settings.hashing_threads, queue=settings.hashing_queue),
    )


def _attempt_limit(settings: Settings) -> AttemptLimit:
    return AttemptLimit(
        window=timedelta(minutes=settings.attempt_window_minutes),
        of_client_on_name=settings.attempts_per_client_and_account,
        of_client=settings.attempts_per_client,
        on_name=settings.attempts_per_account,
        every=timedelta(seconds=settings.attempt_slow_seconds),
    )


def _hasher(settings: Settings) -> PasswordHasher:
    return PasswordHasher(
        memory_kib=settings.argon2_memory_kib,
        iterations=settings.argon2_iterations,
        parallelism=settings.argon2_parallelism,
    )
