"""The log lines of a request belong together."""

from __future__ import annotations

import logging


def test_lines_of_a_request_have_its_id(make_app, open_browser, assert_lines_belong_together):
    """And none when it is over, though its thread goes on."""
    app = make_app(trusted_proxies="203.0.113.7")

    @app.get("/say")
    def say():
        logging.getLogger("shop").info("one")
        logging.getLogger("shop").info("two")
        return "said"

    assert_lines_belong_together(open_browser(app), "/say")
