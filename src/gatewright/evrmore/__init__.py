"""Sign in with an Evrmore wallet."""

from gatewright.evrmore.async_evrmore_auth import AsyncEvrmoreAuth as AsyncEvrmoreAuth
from gatewright.evrmore.generated.evrmore_auth import EvrmoreAuth as EvrmoreAuth
