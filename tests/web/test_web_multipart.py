"""Forms as ``multipart/form-data``, as ``FormData`` and test clients send them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.errors import TransportError
from gatewright.web.multipart import fields_in
from gatewright.web.request import LARGEST_BODY, Request

PASSWORD = "correct horse battery staple"
BOUNDARY = "----WebKitFormBoundaryAbC123"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def part(name, value, more=""):
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'.encode()


def body_of(fields):
    return b"".join(part(name, value) for name, value in fields) + f"--{BOUNDARY}--\r\n".encode()


def send(browser, path, fields, *headers, body=None, kind=KIND):
    given = body_of(fields.items()) if body is None else body
    return browser.send("POST", path, headers=[("Content-Type", kind), ("Accept", "text/html"), *headers], body=given)


def form_of(browser, path="/login"):
    return browser.get(path).form(path).fields | {"email": "anna", "password": PASSWORD}


def test_a_sign_in_and_out(pages, browser, anna):
    """Every field is there, as in the other kind of form."""
    answer = send(browser, "/login", form_of(browser) | {"remember_me": "on"})
    assert (answer.status, answer.location) == (303, "/")
    assert pages.user_of(browser).username == "anna"
    assert any("remember" in name for name in browser.cookies)

    token = browser.get("/account").form("/logout").fields["csrf_token"]
    assert send(browser, "/logout", {"csrf_token": token}).status == 303
    assert pages.user_of(browser) is None


@pytest.mark.parametrize("remember", ["0", "false", "off", ""])
def test_a_box_that_a_script_has_not_ticked_is_none(browser, anna, remember):
    """``FormData`` writes a boolean out."""
    assert send(browser, "/login", form_of(browser) | {"remember_me": remember}).status == 303
    assert not any("remember" in name for name in browser.cookies)


def test_a_signup_in_every_script(pages, browser, people):
    """UTF-8, as browsers write it."""
    fields = browser.get("/signup").form("/signup").fields
    typed = {"email": "ben@example.com", "first_name": "Bjørn 小", "password": PASSWORD, "password_confirm": PASSWORD}
    assert send(browser, "/signup", fields | typed).status == 200
    assert people.get_profile("ben@example.com") == {"first_name": "Bjørn 小"}


@pytest.mark.parametrize(
    "headers",
    [
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Origin", "https://evil.example")],
        [("Origin", "null")],
    ],
)
def test_a_form_of_another_site_is_refused(pages, browser, anna, headers):
    """Its page can send this kind as well as the other."""
    assert send(browser, "/login", form_of(browser), *headers).status == 403
    assert pages.user_of(browser) is None


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "0" * 32}])
def test_a_form_needs_the_token_of_its_visit(pages, browser, anna, token):
    """Here as in the other kind."""
    typed = {"email": "anna", "password": PASSWORD}
    form_of(browser)
    assert send(browser, "/login", typed | token).status == 403
    assert pages.user_of(browser) is None


def test_a_token_as_a_file_or_sent_twice_is_none(browser, anna):
    """What is not one plain field is not there."""
    fields = form_of(browser)
    token = fields.pop("csrf_token")
    end = body_of(fields.items())
    as_file = part("csrf_token", token, '; filename="token.txt"') + end
    twice = part("csrf_token", token) * 2 + end
    assert [send(browser, "/login", {}, body=body).status for body in (as_file, twice)] == [403, 403]


def test_files_are_overlooked(browser, anna):
    """Nothing of them is kept, and the rest of the form counts."""
    file = part("photo", "\x00\x01", '; filename="me.jpg"\r\nContent-Type: image/jpeg')
    none_chosen = part("paper", "", '; filename=""\r\nContent-Type: application/octet-stream')
    body = file + none_chosen + body_of(form_of(browser).items())
    assert send(browser, "/login", {}, body=body).status == 303


@pytest.mark.parametrize("more", ["", '; filename="x"'], ids=["fields", "files"])
def test_no_more_fields_than_in_the_other_kind(browser, anna, more):
    """Files count, too."""
    fields = form_of(browser)
    fits = part("x", "y", more) * (40 - len(fields)) + body_of(fields.items())
    assert send(browser, "/login", {}, body=part("x", "y", more) + fits).status == 400
    assert send(browser, "/login", {}, body=fits).status == 303


GOOD = part("email", "anna")
END = f"--{BOUNDARY}--\r\n".encode()
MALFORMED = {
    "no boundary": (GOOD + END, "multipart/form-data"),
    "an empty boundary": (GOOD + END, "multipart/form-data; boundary="),
    "a quoted empty boundary": (GOOD + END, 'multipart/form-data; boundary=""'),
    "two boundaries": (GOOD + END, f"{KIND}; boundary=x"),
    "a long boundary": (GOOD.replace(BOUNDARY.encode(), b"x" * 201), f"multipart/form-data; boundary={'x' * 201}"),
    "a boundary of other letters": (GOOD + END, "multipart/form-data; boundary=\xe9"),
    "another boundary": (GOOD + END, "multipart/form-data; boundary=another"),
    "no end": (GOOD, KIND),
    "half an end": (GOOD + END[:-4], KIND),
    "something after the end": (GOOD + END + GOOD + END, KIND),
    "nothing at all of it": (b"email=anna", KIND),
    "no headers": (f"--{BOUNDARY}\r\n\r\nanna\r\n".encode() + END, KIND),
    "no blank line": (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=x\r\n".encode() + END, KIND),
    "line feeds alone": ((GOOD + END).replace(b"\r", b""), KIND),
    "no name": (GOOD.replace(b'; name="email"', b"") + END, KIND),
    "two names": (GOOD.replace(b'"email"', b'"email"; name="email"') + END, KIND),
    "a name of two kinds": (GOOD.replace(b'"email"', b"\"email\"; name*=utf-8''x") + END, KIND),
    "a name of the other kind": (GOOD.replace(b'name="email"', b"name*=utf-8''email") + END, KIND),
    "base64": (GOOD.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n") + END, KIND),
    "quoted-printable": (
        GOOD.replace(b"\r\n\r\n", b"\r\ncontent-transfer-encoding:Quoted-Printable\r\n\r\n") + END,
        KIND,
    ),
    "an open quote": (GOOD.replace(b'"email"', b'"email') + END, KIND),
    "another disposition": (GOOD.replace(b"form-data", b"attachment") + END, KIND),
    "two dispositions": (GOOD.replace(b"\r\n\r\n", b"\r\nContent-Disposition: form-data; name=x\r\n\r\n") + END, KIND),
    "a long name": (GOOD.replace(b"email", b"x" * 3000) + END, KIND),
}


@pytest.mark.parametrize(("body", "kind"), MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["/login", "/signup", "/password-reset"])
def test_what_is_malformed_is_refused(browser, path, body, kind):
    """As a whole, as the client's mistake."""
    assert send(browser, path, {}, body=body, kind=kind).status == 400


def test_too_large_a_body_is_refused_before_it_is_read(pages):
    """The bound of every body; adapters keep to it."""
    assert len(body_of([("x", "y" * LARGEST_BODY)])) > LARGEST_BODY
    assert pages.site.refuse(Request("POST", "/login"), 413).status == 413


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--', [("a", "1")]),
        (b"--x \t\r\ncontent-disposition:form-data;name=a\r\n\r\n1\r\n--x--\r\nepilogue", [("a", "1")]),
        (
            b'before\r\n--x\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name="a b"\r\n\r\n\r\n--x--',
            [("a b", "")],
        ),
        (b'--x\r\nContent-Disposition: form-data; name="\xc3\xa9"\r\n\r\n\xff\r\n--x--', [("é", "\ufffd")]),
        *(
            (
                b"--x\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
                + encoding
                + b"\r\n\r\n1\r\n--x--",
                [("a", "1")],
            )
            for encoding in (b"7bit", b"8BIT", b"binary ")
        ),
        (b"--x--\r\n", []),
    ],
)
def test_every_way_to_write_it_is_read(written, fields):
    """RFC 2046 and RFC 7578: padding, a preamble, an epilogue, headers in any order."""
    for boundary in ("x", '"x"', "x; charset=utf-8"):
        assert fields_in(written, f"Multipart/Form-Data; Boundary={boundary}", at_most=40) == fields


def test_a_boundary_may_be_longer_than_mails_allow():
    """Werkzeug's test client makes one of the time and a random number, up to 72 characters long."""
    boundary = "---------------WerkzeugFormPart_1764570996.12345678.1234567890123456e-05"
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{boundary}--'.encode()

    assert len(boundary) > 70
    assert fields_in(body, f'multipart/form-data; boundary="{boundary}"', at_most=40) == [("a", "1")]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.text(max_size=20).filter(lambda text: BOUNDARY not in text)), max_size=9
    )
)
def test_what_is_written_is_read(fields):
    """Line breaks and all."""
    fields = [(name, value.encode(errors="replace").decode()) for name, value in fields]
    assert fields_in(body_of(fields), KIND, at_most=40) == fields


@given(st.binary(max_size=80) | st.text(alphabet='-x\r\n:;= "fdname', max_size=80).map(str.encode))
def test_no_body_breaks_it(body):
    """It is read, or refused."""
    with suppress(TransportError):
        assert len(fields_in(body, "multipart/form-data; boundary=x", at_most=3)) <= 3
