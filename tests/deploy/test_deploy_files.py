"""The files of ``deploy/`` fit each other and what they deploy, as far as that can be seen without containers."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from gatewright.cli.app import app
from gatewright.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def instructions():
    """The Dockerfile's instructions, as pairs of name and argument."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def settings_in(text):
    return set(re.findall(r"GATEWRIGHT_[A-Z_]+", text))


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", ".env.example", "nginx.conf"])
def test_every_setting_that_is_named_exists(name):
    """A misspelt one would have no effect."""
    known = {f"GATEWRIGHT_{field.upper()}" for field in Settings.model_fields}

    assert settings_in((DEPLOY / name).read_text()) <= known


def test_every_variable_that_compose_needs_is_in_the_example(compose):
    """And nothing else is, but for what it needs."""
    needed = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE))

    assert needed == offered


def test_the_settings_of_compose_are_acceptable(compose, monkeypatch):
    """As they are, and with what one would fill in."""
    values = {"POSTGRES_PASSWORD": "secret"} | dict(
        re.findall(r"^(GATEWRIGHT_\w+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.MULTILINE)
    )
    environment = compose["services"]["server"]["environment"]
    filled = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: values[found[1]], str(value))
        for name, value in environment.items()
    }
    for name, value in filled.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)

    assert settings.database_url == "postgresql+psycopg://gatewright:secret@postgres:5432/gatewright"
    assert settings.public_url == "https://shop.example"
    assert environment["GATEWRIGHT_REDIS_URL"].startswith("redis://valkey:")


def test_the_parts_of_compose_find_each_other(compose):
    """Hosts are services, networks have room for their addresses, what is mounted is there."""
    services = compose["services"]
    environment = services["server"]["environment"]
    hosts = {
        re.search(r"(?:@|//)([\w-]+):\d+", str(environment[f"GATEWRIGHT_{name}_URL"]))[1]
        for name in ("DATABASE", "REDIS")
    }
    (upstream,) = re.findall(r"^\s*server ([\w-]+):(\d+)", (DEPLOY / "nginx.conf").read_text(), re.MULTILINE)
    address = services["nginx"]["networks"]["default"]["ipv4_address"]

    assert hosts | {upstream[0]} <= services.keys()
    assert upstream[1] in services["server"]["expose"]
    assert environment["GATEWRIGHT_TRUSTED_PROXIES"] == address
    assert {name for each in services.values() for name in each.get("depends_on", ())} <= services.keys()
    for each in services.values():
        for volume in each.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).is_file()
    assert set(services["server"]["build"].items()) == {("context", ".."), ("dockerfile", "deploy/Dockerfile")}


def test_only_the_proxy_can_be_reached_from_outside(compose):
    """And it from this machine alone, until somebody decides otherwise."""
    published = {name: each["ports"] for name, each in compose["services"].items() if "ports" in each}

    assert published == {"nginx": ["127.0.0.1:8080:8080"]}


def test_what_the_image_copies_is_there_and_is_let_in(instructions):
    """The ignore file keeps everything else out of the build."""
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = [
        source
        for name, argument in instructions
        if name == "COPY" and not argument.startswith("--from")
        for source in argument.split()[:-1]
    ]

    assert copied
    assert "*" in ignored
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored


def test_the_image_runs_as_nobody_in_particular(instructions):
    """Who that is, is known as a number, and is made before."""
    (user,) = [argument for name, argument in instructions if name == "USER"]
    (made,) = [argument for name, argument in instructions if name == "RUN" and argument.startswith("useradd")]

    assert int(user) > 0
    assert f"--uid {user} " in made


def test_the_commands_of_the_image_and_of_compose_exist(instructions, compose):
    """With the options that they are given."""
    (command,) = [json.loads(argument) for name, argument in instructions if name == "CMD"]
    for program, *arguments in (command, compose["services"]["migrate"]["command"]):
        assert program == "gatewright"
        (path, *options) = arguments
        described = CliRunner().invoke(app, [path, "--help"], env={"COLUMNS": "200"}).stdout
        assert described
        for option in options[::2]:
            assert option in described


def test_checks_ask_python_for_what_it_understands(instructions, compose):
    """Both by the one program that is certainly there."""
    (check,) = [argument for name, argument in instructions if name == "HEALTHCHECK"]
    for code in (json.loads(check[check.index("[") :])[2], compose["services"]["server"]["healthcheck"]["test"][3]):
        compile(code, "check", "exec")
        assert re.search(r"http://127\.0\.0\.1:8000/(healthz|readyz)", code)


def test_packages_are_installed_as_they_are_pinned(instructions):
    """None without its hash, none that the pinned ones would ask for, and no index is named."""
    installs = [shlex.split(argument) for name, argument in instructions if name == "RUN" and " install " in argument]

    assert len(installs) == 2
    assert all("--no-deps" in each for each in installs)
    assert "--require-hashes" in installs[0]
    assert "index" not in str(installs)


def test_the_proxy_starts_anew_with_the_servers(compose):
    """Nginx looks their addresses up when it starts; containers that replace them have others."""
    assert compose["services"]["nginx"]["depends_on"]["server"]["restart"] is True
