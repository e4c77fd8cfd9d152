"""Import one library, open its database in the current folder, and print what that took as JSON.

Runs in a separate process: ``startup_probe.py gatewright|evrmore_authentication``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter


def start_gatewright() -> object:
    """Do what an application does first."""
    from gatewright import EvrmoreAuth

    return EvrmoreAuth("sqlite:///gatewright.db")


def start_evrmore_authentication() -> object:
    """Do the same; the peer would open its database only at first use."""
    from evrmore_authentication.models import SQLiteManager

    from evrmore_authentication import EvrmoreAuth

    return EvrmoreAuth(), SQLiteManager()


def resident_bytes() -> int:
    """Return the memory that this process holds now, or 0 if the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


def main() -> None:
    """Start the library that the argument names."""
    starts = {"gatewright": start_gatewright, "evrmore_authentication": start_evrmore_authentication}
    start = starts[sys.argv[1]]
    before, began = resident_bytes(), perf_counter()
    _started = start()
    seconds = perf_counter() - began
    print(json.dumps({"seconds": seconds, "bytes": resident_bytes() - before}))


if __name__ == "__main__":
    main()
