"""Ask for a fresh proof, or a stronger one: decorators and sockets."""

from __future__ import annotations

import pytest

from adapters.step_up_cases import SETTINGS, StepUpCases


@pytest.fixture
def server(asgi, make_app):
    return asgi(make_app(**SETTINGS))


@pytest.fixture
def open_site(server):
    return server.browser


class TestStepUp(StepUpCases):
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
