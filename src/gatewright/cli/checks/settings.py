"""Checks of single settings."""

from __future__ import annotations

from collections.abc import Iterator

from gatewright.cli.checks.finding import Finding, Status
from gatewright.cli.chosen_networks import choose_networks
from gatewright.errors import ConfigurationError
from gatewright.mail import ConsoleMailer, mailer_from_url
from gatewright.settings import Settings
from gatewright.web.client import Proxies


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Check the mode, the networks, the domain, what mails need, and who is believed and trusted."""
    yield _check_mode(settings)
    yield _check_networks()
    yield _check_domain(settings)
    yield _check_mail_server(settings)
    yield _check_sender(settings)
    yield _check_links(settings)
    yield _check_proxies(settings)
    yield _check_trusted_origins(settings)


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


def _check_mail_server(settings: Settings) -> Finding:
    try:
        mailer = mailer_from_url(settings)
    except ConfigurationError as error:
        return Finding("mail server", Status.UNSAFE, "Mails cannot be sent.", str(error))
    if not isinstance(mailer, ConsoleMailer):
        return Finding("mail server", Status.OK, "Mails go to an SMTP server.")
    finding = "Mails are printed to stderr, with links that let their reader in."
    if settings.is_production:
        return Finding("mail server", Status.WARNING, finding, "Set GATEWRIGHT_MAIL_URL=smtp://user:password@host:587.")
    return Finding("mail server", Status.OK, f"Development: {finding}")


def _check_sender(settings: Settings) -> Finding:
    if settings.is_production and settings.mail_from == Settings.model_fields["mail_from"].default:
        finding = f"Mails come from {settings.mail_from}, which most servers refuse."
        cure = "Set GATEWRIGHT_MAIL_FROM to an address of your site's."
        return Finding("mail sender", Status.WARNING, finding, cure)
    return Finding("mail sender", Status.OK, f"Mails come from {settings.mail_from}.")


def _check_links(settings: Settings) -> Finding:
    if settings.public_url is not None:
        return Finding("mail links", Status.OK, f"The links of mails lead to {settings.public_url}.")
    if settings.is_production:
        finding = "Pages refuse to start: nobody has said where the links of mails lead."
        cure = "Set GATEWRIGHT_PUBLIC_URL to where visitors reach your site, such as https://example.com."
        return Finding("mail links", Status.UNSAFE, finding, cure)
    return Finding("mail links", Status.OK, "Development: the links of mails lead to this machine.")


def _check_proxies(settings: Settings) -> Finding:
    try:
        Proxies(settings.trusted_proxies)
    except ConfigurationError as error:
        return Finding("proxies", Status.UNSAFE, "Pages refuse to start.", str(error))
    if not settings.trusted_proxies:
        finding = "No X-Forwarded- header is believed; behind a proxy every visitor looks like the proxy, on http."
        return Finding("proxies", Status.OK, finding, "Behind a proxy set GATEWRIGHT_TRUSTED_PROXIES to its address.")
    trusted = ", ".join(settings.trusted_proxies)
    if any(each.endswith("/0") for each in settings.trusted_proxies):
        finding = f"{trusted} is everybody: each visitor says where they come from, and no limit holds."
        return Finding("proxies", Status.WARNING, finding, "List the addresses of your proxies alone.")
    finding = (
        f"{trusted}: believed about X-Forwarded-For and X-Forwarded-Proto. What they send is known when they send it: "
        "a scheme that is none of http, https, ws and wss is a warning in the log gatewright.web."
    )
    return Finding("proxies", Status.OK, finding)


def _check_trusted_origins(settings: Settings) -> Finding:
    trusted = ", ".join(settings.trusted_origins)
    if not trusted:
        return Finding("trusted origins", Status.OK, "No other origin may act in a visitor's name.")
    finding = f"Scripts of {trusted} may act in a visitor's name."
    if settings.is_production and any(each.startswith("http://") for each in settings.trusted_origins):
        return Finding(
            "trusted origins",
            Status.WARNING,
            f"{finding} On http anybody on the way can be that script.",
            "Serve it on https, and write https:// in GATEWRIGHT_TRUSTED_ORIGINS.",
        )
    return Finding("trusted origins", Status.OK, finding)
