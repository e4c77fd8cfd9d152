"""Making accounts: names in one spelling, passwords by the policy, and all or nothing."""

from __future__ import annotations

import bcrypt
import pytest

from gatewright import User
from gatewright.errors import InvalidParameterError, TakenError, UserNotFoundError, WeakPasswordError
from gatewright.testing import Wallet
from visitors import OURS, PASSWORD

FULL_WIDTH = "\uff43\uff41\uff52\uff4f\uff4c"
"""The name carol as a keyboard for another script writes it."""


def test_a_new_account_is_active_and_not_yet_verified(auth, clock):
    """What is returned and what is found again are the same account."""
    user = auth.create_user("carol", email="carol@example.com", password=PASSWORD)
    assert (user.username, user.email, user.evrmore_address) == ("carol", "carol@example.com", None)
    assert (user.is_active, user.is_verified) == (True, False)
    assert (user.created_at, user.last_login) == (clock.now(), None)
    assert (user.roles, user.permissions) == ((), ())
    assert len(user.id) == 32
    found = auth.get_user("carol")
    assert found.entity == user.entity
    assert auth.get_user_by_id(user.id).entity == user.entity


def test_no_record_of_a_user_shows_the_hash(auth, carol):
    """Neither the user nor the account answers for it, nor prints it."""
    for record in (carol, carol.entity, auth.get_user("carol"), auth.list_users()[0]):
        assert not hasattr(record, "password_hash")
        assert not hasattr(record, "password")
        assert "argon2" not in repr(record)


def test_a_mail_address_alone_is_a_name(auth):
    """Either name will do, and either signs in."""
    auth.create_user(email="Carol@Example.COM", password=PASSWORD, is_verified=True)
    assert auth.attempt("carol@example.com", PASSWORD, OURS).email == "carol@example.com"
    assert auth.get_user("CAROL@example.com").username == "carol@example.com"
    assert auth.get_user("carol@example.com").entity.username is None


def test_an_account_needs_a_name(auth, count):
    """Nobody could find one without."""
    with pytest.raises(InvalidParameterError, match=r"username.*email"):
        auth.create_user(password=PASSWORD)
    assert count("users") == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Carol", "carol"),
        ("  carol  ", "carol"),
        ("carol.", "carol"),
        ("\uff23\uff21\uff32\uff2f\uff2c", "carol"),
        ("Straße", "strasse"),
        ("ﬁona", "fiona"),
        ("Ⅷ", "viii"),
        ("Ångström", "ångström"),
        ("A\u030angström", "ångström"),
        ("李小龍", "李小龍"),
        ("carol b", "carol b"),
        ("carol\u00a0b", "carol b"),
        ("x" * 255, "x" * 255),
    ],
)
def test_names_are_kept_in_one_spelling(auth, typed, kept):
    """Case and compatibility forms are folded; scripts are left alone."""
    assert auth.create_user(typed).username == kept
    assert auth.get_user(typed).username == kept


ENDPOINTS = {
    "case": "CAROL",
    "full width": FULL_WIDTH,
    "mathematical letters": "\U0001d4ec\U0001d4ea\U0001d4fb\U0001d4f8\U0001d4f5",
    "outer spaces": " carol ",
    "an ideographic space": "carol\u3000",
    "a trailing dot": "carol.",
    "trailing dots and spaces": "carol. . ",
    "a zero-width space": "carol\u200b",
    "a zero-width joiner": "ca\u200drol",
    "a soft hyphen": "ca\u00adrol",
    "a byte order mark": "\ufeffcarol",
    "a right-to-left mark": "carol\u200f",
    "a word joiner": "carol\u2060",
    "a line break": "carol\n",
    "a tab": "\tcarol",
    "a NUL": "carol\0",
    "a line separator": "carol\u2028",
    "a tag character": "carol\U000e0061",
    "a variation selector": "carol\ufe0f",
    "another variation selector": "carol\U000e0100",
    "a grapheme joiner": "ca\u034frol",
    "a Hangul filler": "carol\u3164",
    "another Hangul filler": "carol\u115f",
    "a half-width Hangul filler": "carol\uffa0",
    "a Khmer inherent vowel": "carol\u17b4",
    "a Mongolian selector": "carol\u180b",
    "a blank Braille pattern": "carol\u2800",
    "a lone surrogate": "carol\ud800",
    "a private letter": "carol\ue000",
}


@pytest.mark.parametrize("twin", ENDPOINTS.values(), ids=ENDPOINTS)
def test_nobody_registers_a_twin(auth, carol, count, twin):
    """What looks like carol is carol, and taken, or is no name at all."""
    with pytest.raises((TakenError, InvalidParameterError)):
        auth.create_user(twin, password=PASSWORD)
    assert count("users") == 1


@pytest.mark.parametrize(
    "twin",
    [
        "Carol@Example.com",
        "carol@example.com.",
        "\uff43\uff41\uff52\uff4f\uff4c@example.com",
        "carol\u200b@example.com",
    ],
)
def test_nobody_registers_a_twin_of_a_mail_address(auth, count, twin):
    """Email addresses follow the same rule."""
    auth.create_user("carol", email="carol@example.com")
    with pytest.raises((TakenError, InvalidParameterError)):
        auth.create_user("mallory", email=twin)
    assert count("users") == 1


@pytest.mark.parametrize("twin", ["carol  b", "carol\u2003b", "carol \u00a0 b", "carol\u1680b"])
def test_a_space_is_a_space(auth, count, twin):
    """However wide it is and however many there are: on a page they look like one."""
    auth.create_user("carol b")
    with pytest.raises((TakenError, InvalidParameterError)):
        auth.create_user(twin)
    assert count("users") == 1


@pytest.mark.parametrize("own", ["7", "a3bb189e-8bf9-3891-9912-5a5e3c2f1d00", "\u00fcber id", "x" * 255])
def test_an_identifier_may_be_ones_own(auth, own):
    """It is kept as it is, names the user everywhere, and belongs to one."""
    user = auth.create_user("carol", user_id=own, password=PASSWORD, is_verified=True)
    assert user.id == auth.get_user_by_id(own).id == auth.attempt("carol", PASSWORD, OURS).id == own
    with pytest.raises(TakenError):
        auth.create_user("dave", user_id=own)


@pytest.mark.parametrize("own", ["", " ", " 7", "7\n", "a\0b", "a\u200bb", "x" * 256, "\ud800", 7, b"7", True, ["7"]])
def test_what_can_be_no_identifier_is_refused(auth, count, own):
    """Nobody is made under another one."""
    with pytest.raises(InvalidParameterError, match="user_id must be"):
        auth.create_user("carol", user_id=own)
    assert count("users") == 0


def test_a_taken_name_says_so_and_no_more(auth, carol):
    """The error is the same whether name or email address is taken."""
    auth.create_user("dave", email="dave@example.com")
    with pytest.raises(TakenError) as name:
        auth.create_user("carol")
    with pytest.raises(TakenError) as email:
        auth.create_user("ellen", email="dave@example.com")
    assert (name.value.code, str(name.value)) == (email.value.code, str(email.value))


def test_a_name_like_a_mail_address_is_ones_own(auth, count):
    """Nobody takes another person's address for a username, to sign in or be found in their place."""
    with pytest.raises(InvalidParameterError):
        auth.create_user("victim@example.com")
    with pytest.raises(InvalidParameterError):
        auth.create_user("victim@example.com", email="mallory@example.com")
    assert count("users") == 0
    assert auth.create_user("Own@Example.com", email="own@example.com").username == "own@example.com"


def test_a_name_like_a_wallets_address_finds_nobody_else(auth, sign_in):
    """An address means the wallet's owner, whatever names others have chosen."""
    wallet = Wallet.new("alice")
    owner = sign_in(auth, wallet).user_id
    for name in (wallet.address, wallet.address.lower()):
        try:
            auth.create_user(name, password=PASSWORD)
        except (InvalidParameterError, TakenError):
            continue
    assert auth.get_user(wallet.address).id == owner
    auth.disable_user(wallet.address)
    assert not auth.get_user_by_id(owner).is_active


@pytest.mark.parametrize(
    "email",
    ["", "carol", "@example.com", "carol@", "a@b@c", "a b@example.com", "carol@exa mple.com", "x" * 250 + "@b.com"],
)
def test_a_mail_address_has_the_shape_of_one(auth, count, email):
    """Anything else is refused, and nobody is made."""
    with pytest.raises(InvalidParameterError):
        auth.create_user("carol", email=email)
    assert count("users") == 0


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "too_short"),
        ("x" * 14, "too_short"),
        ("", "too_short"),
        ("passwordpassword", "common"),
        ("my name is carolina", "context"),
        ("carolina@example.com 1", "context"),
        ("acme makes anvils here", "context"),
        ("x y" * 3000, "too_long"),
    ],
)
def test_weak_passwords_are_refused(make_auth, gatewright_settings, count, password, reason):
    """Short, common, too long, or made of names: the error says which, and nobody is made."""
    auth = make_auth(settings=gatewright_settings.with_values(password_context_words=("acme",)))
    with pytest.raises(WeakPasswordError) as raised:
        auth.create_user("carolina", email="carolina@example.com", password=password)
    assert raised.value.evidence["reason"] == reason
    assert count("users") == count("audit") == 0


@pytest.mark.parametrize(
    "password",
    ["x" * 7 + " é " + "\U0001f40e" * 6, "four words of no sense", " " * 14 + "a", "été à la forêt " * 4 + "née"],
)
def test_long_passwords_of_anything_are_taken_as_they_are(auth, password):
    """Spaces, emoji and letters of any script, exactly."""
    auth.create_user("carol", password=password, is_verified=True)
    assert auth.attempt("carol", password, OURS).username == "carol"
    with pytest.raises(UserNotFoundError):
        auth.attempt("carol", password + " ", OURS)


def test_a_foreign_hash_moves_in(auth, sql):
    """A user of another system keeps the password, and no policy is asked about what nobody can see."""
    foreign = bcrypt.hashpw(b"short", bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$")
    auth.create_user("carol", password_hash=foreign, is_verified=True)
    assert sql("SELECT password_hash FROM users") == [(foreign,)]
    assert auth.attempt("carol", "short", OURS).username == "carol"


@pytest.mark.parametrize(
    "password_hash", ["", "short", "5f4dcc3b5aa765d61d8327deb882cf99", "$argon2id$", "$2b$", 5, b"x"]
)
def test_a_hash_that_nothing_can_verify_is_refused(auth, count, password_hash):
    """A password itself in the place of its hash, above all."""
    with pytest.raises(InvalidParameterError):
        auth.create_user("carol", password_hash=password_hash)
    assert count("users") == 0


def test_a_password_or_a_hash(auth, count):
    """Both at once is a mistake."""
    with pytest.raises(InvalidParameterError):
        auth.create_user("carol", password=PASSWORD, password_hash="$2y$10$" + "a" * 53)
    assert count("users") == 0


def test_roles_come_with_the_account(auth):
    """Declared roles are given in the same transaction."""
    auth.create_role("editor")
    auth.create_role("chief", inherits=["editor"])
    assert set(auth.create_user("carol", roles=["CHIEF"]).roles) == {"chief", "editor"}


@pytest.mark.parametrize("roles", [["nobody"], ["editor", "nobody"], "editor", [None], [5]], ids=repr)
def test_an_unknown_role_makes_no_account(auth, snapshot, roles):
    """All or nothing."""
    auth.create_role("editor")
    before = snapshot()
    with pytest.raises(InvalidParameterError):
        auth.create_user("carol", roles=roles)
    assert snapshot() == before


def test_twenty_make_the_same_account(auth, count, at_once):
    """One of them does, and the others are told that it is taken; nobody is told that the database is locked."""
    outcomes = at_once(auth, [lambda auth: auth.create_user("carol", email="carol@example.com")] * 20)
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TakenError) for outcome in outcomes) == 19
    assert count("users") == 1
    assert len(auth.list_audit(event="user_created")) == 1


def test_twenty_spellings_of_one_name_at_once(auth, count, at_once):
    """Nor do different spellings slip past each other."""
    spellings = ["carol", "CAROL", FULL_WIDTH, " carol", "carol."] * 4
    outcomes = at_once(auth, [lambda auth, name=name: auth.create_user(name) for name in spellings])
    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert count("users") == 1


def test_twenty_accounts_at_once(auth, count, at_once):
    """Different names get in each other's way no more than that."""
    outcomes = at_once(auth, [lambda auth, name=f"user {number}": auth.create_user(name) for number in range(20)])
    assert all(isinstance(outcome, User) for outcome in outcomes)
    assert count("users") == 20
