"""A headless browser: keeps cookies, reads forms and submits them, as a visitor would. No JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

Headers = Iterable[tuple[str, str]]
Send = Callable[[str, str, Headers, bytes], tuple[int, Headers, bytes]]
"""Sends method, target, headers and body to an application, and returns the response's status, headers and body."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form on a page.

    Args:
        action: Where it is submitted.
        method: The HTTP method, in capitals.
        fields: Its fields' current values, by name.
    """

    action: str
    method: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A response.

    Args:
        path: The requested path, with its query.
        status: The HTTP status.
        headers: Pairs of name and value, in order.
        text: The body.
    """

    path: str
    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    text: str = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header with a name, ignoring case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def location(self) -> str | None:
        """The target of a redirect: the path, with its query."""
        return self.header("location")

    @property
    def forms(self) -> list[Form]:
        """The forms on the page; those that only a script shows come last."""
        reader = _FormReader(self.path)
        reader.feed(self.text)
        return [*(form for form in reader.forms if form not in reader.hidden_forms), *reader.hidden_forms]

    def form(self, action: str | None = None, /, **fields: str) -> Form:
        """Return the first form that is submitted to a path and has these values.

        Raises:
            LookupError: If there is none; the message lists the existing ones.
        """
        for form in self.forms:
            if action in (None, urlsplit(form.action).path) and fields.items() <= form.fields.items():
                return form
        raise LookupError(f"No form for {action} with {fields} on {self.path}: {self.forms}")


class Browser:
    """One visitor's browser.

    Args:
        send: Sends a request to the application.
        user_agent: Its ``User-Agent``.
        language: The languages it prefers.
        is_https: Whether the connection is encrypted, for cookies that require it.
    """

    def __init__(
        self, send: Send, *, user_agent: str = "Browser/1.0", language: str = "en", is_https: bool = False
    ) -> None:
        self._send = send
        self._standing = [("User-Agent", user_agent), ("Accept-Language", language)]
        self._is_https = is_https
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, headers: Headers = (), follows: bool = False) -> Page:
        """Request a page.

        Args:
            path: The page, with its query.
            headers: More headers.
            follows: Whether to follow redirects, ten at most.
        """
        page = self.send("GET", path, headers=[("Accept", "text/html"), *headers])
        return self.follow(page) if follows else page

    def submit(self, form: Form, /, *, headers: Headers = (), **fields: str | None) -> Page:
        """Fill in a form and submit it. Fields that are None are left out."""
        filled = {name: value for name, value in {**form.fields, **fields}.items() if value is not None}
        return self.post(form.action, filled, headers=headers)

    def post(self, path: str, fields: dict[str, str], *, headers: Headers = ()) -> Page:
        """Send fields as a form would, whatever the page contains."""
        kind = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html")]
        return self.send("POST", path, headers=[*kind, *headers], body=urlencode(fields).encode())

    def follow(self, page: Page) -> Page:
        """Follow redirects.

        Raises:
            RuntimeError: If there are more than ten.
        """
        for _ in range(10):
            if page.location is None:
                return page
            page = self.get(page.location)
        raise RuntimeError(f"Endless redirects at {page.path}.")

    def send(self, method: str, path: str, *, headers: Headers = (), body: bytes = b"") -> Page:
        """Send any request, with the browser's cookies."""
        sent = [*self._standing, *headers]
        if self.cookies:
            sent.append(("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        status, answered, content = self._send(method, path, sent, body)
        received = tuple(answered)
        for name, value in received:
            if name.lower() == "set-cookie":
                self._keep(value)
        return Page(path, status, received, content.decode(errors="replace"))

    def _keep(self, header: str) -> None:
        pair, *attributes = (part.strip() for part in header.split(";"))
        name, _, value = pair.partition("=")
        if "secure" in (each.lower() for each in attributes) and not self._is_https:
            return
        if any(each.lower() == "max-age=0" for each in attributes):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


class _FormReader(HTMLParser):
    """Collects forms with the values of their fields."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.hidden_forms: list[Form] = []
        self._path = path
        self._hidden = 0
        """How many of the enclosing ``div`` elements are hidden or nested in a hidden one."""
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "div" and (self._hidden or "hidden" in values):
            self._hidden += 1
        if tag == "form":
            action = urljoin(self._path, values.get("action", ""))
            self.forms.append(Form(action, values.get("method", "get").upper(), {}))
            if self._hidden:
                self.hidden_forms.append(self.forms[-1])
        elif self.forms and "name" in values:
            self._read_field(tag, values)
        elif tag == "option" and self._select and self.forms:
            fields = self.forms[-1].fields
            if "selected" in values or self._select not in fields:
                fields[self._select] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "div" and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].fields[self._area] += data

    def _read_field(self, tag: str, values: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, values["name"]
        if tag == "textarea":
            self._area = name
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "input" and (values.get("type") not in ("checkbox", "radio") or "checked" in values):
            fields[name] = values.get("value", "on" if values.get("type") in ("checkbox", "radio") else "")
