"""Commands to Redis, written once: they never suspend with blocking redis-py, and do with `redis.asyncio`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha1
from typing import Any

from redis.exceptions import NoScriptError, ReadOnlyError, RedisClusterException, RedisError

from gatewright.drive import run_to_completion
from gatewright.errors import StoreUnavailableError
from gatewright.offload import PerLoop
from gatewright.storage.redis.clients import lend_asynchronous, open_blocking
from gatewright.storage.redis.url import Kind, RedisURL

Command = tuple[Any, ...]

_SCANNED = 1000
"""Keys that the server looks at before it answers others: about a millisecond."""


class Script:
    """A Lua script, which runs to its end before any other command (redis.io/docs, "Scripting with Lua")."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode(), usedforsecurity=False).hexdigest()  # by which the server knows it


class RedisServer:
    """One Redis, be it one server or many. Connections are opened at first use, none across a fork or an event loop.

    Args:
        url: Where it is.
        is_async: Whether commands suspend.
    """

    def __init__(self, url: RedisURL, *, is_async: bool) -> None:
        self.url = url
        self._is_async = is_async
        self._lent = PerLoop(partial(lend_asynchronous, url))
        self._blocking: dict[int, Any] = {}

    async def run(self, *command: Any) -> Any:
        """Send one command and return the answer.

        Raises:
            StoreUnavailableError: If Redis cannot be reached, refuses or takes too long.
        """
        with _telling_trouble():
            return await self._ask(lambda client: client.execute_command(*command))

    async def run_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send several commands at once, which are no transaction, and return the answers.

        Raises:
            StoreUnavailableError: If one cannot be answered.
        """

        def send(client: Any) -> Any:
            pipeline = client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return pipeline.execute()

        with _telling_trouble():
            answers: list[Any] = await self._ask(send)
            return answers

    async def evaluate(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Run a script and return its answer. The server that does not know it yet is sent it.

        Args:
            script: The script.
            keys: The keys that it uses. All have one hash tag, since a cluster keeps them together by it.
            arguments: Its other arguments.

        Raises:
            StoreUnavailableError: If it cannot be run.
        """
        with _telling_trouble():
            rest = (len(keys), *keys, *arguments)
            try:
                return await self._ask(lambda client: client.execute_command("EVALSHA", script.digest, *rest))
            except NoScriptError:
                return await self._ask(lambda client: client.execute_command("EVAL", script.text, *rest))

    def keys(self, prefix: str) -> Iterator[bytes]:
        """Yield the keys that begin with a text, those of every node of a cluster. Only blocking code may ask.

        Raises:
            StoreUnavailableError: If Redis cannot be reached, refuses or takes too long.
        """
        with _telling_trouble():
            yield from run_to_completion(self._client()).scan_iter(match=f"{prefix}*", count=_SCANNED)

    def close(self) -> None:
        """Close the connections of blocking code. Those of an event loop are closed when it ends."""
        client = self._blocking.pop(os.getpid(), None)
        if client is not None:
            client.close()

    async def _ask(self, send: Callable[[Any], Any]) -> Any:
        """Send something and return the answer.

        A server that has become a replica keeps our connections and refuses what we write, while the name in the URL
        may lead to the new master already. So we connect anew; nothing has been written.
        """
        client = await self._client()
        try:
            return await _awaited(send(client))
        except ReadOnlyError:
            if self.url.kind is not Kind.SINGLE:
                raise
        await self._disconnect(client)
        return await _awaited(send(await self._client()))

    async def _disconnect(self, client: Any) -> None:
        """Give up the connections that nobody uses now."""
        if self._is_async:
            await client.connection_pool.disconnect(inuse_connections=False)
        elif self._blocking.get(os.getpid()) is client:  # and no other thread has been here
            self._blocking.pop(os.getpid(), None)

    async def _client(self) -> Any:
        if self._is_async:
            return await self._lent.get()
        process = os.getpid()
        try:
            return self._blocking[process]
        except KeyError:  # threads that come first together may both open one, of which one is used
            return self._blocking.setdefault(process, open_blocking(self.url))


async def _awaited(answer: Any) -> Any:
    return await answer if inspect.isawaitable(answer) else answer


@contextmanager
def _telling_trouble() -> Iterator[None]:
    try:
        yield
    except (RedisError, RedisClusterException, AttributeError) as error:
        # redis-py has no connection to write to where another task has just given up the node of a cluster.
        raise StoreUnavailableError(f"Redis is not available: {str(error).rstrip('.'):.200}.") from error
