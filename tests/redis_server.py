"""Real Redis servers on the loopback interface, of the tests' own: one, a cluster, and some watched by Sentinel."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis

from certificates import Certificate
from free_ports import free_port

_PAUSE = 0.05
_SLOTS = 16384


class RedisProcess:
    """One server, which forgets everything when it ends. It can be killed, and started again on the same port."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        port: int | None = None,
        program: str = "redis-server",
        certificate: Certificate | None = None,
    ) -> None:
        self.port = port or free_port()
        self._folder = folder
        self.tls_port = free_port() if certificate else None
        if certificate:
            options = (*options, "--tls-port", str(self.tls_port), *_options_of(certificate))
        command = [program, *options, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command = [*command, "--daemonize", "no", "--logfile", str(folder / "log")]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, cwd=self._folder)
        eventually(self._answers, f"{self._command[0]} answers")

    def _answers(self) -> object:
        if self._process.poll() is None:
            return self.ask("PING")
        said = (self._folder / "log").read_text()
        if "Failed finding TLS support" in said:
            pytest.skip("does not apply: this server was built without TLS")
        pytest.fail(said)

    def ask(self, *command: object) -> object:
        """Send a command as a stranger would, past all of our code."""
        with redis.Redis(port=self.port, socket_timeout=5, protocol=2) as client:
            client.response_callbacks.clear()
            return client.execute_command(*command)

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(10)

    def pause(self) -> None:
        """Have it hang: connections are taken, and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def serving(*options: str, **facts: object):
    """Run one server."""
    if not all(map(shutil.which, ("redis-server", "redis-sentinel"))):
        pytest.skip("there is no Redis: sudo apt-get install redis-server redis-sentinel")
    with tempfile.TemporaryDirectory(prefix="gatewright-redis-") as folder:
        server = RedisProcess(Path(folder), "--save", "", "--appendonly", "no", *options, **facts)
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def serving_cluster(certificate: Certificate | None = None):
    """Run a cluster of three masters, and yield them."""
    with ExitStack() as stack:
        nodes = []
        for _ in range(3):
            options = ("--tls-cluster", "yes") if certificate else ()
            nodes.append(stack.enter_context(_serving_node(*options, certificate=certificate)))
        ends = [_SLOTS * number // 3 for number in range(4)]
        for node, first, after in zip(nodes, ends, ends[1:], strict=False):
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, after - 1)
        for node in nodes[1:]:
            bus = node.ask("CONFIG", "GET", "cluster-port")[1].decode()
            nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", node.tls_port if certificate else node.port, bus)
        for node in nodes:
            eventually(lambda node=node: _is_joined(node), "the cluster has formed")
        yield nodes


@contextmanager
def serving_cluster_with_replica():
    """Run a cluster one of whose masters has a replica; yield the URL of the cluster, that master and its replica."""
    with serving_cluster() as nodes, _serving_node() as replica:
        bus = nodes[0].ask("CONFIG", "GET", "cluster-port")[1].decode()
        replica.ask("CLUSTER", "MEET", "127.0.0.1", nodes[0].port, bus)
        master_id = nodes[0].ask("CLUSTER", "MYID")
        eventually(lambda: replica.ask("CLUSTER", "REPLICATE", master_id), "the replica knows its master")
        eventually(lambda: b"master_link_status:up" in replica.ask("INFO", "replication"), "the replica has caught up")
        for node in nodes:
            eventually(lambda node=node: b"slave" in node.ask("CLUSTER", "NODES"), "the cluster knows the replica")
        yield "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes), nodes[0], replica


@contextmanager
def serving_sentinel(certificate: Certificate | None = None):
    """Run a master, its replica and a sentinel; yield the URL of the service, the master and the replica."""
    with (
        serving(certificate=certificate) as master,
        serving(*_replica_of(master, certificate), certificate=certificate) as replica,
    ):
        eventually(lambda: b"master_link_status:up" in replica.ask("INFO", "replication"), "the replica has caught up")
        with tempfile.TemporaryDirectory(prefix="gatewright-sentinel-") as folder:
            settings = Path(folder, "sentinel.conf")
            settings.write_text(
                f"sentinel monitor ours 127.0.0.1 {master.tls_port if certificate else master.port} 1\n"
                "sentinel down-after-milliseconds ours 300\n"
                "sentinel failover-timeout ours 2000\n"
            )
            options = ("--tls-replication", "yes") if certificate else ()
            sentinel = RedisProcess(
                Path(folder), str(settings), *options, program="redis-sentinel", certificate=certificate
            )
            try:
                eventually(lambda: b"slaves=1" in sentinel.ask("INFO", "sentinel"), "the sentinel knows the replica")
                scheme, port = ("rediss", sentinel.tls_port) if certificate else ("redis", sentinel.port)
                yield f"{scheme}+sentinel://127.0.0.1:{port}/ours/0", master, replica
            finally:
                sentinel.kill()


@pytest.fixture(scope="session")
def running_redis():
    with serving() as server:
        yield server


@pytest.fixture
def redis_server(running_redis):
    """A running server, empty."""
    running_redis.ask("FLUSHALL")
    return running_redis


@pytest.fixture(scope="session")
def running_cluster():
    with serving_cluster() as nodes:
        yield nodes


@pytest.fixture
def cluster_url(running_cluster):
    """The URL of a cluster of three masters, empty."""
    for node in running_cluster:
        node.ask("FLUSHALL")
    return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in running_cluster)


def eventually(is_so, what: str, *, seconds: float = 10):
    """Return the first answer that is true; servers need a moment."""
    for _ in range(round(seconds / _PAUSE)):
        try:
            answer = is_so()
        except (redis.RedisError, OSError):
            answer = None
        if answer:
            return answer
        time.sleep(_PAUSE)
    pytest.fail(f"It did not happen in time that {what}.")


def _serving_node(*options: str, **facts: object):
    """Run one node of a cluster."""
    ours = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--cluster-node-timeout", "2000")
    return serving(*ours, *options, **facts)


def _replica_of(master: RedisProcess, certificate: Certificate | None) -> list[str]:
    if certificate is None:
        return ["--replicaof", "127.0.0.1", str(master.port)]
    return ["--tls-replication", "yes", "--replicaof", "127.0.0.1", str(master.tls_port)]


def _options_of(certificate: Certificate) -> list[str]:
    files = {"ca-cert": certificate.authority, "cert": certificate.chain, "key": certificate.key}
    return ["--tls-auth-clients", "no", *(part for n, f in files.items() for part in (f"--tls-{n}-file", str(f)))]


def _is_joined(node: RedisProcess) -> bool:
    known = node.ask("CLUSTER", "INFO")
    return b"cluster_state:ok" in known and b"cluster_known_nodes:3" in known
