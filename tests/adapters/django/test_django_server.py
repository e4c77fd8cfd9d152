"""The example project, by real servers of both kinds, and by its command line."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

PROJECT = Path(__file__).resolve().parents[3] / "examples" / "django"
PASSWORD = "correct horse battery staple"
PATIENCE = 60
SERVERS = {
    "wsgi": ["manage.py", "runserver", "--noreload"],
    "asgi": ["-m", "uvicorn", "project.asgi:application", "--log-level", "warning", "--port"],
}


def environment_in(folder):
    """Return what the example is told about where to keep everything."""
    return os.environ | {
        "DJANGO_DATABASE": str(folder / "django.db"),
        "GATEWRIGHT_DATABASE_URL": f"sqlite:///{folder / 'gatewright.db'}",
        "GATEWRIGHT_MAIL_DELIVERY": "command",
        "GATEWRIGHT_ARGON2_MEMORY_KIB": "8",
    }


def manage(folder, *arguments, **options):
    """Run ``manage.py`` on what lies in a folder, and return what it did."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment_in(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The example's tables and its two kinds of users, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    assert manage(folder, "migrate", "--verbosity", "0").returncode == 0
    make = f"from django.contrib.auth.models import User; User.objects.create_superuser('root', '', '{PASSWORD}')"
    assert manage(folder, "shell", "-c", make).returncode == 0
    roles = manage(folder, "gatewright", "role", "create", "admin")
    person = ("user", "create", "anna", "--verified", "--role", "admin", "--password-file", "-")
    made = manage(folder, "gatewright", *person, input=PASSWORD)
    assert (roles.returncode, made.returncode) == (0, 0), roles.stderr + made.stderr
    return folder


@pytest.fixture
def project(prepared, tmp_path):
    """The test's own copy of the example's files."""
    return shutil.copytree(prepared, tmp_path / "project")


@pytest.fixture(params=["wsgi", "asgi"])
def serve(request, project, tmp_path):
    """Serve the example with more settings, and return its address."""
    started = []

    def serve(**settings):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
        log = (tmp_path / "server.log").open("wb")
        command = [sys.executable, *SERVERS[request.param], port]
        process = subprocess.Popen(command, cwd=PROJECT, env=environment_in(project) | settings, stdout=log, stderr=log)
        started.append((process, log))
        url = f"http://127.0.0.1:{port}"
        for _ in range(PATIENCE * 10):
            try:
                httpx.get(url, trust_env=False)
            except httpx.TransportError:
                assert process.poll() is None, (tmp_path / "server.log").read_text()
                time.sleep(0.1)
            else:
                return url
        raise AssertionError("the server does not answer")

    yield serve
    for process, log in started:
        process.terminate()
        process.wait(timeout=PATIENCE)
        log.close()


def open_client(url):
    return httpx.Client(base_url=url, trust_env=False, headers={"Accept": "text/html"}, timeout=PATIENCE)


def log_in(client, name):
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/login?next=/dashboard").text)[1]
    fields = {"csrf_token": token, "email": name, "password": PASSWORD, "next": "/dashboard"}
    return client.post("/login", data=fields)


def test_the_example_knows_its_visitors(serve):
    """Our accounts: what is open, what is for who is signed in, what is for administrators, and out again."""
    with open_client(serve()) as client:
        guest = [client.get(path).status_code for path in ("/", "/dashboard", "/admin-area")]
        answer = log_in(client, "anna")
        inside = [client.get(path) for path in ("/", "/dashboard", "/admin-area", "/account")]
        token = re.search(r'name="csrf_token" value="(\w+)"', inside[1].text)[1]
        out = client.post("/logout", data={"csrf_token": token})

        assert guest == [200, 303, 303]
        assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
        assert [each.status_code for each in inside] == [200, 200, 200, 200]
        assert "<strong>anna</strong>" in inside[1].text
        assert (out.headers["location"], client.get("/dashboard").status_code) == ("/", 303)


@pytest.mark.long
def test_djangos_users_sign_in_at_once(serve):
    """Many of them, by the login page: no ORM in an event loop, no mixing of visitors."""
    url = serve(GATEWRIGHT_USER_PROVIDER="DjangoUserProvider")

    def visit(_):
        with open_client(url) as client:
            answer = log_in(client, "root")
            return (
                answer.headers["location"],
                "<strong>root</strong>" in client.get("/dashboard").text,
                client.get("/admin/").status_code,
            )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(visit, range(8))) == [("/dashboard", True, 200)] * 8


def test_the_command_has_the_settings_of_the_project(project):
    """``manage.py gatewright`` is the command ``gatewright``: its output, its status, its help."""
    users, wrong, usage = (
        manage(project, "gatewright", *arguments)
        for arguments in (("user", "list"), ("user", "show", "nobody"), ("--help",))
    )

    assert "anna" in users.stdout
    assert wrong.returncode != 0
    assert "nobody" in wrong.stderr or "no such user" in wrong.stderr.lower()
    assert (usage.returncode, "doctor" in usage.stdout) == (0, True)
