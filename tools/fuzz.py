"""Fuzz everything that parses untrusted bytes, each target for a while, guided by coverage.

The repository's inputs are in ``tests/fuzz/corpus``; the tests run every one of them through its target. An input that
fails is written there: the tests fail until the bug is fixed, and the input stays there afterwards. With ``--keep``,
inputs that reach new code are written too, for you to choose a few from.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
CORPUS = TESTS / "fuzz" / "corpus"
TARGETS = sorted(path.name for path in CORPUS.iterdir())
_AT_ONCE = 2
_START = 300
"""Seconds that importing with instrumentation may take on a busy machine."""


def fuzz(name: str, seconds: int, *, keep: bool = False) -> str | None:
    """Fuzz a target, and return its output if it failed.

    Args:
        name: The target.
        seconds: How long.
        keep: Whether to keep inputs that reach code that no kept input reaches.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(TESTS / "fuzz" / "under_coverage.py"), name, str(seconds), folder]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _START, check=False)
        except subprocess.TimeoutExpired:
            return f"{name} did not end."
        for path in Path(folder).iterdir():
            if keep or path.name.startswith("failed-"):
                (CORPUS / name / path.name).write_bytes(path.read_bytes())
    shown = "\n".join(line for line in ended.stderr.splitlines() if not line.startswith(("INFO", "WARNING", "#")))
    return None if ended.returncode == 0 else f"{name} failed:\n{shown[-4000:]}"


def main() -> int:
    """Fuzz all targets, and print which failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=TARGETS, help="which ones; all, if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="how long each is fuzzed")
    parser.add_argument("--keep", action="store_true", help="keep the inputs that reach something new")
    asked = parser.parse_args()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(partial(fuzz, seconds=asked.seconds, keep=asked.keep), asked.targets)
        failures = [answer for answer in answers if answer is not None]
    print(*(failures or [f"{len(asked.targets)} targets: nothing found."]), sep="\n\n")
    return len(failures) > 0


if __name__ == "__main__":
    sys.exit(main())
