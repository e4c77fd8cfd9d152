"""Checks of the second-factor policy: does it mean what it says, and does it lock anybody out?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from gatewright.cli.checks.deep import read_tables
from gatewright.cli.checks.finding import Finding, Status
from gatewright.errors import ConfigurationError, StoreUnavailableError
from gatewright.methods import Method
from gatewright.methods.email_code import EmailCode
from gatewright.methods.registry import unknown_first_methods
from gatewright.settings import Settings
from gatewright.storage.sql.without_factor import count_enrolled, count_without_factor, undeclared_roles


def check_second_factor(settings: Settings, methods: Mapping[str, Method]) -> Iterator[Finding]:
    """Check that users who must have a second factor can have one."""
    yield from _check_first_methods(settings, methods)
    yield from _check_left_out(settings, methods)
    yield from _check_pages(settings)
    is_for_all, roles = settings.second_factor == "required", settings.second_factor_roles
    if not (is_for_all or roles):
        yield Finding("second factor", Status.OK, "Only users who have enrolled a second factor need one.")
        return
    who = "Everybody" if is_for_all else f"Everybody with the role {' or '.join(roles)}"
    mailed = methods.get("email_code")
    is_mailed = isinstance(mailed, EmailCode) and mailed.counts_as_second
    can_enrol = any(method.at_most for method in methods.values())
    if is_mailed and can_enrol:
        yield Finding("second factor", Status.OK, f"{who} must have a second factor, and can be mailed a code.")
        return
    if is_mailed:
        finding = (
            f"{who} must have a second factor, and only a mailed code can be one: users who have no verified address, "
            "began with a mailed code, or set the password through a mailed link cannot sign in."
        )
        cure = "Add a method to GATEWRIGHT_METHODS that users set up, such as totp."
        yield Finding("second factor", Status.WARNING, finding, cure)
        return
    if not can_enrol:
        finding = f"{who} must have a second factor, but no method can be enrolled: users who need one cannot sign in."
        cure = "Add one to GATEWRIGHT_METHODS, such as totp, or do not require a second factor."
        yield Finding("second factor", Status.WARNING, finding, cure)
        return
    yield from _check_roles(settings)
    try:
        count = _count_without_factor(settings, methods, roles=None if is_for_all else roles)
    except (ConfigurationError, StoreUnavailableError) as error:
        finding = f"{who} must have a second factor, but who has none is unknown."
        yield Finding("second factor", Status.UNSAFE, finding, str(error))
        return
    if not count:
        yield Finding("second factor", Status.OK, f"{who} must have a second factor, and has one.")
        return
    yield Finding(
        "second factor",
        Status.WARNING,
        f"{who} must have a second factor. {count} users have none: whoever signs in as them first sets one up.",
        "Have them sign in soon. To see what a user has: gatewright user factors NAME",
    )


def _check_first_methods(settings: Settings, methods: Mapping[str, Method]) -> Iterator[Finding]:
    named = settings.second_factor_after
    unknown = unknown_first_methods(named, methods)
    if unknown:
        finding = f"A second factor is asked for after {', '.join(unknown)}, which is not a known method."
        cure = "Unless the application defines it, correct GATEWRIGHT_SECOND_FACTOR_AFTER."
        yield Finding("first methods", Status.WARNING, finding, cure)
    usual = set(Settings.model_fields["second_factor_after"].default).intersection(methods)
    alone = sorted(name for name in usual.difference(named) if methods[name].begins(settings))
    if alone and (settings.second_factor != "off" or settings.second_factor_roles):
        finding = f"Nobody is asked for a second factor after {' or '.join(alone)}, whatever else requires one."
        cure = f"It is the whole list. Unless intended: GATEWRIGHT_SECOND_FACTOR_AFTER={','.join((*named, *alone))}"
        yield Finding("first methods", Status.WARNING, finding, cure)


def _check_pages(settings: Settings) -> Iterator[Finding]:
    """Check that the second-factor pages are not switched off."""
    is_demanded = settings.second_factor == "required" or bool(settings.second_factor_roles)
    needed = {
        "login_step": (settings.second_factor != "off" or is_demanded, "users who are asked for one cannot sign in"),
        "account_method": (is_demanded, "users who must have one and have none cannot set it up"),
    }
    for page, (is_needed, consequence) in needed.items():
        if is_needed and settings.page_paths.get(page) == "":
            finding = f"GATEWRIGHT_PAGE_PATHS switches off {page}, a second-factor page: {consequence}."
            cure = f"Unless the application has a route of that name, or uses the JSON API, remove {page}=."
            yield Finding("pages", Status.WARNING, finding, cure)


def _check_left_out(settings: Settings, methods: Mapping[str, Method]) -> Iterator[Finding]:
    """Check that users are still asked for what they enrolled: a method may have been removed or renamed."""
    with suppress(ConfigurationError, StoreUnavailableError), read_tables(settings) as fetch_all:
        counted = {} if fetch_all is None else count_enrolled(fetch_all)
        left_out = ", ".join(f"{name} ({count})" for name, count in sorted(counted.items()) if name not in methods)
        if left_out:
            finding = f"Users have enrolled what is not a method here, so nobody is asked for it: {left_out}."
            cure = (
                "Unless the application adds it in code, add it to GATEWRIGHT_METHODS. If it is your own, do not "
                "rename it."
            )
            yield Finding("enrolled methods", Status.WARNING, finding, cure)


def _check_roles(settings: Settings) -> Iterator[Finding]:
    with suppress(ConfigurationError, StoreUnavailableError), read_tables(settings) as fetch_all:
        unknown = [] if fetch_all is None else undeclared_roles(fetch_all, settings.second_factor_roles)
        if unknown:
            finding = f"A second factor is required of the role {' and '.join(unknown)}, which nobody has declared."
            cure = "Correct GATEWRIGHT_SECOND_FACTOR_ROLES, unless another provider's users have it."
            yield Finding("roles", Status.WARNING, finding, f"{cure} To see those declared: gatewright role list")


def _count_without_factor(settings: Settings, methods: Iterable[str], *, roles: Sequence[str] | None) -> int:
    """Return how many users in the database have none, or 0 if there is no database.

    Raises:
        ConfigurationError: If the role may not read the tables.
        StoreUnavailableError: If they cannot be read.
    """
    with read_tables(settings) as fetch_all:
        if fetch_all is None:
            return 0
        is_wallet_enough = "wallet" not in settings.second_factor_after
        return count_without_factor(fetch_all, methods=methods, roles=roles, is_wallet_enough=is_wallet_enough)
