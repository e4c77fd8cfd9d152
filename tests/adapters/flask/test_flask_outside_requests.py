"""Commands and the templates of mails ask who is visiting, too: nobody is."""

from __future__ import annotations

import flask
import pytest

from gatewright.adapters.flask import Guest, current_guard, current_user


def test_without_an_application_too_the_visitor_is_a_guest():
    """A module may look at it while it is imported."""
    assert not current_user
    assert (current_user.is_authenticated, current_user.username, current_user.roles) == (False, "", ())


def test_the_template_of_a_mail_is_a_guests(app):
    """Rendered by a command, in an application context."""
    text = '{{ current_user.username or "guest" }} {{ current_user.is_authenticated }} {{ gatewright_path("login") }}'
    with app.app_context():
        assert flask.render_template_string(text) == "guest False /login"
        assert flask.render_template_string('{{ gatewright_path("home") }} {{ gatewright_static("x.css") }}')
        assert isinstance(current_user._get_current_object(), Guest)
        assert current_guard.is_guest()
        assert current_guard.is_granted("post.edit") is False
        assert not current_user


def test_a_command_is_a_guests(app):
    """As cron starts it."""

    @app.cli.command("report")
    def report():
        print(f"for {current_user.username or 'nobody'}")

    assert app.test_cli_runner().invoke(args=["report"]).output == "for nobody\n"


def test_the_prefix_of_the_pages_counts_outside_requests(make_app):
    """Where the pages lie is known."""
    with make_app(url_prefix="/auth").app_context():
        assert flask.render_template_string('{{ gatewright_path("login") }}') == "/auth/login"


@pytest.mark.parametrize("headers", [{}, {"Cookie": "gatewright=nonsense"}])
def test_a_request_that_a_command_makes_up_is_a_guests(app, headers):
    """Some extensions do, to build URLs."""
    with app.test_request_context("/", headers=headers):
        assert not current_user
        assert current_guard.is_guest()
