"""What the tests of a store need: the store, and a way to run its coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from gatewright.drive import run_to_completion
from gatewright.ports import Store
from gatewright.testing.store_conformance.samples import Run


class StoreFixtures:
    """Gives every test a new, empty store and runs what it answers."""

    suspends: ClassVar[bool] = False
    """Whether the store's methods suspend, so that they need an event loop. One that does not is held to it."""

    survives_close: ClassVar[bool] = True
    """Whether the store still knows everything when it is used again after ``close``; one in memory need not."""

    forgets_by_itself: ClassVar[bool] = False
    """Whether challenges and attempts vanish when they no longer matter, so that there is nothing to be deleted."""

    @pytest.fixture
    def store(self) -> Store:
        """Return a new, empty store."""
        raise NotImplementedError("Define a fixture named `store` in your subclass of StoreConformance.")

    @pytest.fixture
    def run(self) -> Iterator[Run]:
        """Run the store's coroutines: at once, or in an event loop that lives as long as the test."""
        if self.suspends:
            with event_loop() as run:
                yield run
        else:
            yield run_to_completion


@contextmanager
def event_loop() -> Iterator[Run]:
    """Run an event loop in a thread of its own, and yield what waits for a coroutine there."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
