"""Pages on which somebody proves who they are: codes and links by mail, second steps, confirmations, wallets."""

from __future__ import annotations

import re
import urllib.parse

import pytest

from browser.inspection import NARROW, TAB, inspect, misplaced, unreachable
from gatewright.system import SystemClock
from gatewright.testing import AuthenticatorApp, Wallet
from running_examples import PASSWORD, running

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("browser-passkey")]

STEP, CONFIRM = "/login/step", "/confirm_password"
WRONG = "This could not be verified. Please try again, or use another method."
WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no_scripts"])


@pytest.fixture(scope="module")
def application(tmp_path_factory, _is_equipped):
    """An example whose users may sign in by a mailed code, too."""
    folder = tmp_path_factory.mktemp("proving")
    with running("fastapi", folder, site_name="Proofs", host="localhost", email_code="both") as running_example:
        yield running_example


@pytest.fixture
def problems(browser, pictures):
    """Inspect the page that the browser shows."""
    return lambda name: inspect(browser, pictures, f"proving-{name}")


class Factors:
    """All that somebody can prove themselves by, but for a passkey."""

    def __init__(self, application, person):
        auth, self.person, self.application = application.auth, person, application
        self.wallet = Wallet.new(person.username)
        challenge = auth.generate_challenge(self.wallet.address)
        proof = {"evrmore_address": self.wallet.address, "challenge": challenge}
        auth.link_wallet(person.username, **proof, signature=self.wallet.sign(challenge))
        guard = auth.guard({})
        guard.login(person.username, person.password, "SQLUserProvider")
        self.app = AuthenticatorApp(guard.begin_enrolment("totp")["uri"])
        guard.enrol("totp", {"code": self.app.code(SystemClock().now())})
        self.codes = guard.enrol("recovery_codes")["codes"]

    def proof_by(self, method, browser):
        """Begin where that is needed, and return what to type: field -> text."""
        match method:
            case "password":
                return {"password": self.person.password}
            case "totp":
                return {"code": self.app.code(SystemClock().now(), steps=1)}
            case "recovery_codes":
                return {"code": self.codes[0]}
            case "email_code":
                browser.press("Email me a code")
                return {"code": mailed_code(self.application, self.person.email)}
            case "wallet":
                browser.press("Continue with your wallet")
                return {"signature": self.wallet.sign(browser.value("challenge"))}


def mailed_code(application, email):
    """Return the code of the newest mail to an address."""
    mail = [mail for mail in application.deliver() if mail.to == email][-1]
    return re.search(r"\b\d{6,8}\b", mail.text)[0]


@pytest.fixture
def factors(application, browser, anna):
    """Anna's, who has signed in with two of them."""
    factors = Factors(application, anna)
    browser.open("/login")
    browser.fill(email=anna.username, password=anna.password)
    browser.press("Sign in")
    browser.open(f"{STEP}?method=recovery_codes")
    browser.fill(code=factors.codes.pop())
    browser.press("Confirm")
    return factors


def send(browser, typed, *, has_scripts):
    """Type a proof; what a script does not send at once, the button sends."""
    if has_scripts and "code" in typed and typed["code"].isdigit():
        browser.fill_and_go(**typed)
    else:
        browser.fill(**typed)
        browser.press("Confirm")


def ask_for_code(browser, person):
    browser.open("/login?next=/account")
    field = browser.find("#email-code-address")
    browser.unfold(field)
    field.send_keys(person.email)
    browser.press("Continue")


@WITH_AND_WITHOUT_SCRIPTS
def test_a_mailed_code_signs_in(application, browser, anna, has_scripts):
    """A wrong one is complained about at its field; the right one leads on to where the visitor wanted to go."""
    ask_for_code(browser, anna)
    code = mailed_code(application, anna.email)
    wrong = f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"
    send(browser, {"code": wrong}, has_scripts=has_scripts)
    assert browser.texts("[role=alert]") == [WRONG]
    assert (browser.focused.get_property("name"), browser.value("code")) == ("code", "")
    assert browser.focused.get_attribute("aria-invalid") == "true"

    send(browser, {"code": code}, has_scripts=has_scripts)
    assert browser.path == "/account"


def test_a_code_is_pasted_by_one_click(application, browser, anna):
    """The button takes it from the clipboard, and the page goes on."""
    ask_for_code(browser, anna)
    hold(browser, mailed_code(application, anna.email))
    browser.press("Paste")
    assert browser.path == "/account"


def test_the_pages_of_mailed_codes(application, browser, anna, link_to, problems):
    """Where a code is typed, and where a link is opened: in the same browser, and in another one."""
    ask_for_code(browser, anna)
    assert problems("email-code") == []
    assert unreachable(browser) == []
    send(browser, {"code": "0" * 8}, has_scripts=True)
    assert problems("email-code-wrong") == []
    link = link_to(anna.email)
    browser.open(link)
    assert problems("login-link") == []
    browser.begin(application.url)
    browser.open(link)
    assert problems("login-link-elsewhere") == []


@WITH_AND_WITHOUT_SCRIPTS
def test_a_mailed_link_signs_in_where_it_was_asked_for(browser, anna, link_to, has_scripts):
    """By a button, since programs follow links in mails, too; the keyboard is there already. It works once."""
    ask_for_code(browser, anna)
    link = link_to(anna.email)
    browser.open(link)
    assert browser.focused.text == "Sign in"
    browser.enter()
    browser.open("/account")
    assert browser.heading == "Your account"

    browser.press("Sign out")
    browser.open(link)
    assert "Sign in" not in browser.texts("main button")


def test_a_mailed_link_signs_nobody_in_elsewhere(application, browser, anna, link_to):
    """Another browser is told why, and what to do; the first one still can."""
    ask_for_code(browser, anna)
    link, asked = link_to(anna.email), browser.cookies
    browser.begin(application.url)
    browser.open(link)
    assert browser.find("main").text.count("The link was requested in another browser") == 1
    assert browser.texts("main button") == []
    browser.follow("Back to sign in")
    assert browser.path == "/login"

    browser.begin(application.url)
    browser.take_cookies(asked)
    browser.open(link)
    browser.press("Sign in")
    browser.open("/account")
    assert browser.heading == "Your account"


@WITH_AND_WITHOUT_SCRIPTS
@pytest.mark.parametrize("method", ["password", "wallet", "totp", "recovery_codes", "email_code"])
def test_each_method_confirms(browser, anna, factors, method, has_scripts):
    """Whom it is about stands there; the proof leads on to where the visitor was going."""
    browser.open(f"{CONFIRM}?method={method}&next=/account")
    assert (browser.heading, browser.texts(".account .address")) == ("Confirm that it is you", [anna.username])
    send(browser, factors.proof_by(method, browser), has_scripts=has_scripts)
    assert browser.path == "/account"


@pytest.mark.parametrize("method", ["password", "wallet", "totp", "recovery_codes", "email_code"])
def test_the_pages_of_confirmations(browser, factors, problems, method):
    """What each method asks, and what it says of nonsense."""
    browser.open(f"{CONFIRM}?method={method}")
    assert problems(f"confirm-{method}") == []
    assert unreachable(browser) == []
    (name,) = factors.proof_by(method, browser)
    browser.fill(**{name: "nonsense"})
    browser.press("Confirm")
    assert browser.focused.get_property("name") == name
    assert len(browser.texts(".error")) == 1
    assert problems(f"confirm-{method}-wrong") == []


def test_a_second_step_by_keys_alone(application, browser, anna, problems):
    """The strongest method first, the others as links, in the order of the page; a code that is complete is sent."""
    factors = Factors(application, anna)
    browser.open("/login?next=/account")
    browser.fill(email=anna.username, password=anna.password)
    browser.press("Sign in")
    assert (browser.path, browser.heading) == (f"{STEP}?next=%2Faccount", "One more step")
    assert browser.texts(".account .address") == [anna.username]
    assert browser.texts(".links a") == ["Authenticator app", "Code by email", "Recovery codes"]
    assert problems("step") == []
    assert unreachable(browser) == []

    while browser.focused.text != "Authenticator app":
        browser.type(TAB)
    browser.enter()
    assert problems("step-totp") == []
    assert browser.texts(".hint") == ["It is submitted as soon as it is complete."]
    browser.fill_and_go(**factors.proof_by("totp", browser))
    assert browser.path == "/account"


SENDINGS = """
const field = document.querySelector("[data-complete]");
let sendings = 0;
field.form.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sendings += 1;
  event.preventDefault();
});
field.value = "123 456";
field.dispatchEvent(new InputEvent("input", {inputType: "insertFromPaste"}));
field.form.requestSubmit();
return sendings;
"""


def test_a_complete_code_is_sent_once(browser, anna, sign_in):
    """Also where somebody presses Enter out of habit: it is good for one request."""
    sign_in(anna)
    browser.open("/account/methods/totp")
    assert browser.evaluate(SENDINGS) == 1


@pytest.mark.usefixtures("factors")
def test_the_pages_fit_a_phone_in_languages_of_long_words(browser):
    """Nothing sticks out or lies on something else."""
    browser.show(NARROW, 640, is_phone=True)
    pages = ["/account", "/account/methods/totp", "/account/methods/recovery_codes", "/account/methods/passkey"]
    pages += [f"{CONFIRM}?method={method}" for method in ("password", "wallet", "totp", "email_code")]
    wrong = []
    for language in ("de", "fr", "ja"):
        browser.prefer_language(language)
        for page in pages:
            browser.open(page)
            assert browser.find("html").get_attribute("lang") == language
            wrong += [(language, page, problem) for problem in misplaced(browser, NARROW)]
    assert wrong == []


@pytest.mark.parametrize("method", ["totp", "recovery_codes", "passkey"])
def test_a_page_of_enrolment_by_keys_alone(browser, anna, sign_in, method):
    """The Tab key reaches everything, where the page has it."""
    sign_in(anna)
    browser.open(f"/account/methods/{method}")
    assert unreachable(browser) == []


@pytest.mark.parametrize("has_scripts", [False], ids=["no_scripts"])
def test_without_scripts_the_pages_ask_for_no_passkey(browser, anna, sign_in, has_scripts):
    """They say why, and what needs a script is not there: not what would be pasted or sent, either."""
    browser.open("/login")
    assert "Sign in with a passkey" not in browser.texts("button")
    sign_in(anna)
    browser.open("/account/methods/passkey")
    assert browser.texts(".notice") == ["Passkeys need JavaScript."]
    assert browser.texts("main button") == []
    browser.open("/account/methods/totp")
    assert (browser.texts("main button"), browser.texts(".hint [data-scripted]")) == (["Confirm"], [])


def hold(browser, text):
    """Have a text in the clipboard, and a user who lets pages read it."""
    permissions = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    browser.command("Browser.grantPermissions", permissions=permissions, origin=browser.site)
    browser.evaluate_promise("await navigator.clipboard.writeText(arguments[0])", text)


def test_a_wallet_on_another_device_signs_in(browser):
    """The text as a picture, as a file, and in the clipboard; the signature by one click."""
    wallet = Wallet.new("on another device")
    browser.open("/login?next=/account")
    browser.fill(evrmore_address=wallet.address)
    browser.press("Continue")
    text = browser.value("challenge")
    assert "In Evrmore Core, choose File, then Sign message" in browser.find("main").text
    assert f'evrmore-cli signmessage "{wallet.address}" "{text}"' == browser.find("#sign-node").text

    file = browser.find("a[download='challenge.txt']").get_attribute("href")
    assert urllib.parse.unquote(file).removeprefix("data:text/plain;charset=utf-8,") == text
    browser.find("details:not([open]) summary").click()
    assert browser.evaluate("return document.querySelector('.qr').naturalWidth") > 0

    hold(browser, "something else")
    browser.find("[data-copy=challenge]").click()
    copied = "for (let i = 0; i < 99; i++) { const text = await navigator.clipboard.readText();"
    copied += " if (text !== 'something else') return text; }"
    assert browser.evaluate_promise(copied) == text
    hold(browser, wallet.sign(text))
    browser.press("Paste and continue")
    assert browser.path == "/account"


def test_what_is_no_signature_is_not_sent(browser):
    """Whatever the clipboard holds: it stands in the field, and the visitor decides."""
    browser.open("/login")
    browser.fill(evrmore_address=Wallet.new("nothing to send").address)
    browser.press("Continue")
    hold(browser, "my shopping list")
    browser.find("[data-paste=signature]").click()
    browser.evaluate_promise("await new Promise((done) => setTimeout(done, 50))")
    assert (browser.heading, browser.value("signature")) == ("Sign this text", "my shopping list")


def test_the_account_page_says_what_to_do_next(browser, anna, sign_in):
    """A second factor, then recovery codes, then nothing."""
    sign_in(anna)
    browser.open("/account")
    assert browser.texts(".advice p") == [
        "Next step\nAdd a second factor, so that a stolen password is not enough to get in."
    ]
    browser.follow("Set up")
    assert browser.path == "/account/methods/totp"
    app = AuthenticatorApp(browser.find("a[href^='otpauth:']").get_attribute("href"))
    browser.fill_and_go(code=app.code(SystemClock().now()))
    assert browser.path == "/account"

    advice = "Next step\nKeep recovery codes at hand, so that losing your phone does not lock you out."
    assert browser.texts(".advice p") == [advice]
    browser.find(".advice a").click()
    browser.press("Generate recovery codes")
    browser.follow("Continue")
    assert browser.texts(".advice") == []


def test_a_notice_leads_to_the_sessions_through_a_sign_in(application, browser, anna, sign_in, link_to):
    """One click in the mail, and the list is what the page shows after the sign-in."""
    sign_in(anna)
    guard = application.auth.guard({})
    guard.login(anna.username, PASSWORD, "SQLUserProvider")
    guard.enrol("recovery_codes")
    link = link_to(anna.email)
    browser.begin(application.url)
    browser.open(link)
    browser.fill(email=anna.username, password=anna.password)
    browser.press("Sign in")
    assert browser.path == "/account#sessions"
    assert "Where you are signed in" in browser.find("#sessions").text
    assert 0 <= browser.evaluate("return document.querySelector('#sessions').getBoundingClientRect().top") < 200


def test_a_double_click_proves_once(browser, anna, sign_in):
    """The second time would be refused, and the browser would show that and know nothing of its new session."""
    sign_in(anna)
    for _ in range(3):
        browser.open(CONFIRM)
        browser.fill(password=anna.password)
        browser.press_twice("Confirm")
        assert browser.path == "/account"
