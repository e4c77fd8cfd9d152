"""What the views and templates of a Django project know of their visitor, and whom they let in."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest
from django.contrib.auth import aauthenticate, alogin, authenticate, get_user_model
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import Group, Permission
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import AsyncClient, override_settings
from django.test import Client as DjangoClient
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View
from werkzeug.test import Client

from gatewright import Vote
from gatewright.adapters.django import get_auth, login_required
from gatewright.adapters.django.signed_in import SignedInUser
from gatewright.errors import ConfigurationError, ProviderUnavailableError

PASSWORD = "correct horse battery staple"
PROGRAM = [("Accept", "application/json")]
GUARDED = ("/signed-in", "/signed-in-async", "/verified", "/sensitive", "/editors", "/editors-async", "/edit")


@pytest.fixture
def ida(django_users):
    """A user of Django's with a group and a permission."""
    made = django_users.create_user("ida", "ida@example.com", PASSWORD)
    made.groups.add(Group.objects.create(name="editor"))
    made.user_permissions.add(Permission.objects.get(codename="view_group"))
    return made


@pytest.mark.parametrize("path", GUARDED)
def test_a_guest_is_led_to_the_login_page(browser, path):
    """A browser comes back afterwards, a program gets a problem; a demand for rights is a demand for a sign-in."""
    answer, problem = browser.get(f"{path}?a=1"), browser.send("GET", path, headers=PROGRAM)

    assert (answer.status, answer.location) == (303, f"/login?next=%2F{path[1:]}%3Fa%3D1")
    assert (problem.status, problem.header("content-type")) == (401, "application/problem+json")
    assert problem.header("www-authenticate") == 'Bearer realm="gatewright"'


@pytest.mark.parametrize("path", ["/signed-in", "/signed-in-async", "/of-django", "/of-django-async", "/verified"])
def test_who_is_signed_in_is_let_in(browser, anna, log_in, path):
    """Into plain and asynchronous views, by our decorators and by Django's own."""
    log_in(browser)
    assert browser.get(path).text == "hello anna"


@pytest.mark.parametrize("path", ["/of-django", "/of-django-async"])
def test_djangos_own_decorator_leads_to_our_page(browser, path):
    """By ``LOGIN_URL``."""
    assert browser.get(path).location == f"/login?next={path}"


@pytest.mark.parametrize("path", ["/editors", "/editors-async", "/edit"])
def test_who_lacks_a_right_is_told_so(browser, anna, log_in, people, path):
    """A browser gets a page, a program a problem; whoever has the right gets in."""
    log_in(browser)
    page, problem = browser.get(path), browser.send("GET", path, headers=PROGRAM)
    people.create_role("editor")
    people.assign_role("editor", username="anna")
    people.create_permission("blog.edit")
    people.grant_permission("blog.edit", username="anna")

    assert (page.status, page.header("content-type")) == (403, "text/html; charset=utf-8")
    assert (problem.status, problem.header("content-type")) == (403, "application/problem+json")
    assert browser.get(path).text == "hello anna"


@pytest.mark.parametrize("path", ["/of-django-edit", "/of-django-staff"])
def test_who_lacks_what_djangos_own_guards_demand_is_told_so(browser, anna, log_in, path, caplog):
    """They send everybody to the login page, which would lead whoever is signed in back to them, without end."""
    guest = browser.get(path)
    log_in(browser)
    page, problem = browser.get(path), browser.send("GET", path, headers=PROGRAM)

    assert guest.location == f"/login?next={path}"
    assert (page.status, page.header("content-type")) == (403, "text/html; charset=utf-8")
    assert (problem.status, json.loads(problem.text)["code"]) == (403, "denied")
    assert f"lacks what a guard of Django's demands for GET '{path}'." in caplog.text


def test_where_the_login_page_is_for_everybody_djangos_guards_lead_there(change, open_browser, anna, log_in):
    """As Django's own does, where whoever lacks a right may sign in as somebody else."""
    change(auth_route_auto_redirect=("signup",))
    browser = open_browser()
    log_in(browser)
    assert browser.get("/of-django-edit", follows=True).form("/login")


def test_a_visitor_who_is_merely_remembered_proves_it_again(browser, anna, log_in):
    """Before what is sensitive."""
    log_in(browser, remember_me="1")
    del browser.cookies["gatewright"]

    assert browser.get("/signed-in").text == "hello anna"
    assert browser.get("/sensitive").location == "/confirm_password?next=%2Fsensitive"


@pytest.mark.parametrize("email", ["anna@münchen.example", "Anna@XN--MNCHEN-3YA.example"])
def test_a_mail_address_is_one_however_its_domain_is_written(browser, people, log_in, email):
    """Browsers send it in ASCII where a person typed it in their own letters."""
    people.create_user("anna", email="anna@xn--mnchen-3ya.example", password=PASSWORD, is_verified=True)
    log_in(browser, email=email)
    assert "anna" in browser.get("/signed-in").text


@pytest.mark.parametrize(("kept", "typed"), [("ü", "xn--tda"), ("xn--tda", "ü")])
def test_a_user_of_django_is_found_however_their_domain_is_written(browser, django_users, log_in, kept, typed):
    """By Django's own sign-in, too."""
    ida = django_users.create_user(f"ida@{kept}.example", password=PASSWORD)
    log_in(browser, email=f"ida@{typed}.example")

    assert browser.get("/signed-in").text == f"hello ida@{kept}.example"
    assert authenticate(username=f"ida@{typed}.example", password=PASSWORD) == ida


def test_a_remembered_browser_survives_lost_answers(browser, anna, survives_lost_answers):
    """Its next cookie never arrived, so that it sends the one before again, days later."""
    survives_lost_answers(browser, "/signed-in")


def test_a_program_is_known_by_its_token(browser, people, alice, sign_in):
    """In plain and asynchronous views; a bad token is nobody's."""
    token = [("Authorization", f"Bearer {sign_in(people, alice).token}")]
    seen = [browser.send("GET", path, headers=token).text for path in ("/signed-in", "/signed-in-async")]
    wrong = browser.send("GET", "/signed-in", headers=[("Authorization", "Bearer nonsense")])

    assert seen == [f"hello {alice.address}"] * 2
    assert wrong.status == 401
    assert 'error="invalid_token"' in wrong.header("www-authenticate")


def test_a_view_that_is_exempt_from_djangos_csrf_check_is_for_programs(browser, people, alice, anna, sign_in, log_in):
    """They have no token of a form. Another site's page may send to it as well, and is a guest's."""
    token = ("Authorization", f"Bearer {sign_in(people, alice).token}")
    assert browser.send("POST", "/signed-in", headers=[token]).status == 403
    assert browser.send("POST", "/from-programs", headers=[token]).text == f"hello {alice.address}"
    log_in(browser)

    assert browser.send("POST", "/from-programs").text == "hello anna"
    for foreign in (("Sec-Fetch-Site", "cross-site"), ("Origin", "https://elsewhere.example")):
        assert browser.send("POST", "/from-programs", headers=[foreign]).status == 401


@pytest.mark.parametrize("path", ["/", "/async", "/careful"])
def test_a_guest_is_djangos_anonymous_user(browser, path):
    """So that whatever is written for Django works."""
    assert browser.get(path).text == "guest AnonymousUser"


@pytest.mark.parametrize("path", ["/", "/async", "/careful"])
def test_an_account_of_ours_answers_like_a_user_of_django(browser, anna, log_in, path):
    """By a class of its own."""
    log_in(browser)
    assert browser.get(path).text == "anna SignedInUser"


@pytest.mark.parametrize("path", ["/", "/async", "/careful"])
def test_a_user_of_django_is_the_instance_of_the_model(browser, ida, log_in, path):
    """Whatever the model can do, ``request.user`` can."""
    log_in(browser, email="ida")
    assert browser.get(path).text == "ida User"


def test_a_careless_asynchronous_view_is_told_what_to_ask(browser, anna, log_in, caplog):
    """Looking a user up would stop the event loop."""
    log_in(browser)

    assert browser.get("/careless").status == 500
    assert "await request.auser()" in caplog.text


def test_templates_know_the_visitor(browser, anna, log_in, people):
    """And the token that a form of ours needs."""
    people.create_permission("blog.edit")
    people.grant_permission("blog.edit", username="anna")
    log_in(browser)
    seen = browser.get("/template").text
    token = seen.partition("token=")[2].rstrip(".")

    assert seen.startswith("anna anna True")
    assert browser.post("/logout", {"csrf_token": token}).location == "/"


def test_rights_are_answered_by_gatewright(browser, anna, log_in, people):
    """``has_perm``, ``has_perms`` and ``has_module_perms``; voters have their say."""
    people.create_permission("blog.edit")
    people.create_permission("blog.drop")
    people.grant_permission("blog.edit", username="anna")
    log_in(browser)
    before = browser.get("/rights").text
    get_auth().add_voter(lambda user, permission, subject: Vote.GRANT)

    assert (before, browser.get("/rights").text) == ("True False True", "True True True")


def test_voters_may_use_the_orm(browser, anna, log_in):
    """In decorators of asynchronous views, too."""
    get_auth().add_voter(lambda user, *_: Vote.GRANT if Group.objects.exists() else Vote.ABSTAIN)
    log_in(browser)
    before = browser.get("/edit").status
    Group.objects.create(name="any")

    assert (before, browser.get("/edit").status) == (403, 200)


def test_groups_are_roles_and_permissions_are_permissions(browser, ida, log_in):
    """Of a user of Django's."""
    log_in(browser, email="ida")

    assert browser.get("/editors").text == "hello ida"
    assert browser.get("/groups").text == "hello ida"
    assert browser.get("/edit").status == 403


def test_a_user_of_django_who_is_deactivated_is_a_guest(browser, ida, log_in, in_loop):
    """With the very next request."""
    log_in(browser, email="ida")
    get_user_model().objects.update(is_active=False)

    assert browser.get("/").text == "guest AnonymousUser"


def test_a_view_that_asks_nothing_costs_nothing(cost_of, browser, anna, log_in):
    """Nobody's visit is opened, no cookie is read and no statement is run, though somebody is signed in."""
    log_in(browser)

    assert cost_of(browser, "/unlooked") == ([], [])


def test_a_view_that_asks_nothing_has_no_header_read(change, watch):
    """Under WSGI each stands in the environment by itself, and is read when somebody asks."""
    watched, read = watch(WSGIHandler())
    client = Client(watched, use_cookies=False)
    headers = [("Authorization", "Basic x"), ("Accept-Language", "de")]
    client.get("/unlooked", headers=headers).close()
    before = {"HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE"} & read
    client.get("/", headers=headers).close()

    assert (before, "HTTP_AUTHORIZATION" in read) == (set(), True)


def test_a_visitor_is_recognised_by_one_statement(cost_of, statements, browser, anna, log_in, sql):
    """However often a view asks; outside any transaction, and without a word of when they were seen a moment ago.

    It takes none, but for the question whether anybody has committed, at most once a second, where nobody has.
    """
    log_in(browser)
    looked_at, again = cost_of(browser, "/signed-in")
    sql("INSERT INTO roles (name) VALUES ('new')")
    statements.clear()
    browser.get("/signed-in")

    assert looked_at.count("visit") == 1
    assert again in ([], ["PRAGMA data_version"])
    assert [statement.split()[:2] for statement in statements] == [
        ["PRAGMA", "data_version"],
        ["SELECT", "sessions.expires_at,"],
    ]


def test_an_answer_that_depends_on_the_visitor_is_not_cached(browser, anna, log_in):
    """Unless the application says otherwise; one that nobody has looked at stays as it is."""
    log_in(browser)
    looked, cached, unlooked = (browser.get(path) for path in ("/", "/cached", "/unlooked"))

    assert (looked.header("vary"), looked.header("cache-control")) == ("Cookie", "no-store")
    assert (cached.header("vary"), cached.header("cache-control")) == ("Accept, Cookie", "private, max-age=60")
    assert (unlooked.header("vary"), unlooked.header("cache-control")) == (None, None)


def test_who_cannot_be_recognised_is_told_to_come_back(browser, ida, log_in, monkeypatch):
    """Where the users' database is away, nobody is let in and nobody's session ends."""
    log_in(browser, email="ida")
    kind = type(get_auth().load_user_provider("DjangoUserProvider"))

    def fail(self, username):
        raise ProviderUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(kind, "find", fail)
        page, problem = browser.get("/"), browser.send("GET", "/signed-in", headers=PROGRAM)

    assert (page.status, problem.status) == (503, 503)
    assert problem.header("retry-after") == "5"
    assert browser.get("/signed-in").text == "hello ida"


def test_a_slip_of_the_application_is_the_applications(browser):
    """Django's own error page answers."""
    assert "Server Error (500)" in browser.get("/broken").text


def test_whom_djangos_own_session_knows_stays_known(change, open_browser, ida):
    """Where a project signs users in by another backend."""
    other = "django.contrib.auth.backends.ModelBackend"
    change(of_django={"AUTHENTICATION_BACKENDS": ["gatewright.adapters.django.backends.GatewrightBackend", other]})
    client = DjangoClient()
    client.force_login(ida, backend=other)
    browser = open_browser()
    browser.cookies["sessionid"] = client.cookies["sessionid"].value
    before = [browser.get(path).text for path in ("/", "/async")]
    form = browser.get("/login").form()
    browser.post("/logout", {"csrf_token": form.fields["csrf_token"]})

    assert before == ["ida User", "ida User"]
    assert browser.get("/").text == "guest AnonymousUser"


def test_djangos_test_client_signs_users_in(ida):
    """``force_login`` is a sign-in like any other, with a session that can be revoked."""
    client = DjangoClient()
    client.force_login(ida)
    inside = client.get("/").content
    ended = [get_auth().revoke_session(session.id) for session in get_auth().list_sessions()]

    assert (inside, ended) == (b"ida User", [True])
    assert client.get("/").content == b"guest AnonymousUser"


@pytest.mark.parametrize("path", ["/signed-in", "/signed-in-async", "/editors", "/editors-async", "/sensitive"])
def test_our_decorators_know_whom_djangos_test_client_signs_in(ida, path):
    """As Django's own do; and whoever is signed out there is a guest to them."""
    client = DjangoClient()
    client.force_login(ida)
    inside = client.get(path).status_code
    client.logout()

    assert (inside, client.get(path).status_code) == (200, 401)


@pytest.mark.parametrize("path", ["/signed-in", "/signed-in-async"])
def test_our_decorators_know_whom_djangos_asynchronous_test_client_signs_in(ida, run, path):
    """As Django's own do."""

    async def visit():
        client = AsyncClient()
        await client.aforce_login(ida)
        return (await client.get(path)).status_code

    assert run.run(visit()) == 200


@pytest.mark.parametrize("path", ["/account", "/api/session"])
def test_our_pages_know_whom_djangos_test_client_signs_in(ida, run, path):
    """Without any view before them; and nobody else. Under ASGI, too."""
    client, asynchronous = DjangoClient(headers={"Accept": "text/html"}), AsyncClient(headers={"Accept": "text/html"})
    client.force_login(ida)

    async def visit():
        await asynchronous.aforce_login(ida)
        return (await asynchronous.get(path)).content.decode()

    assert "ida" in client.get(path).content.decode()
    assert "ida" in run.run(visit())
    assert "ida" not in DjangoClient(headers={"Accept": "text/html"}).get(path).content.decode()


class Plain(View):
    """Guarded method by method, directly and as Django's documentation has it."""

    @login_required
    def get(self, request):
        return HttpResponse("hello")

    @method_decorator(login_required)
    def post(self, request):
        return HttpResponse("hello")


class Asynchronous(View):
    """Its ``dispatch`` is plain, and returns what is awaited."""

    async def get(self, request):
        return HttpResponse("hello")


@pytest.mark.parametrize("is_asgi", [True, False])
@pytest.mark.parametrize("view", [Plain, method_decorator(login_required, name="dispatch")(Asynchronous)])
def test_class_based_views_are_guarded(ida, run, monkeypatch, view, is_asgi):
    """Under WSGI and ASGI, whether their methods are plain or ``async def``."""
    module = ModuleType("gatewright_test_urls_with_a_class")
    module.urlpatterns = [path("class", view.as_view()), path("", include("gatewright_test_urls"))]
    monkeypatch.setitem(sys.modules, module.__name__, module)

    async def visit():
        client = AsyncClient()
        refused = (await client.get("/class")).status_code
        await client.aforce_login(ida)
        return refused, (await client.get("/class")).content

    with override_settings(ROOT_URLCONF=module.__name__):
        if is_asgi:
            assert run.run(visit()) == (401, b"hello")
            return
        client = DjangoClient()
        refused = client.get("/class").status_code
        client.force_login(ida)
        assert (refused, client.get("/class").content) == (401, b"hello")


def test_a_class_is_not_decorated_itself():
    """It would be neither a view nor a class any more."""
    with pytest.raises(ConfigurationError, match="Plain is a class"):
        login_required(Plain)


def test_djangos_test_client_signs_users_out(ida):
    """And the session ends."""
    client = DjangoClient()
    client.force_login(ida)
    client.logout()

    assert get_auth().list_sessions() == []


def test_djangos_asynchronous_test_client_signs_users_in(ida, run):
    """As the other one does."""

    async def visit():
        client = AsyncClient()
        await client.aforce_login(ida)
        return [(await client.get(path)).content for path in ("/", "/async")]

    assert run.run(visit()) == [b"ida User", b"ida User"]


def test_an_asynchronous_view_signs_users_in(ida, asgi, monkeypatch):
    """By Django's ``aauthenticate`` and ``alogin``."""

    async def sign_in(request):
        user = await aauthenticate(request, username="ida", password=PASSWORD)
        await alogin(request, user)
        return HttpResponse((await request.auser()).get_username())

    module = ModuleType("gatewright_test_urls_with_sign_in")
    module.urlpatterns = [path("sign-in-here", sign_in), path("", include("gatewright_test_urls"))]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with override_settings(ROOT_URLCONF=module.__name__):
        browser = asgi(ASGIHandler()).browser()
        assert browser.get("/sign-in-here").text == "ida"
        assert browser.get("/signed-in").text == "hello ida"


def test_the_stand_in_for_a_user_is_a_value(anna):
    """Equal to another one of the same user, and of nobody else."""
    one, other = SignedInUser(anna), SignedInUser(get_auth().get_user("anna"))

    assert (one == other, hash(one) == hash(other), one == anna) == (True, True, False)
    assert (str(one), one.pk, one.email) == ("anna", anna.id, "anna@example.com")
    assert (one.is_staff, one.is_superuser, one.is_active) == (False, False, True)
    assert (list(one.groups.all()), list(one.user_permissions.all())) == ([], [])
    assert "anna" in repr(one)


def test_a_form_of_djangos_for_passwords_says_whom_it_is_for(anna, run):
    """An account of ours has its password elsewhere, and the error is in the log in place of a missing attribute."""
    known = SignedInUser(get_auth().get_user("anna"))
    form = PasswordChangeForm(known, {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"})
    for ask in (form.is_valid, lambda: known.set_password("x"), lambda: run.run(known.acheck_password("x"))):
        with pytest.raises(ConfigurationError, match=r"anna is not a user of Django's.*gatewright:account"):
            ask()
