"""An LDAP directory: encrypted connections, searches, and verification of passwords."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core import results
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from gatewright.errors import ConfigurationError, ProviderUnavailableError
from gatewright.identifiers import text_in
from gatewright.providers.ldap.values import shown_as_text
from gatewright.providers.trust import trust

_REFUSED = {
    results.RESULT_CONSTRAINT_VIOLATION,
    results.RESULT_NO_SUCH_OBJECT,
    results.RESULT_INVALID_DN_SYNTAX,
    results.RESULT_INAPPROPRIATE_AUTHENTICATION,
    results.RESULT_INVALID_CREDENTIALS,
    results.RESULT_UNWILLING_TO_PERFORM,
}
"""How servers refuse a user: a wrong password, no password, a locked account. Anything else is not a verdict."""

_MISCONFIGURED = {
    results.RESULT_NO_SUCH_OBJECT,
    results.RESULT_INVALID_DN_SYNTAX,
    results.RESULT_INSUFFICIENT_ACCESS_RIGHTS,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its name, and the values of the requested attributes, by the attribute's name in lower case."""

    dn: str
    values: Mapping[str, list[bytes]]

    def first(self, attribute: str) -> str | None:
        """Return the first value of an attribute as text, without loss, or None if it has none."""
        value = next(iter(self.values.get(attribute.lower(), ())), None)
        return None if value is None else shown_as_text(attribute, value)

    def texts(self, attribute: str) -> list[str]:
        """Return the values of an attribute that are text."""
        return [text for value in self.values.get(attribute.lower(), ()) if (text := text_in(value)) is not None]


class Directory:
    """The address of an LDAP server, and how to authenticate to it.

    Args:
        url: ``ldaps://host``, or ``ldap://host``, which is encrypted by StartTLS before anything else is sent.
        service_dn: The service account to search as; None to search anonymously.
        service_password: That account's password.
        ca_file: Certificates to trust, in PEM, instead of the usual authorities.
        allow_plaintext: Whether to allow ``ldap://`` without StartTLS.
        timeout_seconds: How long connecting may take, and then each answer.

    Raises:
        ConfigurationError: If an argument cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        service_dn: str | None,
        service_password: str | None,
        ca_file: str | Path | None,
        allow_plaintext: bool,
        timeout_seconds: float,
    ) -> None:
        if (service_dn is None) != (service_password is None) or service_dn == "" or service_password == "":
            raise ConfigurationError("A service account needs both service_dn and service_password, and neither empty.")
        self._host, self._port, self._is_ldaps = _read_url(url)
        self._starts_tls = not self._is_ldaps and not allow_plaintext
        self._service = None if service_dn is None else (service_dn, str(service_password))
        self._tls = _VerifiedTLS(trust(ca_file))
        self._timeout = ceil(timeout_seconds)  # ldap3 takes whole seconds only

    @contextmanager
    def connect(self) -> Iterator[Connected]:
        """Open a connection as the service account, for one lookup.

        Raises:
            ProviderUnavailableError: If the server cannot be reached, or its certificate cannot be verified.
            ConfigurationError: If it refuses the service account.
        """
        with self._open() as connection:
            if self._service is not None and not _bind(connection, *self._service):
                raise ConfigurationError(f"The directory at {self._host}:{self._port} refuses the service account.")
            yield Connected(connection)

    def is_password_of(self, name: str, password: str, *, values: Mapping[str, str] | None = None) -> bool:
        """Return whether the server accepts a person's password.

        Args:
            name: The distinguished name of their entry, with ``{...}`` as placeholders for values.
            password: Sent unchanged, in UTF-8. Never sent if empty: many servers accept an empty one from anybody.
            values: The values of the placeholders.

        Raises:
            ProviderUnavailableError: If the server gives no verdict.
        """
        if not password:
            return False
        with self._open() as connection:
            return _bind(connection, _fill(name, values or {}, escape_rdn), password)

    @contextmanager
    def _open(self) -> Iterator[ldap3.Connection]:
        """Open an encrypted connection that is not bound yet, and close it in the end."""
        try:
            server = ldap3.Server(
                self._host,
                self._port,
                use_ssl=self._is_ldaps,
                tls=self._tls,
                get_info=ldap3.NONE,
                connect_timeout=self._timeout,
            )
            connection = ldap3.Connection(
                server, receive_timeout=self._timeout, auto_referrals=False, check_names=False, read_only=True
            )
            try:
                connection.open(read_server_info=False)
                if self._starts_tls and not connection.start_tls(read_server_info=False):
                    raise ProviderUnavailableError(f"The directory at {self._host}:{self._port} refuses StartTLS.")
                yield connection
            finally:
                with suppress(LDAPException, OSError):  # it may be gone already
                    connection.unbind()
                if connection.socket is not None:  # unbind does not close a connection that never opened
                    connection.socket.close()
        except (LDAPException, OSError) as error:  # it may reference the request, and so the password: never chain it
            raise ProviderUnavailableError(
                f"The directory at {self._host}:{self._port} cannot be queried ({type(error).__name__}: {error})."
            ) from None


class _VerifiedTLS(ldap3.Tls):
    """TLS verified by Python: ldap3 matches host names itself, and on newer Pythons does not match IP addresses."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        """Encrypt a connection; the handshake fails unless the certificate matches the host."""
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=connection.server.host)


class Connected:
    """A connection to a directory."""

    def __init__(self, connection: ldap3.Connection) -> None:
        self._connection = connection

    def search(
        self, base: str, query: str, values: Mapping[str, str], *, attributes: Iterable[str], at_most: int = 0
    ) -> tuple[list[Entry], bool]:
        """Return the matching entries, and whether these are all: a server may have a limit of its own.

        Args:
            base: The name of the entry below which to search. If it contains the ``{...}`` placeholder of a value, it
                names the only entry that may match.
            query: An RFC 4515 filter, with ``{...}`` as placeholders for values.
            values: The values of the placeholders; always escaped.
            attributes: The attributes to read.
            at_most: How many are enough; 0 for all.

        Raises:
            ProviderUnavailableError: If the server does not answer.
            ConfigurationError: If there is no such base, or the account may not read it.
        """
        is_entry = any(f"{{{name}}}" in base for name in values)
        self._connection.search(
            _fill(base, values, escape_rdn),
            _fill(query, values, escape_filter_chars),
            search_scope=ldap3.BASE if is_entry else ldap3.SUBTREE,
            attributes=list(attributes),
            size_limit=at_most,
        )
        code = self._connection.result["result"]
        if is_entry and code in {results.RESULT_NO_SUCH_OBJECT, results.RESULT_INVALID_DN_SYNTAX}:
            return [], True
        if code in _MISCONFIGURED:
            raise ConfigurationError(
                f"The directory has no {base!r} that gatewright may read. Configure a service account that may read it."
            )
        if code not in {results.RESULT_SUCCESS, results.RESULT_SIZE_LIMIT_EXCEEDED}:
            raise _no_verdict(self._connection)
        found = [entry for entry in self._connection.response or [] if entry["type"] == "searchResEntry"]
        return [_read_entry(entry) for entry in found], code == results.RESULT_SUCCESS


def _bind(connection: ldap3.Connection, dn: str, password: str) -> bool:
    """Return whether the server accepts a name and a password."""
    # Bytes are sent unchanged. Text would be prepared by RFC 4013, which refuses some passwords that people have.
    connection.rebind(dn, password.encode(), authentication=ldap3.SIMPLE, read_server_info=False)
    code = connection.result["result"]
    if code not in _REFUSED | {results.RESULT_SUCCESS}:
        raise _no_verdict(connection)
    return bool(code == results.RESULT_SUCCESS)


def _no_verdict(connection: ldap3.Connection) -> ProviderUnavailableError:
    return ProviderUnavailableError(f"The directory answered {connection.result['description']}.")


def _fill(template: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """Insert values into a template in one pass, so that a value that looks like a placeholder stays a value."""
    return re.sub(r"\{(\w+)\}", lambda found: escape(values[found[1]]) if found[1] in values else found[0], template)


def _read_entry(found: Any) -> Entry:
    return Entry(dn=found["dn"], values={name.lower(): held for name, held in found["raw_attributes"].items()})


def _read_url(url: str) -> tuple[str, int, bool]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"ldap", "ldaps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ConfigurationError("LDAPUserProvider needs a url such as ldaps://ldap.example.com or ldap://host:389.")
    is_ldaps = parts.scheme == "ldaps"
    return parts.hostname, port or (636 if is_ldaps else 389), is_ldaps
