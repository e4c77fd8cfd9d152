"""The facades, and the assembly of the parts behind them."""

from gatewright.auth.async_auth import AsyncAuth as AsyncAuth
from gatewright.auth.async_guard import AsyncGuard as AsyncGuard
from gatewright.auth.bridge import async_facade_of as async_facade_of
from gatewright.auth.bridge import blocking_guard_of as blocking_guard_of
from gatewright.auth.generated.auth import Auth as Auth
from gatewright.auth.generated.guard import Guard as Guard
