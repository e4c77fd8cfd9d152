"""What browsers and programs send: targets of redirects, headers, bodies, and whole requests for the pages."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from urllib.parse import urljoin, urlsplit

from fuzz_targets.keys import NOW, SECRET
from fuzz_targets.texts import header_of, text_of
from gatewright import EvrmoreAuth, Settings
from gatewright.drive import run_to_completion
from gatewright.errors import InvalidParameterError, TransportError
from gatewright.i18n import LANGUAGES, choose_language
from gatewright.methods.email_code import EmailCode
from gatewright.methods.passkey import Passkey
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.totp import Totp
from gatewright.testing import Browser, FrozenClock
from gatewright.web import Field, Request, Site
from gatewright.web.client import Proxies
from gatewright.web.json_fields import texts_in
from gatewright.web.redirects import local_path, way_back

PASSWORD = "correct horse battery staple"
SITE = "https://site.example"
HOST = "localhost:8000"


def redirect_target(data):
    """What may be gone on to is on this site, whoever reads it."""
    path = local_path(text_of(data))
    if path is not None:
        assert path.isascii()
        assert path.isprintable()
        assert local_path(path) == path
        assert urlsplit(urljoin(f"{SITE}/login", path))[:2] == ("https", "site.example")
        assert not path.replace("\\", "/").startswith("//")


def page_before(data):
    """What a form says that it was on."""
    for header in ("referer", "hx-current-url"):
        headers = [("hx-request", "true"), (header, header_of(data))]
        path = way_back(Request("POST", "/x", headers=headers), ["site.example"])
        assert path is None or urlsplit(urljoin(f"{SITE}/login", path))[:2] == ("https", "site.example")


def form_body(data):
    """A form in both ways that browsers write one. The first line is the boundary."""
    boundary, _, body = data.partition(b"\n")
    kinds = (f"multipart/form-data; boundary={header_of(boundary)}", "application/x-www-form-urlencoded")
    for kind in kinds:
        with suppress(TransportError):
            fields = Request("POST", "/", body=body, headers=[("content-type", kind)]).form
            assert all(isinstance(text, str) for pair in fields.items() for text in pair)


def query_string(data):
    """The fields of an address."""
    with suppress(TransportError):
        arguments = Request("GET", "/", header_of(data)).arguments
        assert all(isinstance(text, str) for pair in arguments.items() for text in pair)


def json_body(data):
    """An object, and what a form would have of it."""
    fields = [Field("text", "Text"), Field("ticked", "Ticked", type="checkbox")]
    with suppress(TransportError, InvalidParameterError):
        body = Request("POST", "/", body=data, headers=[("content-type", "application/json")]).json
        assert all(isinstance(value, str) for value in texts_in(body, fields).values())


def cookie_header(data):
    """The cookies of a browser."""
    request = Request("GET", "/", headers=[("cookie", header_of(data))])
    assert request.cookies("session") == request.cookies("session")
    visit = site().open(request)
    assert run_to_completion(visit.user()) is None


def accepted_languages(data):
    """Which language a browser wants: one of ours, whatever it says."""
    assert choose_language(header_of(data)) in LANGUAGES


def forwarded(data):
    """What proxies say of a client. The three lines are addresses, schemes and the host."""
    addresses, schemes, host = [*data.split(b"\n", 2), b"", b""][:3]
    headers = [("x-forwarded-for", addresses), ("x-forwarded-proto", schemes), ("host", host)]
    request = Request("GET", "/", headers=[(name, header_of(value)) for name, value in headers], peer="10.0.0.1")
    client = Proxies(["10.0.0.0/8"]).client_of(request)
    assert client.ip_address
    assert client.is_local in (True, False)


class Mailbox:
    """Throws mails away."""

    def send(self, mail):
        """Implement `Mailer`."""


@cache
def site():
    settings = Settings(_env_file=None, database_url="sqlite://", jwt_secret=SECRET, argon2_memory_kib=8)
    methods = [Passkey(), Totp(), RecoveryCodes(), EmailCode()]
    auth = EvrmoreAuth(settings=settings, clock=FrozenClock(NOW), mailer=Mailbox(), methods=methods)
    auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    return Site(auth)


def send(method, target, headers, body):
    path, _, query = target.partition("?")
    request = Request(method, path, query, headers, "http", "203.0.113.7", body)
    if not site().serves(request):
        return 404, (), b""
    answer = run_to_completion(site().answer(site().open(request)))
    for name, value in answer.headers:
        assert name.isascii()
        assert value.encode("latin-1").decode("latin-1").isprintable(), (name, value)
    return answer.status, answer.headers, answer.body


@cache
def signed_in():
    """The cookies of somebody who is signed in, and their token for forms."""
    browser = Browser(
        lambda method, target, headers, body: send(
            method, target, [("host", HOST), *((name.lower(), value) for name, value in headers)], body
        )
    )
    form = browser.get("/login").form("/login")
    browser.submit(form, email="anna@example.com", password=PASSWORD)
    token = browser.get("/account").form().fields["csrf_token"]
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items()), token


def page_request(data):
    """A whole request as text: method and target, headers, an empty line, the body; from a guest, and from a user.

    ``CSRF`` in the body stands for the user's token.
    """
    cookies, token = signed_in()
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, target = header_of(first).partition(" ")
    pairs = [header_of(line).partition(":") for line in lines]
    headers = [("host", HOST), *((name.strip().lower(), value.strip()) for name, _, value in pairs)]
    for more in ((), (("cookie", cookies),)):
        status, _, _ = send(method, target or "/", [*headers, *more], body.replace(b"CSRF", token.encode())[:65536])
        assert status < 500, status


TARGETS = (
    redirect_target,
    page_before,
    form_body,
    query_string,
    json_body,
    cookie_header,
    accepted_languages,
    forwarded,
    page_request,
)
