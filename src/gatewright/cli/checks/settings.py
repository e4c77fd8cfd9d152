"""Checks of single settings."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cli.checks.finding import Finding, Status
from gatewright.cli.chosen_networks import choose_networks
from gatewright.errors import ConfigurationError
from gatewright.settings import Settings


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Check the mode, the networks and the domain."""
    yield _check_mode(settings)
    yield _check_networks()
    yield _check_domain(settings)


def _check_mode(settings: Settings) -> Finding:
    if settings.is_production:
        return Finding("mode", Status.OK, "Production: what is unsafe refuses to start.")
    cure = "Where real people sign in: GATEWRIGHT_ENV=production"
    return Finding("mode", Status.WARNING, "Development: what is unsafe only warns.", cure)


def _check_networks() -> Finding:
    try:
        networks = choose_networks(None)
    except ConfigurationError as error:
        return Finding("networks", Status.UNSAFE, "GATEWRIGHT_NETWORKS cannot work.", str(error))
    return Finding("networks", Status.OK, f"Who may sign in: {', '.join(network.title for network in networks)}.")


def _check_domain(settings: Settings) -> Finding:
    if settings.is_production and settings.domain == "localhost":
        return Finding(
            "domain",
            Status.UNSAFE,
            "Challenges say that localhost asks, so nobody can tell your site's from another's.",
            "Set GATEWRIGHT_DOMAIN to your site's host name.",
        )
    return Finding("domain", Status.OK, f"Challenges say that {settings.domain} asks.")
