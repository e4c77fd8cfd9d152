"""The auth of an event loop, whose hooks run in Django's thread."""

from __future__ import annotations

from threading import current_thread

from asgiref.sync import sync_to_async

from gatewright.adapters.django import async_auth, get_async_auth, get_auth


def test_without_hooks_nothing_changes_threads(change, run, monkeypatch):
    """Until one is added, which may be after the first request."""
    hops, threads = [], []

    def counting(function):
        hops.append(function)
        return sync_to_async(function)

    monkeypatch.setattr(async_auth, "sync_to_async", counting)
    auth = get_async_auth()
    run.run(auth.validate_token("nonsense"))
    without = len(hops)
    get_auth().add_hook("pre_token_validate", lambda token: threads.append(current_thread()))
    run.run(auth.validate_token("nonsense"))

    assert (without, len(hops)) == (0, 1)
    assert len(threads) == 1
    assert threads != [current_thread()]
