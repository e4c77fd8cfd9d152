"""What OpenTelemetry is told: a span for each operation, and for each callback of a hook."""

from __future__ import annotations

import pytest
from opentelemetry.trace import StatusCode

from gatewright.errors import Denied, UserNotFoundError
from gatewright.testing import Wallet

PASSWORD = "correct horse battery staple"


def test_a_hook_is_a_span_within_its_operation(watch, spans):
    """In both builds."""
    watched, wallet = watch(tracing=True), Wallet.new("spans")

    @watched.auth.hooks.pre_challenge
    def look():
        pass

    watched.call("generate_challenge", wallet.address)
    hook, operation = spans()

    assert (hook.name, operation.name) == ("gatewright hook pre_challenge", "gatewright generate_challenge")
    assert hook.parent.span_id == operation.context.span_id
    assert hook.attributes["gatewright.callback"].endswith("look")
    assert operation.attributes == {"gatewright.operation": "generate_challenge", "gatewright.outcome": "ok"}
    assert operation.status.status_code is StatusCode.UNSET


def test_an_error_is_its_code(watch, spans):
    """Its text, which may quote what a visitor sent, is nowhere."""
    watched = watch(tracing=True)

    @watched.auth.hooks.pre_challenge
    def refuse():
        raise Denied("a private reason")

    with pytest.raises(Denied):
        watched.call("generate_challenge", Wallet.new("errors").address)
    with pytest.raises(UserNotFoundError):
        watched.guard({})("login", "private-name", PASSWORD, "SQLUserProvider")

    assert {(span.status.status_code, span.status.description) for span in spans()} == {
        (StatusCode.ERROR, "denied"),
        (StatusCode.ERROR, "user_not_found"),
    }
    assert [span.events for span in spans()] == [()] * 3
    assert "private" not in "".join(span.to_json() for span in spans())


def test_metrics_and_spans_go_together(watch, spans, sample):
    """Both are told of everything."""
    watched = watch(tracing=True, metrics=True)
    watched.call("create_user", "ada", password=PASSWORD, is_verified=True)
    watched.guard({})("login", "ada", PASSWORD, "SQLUserProvider")

    assert [span.name for span in spans()] == ["gatewright create_user", "gatewright login"]
    assert sample("gatewright_operations_total", operation="login", outcome="ok") == 1
    assert sample("gatewright_sign_ins_total", provider="SQLUserProvider", method="password", outcome="ok") == 1
    assert sample("gatewright_hashing_duration_seconds_count") == 2
