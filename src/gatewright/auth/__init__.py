"""The facades, and the assembly of the parts behind them."""

from gatewright.auth.as_async import as_async as as_async
from gatewright.auth.as_async import as_blocking as as_blocking
from gatewright.auth.async_auth import AsyncAuth as AsyncAuth
from gatewright.auth.async_guard import AsyncGuard as AsyncGuard
from gatewright.auth.auth import Auth as Auth
from gatewright.auth.guard import Guard as Guard
