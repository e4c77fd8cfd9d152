"""The example applications, and the server, as real processes on real ports."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from free_ports import free_port
from gatewright import EvrmoreAuth, Settings
from gatewright.testing import Browser

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PASSWORD = "correct horse battery staple"
SECONDS = 30


@dataclass(frozen=True)
class Running:
    """An example application that answers."""

    framework: str
    url: str
    pid: int
    auth: EvrmoreAuth
    mails: list

    def send(self, method, target, headers, body):
        """One request on a connection of its own, exactly as it is given."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def browser(self, **options):
        return Browser(self.send, **options)

    def deliver(self):
        """Send what waits, and return all mails so far."""
        self.auth.deliver_mails()
        return self.mails


class Mailbox:
    def __init__(self):
        self.mails = []

    def send(self, mail):
        self.mails.append(mail)


def command_of(framework, port):
    """Return how an example is started, and in which folder: Flask and Django on their development servers, or on one
    process of gunicorn with workers of a class.
    """
    python = [sys.executable, "-m"]
    address = ["--host", "127.0.0.1", "--port", str(port)]
    uvicorn = [*python, "uvicorn", "--no-proxy-headers", *address]
    gunicorn = [*python, "gunicorn", "--no-control-socket", "--graceful-timeout", "1"]
    gunicorn += ["--bind", f"127.0.0.1:{port}", "--worker-class"]
    sync, gthread = [*gunicorn, "sync"], [*gunicorn, "gthread", "--threads", "4"]
    return {
        "server": ([*python, "gatewright", "serve", *address], ROOT),
        "starlette": ([*uvicorn, "--app-dir", str(ROOT / "tests" / "conformance"), "starlette_app:app"], ROOT),
        "fastapi": ([*uvicorn, "--app-dir", str(EXAMPLES / "fastapi"), "app:app"], ROOT),
        "flask": ([*python, "flask", "--app", str(EXAMPLES / "flask" / "app"), "run", *address], ROOT),
        "django": (
            [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            EXAMPLES / "django",
        ),
        "flask-sync": ([*sync, "app:app"], EXAMPLES / "flask"),
        "flask-gthread": ([*gthread, "app:app"], EXAMPLES / "flask"),
        "django-sync": ([*sync, "project.wsgi"], EXAMPLES / "django"),
        "django-gthread": ([*gthread, "project.wsgi"], EXAMPLES / "django"),
    }[framework]


@contextmanager
def running(framework, folder, *, site_name, host="127.0.0.1", **settings):
    """Start an example on a database of its own, and stop it by its process.

    The name of the site is for those that do not name themselves; Django's settings do. The host is that of its
    address, another name of this machine. Other settings are given as text, as the environment has them.
    """
    port = free_port()
    url, database = f"http://{host}:{port}", f"sqlite:///{folder / framework}.db"
    values = {
        "database_url": database,
        "jwt_secret": "a secret of the examples under test, long enough",
        "public_url": url,
        "site_name": site_name,
        "mail_delivery": "command",
        "argon2_memory_kib": 64,
        "argon2_iterations": 1,
    } | settings
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = passed_on | {f"GATEWRIGHT_{name.upper()}": str(value) for name, value in values.items()}
    environment |= {"DJANGO_DATABASE": str(folder / "project.db"), "PYTHONDONTWRITEBYTECODE": "1"}
    mailbox = Mailbox()
    ours = {name: value for name, value in values.items() if name in Settings.model_fields}  # without those of methods
    with ExitStack() as stack:
        auth = stack.enter_context(EvrmoreAuth(settings=Settings(_env_file=None, **ours), mailer=mailbox))
        auth.create_role("admin")
        auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
        auth.create_user("boss", email="boss@example.com", password=PASSWORD, is_verified=True, roles=["admin"])
        command, place = command_of(framework, port)
        if framework.startswith("django"):
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(migrate, cwd=place, env=environment, check=True, timeout=SECONDS)
        log = stack.enter_context((folder / f"{framework}.log").open("wb"))
        process = subprocess.Popen(command, cwd=place, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, process, folder / f"{framework}.log")
            yield Running(framework, url, process.pid, auth, mailbox.mails)
        finally:
            process.terminate()
            process.wait(SECONDS)


def wait_for(port, process, log):
    for _ in range(SECONDS * 10):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(log.read_text())
