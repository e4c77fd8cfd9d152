"""All operations in any order, in two applications on one store, and what a small model says must follow."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from interleavings.accounts import AccountRules
from interleavings.mails import MailRules
from interleavings.visits import VisitRules


class Interleavings(AccountRules, MailRules, VisitRules):
    """All of them."""


def run(make_store_settings, **options):
    options = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None} | options
    run_state_machine_as_test(
        lambda: Interleavings(make_store_settings()), settings=settings(derandomize=True, print_blob=False, **options)
    )


ORDERS = {"sqlite": 100, "postgresql": 15, "postgresql+redis": 10}
"""How many are tried: a database of its own for each takes a server its time."""


def test_all_operations_in_any_order(make_store_settings, request):
    """So many orders of fifty operations each."""
    orders = ORDERS[request.node.callspec.params["make_store_settings"]]
    run(make_store_settings, max_examples=orders, stateful_step_count=50, phases=[Phase.generate, Phase.shrink])


@pytest.mark.long
@pytest.mark.parametrize("make_store_settings", ["sqlite", "postgresql+redis"], indirect=True)
def test_all_operations_in_any_order_for_minutes(make_store_settings, request):
    """The same for twice as many orders, longer ones."""
    orders = 2 * ORDERS[request.node.callspec.params["make_store_settings"]]
    run(make_store_settings, max_examples=orders, stateful_step_count=80)
