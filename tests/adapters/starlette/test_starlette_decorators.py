"""Endpoints of Starlette that not everybody may use."""

from __future__ import annotations

import json

import pytest

from gatewright.adapters.starlette import login_required

JSON = [("Accept", "application/json")]


@pytest.fixture
def signed_in(browser, anna, log_in):
    log_in(browser)
    return browser


def code_of(answer):
    assert answer.header("content-type") == "application/problem+json"
    return json.loads(answer.text)["code"]


@pytest.mark.parametrize("path", ["/dashboard", "/plain", "/report"])
def test_guests_stay_outside(browser, anna, log_in, path):
    """A browser is led to the login and back, a program gets a problem; functions and methods, plain and async."""
    page, problem = browser.get(path), browser.send("GET", path, headers=JSON)
    back = log_in(browser, page=page.location)

    assert (page.status, page.location) == (303, f"/login?next=%2F{path[1:]}")
    assert (problem.status, code_of(problem)) == (401, "missing_token")
    assert problem.header("www-authenticate") == 'Bearer realm="gatewright"'
    assert back.location == path
    assert browser.get(path).status == 200


def test_head_is_led_to_the_login_too(browser):
    """As its GET would be."""
    answer = browser.send("HEAD", "/dashboard", headers=[("Accept", "text/html")])

    assert (answer.status, answer.location) == (303, "/login?next=%2Fdashboard")


def test_a_role_is_needed(signed_in, people):
    """Without it a browser is shown a page, and a program gets a problem."""
    page, problem = signed_in.get("/admin"), signed_in.send("GET", "/admin", headers=JSON)
    posted = signed_in.post("/report", {})
    people.create_role("admin")
    people.assign_role("admin", username="anna")

    assert (page.status, page.header("content-type")) == (403, "text/html; charset=utf-8")
    assert "content-security-policy" in dict(page.headers)
    assert (problem.status, code_of(problem)) == (403, "denied")
    assert posted.status == 403
    assert signed_in.get("/admin").text == "admin"
    assert signed_in.post("/report", {}).text == "made"


def test_every_permission_is_needed(signed_in, people):
    """One of two is not enough."""
    statuses = []
    for name in ("post.read", "post.edit"):
        people.create_permission(name)
        statuses.append(signed_in.get("/edit").status)
        people.grant_permission(name, username="anna")

    assert statuses == [403, 403]
    assert signed_in.get("/edit").text == "edit"


def test_roles_and_permissions_can_be_switched_off(asgi, make_app, anna, log_in):
    """By the setting; whoever is signed in is let in then, and still nobody else."""
    browser = asgi(make_app(enable_acl=False)).browser()

    assert browser.get("/admin").status == 303
    log_in(browser)
    assert (browser.get("/admin").text, browser.get("/edit").text) == ("admin", "edit")


def test_an_account_must_be_verified(asgi, make_app, people, log_in):
    """Where the settings let unverified accounts sign in, an endpoint may still ask for more."""
    people.create_user("carl", email="carl@example.com", password="correct horse battery staple", is_verified=False)
    browser = asgi(make_app(enforce_email_verification=False)).browser()
    log_in(browser, email="carl@example.com")
    answer = browser.send("GET", "/verified", headers=JSON)

    assert (answer.status, code_of(answer)) == (403, "unverified_user")
    assert browser.get("/verified").status == 403


def test_a_verified_account_passes(signed_in):
    """Anna is verified."""
    assert signed_in.get("/verified").text == "verified"


def test_who_is_merely_remembered_must_prove_it_again(browser, anna, log_in):
    """A browser is led to the page for it, and a program learns why."""
    log_in(browser, remember_me="on")
    fresh = browser.get("/sensitive").text
    del browser.cookies["gatewright"]
    to_confirm, problem = browser.get("/sensitive"), browser.send("GET", "/sensitive", headers=JSON)
    form = browser.get(to_confirm.location).form("/confirm_password")
    back = browser.submit(form, password="correct horse battery staple")

    assert fresh == "sensitive"
    assert (to_confirm.status, to_confirm.location) == (303, "/confirm_password?next=%2Fsensitive")
    assert (problem.status, code_of(problem)) == (403, "not_fully_authenticated")
    assert back.location == "/sensitive"
    assert browser.get("/sensitive").text == "sensitive"


def test_an_endpoint_keeps_its_name():
    """Routes are named by it."""

    @login_required
    async def orders(request):
        """Show them."""

    assert (orders.__name__, orders.__doc__) == ("orders", "Show them.")


def test_a_function_without_a_request_cannot_be_guarded(run):
    """Nobody could say whose it is."""
    guarded = login_required(lambda: "hello")

    with pytest.raises(TypeError, match="request or a WebSocket"):
        run.run(guarded())
