"""For the tests of applications that use gatewright: a frozen clock, a wallet that signs, an authenticator app, a
passkey, a hook recorder, a headless browser.

Nothing here needs pytest. If pytest is installed, the fixtures of `gatewright.testing.fixtures` are available
automatically.
"""

from gatewright.testing.authenticator_app import AuthenticatorApp as AuthenticatorApp
from gatewright.testing.browser import Browser as Browser
from gatewright.testing.browser import Form as Form
from gatewright.testing.browser import Page as Page
from gatewright.testing.frozen_clock import FrozenClock as FrozenClock
from gatewright.testing.hook_recorder import HookEvent as HookEvent
from gatewright.testing.hook_recorder import HookRecorder as HookRecorder
from gatewright.testing.seeded_random import SeededRandom as SeededRandom
from gatewright.testing.software_passkey import SoftwarePasskey as SoftwarePasskey
from gatewright.testing.wallet import Wallet as Wallet
