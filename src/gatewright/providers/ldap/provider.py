"""Users of an LDAP directory, which verifies their passwords."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from gatewright.errors import ConfigurationError, UserNotFoundError
from gatewright.model import User
from gatewright.providers.ldap.layout import LDAPLayout
from gatewright.providers.ldap.replicas import Replicas
from gatewright.providers.possible_credentials import is_possible_password, is_possible_username
from gatewright.providers.user_provider import UserProvider
from gatewright.system import SystemClock


class LDAPUserProvider(UserProvider):
    """Users of an LDAP directory. Needs ``gatewright[ldap]``.

    A user is looked up with the service account, then their password is verified by binding as them. Sessions reload
    their user without a password. The connection is always encrypted and the server's certificate verified, unless
    plain text is allowed. The entity has ``username``, as the directory spells it, ``id``, which survives a change of
    name, ``dn`` and the fields of ``layout.attributes``.

    Args:
        url: ``ldaps://host``, or ``ldap://host``, which is encrypted by StartTLS before anything else is sent. Several,
            as a list or separated by spaces or commas, are servers of the same directory: if the first does not
            answer, the next is asked, and takes precedence for a minute. A wrong password is an answer.
        layout: Where people and groups are.
        service_dn: The service account to search as; None to search anonymously.
        service_password: That account's password.
        ca_file: Certificates to trust, in PEM, instead of the usual authorities.
        allow_plaintext: Whether to allow ``ldap://`` without StartTLS, where everybody on the network path can read
            the passwords.
        timeout_seconds: How long connecting to each server may take, and then each answer.

    Raises:
        ConfigurationError: If an argument cannot be used, or ldap3 is not installed.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        layout: LDAPLayout,
        *,
        service_dn: str | None = None,
        service_password: str | None = None,
        ca_file: str | Path | None = None,
        allow_plaintext: bool = False,
        timeout_seconds: float = 5,
    ) -> None:
        try:
            from gatewright.providers.ldap.directory import Directory
            from gatewright.providers.ldap.people import LDAPPeople
        except ModuleNotFoundError as error:
            raise ConfigurationError('LDAPUserProvider needs ldap3: pip install "gatewright[ldap]".') from error
        directories = [
            Directory(
                one,
                service_dn=service_dn,
                service_password=service_password,
                ca_file=ca_file,
                allow_plaintext=allow_plaintext,
                timeout_seconds=timeout_seconds,
            )
            for one in _urls_in(url)
        ]
        self._replicas = Replicas([LDAPPeople(one, layout) for one in directories], clock=SystemClock())

    def load_user_by_username(self, username: str, password: str | None = None) -> User:
        """Look a user up; with a password, bind as them too.

        Raises:
            UserNotFoundError: If there is no such user, or the directory refuses the password.
            ProviderUnavailableError: If the directory cannot be queried.
            ConfigurationError: If it refuses the service account, if two people share the name, or if the user has no
                id.
        """
        if not is_possible_username(username) or (password is not None and not is_possible_password(password)):
            raise UserNotFoundError("Nobody can have this username or password.")
        person = self._replicas.ask(lambda people: people.find(username, password))
        if person is None:
            raise UserNotFoundError("There is no such user, or the password is wrong.", username=username)
        return self.user_class(SimpleNamespace(**person.fields), person.roles)


def _urls_in(given: str | Sequence[str]) -> list[str]:
    urls = given.replace(",", " ").split() if isinstance(given, str) else [*given]
    return urls or [""]  # which is refused as a URL
