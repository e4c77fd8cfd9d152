"""gatewright: who is it, and may they? Authentication for Python applications.

Start with `Auth`, or with `EvrmoreAuth` for sign-in with a wallet too. For an event loop, each class
has a counterpart whose name begins with ``Async``. The errors are in `gatewright.errors`.
"""

from gatewright.access import Vote
from gatewright.auth import AsyncAuth, AsyncGuard, Auth, Guard
from gatewright.errors import Denied
from gatewright.evrmore import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.model import Account, AuditEntry, Challenge, Mail, QueuedMail, Session, User
from gatewright.providers import MemoryUserProvider, SQLUserProvider, UserProvider, WalletUserProvider
from gatewright.settings import Settings

__all__ = [
    "Account",
    "AsyncAuth",
    "AsyncEvrmoreAuth",
    "AsyncGuard",
    "AuditEntry",
    "Auth",
    "Challenge",
    "Denied",
    "EvrmoreAuth",
    "Guard",
    "Mail",
    "MemoryUserProvider",
    "QueuedMail",
    "SQLUserProvider",
    "Session",
    "Settings",
    "User",
    "UserProvider",
    "Vote",
    "WalletUserProvider",
]
