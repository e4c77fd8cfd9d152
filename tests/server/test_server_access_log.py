"""What the access log shows."""

from __future__ import annotations

import logging

import pytest

from gatewright.server import access_log


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/me?token=secret", "/me"),
        ("/password-reset", "/password-reset"),
        ("/password-reset/secret", "/password-reset/..."),
        ("/email_verification/secret?x=y", "/email_verification/..."),
        ("/api/password-reset/secret", "/api/password-reset/..."),
        ("/api/email_verification/secret", "/api/email_verification/..."),
        ("/account", "/account"),
    ],
)
def test_no_secret_stands_in_a_line(path, shown, caplog):
    """Neither of a query string nor of a link."""
    access_log.hide_secrets()
    logger = logging.getLogger("uvicorn.access")
    arguments = ("127.0.0.1:5", "GET", path, "1.1", 200)
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 1, '%s - "%s %s HTTP/%s" %d', arguments, None)

    assert logger.filter(record)
    assert record.getMessage() == f'127.0.0.1:5 - "GET {shown} HTTP/1.1" 200'
