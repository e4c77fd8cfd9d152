from __future__ import annotations

import subprocess
import sys

from gatewright.providers.fork_safe import ForkSafe


def test_it_is_made_once_at_first_use():
    """Nothing is made before it is needed, and then once."""
    made = []
    thing = ForkSafe(lambda: made.append(1) or object())
    assert made == []

    assert thing.get() is thing.get()
    assert made == [1]


def test_what_is_taken_is_made_anew():
    """After `take` the next use makes another one; where there is none, there is nothing to take."""
    thing = ForkSafe(object)
    assert thing.take() is None

    first = thing.get()

    assert thing.take() is first
    assert thing.get() is not first


def test_a_forked_child_has_its_own():
    """What the parent uses is not what its child uses."""
    script = """
import os
from gatewright.providers.fork_safe import ForkSafe
thing = ForkSafe(object)
parents = thing.get()
child = os.fork()
if child == 0:
    os._exit(0 if thing.get() is not parents else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
