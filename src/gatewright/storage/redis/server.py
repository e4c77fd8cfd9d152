"""Commands to Redis, written once: they suspend with `redis.asyncio`, and never with blocking redis-py."""

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
"""Keys that the server scans before it serves other clients: about a millisecond."""


class Script:
    """A Lua script, which runs to completion before any other command (redis.io/docs, "Scripting with Lua")."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = sha1(text.encode(), usedforsecurity=False).hexdigest()  # the server's name for it


class RedisServer:
    """One Redis, of one server or many. Connections open at first use, and never cross a fork or an event loop.

    Args:
        url: Its address.
        is_async: Whether commands suspend.
    """

    def __init__(self, url: RedisURL, *, is_async: bool) -> None:
        self.url = url
        self._is_async = is_async
        self._lent = PerLoop(partial(lend_asynchronous, url))
        self._blocking: dict[int, Any] = {}

    async def run(self, *command: Any) -> Any:
        """Send one command and return the response.

        Raises:
            StoreUnavailableError: If Redis cannot be reached, refuses or takes too long.
        """
        with _telling_trouble():
            return await self._ask(lambda client: client.execute_command(*command))

    async def run_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send several commands in one pipeline, which is not a transaction, and return the responses.

        Raises:
            StoreUnavailableError: If one of them fails.
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
        """Run a script and return its result. A server that does not know it yet is sent the script.

        Args:
            script: The script.
            keys: The keys that it uses. All share one hash tag, by which a cluster keeps them on one node.
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
        """Yield the keys with a prefix, from every node of a cluster. For blocking code only.

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
        """Send something and return the response.

        A server that has become a replica keeps its connections open but refuses writes, while the name in the URL may
        already lead to the new master. So this reconnects and retries; nothing has been written.
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
        """Close the connections that are not in use."""
        if self._is_async:
            await client.connection_pool.disconnect(inuse_connections=False)
        elif self._blocking.get(os.getpid()) is client:  # no other thread has replaced it
            self._blocking.pop(os.getpid(), None)

    async def _client(self) -> Any:
        if self._is_async:
            return await self._lent.get()
        process = os.getpid()
        try:
            return self._blocking[process]
        except KeyError:  # two threads that race for first use may both open one; one of the two is used
            return self._blocking.setdefault(process, open_blocking(self.url))


async def _awaited(answer: Any) -> Any:
    return await answer if inspect.isawaitable(answer) else answer


@contextmanager
def _telling_trouble() -> Iterator[None]:
    try:
        yield
    except (RedisError, RedisClusterException, AttributeError) as error:
        # AttributeError: redis-py has no connection if another task has just dropped that node of a cluster.
        raise StoreUnavailableError(f"Redis is not available: {str(error).rstrip('.'):.200}.") from error
