"""What can be imported from the top, pinned: removing or adding a name is a decision."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

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
        "QueuedMail",
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
        "AuthenticatorApp",
        "Browser",
        "Form",
        "FrozenClock",
        "HookEvent",
        "HookRecorder",
        "Page",
        "SeededRandom",
        "SoftwarePasskey",
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


COMMON = {
    "fully_authenticated_required",
    "login_required",
    "login_user",
    "logout_user",
    "permission_required",
    "role_required",
    "verified_required",
}

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_IMPORT = re.compile(r"^[ >]*from (gatewright[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)


def exported(module):
    """The names in ``__all__``, or else those that a package imports as themselves: so it says that they are public."""
    if hasattr(module, "__all__"):
        return set(module.__all__)
    tree = ast.parse(Path(module.__file__).read_text())
    aliases = [alias for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return {alias.name for alias in aliases if alias.name == alias.asname}


def test_the_public_names_are_these():
    """Each package's door, name by name."""
    assert {module.__name__: exported(module) for module in PUBLIC} == {
        module.__name__: names for module, names in PUBLIC.items()
    }


def test_the_names_of_the_root_are_in_order():
    """So that another one finds its place, and each is there once."""
    assert gatewright.__all__ == sorted(set(gatewright.__all__))


def documented_imports():
    """Yield what the documents import from us: document, module, name."""
    for document in DOCUMENTS:
        for module, names in _IMPORT.findall(document.read_text()):
            yield from (
                (document.name, module, name) for name in re.findall(r"\b[A-Za-z_]\w*", re.sub(r"#.*", "", names))
            )


def test_every_documented_name_can_be_imported():
    """What a document imports is there, in whatever block of it."""
    imports = list(documented_imports())
    assert len(imports) > 100
    assert [each for each in imports if not hasattr(import_module(each[1]), each[2])] == []


@pytest.mark.parametrize("name", ["django", "flask", "starlette"])
def test_the_adapters_have_one_set_of_names(name):
    """Who knows one framework's decorators and helpers knows all of them."""
    assert set(vars(import_module(f"gatewright.adapters.{name}"))) >= COMMON


def test_every_public_name_can_be_imported():
    """From where it is promised."""
    assert [name for module, names in PUBLIC.items() for name in names if not hasattr(module, name)] == []


def test_the_package_is_typed():
    """Type checkers read the annotations of an installed package only where it says so."""
    assert (Path(gatewright.__file__).parent / "py.typed").exists()
    assert (Path(evrmore_authentication.__file__).parent / "py.typed").exists()
