"""The log lines of a request belong together."""

from __future__ import annotations

import logging
import sys
from types import ModuleType

from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from gatewright.logs import RequestIdFilter


def say(request):
    logging.getLogger("shop").info("one")
    logging.getLogger("shop").info("two")
    return HttpResponse("said")


def test_lines_of_a_request_have_its_id(change, open_browser, assert_lines_belong_together):
    """And none when it is over, though its thread goes on; under WSGI and ASGI."""
    urls = ModuleType("gatewright_test_say_urls")
    urls.urlpatterns = [path("", include("gatewright.adapters.django.urls")), path("say", say)]
    sys.modules[urls.__name__] = urls
    change(trusted_proxies="203.0.113.7")
    with override_settings(ROOT_URLCONF=urls.__name__):
        assert_lines_belong_together(open_browser(), "/say")


def test_what_django_logs_of_an_answer_has_its_id(browser, caplog):
    """It does that when every middleware has ended."""
    caplog.handler.addFilter(RequestIdFilter())
    browser.get("/broken")
    said = [record.request_id for record in caplog.records if record.name == "django.request"]

    assert said
    assert all(len(each) == 32 for each in said)
