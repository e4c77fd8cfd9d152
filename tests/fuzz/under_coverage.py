"""Fuzz one target, guided by the code that its inputs reach: ``python under_coverage.py keys.address 60 FOLDER``.

The inputs that reach something new are kept in the folder; one that fails is written there too, and shown.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import atheris

TESTS = Path(__file__).parent.parent
LIMITS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=8192", "-print_final_stats=1")


def main(name, seconds, folder):
    """Fuzz a target for so many seconds, beginning with the inputs that the repository keeps."""
    from fuzz_targets import AREAS, targets_of

    kept = TESTS / "fuzz" / "corpus" / name
    area = name.partition(".")[0]
    with atheris.instrument_imports(include=[*AREAS[area]]):
        target = targets_of(area)[name]
        for path in kept.iterdir():
            target(path.read_bytes())  # by which all is imported that is imported late
    options = (*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/failed-")
    atheris.Setup([sys.argv[0], *options, folder, str(kept)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    logging.disable()
    main(*sys.argv[1:])
