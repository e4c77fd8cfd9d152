"""The extension: one or several applications, settings, names, and where an application is mounted."""

from __future__ import annotations

import flask
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from gatewright.adapters.flask import FlaskAuth, current_user, login_required
from gatewright.errors import ConfigurationError

PASSWORD = "correct horse battery staple"


@pytest.fixture
def make_factory_app(tmp_path):
    """Make applications with one extension, each with a configuration of its own."""
    extension, made = FlaskAuth(), []

    def make(name, **config):
        app = flask.Flask(name)
        app.config["GATEWRIGHT_DATABASE_URL"] = f"sqlite:///{tmp_path / name}.db"
        app.config["GATEWRIGHT_MAIL_DELIVERY"] = "command"
        app.config.update({f"GATEWRIGHT_{key}": value for key, value in config.items()})
        extension.init_app(app)
        made.append(app)
        app.get("/")(lambda: current_user.username or "nobody")
        with app.app_context():
            app.auth = extension.auth
        return app

    yield make
    for app in made:
        app.auth.close()


def test_one_extension_serves_several_applications(make_factory_app, open_browser, log_in):
    """Each has a database and visitors of its own."""
    shop, blog = make_factory_app("shop", SITE_NAME="The Shop"), make_factory_app("blog", SITE_NAME="The Blog")
    shop.auth.create_user("anna", email="anna@example.com", password=PASSWORD, is_verified=True)
    browsers = [open_browser(shop), open_browser(blog)]
    for browser in browsers:
        log_in(browser)

    assert [browser.get("/").text for browser in browsers] == ["anna", "nobody"]
    assert ["The Blog" in browser.get("/signup").text for browser in browsers] == [False, True]


def test_the_configuration_goes_before_the_environment(make_factory_app, monkeypatch):
    """Where both know a setting."""
    monkeypatch.setenv("GATEWRIGHT_SITE_NAME", "From outside")
    monkeypatch.setenv("GATEWRIGHT_LINK_HOURS", "3")
    settings = make_factory_app("shop", SITE_NAME="From inside").auth.settings

    assert (settings.site_name, settings.link_hours) == ("From inside", 3)


def test_settings_of_a_method_are_settings_too(make_factory_app, open_browser):
    """A method that the settings leave out stays out, and a value that cannot be is refused."""
    apps = [
        make_factory_app("shop", EMAIL_CODE="first"),
        make_factory_app("blog", EMAIL_CODE="first", METHODS="password"),
    ]
    offered = [[form.fields.get("method") for form in open_browser(app).get("/login").forms] for app in apps]

    assert ["email_code" in each for each in offered] == [True, False]
    with pytest.raises(ConfigurationError, match="GATEWRIGHT_EMAIL_CODE: "):
        make_factory_app("wiki", EMAIL_CODE="third")


def test_a_slip_in_the_configuration_is_told(make_factory_app):
    """It would be ignored otherwise."""
    with pytest.raises(ConfigurationError, match=r"SITENAME. Did you mean GATEWRIGHT_SITE_NAME\?"):
        make_factory_app("shop", SITENAME="My Shop")


def test_a_setting_that_comes_too_late_is_told(people):
    """An auth that is made already does not change."""
    app = flask.Flask("shop")
    app.config["GATEWRIGHT_SITE_NAME"] = "My Shop"
    with pytest.raises(ConfigurationError, match="exists already"):
        FlaskAuth(app, people)


def test_an_auth_for_an_event_loop_is_refused(gatewright_async_auth):
    """Flask blocks, whatever its views are."""
    with pytest.raises(ConfigurationError, match="AsyncEvrmoreAuth does not"):
        FlaskAuth(flask.Flask("shop"), gatewright_async_auth)


def test_an_application_with_the_extension_gets_no_second_one(app):
    """As where one is made for the application, and ``init_app`` is called, too."""
    with pytest.raises(ConfigurationError, match="already has a FlaskAuth"):
        FlaskAuth().init_app(app)


def test_an_application_without_the_extension_is_told():
    """The message holds the cure."""
    app = flask.Flask("shop")
    app.get("/")(login_required(lambda: "home"))
    app.testing = True
    with pytest.raises(ConfigurationError, match=r"FlaskAuth\(app\)"):
        app.test_client().get("/")


def test_the_pages_have_names(app):
    """``url_for`` knows them by SimpleAuth's names, in the blueprint ``gatewright``."""
    with app.test_request_context():
        assert flask.url_for("gatewright.login", next="/x") == "/login?next=/x"
        assert flask.url_for("gatewright.password_reset_form", token="t") == "/password-reset/t"
        assert flask.url_for("gatewright.static", filename="style.css") == "/gatewright/style.css"


def test_a_route_that_the_settings_move_keeps_its_name(make_app, open_browser, anna, log_in):
    """``auth_login_route`` is a path, or becomes one."""
    app = make_app(auth_login_route="/enter", auth_logout_route="leave")
    with app.test_request_context():
        assert [flask.url_for(f"gatewright.{name}") for name in ("login", "logout")] == ["/enter", "/leave"]
    browser = open_browser(app)
    assert log_in(browser, "/enter").location == "/dashboard"
    assert browser.get("/login").status == 404


def test_a_login_leads_to_the_route_of_the_setting(make_app, open_browser, anna, log_in):
    """By its name in Flask; one that needs more than a name, or does not exist, is none."""
    app = make_app(auth_login_route_redirect="report")
    assert log_in(open_browser(app)).location == "/report"
    app = make_app(auth_login_route_redirect="item")
    app.get("/item/<number>", endpoint="item")(lambda number: number)
    assert log_in(open_browser(app)).location == "/"


def test_the_pages_lie_below_a_prefix(make_app, open_browser, anna, log_in):
    """Where the application has other plans for ``/login``."""
    app = make_app(url_prefix="/accounts/")
    app.get("/login")(lambda: "the application's")
    browser = open_browser(app)

    assert browser.get("/login").text == "the application's"
    assert browser.get("/dashboard").location == "/accounts/login?next=%2Fdashboard"
    assert log_in(browser, "/accounts/login?next=/dashboard").location == "/dashboard"
    assert browser.get("/template").text.split()[1] == "/accounts/password-reset/t"
    with app.test_request_context():
        assert flask.url_for("gatewright.login") == "/accounts/login"


@pytest.fixture
def mounted(make_app):
    """An application below ``/shop`` of a larger site, with its pages below ``/accounts`` of its own."""
    return DispatcherMiddleware(Response("elsewhere", 404), {"/shop": make_app(url_prefix="/accounts")})


def test_an_application_can_be_mounted(mounted, open_browser, anna, log_in):
    """Every link and redirect leads back below its mount point."""
    browser = open_browser(mounted)

    assert browser.get("/accounts/login").text == "elsewhere"
    assert browser.get("/shop/dashboard?a=1").location == "/shop/accounts/login?next=%2Fshop%2Fdashboard%3Fa%3D1"
    assert 'href="/shop/accounts/gatewright/style.css"' in browser.get("/shop/accounts/login").text
    assert browser.get("/shop/accounts/gatewright/style.css").status == 200
    assert log_in(browser, "/shop/accounts/login").location == "/shop/dashboard"
    assert browser.get("/shop/").text == "hello anna"


@pytest.mark.parametrize("root", ["", "/shop"])
def test_a_login_may_lead_to_another_host(make_app, open_browser, anna, log_in, root):
    """Where a route of the application lies on a subdomain, wherever the application is mounted."""
    app = make_app(auth_login_route_redirect="office")
    app.config["SERVER_NAME"], app.subdomain_matching = "localhost", True
    app.add_url_rule("/", "office", lambda: "the office", subdomain="office")
    app.wsgi_app = DispatcherMiddleware(Response("", 404), {root: app.wsgi_app})

    assert log_in(open_browser(app), f"{root}/login").location == f"http://office.localhost{root}/"


def test_an_application_that_calls_another_shares_no_visitor(make_app, open_browser, anna, log_in):
    """The environment goes on to the other one; who is visiting does not."""
    inner, outer = make_app(), make_app()

    @outer.get("/inner")
    def call():
        before = current_user.username
        answer = Response.from_app(inner, flask.request.environ | {"PATH_INFO": "/", "HTTP_COOKIE": ""})
        return f"{before}: {answer.get_data(as_text=True)}"

    browser = open_browser(outer)
    log_in(browser)
    assert browser.get("/inner").text == "anna: hello guest"


def address_of(people):
    (session,) = people.list_sessions(people.get_user("anna").id)
    return session.ip_address


def test_a_header_alone_says_nothing_of_the_client(browser, people, anna, log_in):
    """Without a proxy that is trusted, the connection counts."""
    form = browser.get("/login").form("/login")
    browser.submit(form, email="anna", password=PASSWORD, headers=[("X-Forwarded-For", "198.51.100.1")])
    assert address_of(people) == "203.0.113.7"


def test_a_trusted_proxy_is_believed(make_app, open_browser, people, anna):
    """By the setting, whatever the framework."""
    browser = open_browser(make_app(trusted_proxies=("10.0.0.0/8",)), peer="10.0.0.1", is_https=True)
    headers = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https")]
    form = browser.get("/login", headers=headers).form("/login")
    browser.submit(form, email="anna", password=PASSWORD, headers=headers)

    assert address_of(people) == "198.51.100.1"
    assert list(browser.cookies) == ["__Host-gatewright"]


def test_what_proxy_fix_says_counts(app, open_browser, people, anna):
    """Flask's own way to name the proxies works as well."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_prefix=1)
    browser = open_browser(app, peer="10.0.0.1", is_https=True)
    headers = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/shop")]
    form = browser.get("/login", headers=headers).form("/shop/login")
    answer = browser.post("/login", {**form.fields, "email": "anna", "password": PASSWORD}, headers=headers)

    assert answer.location == "/shop/dashboard"
    assert address_of(people) == "198.51.100.1"
    assert list(browser.cookies) == ["__Host-gatewright"]


def test_what_is_no_application_and_no_auth_is_refused(gatewright_auth):
    """By name, and so is a second set-up of one application."""
    app = flask.Flask(__name__)
    with pytest.raises(ConfigurationError, match=r"Flask is not an Auth. Write FlaskAuth\(app, auth\)"):
        FlaskAuth(gatewright_auth, app)
    with pytest.raises(ConfigurationError, match="EvrmoreAuth is not a Flask application"):
        FlaskAuth(gatewright_auth)
    FlaskAuth(app, gatewright_auth)
    with pytest.raises(ConfigurationError, match="already has a FlaskAuth"):
        FlaskAuth(app, gatewright_auth)


@pytest.mark.parametrize("url_prefix", ["accounts", "/<tenant>", None])
def test_a_prefix_that_no_address_has_is_refused(gatewright_auth, url_prefix):
    """Before anybody looks for the pages."""
    with pytest.raises(ConfigurationError, match='url_prefix must be a path such as "/accounts"'):
        FlaskAuth(flask.Flask(__name__), gatewright_auth, url_prefix=url_prefix)
