"""The log lines of a request belong together."""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse


def test_lines_of_a_request_have_its_id(make_app, asgi, assert_lines_belong_together):
    """On the event loop, and in a thread beside it."""

    async def say(request):
        logging.getLogger("shop").info("one")
        await run_in_threadpool(logging.getLogger("shop").info, "two")
        return PlainTextResponse("said")

    app = make_app(trusted_proxies="203.0.113.7")
    app.add_route("/say", say)

    assert_lines_belong_together(asgi(app).browser(), "/say")
