"""gatewright: who is it, and may they? Authentication for Python applications.

Start with `EvrmoreAuth`, or `AsyncEvrmoreAuth` in an event loop.
"""

from gatewright.auth import AsyncAuth as AsyncAuth
from gatewright.auth import Auth as Auth
from gatewright.errors import Denied as Denied
from gatewright.evrmore import AsyncEvrmoreAuth as AsyncEvrmoreAuth
from gatewright.evrmore import EvrmoreAuth as EvrmoreAuth
from gatewright.model import Account as Account
from gatewright.model import Challenge as Challenge
from gatewright.model import Session as Session
from gatewright.model import User as User
from gatewright.settings import Settings as Settings
