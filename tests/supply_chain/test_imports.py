"""Importing gatewright does nothing but define names."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import importlib, pkgutil, sys, threading

FORBIDDEN = ("socket.bind", "socket.connect", "socket.get", "socket.sendto", "subprocess.Popen", "os.system", "os.fork",
             "urllib.Request", "smtplib.connect", "ftplib.connect", "http.client.connect", "sqlite3.connect")
def hear(event, arguments):
    if event.startswith(FORBIDDEN):
        raise SystemExit(f"{event} {arguments} while {current} is imported")
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise SystemExit(f"{arguments[0]} is written while {current} is imported")

import django.conf
applications = ["django.contrib.contenttypes", "django.contrib.auth"]
django.conf.settings.configure(INSTALLED_APPS=applications, SECRET_KEY="x" * 40)
import django
django.setup()
sys.addaudithook(hear)
count = 0
for top in ("gatewright", "evrmore_authentication"):
    package = importlib.import_module(current := top)
    for module in pkgutil.walk_packages(package.__path__, f"{top}."):
        current = module.name
        if not current.endswith(("__main__", ".migrations.env")):
            importlib.import_module(current)
            count += 1
assert threading.active_count() == 1, threading.enumerate()
print(count)
"""


def test_importing_every_module_touches_neither_network_nor_files(tmp_path):
    """No socket, no program, no file and no thread before somebody asks for something."""
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 400
    assert list(tmp_path.iterdir()) == []
