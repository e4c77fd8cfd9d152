"""The facades, and the assembly of the parts behind them."""

from gatewright.auth.async_auth import AsyncAuth as AsyncAuth
from gatewright.auth.async_guard import AsyncGuard as AsyncGuard
from gatewright.auth.auth import Auth as Auth
from gatewright.auth.guard import Guard as Guard
