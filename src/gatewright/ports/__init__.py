"""What the core requires from outside: protocols that the storage, the system and the two builds implement.

Methods that may wait are ``async def``. In the blocking build they return at once, in the asynchronous one they may
suspend; the operations cannot tell.
"""

from __future__ import annotations

from gatewright.ports.account_changes import AccountChangeStore as AccountChangeStore
from gatewright.ports.account_changes import AccountData as AccountData
from gatewright.ports.account_changes import EnrolledAuthenticator as EnrolledAuthenticator
from gatewright.ports.accounts import AccountStore as AccountStore
from gatewright.ports.attempts import AttemptLimit as AttemptLimit
from gatewright.ports.attempts import AttemptStore as AttemptStore
from gatewright.ports.audit import AuditFilter as AuditFilter
from gatewright.ports.audit import AuditStore as AuditStore
from gatewright.ports.authenticators import AuthenticatorStore as AuthenticatorStore
from gatewright.ports.challenges import ChallengeLimit as ChallengeLimit
from gatewright.ports.challenges import ChallengeStore as ChallengeStore
from gatewright.ports.challenges import VisitSecrets as VisitSecrets
from gatewright.ports.credentials import CredentialStore as CredentialStore
from gatewright.ports.execution import Call as Call
from gatewright.ports.execution import Shield as Shield
from gatewright.ports.links import LinkStore as LinkStore
from gatewright.ports.mail import Mailer as Mailer
from gatewright.ports.mail import Writer as Writer
from gatewright.ports.methods import Browser as Browser
from gatewright.ports.methods import Mailed as Mailed
from gatewright.ports.methods import ProofMethod as ProofMethod
from gatewright.ports.observer import Observer as Observer
from gatewright.ports.outbox import OutboxStore as OutboxStore
from gatewright.ports.passwords import Hasher as Hasher
from gatewright.ports.passwords import Passwords as Passwords
from gatewright.ports.passwords import Verified as Verified
from gatewright.ports.pending_steps import PendingStepStore as PendingStepStore
from gatewright.ports.profiles import ProfileStore as ProfileStore
from gatewright.ports.remembered import Recollection as Recollection
from gatewright.ports.remembered import RememberStore as RememberStore
from gatewright.ports.rights import Holder as Holder
from gatewright.ports.rights import RightsStore as RightsStore
from gatewright.ports.sessions import Owner as Owner
from gatewright.ports.sessions import SessionStore as SessionStore
from gatewright.ports.sessions import SignedIn as SignedIn
from gatewright.ports.sources import AccountSource as AccountSource
from gatewright.ports.sources import CredentialSource as CredentialSource
from gatewright.ports.sources import UserSource as UserSource
from gatewright.ports.sources import admits_accounts as admits_accounts
from gatewright.ports.sources import credential_digest as credential_digest
from gatewright.ports.sources import found_with as found_with
from gatewright.ports.sources import hands_out_hashes as hands_out_hashes
from gatewright.ports.sources import own_hasher_of as own_hasher_of
from gatewright.ports.sources import reads_quickly as reads_quickly
from gatewright.ports.sources import require_silent as require_silent
from gatewright.ports.store import Store as Store
from gatewright.ports.system import Clock as Clock
from gatewright.ports.system import Random as Random
