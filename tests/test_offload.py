"""Bounded pools, and the shield: what blocks runs beside the event loop, and what has begun is finished."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from gatewright.errors import StoreUnavailableError
from gatewright.offload import ClosedOnCancellation, PerLoop, offload, quick, run_here, run_shielded

VARIABLE = contextvars.ContextVar("VARIABLE", default=None)


class Port:
    """Counts how many of its calls run at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = self.most = 0
        self.threads = set()
        self.gate = threading.Barrier(2, timeout=10)

    async def meet(self, number):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
            self.threads.add(threading.current_thread().name)
        self.gate.wait()
        with self.lock:
            self.running -= 1
        return number

    async def fail(self):
        raise LookupError("from the pool")

    def plain(self):
        return threading.current_thread().name


def test_work_runs_in_so_many_threads_and_no_more():
    """Each pair of calls waits for each other, so two threads are there; a third never is."""
    port = Port()

    async def use():
        return await asyncio.gather(*[offloaded.meet(number) for number in range(10)])

    offloaded = offload(port, threads=2)

    assert asyncio.run(use()) == list(range(10))
    assert (port.most, len(port.threads)) == (2, 2)
    assert threading.current_thread().name not in port.threads
    assert all(name.startswith("gatewright-Port") for name in port.threads)


def test_a_pool_serves_one_event_loop_after_another():
    """As tests and scripts use it."""
    offloaded = offload(Port(), threads=2)
    for _ in range(3):
        with pytest.raises(LookupError, match="from the pool"):
            asyncio.run(offloaded.fail())


def test_plain_methods_run_where_they_are_called():
    """Only what is awaited goes to the pool."""
    assert offload(Port(), threads=1).plain() == threading.current_thread().name


class Store:
    """Says where it is asked, and may be locked."""

    def __init__(self, *, is_locked=False):
        self.is_locked = is_locked

    @quick
    async def read(self):
        if self.is_locked:
            raise StoreUnavailableError("locked")
        return threading.current_thread().name

    async def write(self):
        return threading.current_thread().name


@pytest.mark.parametrize("is_locked", [False, True])
def test_what_is_quick_runs_on_the_loop_unless_it_would_have_to_wait(is_locked):
    """Then it waits in the pool, where everything else runs anyway."""
    store = offload(Store(), threads=1, here=Store(is_locked=is_locked))

    assert asyncio.run(store.read()).startswith("gatewright-Store" if is_locked else "MainThread")
    assert asyncio.run(store.write()).startswith("gatewright-Store")


def test_a_call_that_has_waited_too_long_is_not_made():
    """Where each call hangs, the last one does not wait for all the others' waits."""
    begun, go = [], threading.Event()

    class Hanging:
        async def hang(self, number):
            begun.append(number)
            go.wait(10)

    async def call_all():
        port = offload(Hanging(), threads=1, patience=0.05)
        calls = [asyncio.ensure_future(port.hang(number)) for number in range(3)]
        await asyncio.sleep(0.1)
        go.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    first, *others = asyncio.run(call_all())
    assert first is None
    assert [type(each) for each in others] == [StoreUnavailableError] * 2
    assert begun == [0]


def test_what_is_missing_is_missing():
    """The stand-in has the attributes of its port and no others."""
    with pytest.raises(AttributeError, match="nothing"):
        offload(Port(), threads=1).nothing  # noqa: B018 - reading it is the test


@pytest.mark.parametrize("shield", [run_here, run_shielded])
def test_a_shield_returns_and_raises_what_the_coroutine_does(shield):
    """In both builds."""

    async def answer():
        return 42

    async def fail():
        raise LookupError("inside")

    assert asyncio.run(shield(answer())) == 42
    with pytest.raises(LookupError, match="inside"):
        asyncio.run(shield(fail()))


def test_a_shield_waits_for_the_end_and_then_passes_the_cancellation_on():
    """However often it is cancelled."""
    ended = []

    async def visit():
        may_go_on = asyncio.Event()

        async def work():
            await may_go_on.wait()
            ended.append(True)

        task = asyncio.create_task(run_shielded(work()))
        for _ in range(5):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(visit())

    assert ended == [True]


def test_a_shield_hands_on_context_variables():
    """Those that the coroutine set, and no others."""

    async def work():
        await asyncio.sleep(0)
        VARIABLE.set("inside")

    async def visit():
        VARIABLE.set("outside")
        await run_shielded(asyncio.sleep(0))
        assert VARIABLE.get() == "outside"
        await run_shielded(work())
        return VARIABLE.get()

    assert asyncio.run(visit()) == "inside"


class Lender:
    """Lends numbers, and notes which are given back. The first few may not be had."""

    def __init__(self, *, fails=0):
        self.fails = fails
        self.lent, self.returned = 0, []

    async def lend(self):
        self.lent += 1
        mine = self.lent
        await asyncio.sleep(0)
        if mine <= self.fails:
            raise LookupError(mine)
        try:
            yield mine
        finally:
            self.returned.append(mine)


def test_an_event_loop_is_lent_one_and_gives_it_back_when_it_ends():
    """However many ask at once. The next loop gets another one."""
    lender = Lender()
    lent = PerLoop(lender.lend)

    async def ask():
        return {*await asyncio.gather(*(lent.get() for _ in range(9))), await lent.get()}

    assert [asyncio.run(ask()) for _ in range(2)] == [{1}, {2}]
    assert lender.returned == [1, 2]


def test_what_could_not_be_lent_is_tried_again():
    """By the same event loop: all who waited are told, whoever comes later may have it."""
    lent = PerLoop(Lender(fails=1).lend)

    async def ask():
        told = await asyncio.gather(*(lent.get() for _ in range(3)), return_exceptions=True)
        return [type(each) for each in told], await lent.get()

    assert asyncio.run(ask()) == ([LookupError] * 3, 2)


def test_whoever_gives_up_waiting_takes_it_from_nobody():
    """A request that is cancelled while the connection is opened cancels its own wait alone."""
    lent = PerLoop(Lender().lend)

    async def ask():
        impatient, patient = asyncio.ensure_future(lent.get()), asyncio.ensure_future(lent.get())
        await asyncio.sleep(0)
        impatient.cancel()
        return await patient

    assert asyncio.run(ask()) == 1


def test_what_is_lent_is_closed_once_and_in_silence_when_the_loop_ends(caplog):
    """Although the loop closes all its generators at the same time, in an order of chance."""
    closed = []

    async def close():
        closed.append(True)

    async def lend():
        async with ClosedOnCancellation(close):
            yield 1

    for _ in range(10):
        asyncio.run(PerLoop(lend).get())
    assert len(closed) == 10
    assert not caplog.records


def test_what_is_given_back_at_once_is_closed():
    closed = []

    async def close():
        closed.append(True)

    async def use():
        async with ClosedOnCancellation(close):
            pass

    asyncio.run(use())
    assert closed == [True]
