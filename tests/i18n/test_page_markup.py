"""What holds for the HTML of every page: accessible, and good under a strict content security policy."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from i18n.sample_pages import render

CONTROLS = {"input", "select", "textarea"}


class Reader(HTMLParser):
    """Collects the tags of a page, each with its attributes and the text right after it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.duplicates: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.duplicates += [name for name in dict(attrs) if [key for key, _ in attrs].count(name) > 1]
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_nothing_is_inline(page):
    """No style, script or handler stands in a page: the policy allows none."""
    reader = Reader(page)
    handlers = [
        name for _, attributes in reader.tags for name in attributes if name.startswith("on") or name == "style"
    ]
    assert handlers == []
    assert reader.of("style") == []
    assert [script for script in reader.of("script") if not script.get("src")] == []
    assert "javascript:" not in page


def test_every_field_has_a_label(page):
    """Whoever cannot see the page hears what each field is for."""
    reader = Reader(page)
    labelled = [label["for"] for label in reader.of("label")]
    seen = [field for field in reader.of(*CONTROLS) if "hidden" not in field and field.get("type") != "hidden"]
    assert [field for field in seen if field["id"] not in labelled] == []
    assert [target for target in labelled if target not in {field["id"] for field in seen}] == []


def test_identifiers_are_unique_and_lead_somewhere(page):
    """A description, a label or a button that names an element names one that is there, and only one."""
    reader = Reader(page)
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    named = [
        target
        for _, attributes in reader.tags
        for name in ("aria-describedby", "aria-labelledby", "data-copy", "data-reveal")
        for target in (attributes.get(name) or "").split()
    ]
    assert sorted(ids) == sorted(set(ids))
    assert set(named) <= set(ids)


def test_every_form_posts_with_the_token(page):
    """No form of ours changes anything by GET, nor without proof that it was sent from here."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.DOTALL)
    assert [form for form in forms if 'method="post"' not in form[0]] == []
    assert [form for form in forms if '<input type="hidden" name="csrf_token" value="t0ken">' not in form[1]] == []


def test_a_form_with_a_password_says_whose(page):
    """Password managers look for it, and would keep a password of nobody's."""
    forms = re.findall(r"<form\b[^>]*>(.*?)</form>", page, re.DOTALL)
    with_password = [form for form in forms if 'type="password"' in form]
    assert [form for form in with_password if not re.search('autocomplete="(username|email)( webauthn)?"', form)] == []


def test_every_button_says_what_it_is(page):
    """A button in a form that does not send it is marked as such."""
    reader = Reader(page)
    assert [button for button in reader.of("button") if button.get("type") not in ("submit", "button")] == []
    assert reader.duplicates == []


def test_a_page_has_one_heading_and_one_place_for_the_keyboard(page):
    """One h1, one main, and never two fields that want the keyboard."""
    reader = Reader(page)
    assert len(reader.of("h1")) == 1
    assert len(reader.of("main")) == 1
    assert len([field for field in reader.of(*CONTROLS) if "autofocus" in field]) <= 1


def test_what_is_wrong_is_said_where_it_is_wrong():
    """A field with an error is marked, described by the error, and has the keyboard; the error is announced."""
    reader = Reader(render("login with errors", "en"))
    field = next(field for field in reader.of("input") if field.get("id") == "evrmore_address")
    error = next(note for note in reader.of("p") if note.get("id") == "evrmore_address-error")
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "evrmore_address-error"
    assert "autofocus" in field
    assert error["role"] == "alert"


def test_every_wrong_field_is_marked():
    """Whatever kind of field it is: text, choice or list."""
    reader = Reader(render("signup with errors", "en"))
    marked = [attributes for _, attributes in reader.tags if attributes.get("aria-invalid") == "true"]
    assert len(marked) == 7
    assert all("-error" in str(attributes["aria-describedby"]) for attributes in marked)


def test_only_the_form_that_was_sent_says_what_is_wrong():
    """Of several that ask for the same thing."""
    reader = Reader(render("account with errors", "en"))
    marked = [attributes["id"] for _, attributes in reader.tags if attributes.get("aria-invalid") == "true"]
    assert marked == ["new-email", "email-password"]


def test_a_password_is_never_shown_again():
    """Even where a form comes back with it."""
    html = render("signup", "en", values={"email": "typed@example.com", "password": "typed-secret"})
    assert "typed@example.com" in html
    assert "typed-secret" not in html


def test_values_are_escaped():
    """What a visitor has typed, or calls their browser, is text."""
    html = render("login", "en", values={"email": '"><script>alert(1)</script>'})
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_a_password_is_typed_unseen_and_may_be_pasted(page):
    """Its field hides it, says to password managers what it is for, and hinders nobody who pastes."""
    fields = [field for field in Reader(page).of("input") if "password" in (field.get("name") or "")]
    assert [field for field in fields if field.get("type") != "password"] == []
    assert {field.get("autocomplete") for field in fields} <= {"current-password", "new-password"}
    assert "onpaste" not in page


def test_a_page_leads_to_no_other_site(page):
    """Every link, form and file is of this site; nothing is loaded from anywhere else."""
    targets = [
        value
        for _, attributes in Reader(page).tags
        for name, value in attributes.items()
        if name in ("href", "src", "action", "formaction", "poster", "data-begin") and value is not None
    ]
    assert targets != []
    assert [target for target in targets if not target.startswith(("/", "#", "data:", "otpauth:"))] == []
    assert [target for target in targets if target.startswith(("//", "/\\"))] == []
