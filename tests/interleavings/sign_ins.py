"""Requests of several browsers in any order: none may reach a session with less proof than the policy asks.

What must hold is written down here once more, independently of the code: which proofs are enough, and that each proof
of a session was really given, by the very browser that has it, at the time that the session says.
"""

from __future__ import annotations

import json
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from gatewright import EvrmoreAuth
from gatewright.drive import run_to_completion
from gatewright.ports import Owner
from gatewright.proofs import read_proofs
from gatewright.settings import Settings
from gatewright.testing import Browser, FrozenClock, SeededRandom, Wallet
from gatewright.web import Request, Site
from sample_methods import ExtraCode, ListedCode

PASSWORDS = "correct horse battery staple", "purple monkey dishwasher rain"
NAMES = "anna", "bert"
POLICIES = {
    "off": {"second_factor": "off"},
    "enrolled": {"second_factor": "enrolled"},
    "required": {"second_factor": "required"},
    "required after a wallet, too": {
        "second_factor": "required",
        "second_factor_after": ("password", "wallet", "store"),
    },
}
JUMPS = [{"seconds": 30}, {"minutes": 6}, {"minutes": 11}, {"hours": 3}, {"days": 8}, {"minutes": -1}, {"hours": -2}]
KINDS = {"password": "knowledge", "wallet": "possession", "listed_code": "possession", "extra_code": "possession"}
SECOND_ONLY = {"listed_code", "extra_code"}
JSON = ("Content-Type", "application/json")

browsers, names = st.integers(0, 2), st.sampled_from(NAMES)
codes = st.sampled_from(["listed_code", "extra_code"])
flags, seldom = st.booleans(), st.sampled_from([False, False, False, True])


class Jar:
    """A browser, with a name for its cookies: whoever copies them is the same browser from then on."""

    def __init__(self, send, lineage):
        self.browser, self.lineage = Browser(send), lineage

    def post(self, path, **body):
        answer = self.browser.send("POST", f"/api{path}", headers=[JSON], body=json.dumps(body).encode())
        return answer.status, json.loads(answer.text) if answer.text else {}


class SignIns(RuleBasedStateMachine):
    """Every rule sends one request, to an application with whichever policy is in force."""

    def __init__(self, store_settings, reached):
        super().__init__()
        self.clock, self.reached, self.serial, self.policy = FrozenClock(), reached, count(), "enrolled"
        quick = {"enable_brute_force_protection": False, "challenges_per_address": 10**6}
        settings = Settings(**store_settings | quick)
        self.auths = {
            policy: EvrmoreAuth(
                settings=settings.with_values(**values),
                clock=self.clock,
                random=SeededRandom(policy),
                methods=[ListedCode(), ExtraCode()],
            )
            for policy, values in POLICIES.items()
        }
        self.sites = {policy: Site(auth) for policy, auth in self.auths.items()}
        self.wallets = {name: Wallet.new(name) for name in NAMES}
        self.users = {name: self.auth.create_user(name, password=PASSWORDS[0], is_verified=True) for name in NAMES}
        for name, wallet in self.wallets.items():
            self.auth.link_wallet(name, evrmore_address=wallet.address, **self.signed(wallet))
        self.passwords = dict.fromkeys(NAMES, PASSWORDS[0])
        self.codes = {(name, method): [] for name in NAMES for method in SECOND_ONLY}
        self.jars = [Jar(self.send, next(self.serial)) for _ in range(3)]
        self.given, self.seen = set(), set()

    @property
    def auth(self):
        return self.auths[self.policy]

    def teardown(self):
        for auth in self.auths.values():
            auth.close()

    def send(self, method, target, headers, body):
        path, _, query = target.partition("?")
        lowered = [("host", "localhost:8000"), *((name.lower(), value) for name, value in headers)]
        site = self.sites[self.policy]
        request = Request(method, path, query, lowered, "http", "203.0.113.7", body)
        answer = run_to_completion(site.answer(site.open(request)))
        assert answer.status < 500
        return answer.status, answer.headers, answer.body

    def signed(self, wallet):
        challenge = self.auth.generate_challenge(wallet.address)
        return {"challenge": challenge, "signature": wallet.sign(challenge)}

    def give(self, jar, name, method):
        """Note a proof that was right."""
        self.given.add((jar.lineage, name, method, int(self.clock.now().timestamp())))

    def who(self, jar):
        """Return who a browser is signed in as, by the answer of a request that may recall it."""
        found = json.loads(jar.browser.get("/api/session").text)["user"]
        return next((name for name in NAMES if found and self.users[name].id == found["id"]), None)

    def remembered(self):
        return [jar for jar in self.jars if "gatewright-remember" in jar.browser.cookies]

    def owing(self, jar):
        """Return whose sign-in waits in a browser."""
        guard = self.open(jar).guard
        user = run_to_completion(guard.pending_user())
        return next((name for name in NAMES if user and self.users[name].id == user.id), None)

    def open(self, jar):
        cookies = "; ".join(f"{name}={value}" for name, value in jar.browser.cookies.items())
        headers = [("host", "localhost:8000"), ("cookie", cookies)]
        return self.sites[self.policy].open(Request("GET", "/x", headers=headers, scheme="http", peer="203.0.113.7"))

    def check(self, jar):
        """See that the browser's session has all the proof that the policy asks, and none that was not given."""
        name = self.who(jar)
        session = run_to_completion(self.open(jar).guard.current_session())
        assert (name is None) == (session is None)
        if session is None or session.id in self.seen:
            return
        self.seen.add(session.id)
        proofs = session.proofs
        if not session.is_fully_authenticated:
            assert not proofs
            series = jar.browser.cookies["gatewright-remember"].partition(".")[0]
            kept = run_to_completion(self.auth.parts.store.find_remembered(series, now=self.clock.now()))
            proofs = read_proofs(kept.proven_by)
        for proof in proofs:
            assert (jar.lineage, name, proof.method, int(proof.at.timestamp())) in self.given
        assert self.is_enough(name, {proof.method for proof in proofs})
        self.reached[session.aal, self.policy] += 1

    def is_enough(self, name, methods):
        if len({KINDS[method] for method in methods}) > 1 or ("wallet" in methods and len(methods) > 1):
            return True
        if "wallet" in methods and not self.policy.endswith("too"):
            return True
        if not methods - SECOND_ONLY or self.policy.startswith("required"):
            return False
        owner = Owner(self.users[name].id)
        enrolled = run_to_completion(self.auth.parts.store.list_authenticators(owner))
        return self.policy == "off" or "listed_code" not in {each.method for each in enrolled}

    @rule(jump=st.sampled_from(JUMPS))
    def move_clock(self, jump):
        self.clock.advance(**jump)

    @rule(policy=st.sampled_from(list(POLICIES)))
    def change_policy(self, policy):
        self.policy = policy

    @rule(jar=browsers, name=names, is_wrong=seldom, is_remembered=flags)
    def log_in(self, jar, name, is_wrong, is_remembered):
        jar = self.jars[jar]
        password = "wrong" if is_wrong else self.passwords[name]
        status, problem = jar.post("/login", email=name, password=password, remember_me=is_remembered)
        if not is_wrong and (status == 200 or problem.get("code") == "second_factor_required"):
            self.give(jar, name, "password")
        self.check(jar)

    @rule(jar=browsers, name=names)
    def log_in_with_wallet(self, jar, name):
        jar, wallet = self.jars[jar], self.wallets[name]
        _, offered = jar.post("/login/wallet", evrmore_address=wallet.address)
        challenge = offered.get("challenge", "")
        signed = {"challenge": challenge, "signature": wallet.sign(challenge)}
        status, problem = jar.post("/login/wallet", evrmore_address=wallet.address, **signed)
        if status == 200 or problem.get("code") == "second_factor_required":
            self.give(jar, name, "wallet")
        self.check(jar)

    @rule(jar=browsers, method=st.sampled_from(sorted(SECOND_ONLY | {"password"})), is_wrong=seldom, is_step=flags)
    def prove(self, jar, method, is_wrong, is_step):
        """As a step of a sign-in, or to confirm."""
        jar = self.jars[jar]
        self.check(jar)
        name = (is_step and self.owing(jar)) or self.who(jar)
        if method == "password":
            given = {"password": self.passwords.get(name, PASSWORDS[0])}
        else:
            given = {"code": (self.codes.get((name, method)) or ["none"])[0]}
        given = dict.fromkeys(given, "wrong") if is_wrong else given
        status, problem = jar.post("/login/step" if is_step else "/confirm_password", method=method, **given)
        if name and not is_wrong and (status == 200 or problem.get("code") == "second_factor_required"):
            self.give(jar, name, method)
            if method in SECOND_ONLY:
                del self.codes[name, method][:1]
        self.check(jar)

    @rule(jar=browsers, method=codes)
    def use_a_code_again(self, jar, method):
        jar = self.jars[jar]
        assert jar.post("/login/step", method=method, code=f"{method}-0")[0] != 200 or self.who(jar) is None
        self.check(jar)

    @rule(jar=browsers, method=codes)
    def enrol(self, jar, method):
        jar = self.jars[jar]
        self.check(jar)
        name = self.who(jar)
        owing = self.owing(jar)
        owner = owing if name is None else name
        listed = [f"{method}-{next(self.serial)}" for _ in range(3)]
        status, problem = jar.post(f"/account/methods/{method}", action="enrol", codes=" ".join(listed))
        if status < 300 or problem.get("code") == "second_factor_required":
            enrolled = run_to_completion(self.auth.parts.store.list_authenticators(Owner(self.users[owner].id)))
            if len([each for each in enrolled if each.method == method]) == 3 and status < 300:
                self.codes[owner, method] = listed
                self.give(jar, owner, method)
        self.check(jar)

    @rule(jar=browsers, method=codes)
    def remove(self, jar, method):
        jar = self.jars[jar]
        self.check(jar)
        for each in json.loads(jar.browser.get("/api/account").text).get("methods", ()):
            if each["method"] == method:
                jar.post(f"/account/methods/{method}", action="remove", id=each["id"])
        self.check(jar)

    @rule(jar=browsers, new=st.sampled_from(PASSWORDS), is_typed=flags)
    def change_password(self, jar, new, is_typed):
        jar = self.jars[jar]
        self.check(jar)
        name = self.who(jar)
        typed = {"current_password": self.passwords[name]} if name and is_typed else {}
        status, _ = jar.post("/account", action="password", password=new, **typed)
        if status == 204:
            self.passwords[name] = new
            if typed:
                self.give(jar, name, "password")
        self.check(jar)

    @rule(jar=browsers)
    def log_out(self, jar):
        self.jars[jar].post("/logout")
        self.check(self.jars[jar])

    @precondition(lambda self: self.remembered())
    @rule(number=browsers)
    def come_back(self, number):
        """The browser was closed; what it is remembered by is still there."""
        remembered = self.remembered()
        jar = remembered[number % len(remembered)]
        jar.browser.cookies.pop("gatewright", None)
        self.check(jar)

    @rule(jar=browsers, other=browsers)
    def copy_cookies(self, jar, other):
        jar, other = self.jars[jar], self.jars[other]
        other.browser.cookies, other.lineage = dict(jar.browser.cookies), jar.lineage
        self.check(other)
