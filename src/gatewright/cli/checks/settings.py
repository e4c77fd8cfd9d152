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
    """Check the mode, the networks, the domain, mail, and trusted proxies and origins."""
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
        return Finding("mode", Status.OK, "Production: an unsafe configuration refuses to start.")
    cure = "Where real people sign in, set GATEWRIGHT_ENV=production"
    return Finding("mode", Status.WARNING, "Development: an unsafe configuration only warns.", cure)


def _check_networks() -> Finding:
    try:
        networks = choose_networks(None)
    except ConfigurationError as error:
        return Finding("networks", Status.UNSAFE, "GATEWRIGHT_NETWORKS is invalid.", str(error))
    return Finding("networks", Status.OK, f"Wallets may sign in: {', '.join(network.title for network in networks)}.")


def _check_domain(settings: Settings) -> Finding:
    if settings.is_production and settings.domain == "localhost":
        return Finding(
            "domain",
            Status.UNSAFE,
            "Challenges name localhost as the site, so nobody can tell yours from another site's.",
            "Set GATEWRIGHT_DOMAIN to your site's host name.",
        )
    return Finding("domain", Status.OK, f"Challenges name {settings.domain} as the site.")


def _check_mail_server(settings: Settings) -> Finding:
    try:
        mailer = mailer_from_url(settings)
    except ConfigurationError as error:
        return Finding("mail server", Status.UNSAFE, "Emails cannot be sent.", str(error))
    if not isinstance(mailer, ConsoleMailer):
        return Finding("mail server", Status.OK, "Emails go to an SMTP server.")
    finding = "Emails are printed to stderr, with links that let any reader in."
    if settings.is_production:
        return Finding("mail server", Status.WARNING, finding, "Set GATEWRIGHT_MAIL_URL=smtp://user:password@host:587.")
    return Finding("mail server", Status.OK, f"Development: {finding}")


def _check_sender(settings: Settings) -> Finding:
    if settings.is_production and settings.mail_from == Settings.model_fields["mail_from"].default:
        finding = f"Emails come from {settings.mail_from}, which most servers refuse."
        cure = "Set GATEWRIGHT_MAIL_FROM to an address at your site."
        return Finding("mail sender", Status.WARNING, finding, cure)
    return Finding("mail sender", Status.OK, f"Emails come from {settings.mail_from}.")


def _check_links(settings: Settings) -> Finding:
    if settings.is_production and (settings.public_url or "").startswith("http://"):
        finding = f"Links in emails lead to {settings.public_url}, and whoever is on the way can read their secrets."
        return Finding("mail links", Status.WARNING, finding, "Set GATEWRIGHT_PUBLIC_URL to an https:// address.")
    if settings.public_url is not None:
        return Finding("mail links", Status.OK, f"Links in emails lead to {settings.public_url}.")
    if settings.is_production:
        finding = "The pages refuse to start: no setting says where links in emails lead."
        cure = "Set GATEWRIGHT_PUBLIC_URL to the URL of your site, such as https://example.com."
        return Finding("mail links", Status.UNSAFE, finding, cure)
    return Finding("mail links", Status.OK, "Development: links in emails lead to this machine.")


def _check_proxies(settings: Settings) -> Finding:
    try:
        Proxies(settings.trusted_proxies)
    except ConfigurationError as error:
        return Finding("proxies", Status.UNSAFE, "The pages refuse to start.", str(error))
    if not settings.trusted_proxies:
        finding = "No X-Forwarded- header is trusted; behind a proxy, every visitor appears to be the proxy, on http."
        return Finding("proxies", Status.OK, finding, "Behind a proxy, set GATEWRIGHT_TRUSTED_PROXIES to its address.")
    trusted = ", ".join(settings.trusted_proxies)
    if any(each.endswith("/0") for each in settings.trusted_proxies):
        finding = f"{trusted} is everybody: any visitor can forge their address, and no rate limit holds."
        return Finding("proxies", Status.WARNING, finding, "List only the addresses of your proxies.")
    finding = (
        f"{trusted}: trusted for X-Forwarded-For and X-Forwarded-Proto. What they send is checked on each request: a "
        "scheme other than http, https, ws and wss is logged as a warning by gatewright.web."
    )
    return Finding("proxies", Status.OK, finding)


def _check_trusted_origins(settings: Settings) -> Finding:
    trusted = ", ".join(settings.trusted_origins)
    if not trusted:
        return Finding("trusted origins", Status.OK, "No other origin may act on a visitor's behalf.")
    finding = f"Scripts from {trusted} may act on a visitor's behalf."
    if settings.is_production and any(each.startswith("http://") for each in settings.trusted_origins):
        return Finding(
            "trusted origins",
            Status.WARNING,
            f"{finding} Over http, anybody on the network path can be that script.",
            "Serve it over https, and write https:// in GATEWRIGHT_TRUSTED_ORIGINS.",
        )
    return Finding("trusted origins", Status.OK, finding)
