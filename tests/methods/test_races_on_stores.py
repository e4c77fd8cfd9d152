"""On every store, a code that many send at one moment is good once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from authenticator_apps import enrol_app
from gatewright.errors import InvalidProofError, SecondFactorRequiredError
from gatewright.testing import FrozenClock
from stores_under_test import assert_sound
from stores_under_test import make_store_on_postgresql as make_store_on_postgresql
from stores_under_test import make_store_on_postgresql_with_redis as make_store_on_postgresql_with_redis
from stores_under_test import make_store_settings as make_store_settings
from stores_under_test import open_auth as open_auth
from stores_under_test import store_settings as store_settings
from visitors import OURS, PASSWORD, Visitor

CROWD = 8


@pytest.fixture
def clock():
    return FrozenClock()


@pytest.fixture
def auth(open_auth, clock):
    """An application on the store, with carol's account."""
    auth = open_auth({"clock": clock}, enable_brute_force_protection=False)
    auth.create_user("carol", password=PASSWORD, is_verified=True)
    return auth


@pytest.fixture
def enrolled(auth):
    """A visitor who is signed in as carol."""
    visitor = Visitor(auth)
    visitor.request().login("carol", PASSWORD, OURS)
    return visitor


@pytest.fixture
def race(auth):
    """Finish a sign-in in many browsers at one moment, and count what came of it."""

    def race(method, code):
        browsers = [Visitor(auth) for _ in range(CROWD)]
        for each in browsers:
            with pytest.raises(SecondFactorRequiredError):
                each.request().login("carol", PASSWORD, OURS)
        barrier = Barrier(CROWD, timeout=60)

        def prove(browser):
            guard = browser.request()
            barrier.wait()
            try:
                return guard.prove(method, {"code": code}).username
            except InvalidProofError as error:
                return error.code

        with ThreadPoolExecutor(CROWD) as pool:
            outcomes = Counter(pool.map(prove, browsers))
        assert [each.request().is_guest() for each in browsers].count(False) == outcomes["carol"]
        return outcomes

    return race


def test_a_code_of_an_app_counts_once(enrolled, clock, race, store_settings):
    """The counter is raised by one of them."""
    app = enrol_app(enrolled.request(), clock)
    clock.advance(minutes=1)
    assert race("totp", app.code(clock.now())) == {"carol": 1, "invalid_proof": CROWD - 1}
    assert_sound(store_settings, now=clock.now())


def test_a_recovery_code_counts_once(enrolled, clock, race, store_settings):
    """One of them takes it away; nine are left."""
    enrol_app(enrolled.request(), clock)
    codes = enrolled.request().enrol("recovery_codes")["codes"]
    assert race("recovery_codes", codes[0]) == {"carol": 1, "invalid_proof": CROWD - 1}
    assert sum(each.method == "recovery_codes" for each in enrolled.request().authenticators()) == 9
    assert_sound(store_settings, now=clock.now())


def test_of_many_lists_of_codes_one_is_kept(enrolled, auth, store_settings, clock):
    """Whoever makes new ones twice at once has ten, all of one list."""
    guards = [auth.guard(dict(enrolled.cookie)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda guard: guard.enrol("recovery_codes")["codes"], guards))
    assert sum(each.method == "recovery_codes" for each in enrolled.request().authenticators()) == 10
    works = []
    for codes in lists:
        try:
            enrolled.request().prove("recovery_codes", {"code": codes[0]})
            works.append(codes)
        except InvalidProofError:
            pass
    assert len(works) == 1
    assert_sound(store_settings, now=clock.now())
