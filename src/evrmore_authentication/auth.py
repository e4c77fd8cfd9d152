"""gatewright's wallet sign-in, with timestamps as the Evrmore documents calculate with them: naive UTC."""

from __future__ import annotations

from functools import partialmethod

from gatewright.evrmore import AsyncEvrmoreAuth as _AsyncEvrmoreAuth
from gatewright.evrmore import EvrmoreAuth as _EvrmoreAuth


class EvrmoreAuth(_EvrmoreAuth):
    """`gatewright.EvrmoreAuth` whose records carry naive UTC datetimes."""

    __init__ = partialmethod(_EvrmoreAuth.__init__, naive_timestamps=True)


class AsyncEvrmoreAuth(_AsyncEvrmoreAuth):
    """`gatewright.AsyncEvrmoreAuth` whose records carry naive UTC datetimes."""

    __init__ = partialmethod(_AsyncEvrmoreAuth.__init__, naive_timestamps=True)
