"""Every public function with any values of the types that it asks for: its answer, or an error that it documents."""

from __future__ import annotations

import atexit
import builtins
import inspect
import os
import re
import typing
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import gatewright.errors
from fuzz_targets.keys import NOW, SECRET
from fuzz_targets.requests import Mailbox
from fuzz_targets.values import TEXTS, values_of
from gatewright import EvrmoreAuth, Guard, MemoryUserProvider, Settings, User
from gatewright.access import Strategy
from gatewright.crypto import NETWORKS, Network, PrivateKey
from gatewright.fields import Field
from gatewright.methods.email_code import EmailCode
from gatewright.methods.recovery_codes import RecoveryCodes
from gatewright.methods.totp import Totp
from gatewright.model import Rights
from gatewright.passwords import BreachedPasswords, PasswordHasher, PasswordPolicy
from gatewright.ports import Owner, Random
from gatewright.proofs import Kind, Proof
from gatewright.providers import UserProvider
from gatewright.testing import FrozenClock, SeededRandom, Wallet
from gatewright.tokens import AccessTokens, DerivedSecrets, KeyRing, Seal, SigningKey, Vault, key_from_secret
from gatewright.web import Request, Response

PACKAGES = (
    "gatewright",
    "gatewright.access",
    "gatewright.crypto",
    "gatewright.fields",
    "gatewright.methods",
    "gatewright.passwords",
    "gatewright.proofs",
    "gatewright.providers",
    "gatewright.settings",
    "gatewright.tokens",
    "gatewright.web",
    "evrmore_authentication",
)
"""Where public names are, besides adapters and server, which take the objects of frameworks (whole requests fuzz
those), hooks, which are the application's code, and what is for tests."""

EXCEPTED = {
    "Auth": "opens a database; is fuzzed as EvrmoreAuth, which adds to it",
    "Auth.*": "the same",
    "AsyncAuth*": "the same",
    "EvrmoreAuth": "opens a database, by settings that are fuzzed",
    "AsyncEvrmoreAuth*": "EvrmoreAuth is generated from it",
    "*.close": "ends what is fuzzed",
    "*.add_middleware": "takes hooks, which are the application's code",
    "*.add_voter": "takes a voter, which is the application's code",
    "Guard": "is made by Auth.guard, which is fuzzed",
    "AsyncGuard*": "Guard is generated from it",
    "AuthController*": "an application's pages; whole requests are fuzzed",
    "SimpleAuthController*": "the same",
    "Site*": "takes requests; whole ones are fuzzed",
    "Visit*": "the same",
    "AuthMiddleware*": "an application's hooks",
    "Method*": "for applications to subclass",
    "Enrolled": "what an application's method returns",
    "Proven": "the same",
    "UserProvider*": "for applications to subclass",
    "CredentialsUserProvider*": "the same",
    "ChainUserProvider*": "asks other providers, which are fuzzed",
    "SQLUserProvider*": "is fuzzed as the provider of Auth.attempt and Auth.bypass",
    "WalletUserProvider*": "the same",
    "TableUserProvider*": "reads an application's database, by names that are fuzzed as those of Auth.attempt",
    "TableColumns*": "the columns of an application's table",
    "HTTPUserProvider*": "talks to another server",
    "LDAPUserProvider*": "the same",
    "LDAPLayout*": "how a directory is laid out",
    "Settings": "is read by load_settings, which is fuzzed (urls.settings)",
    "EnvironmentSettings": "Settings is derived from it",
    "*.settings_customise_sources": "is called by pydantic-settings, with objects of its own",
    "*.with_values": "is read by load_settings, which is fuzzed (urls.settings)",
    "load_settings": "the same",
    "read_settings": "the same",
    "evrmore_authentication.*EvrmoreAuth*": "is EvrmoreAuth with other defaults",
    "load_methods": "loads the application's code",
    "register_hints": "takes code, which it keeps for the rest of the process",
    "decide": "counts an enumeration's values",
    "Strategy": "an enumeration",
    "Vote": "the same",
    "Kind": "the same",
    "SigningKey": "holds what key_from_secret and key_from_pem have checked",
    "new_wallet": "takes a source of randomness",
    "read_proofs": "reads what write_proofs has written",
}
"""What is not fuzzed here, and why. A star stands for anything."""


class Thing:
    """A public function, or the way to make an object of a public class."""

    def __init__(self, name, owner, function):
        self.name = name
        self.owner = owner
        self.function = function

    def is_excepted(self):
        return any(re.fullmatch(re.escape(each).replace(r"\*", ".*"), self.name) for each in EXCEPTED)

    def documented(self):
        """The errors that its documentation names."""
        raises = re.search(r"Raises:\n(.*?)(?:\n\n|\Z)", inspect.getdoc(self.function) or "", re.DOTALL)
        names = re.findall(r"^ {4}(\w+):", raises[1], re.MULTILINE) if raises else []
        return tuple(getattr(gatewright.errors, name, None) or getattr(builtins, name) for name in names)

    def arguments(self):
        """A strategy for its arguments."""
        hinted = self.function.__init__ if inspect.isclass(self.function) else self.function
        hints = typing.get_type_hints(hinted, vars(import_module(self.function.__module__)) | HINTS)
        texts = st.sampled_from(good_texts()) | TEXTS if self.owner in FACADES else TEXTS
        samples = SAMPLES | {str: texts}
        parameters = inspect.signature(self.function).parameters.values()
        given = [each for each in parameters if each.name != "self" and each.kind is not each.VAR_KEYWORD]
        several = [each for each in given if each.kind is each.VAR_POSITIONAL]
        return st.tuples(
            st.lists(values_of(hints[several[0].name], samples), max_size=3) if several else st.just([]),
            st.fixed_dictionaries(
                {each.name: values_of(hints[each.name], samples) for each in given if each not in several}
            ),
        )

    def call(self, several, named):
        """Call it, as a method of something if it is one."""
        if self.owner is None or self.function is self.owner:
            self.function(*several, **named)
        else:
            member = getattr(INSTANCES[self.owner](), self.function.__name__)
            if callable(member):
                member(*several, **named)


def public_things():
    """Return every public function; of a class, its maker and its methods."""
    things = {}
    for package in map(import_module, PACKAGES):
        for name in getattr(package, "__all__", [name for name in vars(package) if not name.startswith("_")]):
            each = getattr(package, name)
            if not getattr(each, "__module__", "").startswith(("gatewright", "evrmore_authentication")):
                continue
            if each.__module__.startswith("evrmore"):
                name = f"evrmore_authentication.{name}"
            if inspect.isfunction(each):
                things[name] = Thing(name, None, each)
            elif inspect.isclass(each) and not issubclass(each, BaseException):
                things[name] = Thing(name, each, each)
                things |= {thing.name: thing for thing in methods_of(name, each)}
    return things


def methods_of(name, owner):
    """Return the public methods of a class, those that are properties read once included."""
    for method, member in inspect.getmembers(owner):
        function = getattr(member, "_compute", getattr(member, "func", member))
        is_ours = str(getattr(function, "__module__", "")).startswith("gatewright")
        if not method.startswith("_") and inspect.isroutine(function) and is_ours:
            yield Thing(f"{name}.{method}", owner, function)


@cache
def auth():
    """An application in memory with somebody in it."""
    values = {"database_url": "sqlite://", "jwt_secret": SECRET, "argon2_memory_kib": 8, "argon2_iterations": 1}
    options = {"clock": FrozenClock(NOW), "mailer": Mailbox(), "methods": [Totp(), RecoveryCodes(), EmailCode()]}
    return EvrmoreAuth(settings=Settings(_env_file=None, mail_delivery="command", **values), **options)


@cache
def good_texts():
    """Texts that mean something to the applications, so that more is reached than the first check."""
    wallet = Wallet.new("fuzz")
    people = auth()
    challenge = people.generate_challenge(wallet.address)
    session = people.authenticate(wallet.address, challenge, wallet.sign(challenge))
    person = people.create_user("anna", email="anna@example.com", password="correct horse battery staple")
    people.create_role("editor")
    people.create_permission("post.edit")
    return [
        *(wallet.address, wallet.wif, challenge, wallet.sign(challenge), session.token, session.id, session.user_id),
        *("anna", "anna@example.com", "correct horse battery staple", person.id, "SQLUserProvider", "totp"),
        *("editor", "post.edit", "post.*", "pre_auth", "email_code", "recovery_codes", "password_reset", "127.0.0.1"),
        *("de", "/next", "https://example.com"),
    ]


@cache
def breached():
    """A file of one leaked password."""
    with NamedTemporaryFile("w", delete=False) as file:
        file.write(f"{'0' * 40}:7\n")
    atexit.register(os.unlink, file.name)
    return BreachedPasswords(Path(file.name))


def key():
    return key_from_secret(SECRET)


FACADES = (EvrmoreAuth, Guard)
HINTS = {"Owner": Owner, "Random": Random}
NETWORK = st.sampled_from([*NETWORKS.values()])
SAMPLES = {
    Network: NETWORK,
    PrivateKey: st.builds(
        PrivateKey, st.binary(min_size=32, max_size=32).map(lambda b: b[:31] + b"1"), st.booleans(), NETWORK
    ),
    KeyRing: st.builds(lambda: KeyRing(key())),
    SigningKey: st.builds(key),
    Owner: st.builds(Owner, TEXTS, TEXTS),
    Random: st.builds(SeededRandom, TEXTS),
    User: st.builds(lambda: User({"id": "u", "username": "u"})),
    Strategy: st.sampled_from([*Strategy]),
    Proof: st.builds(Proof, TEXTS, st.just(NOW), st.frozensets(st.sampled_from([*Kind])), st.just(("pwd",))),
    Rights: st.builds(Rights),
    Kind: st.sampled_from([*Kind]),
    Path: st.builds(Path, TEXTS),
    BreachedPasswords: st.builds(breached),
    UserProvider: st.builds(lambda: MemoryUserProvider([{"email": "u@example.com", "password": "x"}])),
    Settings: st.builds(lambda url: Settings(_env_file=None, mail_url=url), TEXTS),
    Field: st.just(Field("name", "Name")),
}
INSTANCES = {
    EvrmoreAuth: auth,
    Guard: lambda: auth().guard({}),
    MemoryUserProvider: lambda: MemoryUserProvider([{"email": "u@example.com", "password": "x"}]),
    Field: lambda: Field("name", "Name", options=[("a", "A")], is_required=True),
    PasswordHasher: lambda: PasswordHasher(memory_kib=8, iterations=1),
    PasswordPolicy: PasswordPolicy,
    DerivedSecrets: lambda: DerivedSecrets([bytes(32)]),
    AccessTokens: lambda: AccessTokens(KeyRing(key()), issuer="i", audience="a"),
    KeyRing: lambda: KeyRing(key()),
    SigningKey: key,
    Seal: lambda: Seal([bytes(32)]),
    Vault: lambda: Vault([bytes(32)], SeededRandom("fuzz")),
    Request: lambda: Request("POST", "/", "a=b", (("content-type", "text/plain"),), body=b"x"),
    Response: Response,
}
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
"""Of each function."""

THINGS = {name: thing for name, thing in public_things().items() if not thing.is_excepted()}


def test_every_exception_is_one():
    """What is gone from the public names is gone from the list."""
    names = list(public_things())
    for pattern in EXCEPTED:
        assert any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) for name in names), pattern


@pytest.fixture(scope="module", autouse=True)
def _known_from_the_beginning():
    """The good texts are made before any test: a password among them is given as anything, so it may be shown."""
    good_texts()


@pytest.mark.parametrize("name", sorted(THINGS))
def test_any_value_is_answered_or_refused_as_documented(name):
    """No other exception comes out."""
    thing = THINGS[name]
    documented = thing.documented()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],
    )
    @given(thing.arguments())
    def call(arguments):
        several, named = arguments
        with suppress(*documented):
            thing.call(several, named)

    call()
