"""What is known of accounts: names, email addresses, password hashes, permissions, files of users."""

from __future__ import annotations

import io
from contextlib import suppress

from fuzz_targets.keys import auth
from fuzz_targets.texts import text_of
from gatewright.cli.user_import.formats import Format, open_reader
from gatewright.cli.user_import.user import user_of
from gatewright.errors import InvalidParameterError, UnreadableHashError
from gatewright.mail.domains import ascii_domain, canonical_domain
from gatewright.operations.names import canonical_email, canonical_name, folded_name, kept_names, spellings
from gatewright.passwords.policy import PasswordPolicy
from gatewright.passwords.reading import read_hash


def username(data):
    """A name has one spelling, and what counts failed sign-ins takes that for the same name."""
    text = text_of(data)
    folded_name(text)
    spellings(text)
    with suppress(InvalidParameterError):
        name = canonical_name("username", text)
        assert canonical_name("username", name) == name
        assert name in kept_names("username", text)


def mail_address(data):
    """An email address has one spelling."""
    with suppress(InvalidParameterError):
        email = canonical_email(text_of(data))
        assert canonical_email(email) == email


def mail_domain(data):
    """A domain has one spelling for people, and one for servers."""
    text = text_of(data)
    canonical, encoded = canonical_domain(text), ascii_domain(text)
    assert (canonical is None) == (encoded is None)
    if canonical is not None:
        assert encoded.isascii()
        assert ascii_domain(canonical) == encoded
        assert canonical_domain(encoded) == canonical


def password_hash(data):
    """What is stored as a hash is read, or refused without being shown."""
    for stored in (data, text_of(data)):
        try:
            read_hash(stored)
        except UnreadableHashError as error:
            assert len(str(error)) < 400


def permission(data):
    """Names of permissions, and patterns."""
    text = text_of(data)
    auth().permission_exists(text)
    with suppress(InvalidParameterError):
        auth().guard({}).is_granted(text)


def new_password(data):
    """What somebody chooses as a password is good or weak."""
    with suppress(InvalidParameterError):
        PasswordPolicy(minimum_length=8).check(text_of(data), personal=["anna@example.com"])


def imported_users(data):
    """A file of users, in both formats."""
    for format_ in Format:
        with suppress(InvalidParameterError):
            reader = open_reader(io.BytesIO(data), format_)
            for line in reader.lines():
                with suppress(InvalidParameterError):
                    user_of(reader.fields_of(line))


TARGETS = (username, mail_address, mail_domain, password_hash, permission, new_password, imported_users)
