"""What every adapter's step-up has in common: a class of tests for each adapter's folder to subclass.

The subclass's module has a fixture ``open_site``, which opens a browser on an application with these settings,
whose view ``/recent`` is ``@fresh_required`` and whose view ``/strong`` is ``@fresh_required(minutes=5, aal=2)``.
"""

from __future__ import annotations

import json

import pytest

from gatewright.web import Site
from sample_methods import CODES

SETTINGS = {"methods": ("password", "wallet", "sample_methods:ListedCode")}
LONG_AGO = 1_000_000_000
PASSWORD = "correct horse battery staple"
JSON = ("Content-Type", "application/json")
SCRIPT = [("Accept", "application/json")]


def give_code(browser, page, code):
    """Send the form of a page that asks for a code."""
    return browser.submit(page.form(method="listed_code", action="prove"), code=code)


class StepUpCases:
    @pytest.fixture
    def browser(self, open_site, anna):
        return open_site()

    @pytest.fixture
    def strong(self, browser, log_in):
        """Anna's browser, after a password and a code; she has the other codes left."""
        log_in(browser)
        page = browser.get("/account/methods/listed_code")
        assert browser.submit(page.form("/account/methods/listed_code"), codes=" ".join(CODES)).status == 303
        return browser

    @pytest.fixture
    def grow_old(self, sql):
        """Have every proof of every session be of long ago."""

        def grow_old():
            for session_id, written in sql("SELECT id, proven_by FROM sessions"):
                proofs = [[name, LONG_AGO, *others] for name, _, *others in json.loads(written or "[]")]
                sql("UPDATE sessions SET proven_by = ? WHERE id = ?", json.dumps(proofs), session_id)

        return grow_old

    def test_a_recent_proof_lets_in(self, browser, log_in):
        """A sign-in is one."""
        log_in(browser)
        assert browser.get("/recent").status == 200

    def test_an_old_proof_leads_to_the_confirmation_and_back(self, browser, log_in, grow_old):
        """To exactly where they were."""
        log_in(browser)
        grow_old()
        asked = browser.get("/recent?page=2")
        assert (asked.status, asked.location) == (303, "/confirm_password?next=%2Frecent%3Fpage%3D2")
        confirming = browser.follow(asked)
        done = browser.submit(confirming.form(method="password"), password=PASSWORD)

        assert (done.status, done.location) == (303, "/recent?page=2")
        assert browser.follow(done).status == 200

    def test_a_guest_signs_in_first(self, browser):
        """And comes back."""
        assert browser.get("/strong").location == "/login?next=%2Fstrong"

    def test_the_strongest_method_is_offered_first(self, strong, grow_old):
        """The others are behind a link, which forgets neither the level nor the way back."""
        assert strong.get("/strong").status == 200
        grow_old()
        asked = strong.get("/strong?page=2")
        assert asked.location == "/confirm_password?next=%2Fstrong%3Fpage%3D2&aal=2"
        page = strong.follow(asked)
        assert "Code from your list" not in page.text  # it is the one that is asked for
        assert "method=password" in page.text
        done = give_code(strong, page, CODES[0])

        assert done.location == "/strong?page=2"
        assert strong.follow(done).status == 200

    def test_whoever_has_no_second_method_is_offered_one(self, browser, log_in):
        """In the place of a form that would lead in circles. It leads on to where they were."""
        log_in(browser)
        page = browser.follow(browser.get("/strong"))
        assert page.path == "/confirm_password?next=%2Fstrong&aal=2"
        assert 'name="password"' not in page.text
        setting_up = "/account/methods/listed_code?next=%2Fstrong"
        assert f'href="{setting_up}"' in page.text
        form = browser.get(setting_up).form("/account/methods/listed_code")
        done = browser.submit(form, codes=" ".join(CODES))

        assert done.location == "/strong"
        assert browser.follow(done).status == 200

    def test_a_level_that_nobody_can_reach_is_told(self, browser, log_in, grow_old, caplog, monkeypatch):
        """By the log: the visitor can do nothing about it."""
        log_in(browser)
        grow_old()
        told = lambda: [each for each in caplog.messages if each.startswith("Nobody can access")]  # noqa: E731
        assert (browser.get("/recent").status, browser.get("/strong").status, told()) == (303, 303, [])
        monkeypatch.setattr(Site, "methods", property(lambda site: [site.parts.methods["password"]]))
        assert (browser.get("/recent").status, browser.get("/strong").status) == (303, 303)

        (said,) = told()
        assert "/strong" in said
        assert "assurance level 2, but all methods together (password) reach 1" in said

    def test_a_script_gets_a_problem(self, browser, log_in):
        """Which says what is asked for; htmx learns where the page is."""
        log_in(browser)
        answer = browser.send("GET", "/strong", headers=SCRIPT)
        of_htmx = browser.send("GET", "/strong", headers=[*SCRIPT, ("HX-Request", "true")])
        problem = json.loads(answer.text)

        assert (answer.status, problem["code"], problem["max_age"], problem["aal"]) == (403, "step_up_required", 300, 2)
        assert of_htmx.header("hx-redirect").startswith("/confirm_password?")
        assert of_htmx.header("hx-redirect").endswith("aal=2")

    def test_a_program_is_told_what_its_token_lacks(self, browser, people, alice, sign_in):
        """RFC 9470, 3: a challenge to authenticate anew."""
        token = sign_in(people, alice).token
        bearer = ("Authorization", f"Bearer {token}")
        answer = browser.send("GET", "/strong", headers=[bearer])

        assert (answer.status, json.loads(answer.text)["code"]) == (401, "step_up_required")
        assert answer.header("www-authenticate") == (
            'Bearer realm="gatewright", error="insufficient_user_authentication", acr_values="aal2", max_age="300"'
        )

    def test_a_sign_in_waits_for_its_second_factor(self, strong, open_site, log_in):
        """A guest everywhere, until the code is right."""
        browser = open_site()
        asked = log_in(browser, "/login?next=/recent")
        assert asked.location == "/login/step?next=%2Frecent"
        assert browser.get("/recent").location == "/login?next=%2Frecent"
        page = browser.follow(asked)
        assert give_code(browser, page, "wrong").status == 422
        done = give_code(browser, page, CODES[1])

        assert done.location == "/recent"
        assert browser.follow(done).status == 200
        assert browser.get("/strong").status == 200

    def test_a_scripts_sign_in_waits_too(self, strong, open_site):
        """For the same, as a problem that names the methods."""
        browser = open_site()
        login = {"email": "anna", "password": PASSWORD}
        answer = browser.send("POST", "/api/login", headers=[JSON], body=json.dumps(login).encode())
        problem = json.loads(answer.text)
        assert (answer.status, problem["code"]) == (403, "second_factor_required")
        assert problem["methods"] == ["listed_code"]
        step = {"method": "listed_code", "code": CODES[2]}
        assert browser.send("POST", "/api/login/step", headers=[JSON], body=json.dumps(step).encode()).status < 300

        assert browser.get("/strong").status == 200
