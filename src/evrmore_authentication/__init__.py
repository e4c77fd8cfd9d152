"""The names of the Evrmore Authentication documents, answered by gatewright.

Code written for those documents runs unchanged; new code should import from ``gatewright``.
"""

from evrmore_authentication.auth import AsyncEvrmoreAuth as AsyncEvrmoreAuth
from evrmore_authentication.auth import EvrmoreAuth as EvrmoreAuth
from evrmore_authentication.messages import generate_key_pair as generate_key_pair
from evrmore_authentication.messages import sign_message as sign_message
from evrmore_authentication.messages import verify_message as verify_message
from gatewright.errors import AuthenticationError as AuthenticationError
from gatewright.errors import ChallengeAlreadyUsedError as ChallengeAlreadyUsedError
from gatewright.errors import ChallengeExpiredError as ChallengeExpiredError
from gatewright.errors import ConfigurationError as ConfigurationError
from gatewright.errors import Denied as Denied
from gatewright.errors import InvalidSignatureError as InvalidSignatureError
from gatewright.errors import InvalidTokenError as InvalidTokenError
from gatewright.errors import UserNotFoundError as UserNotFoundError
from gatewright.model import Challenge as Challenge
from gatewright.model import Session as Session
from gatewright.model import User as User
