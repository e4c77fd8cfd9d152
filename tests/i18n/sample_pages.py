"""Sample data for every page, and an environment such as the pages are rendered in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from gatewright.devices import device_name
from gatewright.fields import Field
from gatewright.i18n import format_moment, translations_for
from gatewright.methods import load_methods
from gatewright.qr import qr_svg

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ADDRESSES = ["EhGY5yRrZcKw2Zb5iX4c4s1Yy8P3m9qJtX", "EXtJq9m3P8yY1s4c4Xi5bZ2wKcZrRy5YGh"]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
USER = SimpleNamespace(id="u1", username="mary", email="mary@example.com", evrmore_address=None)
SITE = {
    "name": "Acme Notes",
    "password_min_length": 15,
    "enable_signup": True,
    "enable_password_reset": True,
    "enable_remember_me": True,
    "enable_wallet_login": True,
    "has_passwords": True,
    "has_wallets": True,
    "enable_email_verification": True,
    "enable_account": True,
    "enable_logout": True,
    "enable_account_deletion": True,
}
FIELDS = [
    Field("first_name", "First name", is_required=True),
    Field("last_name", "Last name"),
    Field("email", "Email", "email", is_required=True, attributes={"autocomplete": "email"}),
    Field("password", "Password", "password", is_required=True, attributes={"autocomplete": "new-password"}),
    Field("plan", "Plan", "select", options=[("free", "Free"), ("team", "100% <team>")]),
    Field("digest", "Newsletter", "radio", options=[("no", "Never"), ("weekly", "Once a week")]),
    Field("terms", "I agree to the terms of use", "checkbox", is_required=True),
]


def _session(number: int, user_agent: str | None, ip_address: str | None, *, is_sure: bool = True) -> SimpleNamespace:
    return SimpleNamespace(
        id=str(number),
        evrmore_address=ADDRESSES[0],
        user_agent=user_agent,
        ip_address=ip_address,
        created_at=NOW,
        expires_at=NOW + timedelta(days=14),
        is_fully_authenticated=is_sure,
    )


SESSIONS = [
    _session(1, FIREFOX, "203.0.113.7"),
    _session(2, FIREFOX, "2001:db8::1", is_sure=False),
    _session(3, None, None),
]
CHALLENGE = SimpleNamespace(evrmore_address=ADDRESSES[0], challenge_text="Please sign me in.", expires_at=NOW)
METHODS = load_methods(None)
DATA = {
    "passkey": {
        "rp_id": "example.com",
        "user_handle": "aGFuZGxl",
        "public_key": "a2V5",
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "transports": ["internal"],
        "is_synced": True,
        "is_backed_up": True,
    }
}
"""Method -> what it keeps of what a user has enrolled."""


def _enrolled(method: Any) -> list[SimpleNamespace]:
    """Return what somebody has enrolled of a method: one thing that has never been used, and one that has."""
    data = json.dumps(DATA.get(method.name, {}))
    common = {"method": method.name, "key": b"key", "data": data, "created_at": NOW}
    own = [
        SimpleNamespace(id="1", name="My phone", last_used_at=None, **common),
        SimpleNamespace(id="2", name="", last_used_at=NOW, **common),
    ]
    return own[: method.at_most]


BEGUN: dict[str, dict[str, Any]] = {
    "wallet": {"evrmore_address": ADDRESSES[0], "challenge": "Please sign me in.", "expires_at": NOW.isoformat()},
    "email_code": {"email": "anna@example.com", "digits": 8, "expires_at": NOW.isoformat()},
}
"""Method -> what it returns when a proof is prepared, for pages that show it."""
BEGUN_ENROLMENT: dict[str, dict[str, Any]] = {
    "totp": {
        "secret": "ABCD EFGH",
        "uri": "otpauth://totp/Example:mary?secret=ABCDEFGH",
        "qr_svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    },
}
"""Method -> what it returns when an enrolment is prepared."""
SHOWN: dict[str, dict[str, Any]] = {"recovery_codes": {"codes": ["7K2M-0XQ4-9DVH-3TZC-W8NP-5RJB"] * 10}}
"""Method -> what is shown once after an enrolment."""
OPTIONS: dict[str, dict[str, Any]] = {"wallet": {"wallets": ADDRESSES}}
"""Method -> what there is to choose from."""


def _proving(name: str, begun: dict[str, Any] | None = None) -> dict[str, Any]:
    others = [method for method in METHODS.values() if method.name != name]
    facts = {"method": METHODS[name], "others": others, "options": OPTIONS.get(name, {}), "begun": begun}
    return facts | {"proving": USER, "enrollable": [], "is_proven": False, "action": "/here", "next": "/x"}


def _of_methods() -> dict[str, dict[str, Any]]:
    """Return the pages of each method: those to prove it, and those to enrol it."""
    pages: dict[str, dict[str, Any]] = {}
    for name, method in METHODS.items():
        pages[f"login_step with {name}"] = _proving(name)
        pages[f"confirm_password with {name}"] = {"user": USER} | _proving(name, BEGUN.get(name))
        if method.has_link:
            link = {"method": method, "token": f"{name}.abc", "next": "/x", "proving": None}
            pages[f"login_link with {name}"] = link | {"begun": BEGUN.get(name)}
            pages[f"login_link with {name} elsewhere"] = link | {"begun": None}
            pages[f"login_link with {name} of another"] = link | {"begun": None, "user": USER}
            pages[f"login_link with {name} of another who waits"] = link | {"begun": None, "proving": USER}
        if method.at_most:
            enrolling = {"user": USER, "method": method, "action": "/here", "next": "/x", "shown": None}
            enrolling |= {"onward": "/x", "ends_others": method.is_demanded, "can_enrol": True}
            enrolling |= {"begun": BEGUN_ENROLMENT.get(name, {}), "authenticators": _enrolled(method)}
            pages[f"account_method with {name}"] = enrolling
            if name in SHOWN:
                pages[f"account_method after {name}"] = enrolling | {"shown": SHOWN[name]}
    return pages


LOGIN = {
    "username_field": "email",
    "password_field": "password",
    "remember_field": "remember_me",
    "next": "/x",
    "action": "/login/step",
    "is_beginning": True,
    "ways": [method for method in METHODS.values() if method.can_begin],
}
SIGN = {"challenge": CHALLENGE, "action": "/login/wallet", "hidden": {}, "next": "/x"}
ACCOUNT = {
    "user": USER,
    "account": SimpleNamespace(
        username="mary", email="mary@example.com", is_verified=True, created_at=NOW, last_login=NOW
    ),
    "fields": FIELDS[:3],
    "is_own": True,
    "failed": None,
    "has_password": True,
    "asks_password": True,
    "wallets": ADDRESSES,
    "methods": [(method, _enrolled(method)) for method in METHODS.values() if method.at_most],
    "advised": METHODS["totp"],
    "events": [
        (SimpleNamespace(at=NOW, client="203.0.113.7"), "Signed in", METHODS["totp"]),
        (SimpleNamespace(at=NOW, client=None), "Signed out", None),
    ],
    "sessions": SESSIONS,
    "current_session_id": "1",
}
BARE = SimpleNamespace(username="zoe", email=None, is_verified=False, created_at=None, last_login=None)

SAMPLES: dict[str, dict[str, Any]] = {
    "login": LOGIN,
    "login without a way": LOGIN | {"ways": []},
    "login with errors": LOGIN
    | {
        "messages": [SimpleNamespace(kind="danger", text="Wrong email or password.")],
        "values": {"email": "mary@example.com", "evrmore_address": "abc"},
        "errors": {"evrmore_address": "This is not an address."},
    },
    "home": {},
    "home of a user": {"user": USER, "current": SESSIONS[0], "sessions": SESSIONS},
    "wallet_sign": SIGN,
    "wallet_sign with errors": SIGN
    | {"user": USER, "errors": {"signature": "No."}, "values": {"signature": "nonsense"}},
    "signup": {"fields": FIELDS, "next": "/x"},
    "signup with errors": {"fields": FIELDS, "next": "", "errors": {field.name: "That is wrong." for field in FIELDS}},
    "email_verification": {"token": "abc"},
    "email_verification_request": {"next": "/x"},
    "password_reset": {"next": "", "errors": {"email": "No."}},
    "password_reset_form": {"token": "abc", "email": "mary@example.com"},
    "confirm_password": {"user": USER} | _proving("password") | {"method": None},
    "confirm_password in vain": {"user": USER} | _proving("password") | {"method": None, "is_proven": True},
    "confirm_password by a wallet": {"user": USER} | _proving("wallet"),
    "login_step": _proving("password") | {"method": None, "enrollable": [METHODS["wallet"]]},
    "login_step without a way out": _proving("password") | {"method": None},
    **_of_methods(),
    "account": ACCOUNT,
    "account of another provider": ACCOUNT
    | {
        "account": BARE,
        "fields": (),
        "is_own": False,
        "has_password": False,
        "asks_password": False,
        "wallets": [],
        "sessions": SESSIONS[:1],
    }
    | {"methods": [], "advised": None, "events": []},
    "account with a wallet alone": ACCOUNT | {"has_password": False, "asks_password": False},
    "account with errors": ACCOUNT
    | {"failed": "email", "errors": {"email": "No.", "current_password": "No."}, "values": {"email": "nonsense"}},
    "logout": {"user": USER},
    "account_delete": {"user": USER, "asks_password": True},
    "account_delete with a wallet": {"user": USER, "asks_password": False},
    "email_change": {"token": "abc"},
    "message": {"title": "One thing", "text": "It is said.", "link": ("/login", "Go on")},
    "problem": {
        "again": "password_reset",
        "back": "/login",
        "problem": {"status": 404, "title": "Not Found", "text": "There is nothing at this address."},
    },
}
"""Template, with what makes the sample special -> what the page shows."""

_EVERYWHERE: dict[str, Any] = {"user": None, "csrf_token": "t0ken", "messages": [], "values": {}, "errors": {}}


def render(sample: str, language: str, **more: Any) -> str:
    """Return a page with sample data, in a language."""
    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader("gatewright.web"), *(FileSystemLoader(m.templates) for m in METHODS.values() if m.templates)]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = translations_for(language)
    environment.install_gettext_translations(translations, newstyle=True)
    environment.globals |= {
        "language": language,
        "site": SITE,
        "path": lambda name, **values: "/" + "/".join((name, *values.values())),
        "path_with_next": lambda name, target, **values: f"/{'/'.join((name, *values.values()))}?next={target}",
        "api": "/api",
        "static": "/static/{}".format,
    }
    environment.filters |= {
        "device": device_name,
        "iso": datetime.isoformat,
        "qr": qr_svg,
        "moment": lambda moment: format_moment(moment, language),
        "translated": translations.gettext,
    }
    template = environment.get_template(f"{sample.partition(' ')[0]}.html")
    return template.render(_EVERYWHERE | SAMPLES[sample] | more)
