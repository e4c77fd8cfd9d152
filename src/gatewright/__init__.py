"""gatewright: who is it, and may they? Authentication for Python applications.

Start with `Auth`, or with `EvrmoreAuth` for sign-in with a wallet too. In an event loop, each class has a twin whose
name begins with ``Async``.
"""

from gatewright.access import Vote as Vote
from gatewright.auth import AsyncAuth as AsyncAuth
from gatewright.auth import AsyncGuard as AsyncGuard
from gatewright.auth import Auth as Auth
from gatewright.auth import Guard as Guard
from gatewright.errors import Denied as Denied
from gatewright.evrmore import AsyncEvrmoreAuth as AsyncEvrmoreAuth
from gatewright.evrmore import EvrmoreAuth as EvrmoreAuth
from gatewright.model import Account as Account
from gatewright.model import AuditEntry as AuditEntry
from gatewright.model import Challenge as Challenge
from gatewright.model import Letter as Letter
from gatewright.model import Mail as Mail
from gatewright.model import Session as Session
from gatewright.model import User as User
from gatewright.providers import MemoryUserProvider as MemoryUserProvider
from gatewright.providers import SQLUserProvider as SQLUserProvider
from gatewright.providers import UserProvider as UserProvider
from gatewright.providers import WalletUserProvider as WalletUserProvider
from gatewright.settings import Settings as Settings
