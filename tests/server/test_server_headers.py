"""What holds for every answer: headers and cookies, on http and on https."""

from __future__ import annotations

import pytest

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
HTTPS = {"X-Forwarded-Proto": "https"}


def policy(answer):
    directives = (directive.split() for directive in answer.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


def every_answer(site, client):
    """One answer of each kind, good and bad."""
    token = site.sign_in(client)["token"]
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    address, _ = site.auth.create_wallet_address()
    yield client.get("/healthz")
    yield client.get("/openapi.json")
    yield client.get("/me", headers={"Authorization": f"Bearer {token}"})
    yield client.post("/logout", headers={"Authorization": f"Bearer {token}"})
    yield client.get("/me")
    yield client.get("/nowhere")
    yield client.delete("/")
    yield client.post("/challenge", json={})
    yield client.post("/challenge", content=b" " * 100_000)
    yield client.get("/")
    yield client.post("/login/wallet", data={"evrmore_address": address}, headers=same_origin)
    yield client.post("/login/wallet", data={"evrmore_address": "E"}, headers=same_origin)
    yield client.post("/login/wallet", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    yield client.post("/logout", data={}, headers=same_origin)
    yield client.get("/login/wallet")


def test_every_answer_is_protected(site, client):
    """Pages, data, redirects and errors."""
    answers = list(every_answer(site, client))

    assert {answer.status_code for answer in answers} == {200, 204, 303, 401, 403, 404, 405, 413, 422}
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "Cookie"
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "unsafe" not in answer.headers["content-security-policy"]
        else:
            assert answer.headers["content-security-policy"] == DATA_POLICY


def test_the_policy_of_pages_allows_our_own_files_only(client):
    """No inline code, no other origin, no frame around it."""
    answer = client.get("/")

    assert policy(answer) == {
        "default-src": {"'none'"},
        "style-src": {"'self'"},
        "script-src": {"'self'"},
        "img-src": {"'self'", "data:"},
        "form-action": {"'self'"},
        "frame-ancestors": {"'none'"},
        "base-uri": {"'none'"},
        "object-src": {"'none'"},
    }
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    assert "onclick" not in answer.text
    assert answer.text.count("<script") == answer.text.count('<script src="/static/copy.js" defer></script>') == 1


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("style.css", "text/css"), ("copy.js", "text/javascript"), ("gate.svg", "image/svg+xml")],
)
def test_static_files_may_be_kept_if_they_are_checked(client, path, media_type):
    """The browser asks whether its copy is still good."""
    answer = client.get(f"/static/{path}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == DATA_POLICY
    again = client.get(f"/static/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def cookies_of(answer):
    """Each cookie that an answer sets: name -> its attributes in lower case."""
    cookies = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *attributes = line.split("; ")
        cookies[pair.partition("=")[0]] = {attribute.lower() for attribute in attributes}
        assert len(line) < 4096
    return cookies


def walk_through(site, headers):
    """Sign in and out by the page, keeping cookies by hand, and return all that were set."""
    client = site.client()
    headers = headers | {"Sec-Fetch-Site": "same-origin"}
    address, wif = site.auth.create_wallet_address()
    jar = {}
    seen = []

    def send(method, path, **options):
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        client.cookies.clear()
        answer = client.request(method, path, headers=headers | {"Cookie": cookie}, **options)
        jar.update(line.split("; ")[0].split("=", 1) for line in answer.headers.get_list("set-cookie"))
        seen.append(cookies_of(answer))
        return answer

    page = send("POST", "/login/wallet", data={"evrmore_address": address})
    challenge = page.text.partition("autofocus>")[2].partition("</textarea>")[0]
    form = {
        "evrmore_address": address,
        "challenge": challenge,
        "signature": site.auth.sign_message(wif, challenge),
    }
    assert send("POST", "/login/wallet", data=form).status_code == 303
    home = send("GET", "/")
    assert f"{address}</span></h1>" in home.text
    assert send("POST", "/logout", data={"a": "b"}).status_code == 303
    return seen, home


def without_expiry(attributes):
    return {attribute for attribute in attributes if not attribute.startswith(("expires=", "max-age="))}


def test_cookies_on_plain_http(site):
    """For this host only, out of reach of scripts; the session's survives a link from elsewhere, the others do not."""
    (asked, signed_in, _, signed_out), _ = walk_through(site, {})

    strict = {"httponly", "path=/", "samesite=strict"}
    lax = {"httponly", "path=/", "samesite=lax"}
    assert asked == {"gatewright-csrf": strict, "gatewright-challenge": strict}
    assert without_expiry(signed_in["gatewright"]) == lax
    assert any(attribute.startswith("expires=") for attribute in signed_in["gatewright"])
    assert {name: without_expiry(cookie) for name, cookie in signed_out.items()} == {
        "gatewright": lax,
        "gatewright-challenge": strict,
    }
    assert all("max-age=0" in cookie for cookie in signed_out.values())


def test_cookies_and_headers_on_https(open_site):
    """Behind a proxy that uvicorn was told to trust: cookies that no other host can plant, and HSTS."""
    site = open_site(server={"proxy_headers": True, "forwarded_allow_ips": "127.0.0.1"})

    seen, home = walk_through(site, HTTPS | {"X-Forwarded-For": "203.0.113.7"})

    assert {name for cookies in seen for name in cookies} == {
        "__Host-gatewright",
        "__Host-gatewright-challenge",
        "__Host-gatewright-csrf",
    }
    for cookies in seen:
        for cookie in cookies.values():
            assert {"secure", "httponly", "path=/"} <= cookie
            assert not any(attribute.startswith("domain") for attribute in cookie)
    assert home.headers["strict-transport-security"] == "max-age=31536000"
    assert "203.0.113.7" in home.text


def test_on_https_a_cookie_without_the_prefix_is_nobodys(open_site):
    """A neighbour on another host may have planted it."""
    site = open_site(server={"proxy_headers": True, "forwarded_allow_ips": "127.0.0.1"})
    client = site.client()
    token = site.sign_in(client)["token"]

    assert "Signed in" not in client.get("/", headers=HTTPS | {"Cookie": f"gatewright={token}"}).text
    assert "Signed in" in client.get("/", headers=HTTPS | {"Cookie": f"__Host-gatewright={token}"}).text
