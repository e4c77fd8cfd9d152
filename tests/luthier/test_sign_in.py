"""The document's examples of signing in: by the provider, by a function of one's own, by `attempt` and `bypass`."""

from __future__ import annotations

import pytest

from gatewright.errors import InactiveUserError, UnverifiedUserError, UserNotFoundError


@pytest.fixture
def auth(make_auth, provider):
    return make_auth(providers=[provider])


@pytest.fixture
def advanced_auth(make_auth, advanced_provider):
    return make_auth(providers=[advanced_provider])


def test_a_provider_is_loaded_by_its_name(auth, provider):
    """Loading gives the very object that the application was made with."""
    assert auth.load_user_provider("MyUserProvider") is provider


def test_users_are_loaded_by_name_and_password(auth):
    """John and Alice come out of the loaded provider; a wrong password and an unknown name raise."""
    provider = auth.load_user_provider("MyUserProvider")
    assert provider.load_user_by_username("john@doe.com", "foo123").entity.name == "John Doe"
    assert provider.load_user_by_username("alice@brown.com", "bar456").entity.name == "Alice Brown"
    for username, password in [("john@doe.com", "wrong123"), ("anderson@example.com", "test123")]:
        with pytest.raises(UserNotFoundError):
            provider.load_user_by_username(username, password)


def advanced_login(auth, username):
    """The document's function: load, then check, and say what happened."""
    provider = auth.load_user_provider("MyUserProvider")
    try:
        user = provider.load_user_by_username(username)
        provider.check_user_is_active(user)
        provider.check_user_is_verified(user)
    except UserNotFoundError:
        return "ERROR: User not found!"
    except InactiveUserError:
        return "ERROR: Inactive user!"
    except UnverifiedUserError:
        return "ERROR: Unverified user!"
    return "OK: Login success!"


OUTCOMES = {
    "alex@rodriguez.com": "ERROR: Inactive user!",
    "alice@brown.com": "ERROR: Unverified user!",
    "jack@grimes.com": "ERROR: User not found!",
    "jessica@example.com": "OK: Login success!",
}
ERRORS = {
    "alex@rodriguez.com": InactiveUserError,
    "alice@brown.com": UnverifiedUserError,
    "jack@grimes.com": UserNotFoundError,
}


@pytest.mark.parametrize(("username", "outcome"), OUTCOMES.items())
def test_the_four_users_of_the_advanced_login(advanced_auth, username, outcome):
    """One is inactive, one unverified, one unknown; only Jessica gets in."""
    assert advanced_login(advanced_auth, username) == outcome


@pytest.mark.parametrize(("username", "error"), ERRORS.items())
def test_bypass_does_what_the_function_did(advanced_auth, username, error):
    """`bypass`, of the application and of the provider, raises for the same three users."""
    with pytest.raises(error):
        advanced_auth.bypass(username, "MyUserProvider")
    with pytest.raises(error):
        advanced_auth.load_user_provider("MyUserProvider").bypass(username)


def test_bypass_lets_jessica_in(advanced_auth):
    """The one user who is active and verified comes back, from either `bypass`."""
    assert advanced_auth.bypass("jessica@example.com", "MyUserProvider").entity.name == "Jessica Hudson"
    assert advanced_auth.load_user_provider("MyUserProvider").bypass("jessica@example.com").entity.active == 1


@pytest.mark.parametrize(
    ("username", "password", "error"),
    [
        ("alex@rodriguez.com", "bar456", InactiveUserError),
        ("alex@rodriguez.com", "foo123", UserNotFoundError),
        ("alice@brown.com", "bar456", UnverifiedUserError),
        ("alice@brown.com", "foo123", UserNotFoundError),
        ("jack@grimes.com", "foo123", UserNotFoundError),
        ("jessica@example.com", "bar456", UserNotFoundError),
    ],
)
def test_attempt_asks_for_the_password_first(advanced_auth, username, password, error):
    """Only who knows the password learns that Alex is inactive; his hash is of bar456, so foo123 is simply wrong."""
    with pytest.raises(error):
        advanced_auth.attempt(username, password, "MyUserProvider")


def test_attempt_returns_the_user(advanced_auth):
    """Who is active, verified and knows the password is returned, as the provider's own class of user."""
    user = advanced_auth.attempt("jessica@example.com", "foo123", "MyUserProvider")
    assert (type(user).__name__, user.entity.name) == ("MyUser", "Jessica Hudson")
