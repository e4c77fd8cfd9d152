"""Tries to start on databases that it may not use, as a user without rights; makes them below the folder it is given.

Prints a line for each: which, the class of the error, and its message.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import alembic.command  # noqa: F401 - imported while this process may still read everything

from gatewright import EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.errors import GatewrightError
from gatewright.storage.sql import SQLiteDatabase, SQLStore

NOBODY = 65534


def make(folder: Path) -> list[Path]:
    for name in ("readonly folder", "hidden", "old readonly folder", "readonly file", "foreign secret"):
        (folder / name).mkdir()
    (folder / "hidden" / "inner").mkdir()
    for name in ("old readonly folder", "readonly file"):
        EvrmoreAuth(f"sqlite:///{folder / name / 'g.db'}").close()
    (folder / "foreign secret" / "g.db.secret").touch(mode=0o000)
    (folder / "readonly file" / "g.db").chmod(0o444)
    (folder / "readonly file" / "g.db.secret").unlink()
    for name, mode in (("readonly folder", 0o555), ("hidden", 0o600), ("old readonly folder", 0o555)):
        (folder / name).chmod(mode)
    for name in ("readonly file", "foreign secret"):
        (folder / name).chmod(0o777)
    return [folder / name for name in ("readonly folder", "hidden/inner", "old readonly folder", "readonly file")] + [
        folder / "foreign secret"
    ]


def try_all(folders: list[Path]) -> None:
    for folder in folders:
        try:
            auth = EvrmoreAuth(f"sqlite:///{folder}/g.db")
            auth.generate_challenge(auth.create_wallet_address()[0])
        except GatewrightError as error:
            print(folder.name, type(error).__name__, error, sep=": ")


def ask_whether_it_is_ready(folder: Path) -> None:
    """As ``/readyz`` does, of a store that can be read."""
    try:
        run_to_completion(SQLStore(SQLiteDatabase(f"sqlite:///{folder}/g.db")).check())
    except GatewrightError as error:
        print("ready", type(error).__name__, error, sep=": ")


folders = make(Path(sys.argv[1]))
if os.geteuid() == 0:
    os.setgid(NOBODY)
    os.setuid(NOBODY)
try_all(folders)
ask_whether_it_is_ready(next(folder for folder in folders if folder.name == "readonly file"))
