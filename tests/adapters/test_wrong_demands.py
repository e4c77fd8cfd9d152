"""What no view can demand is refused at the line that writes it, the same by every adapter."""

from __future__ import annotations

import math

import pytest

from gatewright.adapters import django, flask, starlette
from gatewright.adapters.fastapi import FastAPIAuth
from gatewright.errors import ConfigurationError

ADAPTERS = pytest.mark.parametrize("adapter", [starlette, flask, django], ids=["starlette", "flask", "django"])
NO_MINUTES = ("5", -1, 0, math.nan, math.inf, 10**9)
NO_LEVELS = ("2", 4, -1, True, 2.0, None)


@ADAPTERS
@pytest.mark.parametrize("minutes", [*NO_MINUTES, True, False])
def test_a_decorator_takes_minutes(adapter, minutes):
    """False would demand no fresh proof at all."""
    with pytest.raises(ConfigurationError, match="@fresh_required takes minutes above 0"):
        adapter.fresh_required(minutes=minutes)


@ADAPTERS
@pytest.mark.parametrize("aal", NO_LEVELS)
def test_a_decorator_takes_a_level(adapter, aal):
    """Of those that there are."""
    with pytest.raises(ConfigurationError, match="an assurance level of 0 to 3"):
        adapter.fresh_required(aal=aal)


@ADAPTERS
@pytest.mark.parametrize(
    "name", ["login_required", "verified_required", "fully_authenticated_required", "fresh_required"]
)
def test_a_decorator_is_given_a_view(adapter, name):
    """What was written in parentheses without a name would be taken for one."""
    with pytest.raises(ConfigurationError, match=r"5 is not a view.*@fresh_required\(minutes=5\)"):
        getattr(adapter, name)(5)


@pytest.mark.parametrize(("argument", "values"), [("fresh", [*NO_MINUTES, None]), ("aal", NO_LEVELS)])
def test_a_dependency_takes_minutes_and_a_level(argument, values):
    """As the decorators do."""
    for value in values:
        with pytest.raises(ConfigurationError, match="takes minutes above 0"):
            FastAPIAuth().current_user(**{argument: value})


@pytest.mark.parametrize("argument", ["optional", "verified", "fully_authenticated"])
@pytest.mark.parametrize("value", ["no", 0, 1, None])
def test_a_dependency_takes_flags(argument, value):
    """``optional="no"`` would let everybody in."""
    with pytest.raises(ConfigurationError, match=rf"current_user\({argument}=...\) takes True or False, not"):
        FastAPIAuth().current_user(**{argument: value})


@pytest.mark.parametrize("argument", ["role", "permission"])
def test_a_dependency_takes_names(argument):
    """One, or several in whatever holds them; a number is neither."""
    for value in (5, True, object(), b"admin"):
        with pytest.raises(ConfigurationError, match=rf'Name what is required: current_user\({argument}="..."\)'):
            FastAPIAuth().current_user(**{argument: value})
