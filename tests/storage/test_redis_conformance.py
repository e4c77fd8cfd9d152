"""SQL with Redis keeps every promise of the port: with one server and with a cluster, blocking and asynchronous."""

from __future__ import annotations

import shutil

import pytest

from gatewright.offload import offload
from gatewright.storage.redis import RedisServer, keep_in_redis, read_url
from gatewright.storage.sql import SQLiteDatabase, SQLStore
from gatewright.testing.store_conformance import StoreConformance
from gatewright.testing.store_conformance.account_ends import AccountEndPromises
from gatewright.testing.store_conformance.attempts import AttemptPromises
from gatewright.testing.store_conformance.challenges import ChallengePromises
from gatewright.testing.store_conformance.claims import ClaimPromises
from gatewright.testing.store_conformance.sessions import SessionPromises
from gatewright.testing.store_conformance.visits import VisitPromises


class RedisConformance(StoreConformance):
    """The suite, on a SQLite file and a Redis that ``redis_url`` names."""

    forgets_by_itself = True

    @pytest.fixture
    def store(self, url, path, migrated_file, redis_url):
        shutil.copy(migrated_file, path)
        sql = SQLStore(SQLiteDatabase(url))
        server = RedisServer(read_url(redis_url), is_async=self.suspends)
        store = keep_in_redis(offload(sql, threads=4) if self.suspends else sql, server, naive_timestamps=False)
        yield store
        store.close()


class TestServer(RedisConformance):
    """On one server, answering at once."""

    @pytest.fixture
    def redis_url(self, redis_server):
        return redis_server.url


class TestServerAsynchronously(TestServer):
    """On one server, awaited in an event loop."""

    suspends = True


class ClusterConformance(
    AccountEndPromises, AttemptPromises, ChallengePromises, ClaimPromises, SessionPromises, VisitPromises
):
    """What Redis has to do with, on three masters."""

    forgets_by_itself = True
    store = RedisConformance.store

    @pytest.fixture
    def redis_url(self, cluster_url):
        return cluster_url


@pytest.mark.long
class TestCluster(ClusterConformance):
    """Answering at once."""


@pytest.mark.long
class TestClusterAsynchronously(ClusterConformance):
    """Awaited in an event loop."""

    suspends = True
