"""Every statement of the store, built in Core and compiled for one kind of database."""

from gatewright.storage.sql.statements.account_changes import AccountChangeStatements
from gatewright.storage.sql.statements.accounts import AccountStatements
from gatewright.storage.sql.statements.attempts import AttemptStatements
from gatewright.storage.sql.statements.audit import AuditStatements
from gatewright.storage.sql.statements.authenticators import AuthenticatorStatements
from gatewright.storage.sql.statements.challenges import ChallengeStatements
from gatewright.storage.sql.statements.credentials import CredentialStatements
from gatewright.storage.sql.statements.links import LinkStatements
from gatewright.storage.sql.statements.locks import LockStatements
from gatewright.storage.sql.statements.outbox import OutboxStatements
from gatewright.storage.sql.statements.pending_steps import PendingStepStatements
from gatewright.storage.sql.statements.profiles import ProfileStatements
from gatewright.storage.sql.statements.remembered import RememberedStatements
from gatewright.storage.sql.statements.rights import RightsStatements
from gatewright.storage.sql.statements.sessions import SessionStatements


class Statements(
    AccountChangeStatements,
    AccountStatements,
    AttemptStatements,
    AuditStatements,
    AuthenticatorStatements,
    ChallengeStatements,
    CredentialStatements,
    OutboxStatements,
    LinkStatements,
    LockStatements,
    PendingStepStatements,
    ProfileStatements,
    RememberedStatements,
    RightsStatements,
    SessionStatements,
):
    """The SQL texts, with named parameters. Each is an attribute whose name says what it does."""
