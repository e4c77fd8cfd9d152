"""Controller-based authentication: an application's own controller and middleware, as the document builds them."""

from __future__ import annotations

import pytest

from gatewright import MemoryUserProvider
from gatewright.errors import ConfigurationError, InactiveUserError
from gatewright.fields import Field
from gatewright.web import AuthController, AuthMiddleware, Request, Response, SimpleAuthController, Site
from gatewright.web.fields import EMAIL, PASSWORD, USERNAME

FOO123 = "$2y$10$c1iqXvXuFKZ4hI4l.LhCvuacba1fR3OX.uPfPD29j4DkyayC6p4uu"
PEOPLE = [
    {"email": "john@doe.com", "password": FOO123, "name": "John"},
    {"email": "alex@rodriguez.com", "password": FOO123, "active": False},
    {"email": "alice@brown.com", "password": FOO123, "verified": False},
]
TEXTS = {
    "ERR_LOGIN_INVALID_CREDENTIALS": "Incorrect email or password",
    "ERR_LOGIN_INACTIVE_USER": "Inactive user",
    "ERR_LOGIN_UNVERIFIED_USER": "Unverified user",
}
seen = []


class MyAuthMiddleware(AuthMiddleware):
    """Writes down what happens."""

    def pre_login(self, route):
        seen.append(("pre_login", route.name))

    def on_login_success(self, user):
        seen.append(("success", user.username))

    def on_login_failed(self, username):
        seen.append(("failed", username))

    def on_login_inactive_user(self, user):
        seen.append(("inactive", user.username))

    def on_login_unverified_user(self, user):
        seen.append(("unverified", user.username))

    def on_logout(self):
        seen.append(("logout",))


class MyAuthController(AuthController):
    """The document's controller: renders pages, and leaves login and logout to the framework."""

    def get_user_provider(self):
        return "MemoryUserProvider"

    def get_middleware(self):
        return "MyAuthMiddleware"

    def login(self, visit):
        messages = "".join(f"<p class={kind}>{TEXTS[code]}</p>" for kind, code in visit.guard.messages().items())
        token = visit.csrf_token()
        return f"""<h1>Log in</h1>{messages}<form method=post>
            <input type=hidden name=csrf_token value={token}><input name=email><input name=password></form>"""

    def logout(self):
        return None

    def signup(self):
        return "<h1>Sign up</h1>"

    def email_verification(self, token):
        return f"<h1>Verify {len(token)}</h1>"

    def password_reset(self, request):
        return Response(200, (("Content-Type", "text/plain"),), request.method.encode())

    def password_reset_form(self, token, request):
        return f"<h1>{request.method} {token}</h1>"


def with_people():
    return {"providers": [MemoryUserProvider(PEOPLE)]}


@pytest.fixture
def site(make_pages):
    seen.clear()
    return make_pages(
        controller=MyAuthController(),
        auth=with_people(),
        resolve={"dashboard": "/dashboard", "homepage": "/"}.get,
    )


@pytest.fixture
def visitor(site):
    return site.browser()


def log_in(visitor, email, password="foo123"):
    return visitor.submit(visitor.get("/login").form("/login"), email=email, password=password)


def test_the_submitted_form_never_reaches_the_controller(site, visitor):
    """It is taken, the events fire in order, and the redirect leads to the route of the setting."""
    answer = log_in(visitor, "john@doe.com")

    assert (answer.status, answer.location) == (303, "/dashboard")
    assert seen == [("pre_login", "login"), ("pre_login", "login"), ("success", "john@doe.com")]
    assert site.user_of(visitor).entity.name == "John"


@pytest.mark.parametrize(
    ("email", "password", "event", "text"),
    [
        ("john@doe.com", "wrong", ("failed", "john@doe.com"), "Incorrect email or password"),
        ("nobody@doe.com", "foo123", ("failed", "nobody@doe.com"), "Incorrect email or password"),
        ("alex@rodriguez.com", "foo123", ("inactive", "alex@rodriguez.com"), "Inactive user"),
        ("alice@brown.com", "foo123", ("unverified", "alice@brown.com"), "Unverified user"),
    ],
)
def test_the_outcomes(visitor, email, password, event, text):
    """Each fires its event before the redirect, and the next page can say it, once."""
    answer = log_in(visitor, email, password)

    assert answer.location == "/login"
    assert seen[-1] == event
    assert f"<p class=danger>{text}</p>" in visitor.follow(answer).text
    assert text not in visitor.get("/login").text


def test_the_logout(site, visitor):
    """It is handled before the controller, and fires its event."""
    log_in(visitor, "john@doe.com")
    token = site.call(_token_of(site, visitor))
    answer = visitor.post("/logout", {"csrf_token": token})

    assert (answer.status, answer.location, seen[-1]) == (303, "/", ("logout",))
    assert site.user_of(visitor) is None


async def _token_of(site, visitor):
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    request = Request("GET", "/", headers=[("host", site.host), ("cookie", cookie)], peer=site.peer)
    visit = site.site.open(request)
    token = visit.csrf_token()
    for _, header in visit.cookies():
        name, _, value = header.partition(";")[0].partition("=")
        visitor.cookies[name] = value
    return token


def test_the_other_pages_are_the_controllers(visitor):
    """By whatever method, with the parameters that each names, and whatever kind of answer."""
    assert visitor.get("/signup").text == "<h1>Sign up</h1>"
    assert visitor.get("/email_verification/abc").text == "<h1>Verify 3</h1>"
    assert visitor.get("/password-reset").text == "GET"
    assert visitor.post("/password-reset", {}).text == "POST"
    assert visitor.get("/password-reset/abc").text == "<h1>GET abc</h1>"


def test_what_only_simpleauth_has_is_not_there(visitor):
    """Neither its pages nor the JSON API."""
    assert [visitor.get(path).status for path in ("/account", "/confirm_password", "/api/session")] == [404] * 3


def test_its_pages_are_protected_too(visitor):
    """The same headers."""
    page = visitor.get("/login")

    assert "frame-ancestors 'none'" in page.header("content-security-policy")
    assert page.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    "middleware", [MyAuthMiddleware, MyAuthMiddleware(), "MyAuthMiddleware", f"{__name__}:MyAuthMiddleware"]
)
def test_a_middleware_is_named_in_four_ways(make_pages, middleware):
    """An object, a class, a class beside the controller, or an import name."""

    class Controller(MyAuthController):
        def get_middleware(self):
            return middleware

    seen.clear()
    make_pages(controller=Controller(), auth=with_people()).browser().get("/login")

    assert seen == [("pre_login", "login")]


@pytest.mark.parametrize("middleware", [MyAuthMiddleware, MyAuthMiddleware(), "MyAuthMiddleware"])
def test_two_sites_of_one_auth_share_a_middleware(make_pages, middleware):
    """What happens once is told once."""

    class Controller(MyAuthController):
        def get_middleware(self):
            return middleware

    pages = make_pages(controller=Controller(), auth=with_people())
    Site(pages.auth, Controller(), mount="/staff")
    seen.clear()
    pages.browser().get("/login")

    assert seen == [("pre_login", "login")]


@pytest.mark.parametrize("middleware", ["Nothing", "nowhere:Nothing", 5, object])
def test_a_wrong_middleware_is_refused_at_the_start(make_pages, middleware):
    """With its name."""

    class Controller(MyAuthController):
        def get_middleware(self):
            return middleware

    with pytest.raises(ConfigurationError, match="iddleware"):
        make_pages(controller=Controller(), auth=with_people())


def test_an_event_that_refused_while_loading_has_no_user(make_pages):
    """A provider may raise before there is a user: the event still fires."""

    class Closed(MemoryUserProvider):
        def check_user_is_active(self, user):
            raise InactiveUserError

    class Controller(MyAuthController):
        def get_user_provider(self):
            return "Closed"

    seen.clear()
    pages = make_pages(controller=Controller(), auth={"providers": [Closed(PEOPLE)]})
    log_in(pages.browser(), "john@doe.com")

    assert seen[-1][0] == "inactive"


def test_a_controllers_method_may_be_a_coroutine(make_pages):
    """In either build, as long as it does not suspend in the blocking one."""

    class Controller(MyAuthController):
        async def signup(self, visit):
            return f"<p>{await visit.user()}</p>"

    assert make_pages(controller=Controller(), auth=with_people()).browser().get("/signup").text == "<p>None</p>"


def test_a_page_that_is_no_answer_is_a_defect(make_pages):
    """And says what it must be."""

    class Controller(MyAuthController):
        def signup(self):
            return 5

    with pytest.raises(TypeError, match="signup must return a Response, a str or None"):
        make_pages(controller=Controller(), auth=with_people()).browser().get("/signup")


class FrameworksResponse:
    """A namesake."""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (FrameworksResponse(), "test_web_controllers.FrameworksResponse. Use gatewright.web"),
        (Response(200, (), "text"), "body of type str"),
        (Response(200, (), {"a": 1}), "body of type dict"),
        (Response(200, {"X-A": "b"}, b""), "headers of type dict"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_named(make_pages, answer, said):
    """One framework would send it, another one something else."""

    class Controller(MyAuthController):
        def signup(self):
            return answer

    with pytest.raises(TypeError, match=said):
        make_pages(controller=Controller(), auth=with_people()).browser().get("/signup")


@pytest.mark.parametrize("given", [SimpleAuthController, "pages.ShopPages", object()])
def test_what_is_no_controller_is_refused(gatewright_auth, given):
    """The class of one, above all: what is needed is an object of it."""
    with pytest.raises(ConfigurationError, match=r"an instance of a subclass of AuthController, such as MyPages\(\)"):
        Site(gatewright_auth, given)


class Staff(MemoryUserProvider):
    """A provider of the application's."""


class NobodysProvider(MyAuthController):
    def get_user_provider(self):
        return "Staf"


class ClassOfProvider(MyAuthController):
    def get_user_provider(self):
        return Staff


class AnotherProviderEachTime(MyAuthController):
    def get_user_provider(self):
        return Staff(PEOPLE)


class ProviderOfRequest(MyAuthController):
    def get_user_provider(self, request):
        return "MemoryUserProvider"


class AwaitedProvider(MyAuthController):
    async def get_user_provider(self):
        return "MemoryUserProvider"


class PageOfForm(MyAuthController):
    def signup(self, form):
        return "never"


class PageOfPosition(MyAuthController):
    def password_reset(self, request, /):
        return "never"


class PageWithoutSelf(MyAuthController):
    def email_verification():
        return "never"


class PageThatIsNone(MyAuthController):
    password_reset = None


class TokenWithoutLink(MyAuthController):
    def signup(self, token):
        return "never"


class AwaitedFields(SimpleAuthController):
    async def signup_fields(self):
        return ()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (NobodysProvider, r"There is no user provider 'Staf'.*MemoryUserProvider.*providers=\[\.\.\.\]"),
        (ClassOfProvider, "must be an instance of a subclass of UserProvider, not Staff"),
        (AnotherProviderEachTime, "already named Staff.*create one object and use it everywhere"),
        (
            ProviderOfRequest,
            r"ProviderOfRequest.get_user_provider must be a plain method.*def get_user_provider\(self\)",
        ),
        (AwaitedProvider, "AwaitedProvider.get_user_provider must be a plain method"),
        (PageOfForm, "PageOfForm.signup cannot serve the page /signup: .*'form'.* It is called with request, visit "),
        (PageOfPosition, "PageOfPosition.password_reset cannot serve"),
        (PageWithoutSelf, "PageWithoutSelf.email_verification cannot serve"),
        (PageThatIsNone, "None cannot serve the page /password-reset: "),
        (TokenWithoutLink, "TokenWithoutLink.signup cannot serve the page /signup: .*'token'"),
        (AwaitedFields, "AwaitedFields.signup_fields must be a plain method"),
    ],
)
def test_a_controller_that_cannot_work_is_refused_at_the_start(make_pages, kind, said):
    """Whatever its first visitor would have met, with what to do."""
    with pytest.raises(ConfigurationError, match=said):
        make_pages(controller=kind(), auth=with_people())


def test_a_controller_that_needs_a_request_is_asked_within_one(make_pages):
    """A framework tells by a RuntimeError that there is none yet."""

    class Controller(MyAuthController):
        provider = None

        def get_user_provider(self):
            if self.provider is None:
                raise RuntimeError("Working outside of application context.")
            return self.provider

    pages = make_pages(controller=Controller(), auth=with_people())
    Controller.provider = "MemoryUserProvider"

    assert log_in(pages.browser(), "john@doe.com").status == 303


def test_a_provider_that_is_empty_is_no_less_the_controllers(make_pages):
    """The setting's would let in other people."""

    class Nobody(MemoryUserProvider):
        def __len__(self):
            return 0

    nobody = Nobody([])

    class Controller(MyAuthController):
        def get_user_provider(self):
            return nobody

    assert make_pages(controller=Controller()).site.provider is nobody


@pytest.mark.parametrize(
    "given", [["email", "password"], {"email": "Email"}, "email", None, [USERNAME, ("city", "City")]]
)
def test_fields_that_are_none_are_named(make_pages, given):
    """By whichever page asks for them first."""

    class Controller(SimpleAuthController):
        def signup_fields(self):
            return given

    browser = make_pages(controller=Controller()).browser()
    with pytest.raises(ConfigurationError, match=r"Controller.signup_fields\(\) must give a list of Field objects"):
        browser.get("/signup")


def test_fields_are_looked_at_as_often_as_needed(make_pages):
    """A generator gives each field once, and what was typed is compared with all of them."""

    class Controller(SimpleAuthController):
        def signup_fields(self):
            yield from (EMAIL, PASSWORD, Field("city", "City", is_required=True))

    browser = make_pages(controller=Controller()).browser()
    form = browser.get("/signup").form("/signup")

    assert browser.submit(form, email="a@example.com", password="a long password of mine", city="").status == 422
