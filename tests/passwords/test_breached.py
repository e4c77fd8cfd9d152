"""A list of leaked passwords, searched in a file."""

from __future__ import annotations

from hashlib import sha1

import pytest

from gatewright.errors import ConfigurationError, WeakPasswordError
from gatewright.passwords import BreachedPasswords

LEAKED = [f"a leaked password, number {number}" for number in range(300)]
OTHERS = [f"a password of nobody's, number {number}" for number in range(300)]


def digest(password):
    return sha1(password.encode()).hexdigest().upper()


@pytest.fixture
def write(tmp_path):
    """Write a file of digests and return its path."""

    def write(passwords, *, line="{}:17\n", end=""):
        path = tmp_path / "leaked.txt"
        path.write_bytes(("".join(map(line.format, sorted(map(digest, passwords)))) + end).encode())
        return path

    return write


@pytest.mark.parametrize("size", [1, 2, 3, 300])
@pytest.mark.parametrize("line", ["{}:17\n", "{}:8\r\n", "{}\n"], ids=["counts", "crlf", "bare"])
def test_exactly_the_passwords_of_the_file_are_in_it(write, size, line):
    """The first, the last and all between; no other, before, between and behind them."""
    breached = BreachedPasswords(write(LEAKED[:size], line=line))
    assert [password for password in LEAKED[:size] if password not in breached] == []
    assert [password for password in [*LEAKED[size:], *OTHERS] if password in breached] == []


def test_lines_may_differ_in_length_and_case_and_the_last_may_have_no_end(tmp_path):
    """Counts have any number of digits."""
    digests = sorted(map(digest, LEAKED))
    lines = [f"{each.lower() if place % 2 else each}:{10 ** (place % 9)}" for place, each in enumerate(digests)]
    (tmp_path / "leaked.txt").write_text("\n".join(lines))
    breached = BreachedPasswords(tmp_path / "leaked.txt")
    assert all(password in breached for password in LEAKED)
    assert not any(password in breached for password in OTHERS)


@pytest.mark.parametrize("content", [b"", b"password\n", b"a" * 41 + b"\n", b"\0" * 100, b"{}"], ids=repr)
def test_what_is_no_list_of_digests_is_refused_at_the_start(tmp_path, content):
    """A list of passwords in clear, say, would never match."""
    (tmp_path / "leaked.txt").write_bytes(content)
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_BREACHED_PASSWORDS_FILE"):
        BreachedPasswords(tmp_path / "leaked.txt")


def test_a_file_that_goes_away_lets_no_password_be_set(write):
    """What cannot be looked up is not accepted, now or at the start."""
    path = write(LEAKED)
    breached = BreachedPasswords(path)
    path.unlink()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        OTHERS[0] in breached  # noqa: B015 - it is the question that fails
    with pytest.raises(ConfigurationError, match="cannot be read"):
        BreachedPasswords(path)


def test_a_leaked_password_is_refused_wherever_one_is_set(make_auth, gatewright_settings, write):
    """The setting is all it takes, for a new account and for a change; one that has not leaked is taken."""
    auth = make_auth(settings=gatewright_settings.with_values(breached_passwords_file=write(LEAKED)))
    with pytest.raises(WeakPasswordError) as refused:
        auth.create_user("anna", password=LEAKED[3])
    assert refused.value.evidence["reason"] == "common"
    auth.create_user("anna", password=OTHERS[3])
    with pytest.raises(WeakPasswordError):
        auth.set_password("anna", LEAKED[4])
