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
def test_no_secret_stands_in_a_line(path, shown, gatewright_settings):
    """Neither of a query string nor of a link."""
    access_log.hide_secrets(gatewright_settings)
    assert line_of(path) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/reset/secret", "/reset/..."),
        ("/password-reset/secret", "/password-reset/..."),
        ("/spa/api/password-reset/secret", "/spa/api/password-reset/..."),
    ],
)
def test_no_secret_stands_in_the_line_of_a_moved_page(path, shown, gatewright_settings):
    """Wherever the operator has put it; where it was, too, since old mails lead there."""
    paths = {"password_reset_form": "/reset/{token}"}
    settings = gatewright_settings.with_values(page_paths=paths, api_path="/spa/api")
    access_log.hide_secrets(settings)
    access_log.hide_secrets(settings)
    assert line_of(path) == shown


@pytest.fixture(autouse=True)
def _filters():
    """Leave the logger as it was."""
    logger = logging.getLogger("uvicorn.access")
    before = list(logger.filters)
    logger.filters.clear()
    yield
    logger.filters[:] = before


def line_of(path):
    """Return the path that the access log shows."""
    logger = logging.getLogger("uvicorn.access")
    arguments = ("127.0.0.1:5", "GET", path, "1.1", 200)
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 1, '%s - "%s %s HTTP/%s" %d', arguments, None)

    assert logger.filter(record)
    return record.getMessage().split()[3]
