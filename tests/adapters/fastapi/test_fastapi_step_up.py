"""Ask for a fresh proof, or a stronger one: decorators and sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import Depends

from adapters.step_up_cases import SETTINGS, StepUpCases


@pytest.fixture
def server(asgi, make_app):
    return asgi(make_app(settings=SETTINGS))


@pytest.fixture
def open_site(server):
    return server.browser


class TestStepUp(StepUpCases):
    def test_one_minute_is_not_the_setting(self, server, browser, log_in, gatewright_clock):
        """Although 1 equals True: FastAPI asks but one of two dependencies that are equal."""
        app, auth = server.app, server.app.state.auth
        asked = [Depends(auth.current_user(fresh=each)) for each in (True, 1)]
        app.add_api_route("/minute", lambda: "let in", dependencies=asked)
        log_in(browser)
        assert browser.get("/minute").status == 200
        gatewright_clock.advance(timedelta(minutes=5))

        assert browser.get("/recent").status == 200
        assert browser.get("/minute").status == 303
        assert auth.current_user(fresh=1) == auth.current_user(fresh=1.0) != auth.current_user(fresh=True)

    def test_a_socket_closes_before_a_weak_session(self, server, browser, log_in, strong):
        """Before it is accepted; a session of two factors opens it."""
        weak = server.browser()
        log_in(weak)

        assert server.connect("/private/strong", cookies_of(weak)) == [
            {"type": "websocket.close", "code": 1008, "reason": ""}
        ]
        assert server.connect("/private/strong", cookies_of(strong))[0]["type"] == "websocket.accept"


def cookies_of(browser):
    return [("cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
