"""What can be imported from the top, pinned: removing or adding a name is a decision."""

from __future__ import annotations

import ast
from pathlib import Path

import evrmore_authentication
import gatewright
import gatewright.access
import gatewright.hooks
import gatewright.providers
import gatewright.testing
import gatewright.web

PUBLIC = {
    gatewright: {
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
        "Letter",
        "Mail",
        "MemoryUserProvider",
        "SQLUserProvider",
        "Session",
        "Settings",
        "User",
        "UserProvider",
        "Vote",
        "WalletUserProvider",
    },
    gatewright.access: {
        "Strategy",
        "Vote",
        "Voter",
        "decide",
        "is_covered",
        "is_held",
        "require_grantable",
        "require_permission",
    },
    gatewright.hooks: {"POINTS", "AuthMiddleware", "HookDeclaration", "HookPoint", "Hooks"},
    gatewright.providers: {
        "ChainUserProvider",
        "CredentialsUserProvider",
        "HTTPUserProvider",
        "LDAPLayout",
        "LDAPUserProvider",
        "MemoryUserProvider",
        "SQLUserProvider",
        "TableColumns",
        "TableUserProvider",
        "UserProvider",
        "WalletUserProvider",
    },
    gatewright.testing: {
        "Browser",
        "Form",
        "FrozenClock",
        "HookEvent",
        "HookRecorder",
        "Page",
        "SeededRandom",
        "Wallet",
    },
    gatewright.web: {
        "AuthController",
        "AuthMiddleware",
        "Field",
        "Request",
        "Response",
        "SimpleAuthController",
        "Site",
        "Visit",
        "redirect",
    },
    evrmore_authentication: {
        "AsyncEvrmoreAuth",
        "AuthenticationError",
        "Challenge",
        "ChallengeAlreadyUsedError",
        "ChallengeExpiredError",
        "ConfigurationError",
        "Denied",
        "EvrmoreAuth",
        "InvalidSignatureError",
        "InvalidTokenError",
        "Session",
        "User",
        "UserNotFoundError",
        "generate_key_pair",
        "sign_message",
        "verify_message",
    },
}


def exported(module):
    """The names that a package imports as themselves, which is how it says that they are public."""
    tree = ast.parse(Path(module.__file__).read_text())
    aliases = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return {alias.name for alias in aliases if alias.name == alias.asname}


def test_the_public_names_are_these():
    """Each package's door, name by name."""
    assert {module.__name__: exported(module) for module in PUBLIC} == {
        module.__name__: names for module, names in PUBLIC.items()
    }


def test_every_public_name_can_be_imported():
    """From where it is promised."""
    assert [name for module, names in PUBLIC.items() for name in names if not hasattr(module, name)] == []


def test_the_package_is_typed():
    """Type checkers read the annotations of an installed package only where it says so."""
    assert (Path(gatewright.__file__).parent / "py.typed").exists()
    assert (Path(evrmore_authentication.__file__).parent / "py.typed").exists()
