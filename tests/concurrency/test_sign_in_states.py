"""No sequence of requests reaches a session with less proof than the policy asks."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from gatewright.methods.wallet import authenticate
from gatewright.operations import fresh_proof, remember, sign_in
from interleavings.sign_ins import SignIns

ORDERS = {"sqlite": 60, "postgresql": 6, "postgresql+redis": 4}
"""How many are tried: a database of its own for each takes a server its time."""


def run(make_store_settings, *, orders, steps=40, phases=(Phase.generate,)):
    reached = Counter()
    options = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
    run_state_machine_as_test(
        lambda: SignIns(make_store_settings(), reached),
        settings=settings(
            derandomize=True,
            print_blob=False,
            max_examples=orders,
            stateful_step_count=steps,
            phases=phases,
            **options,
        ),
    )
    return reached


def test_no_requests_reach_a_session_with_less_proof_than_the_policy_asks(make_store_settings, request):
    """Under policies that change. Some sessions have one factor, some two, and remembered browsers come back."""
    kind = request.node.callspec.params["make_store_settings"]
    reached = run(make_store_settings, orders=ORDERS[kind], phases=[Phase.generate, Phase.shrink])

    if kind == "sqlite":
        assert {0, 1, 2} <= {level for level, policy in reached if policy == "enrolled"}


@pytest.mark.long
@pytest.mark.parametrize("make_store_settings", ["sqlite", "postgresql+redis"], indirect=True)
def test_no_requests_do_for_minutes(make_store_settings, request):
    """The same for many more orders, longer ones."""
    orders = 5 * ORDERS[request.node.callspec.params["make_store_settings"]]
    run(make_store_settings, orders=orders, steps=80, phases=[Phase.generate, Phase.shrink])


@pytest.mark.parametrize("make_store_settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("module", [sign_in, remember, fresh_proof, authenticate], ids=lambda module: module.__name__)
def test_a_policy_that_is_not_asked_is_noticed(make_store_settings, monkeypatch, module):
    """At each of the places that ask it: this test can fail."""

    async def never(step, proofs):
        return False

    monkeypatch.setattr(module, "needs_second_factor", never)
    with pytest.raises(AssertionError):
        run(make_store_settings, orders=200)
