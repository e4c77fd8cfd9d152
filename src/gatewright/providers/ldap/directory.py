"""An LDAP directory: connections that are encrypted or refused, searches, and the check of a password."""

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
"""How servers refuse one user: a wrong password, no password, a locked account. Anything else is no verdict."""

_MISCONFIGURED = {
    results.RESULT_NO_SUCH_OBJECT,
    results.RESULT_INVALID_DN_SYNTAX,
    results.RESULT_INSUFFICIENT_ACCESS_RIGHTS,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name, and the values of the attributes that were asked for, by the attribute in lower case."""

    dn: str
    values: Mapping[str, list[bytes]]

    def first(self, attribute: str) -> str | None:
        """Return the first value of an attribute as text, without loss, or None without one."""
        value = next(iter(self.values.get(attribute.lower(), ())), None)
        return None if value is None else shown_as_text(attribute, value)

    def texts(self, attribute: str) -> list[str]:
        """Return the values of an attribute that are text."""
        return [text for value in self.values.get(attribute.lower(), ()) if (text := text_in(value)) is not None]


class Directory:
    """Where an LDAP server is, and how we are known there.

    Args:
        url: ``ldaps://host``, or ``ldap://host``, which is encrypted by StartTLS before anything is said.
        service_dn: Whom to search as; anonymously without.
        service_password: That account's password.
        ca_file: Certificates to trust, in PEM, instead of the usual authorities.
        allow_plaintext: Whether ``ldap://`` will do without StartTLS.
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
            raise ConfigurationError("A service account needs both service_dn and service_password; neither is empty.")
        self._host, self._port, self._is_ldaps = _read_url(url)
        self._starts_tls = not self._is_ldaps and not allow_plaintext
        self._service = None if service_dn is None else (service_dn, str(service_password))
        self._tls = _VerifiedTLS(trust(ca_file))
        self._timeout = ceil(timeout_seconds)  # ldap3 cannot pass on a part of a second

    @contextmanager
    def connect(self) -> Iterator[Connected]:
        """Open a connection for one question, as the service account.

        Raises:
            ProviderUnavailableError: If the server cannot be reached, or cannot prove that it is the right one.
            ConfigurationError: If it refuses the service account.
        """
        with self._open() as connection:
            if self._service is not None and not _bind(connection, *self._service):
                raise ConfigurationError(f"The directory at {self._host}:{self._port} refuses the service account.")
            yield Connected(connection)

    def is_password_of(self, name: str, password: str, *, values: Mapping[str, str] | None = None) -> bool:
        """Say whether the server lets somebody in with a password.

        Args:
            name: Who, as the name of their entry, with ``{...}`` where a value stands.
            password: Sent exactly as it is, in UTF-8. Never empty: many servers let everybody in without one.
            values: What stands in the name.

        Raises:
            ProviderUnavailableError: If the server gives no verdict.
        """
        if not password:
            return False
        with self._open() as connection:
            return _bind(connection, _fill(name, values or {}, escape_rdn), password)

    @contextmanager
    def _open(self) -> Iterator[ldap3.Connection]:
        """Open an encrypted connection that is not bound yet, and close it."""
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
                if connection.socket is not None:  # what never opened is not closed by that
                    connection.socket.close()
        except (LDAPException, OSError) as error:  # its request may hold the password: never chain it
            raise ProviderUnavailableError(
                f"The directory at {self._host}:{self._port} cannot be asked ({type(error).__name__}: {error})."
            ) from None


class _VerifiedTLS(ldap3.Tls):
    """TLS by Python's own rules: ldap3 compares host names by itself, and knows no IP addresses where Python is new."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        """Encrypt a connection; the handshake fails unless the certificate is the host's."""
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=connection.server.host)


class Connected:
    """A connection to a directory."""

    def __init__(self, connection: ldap3.Connection) -> None:
        self._connection = connection

    def search(
        self, base: str, query: str, values: Mapping[str, str], *, attributes: Iterable[str], at_most: int = 0
    ) -> tuple[list[Entry], bool]:
        """Return the entries that fit, and whether these are all: a server may have a limit of its own.

        Args:
            base: The name of the entry below which to search. With ``{...}`` in it, where a value stands, it is the
                name of the only entry that may fit.
            query: An RFC 4515 filter, with ``{...}`` where a value stands.
            values: What stands in the name and the filter; always a value, whatever it is made of.
            attributes: What to read.
            at_most: How many are enough; 0 for all.

        Raises:
            ProviderUnavailableError: If the server does not answer.
            ConfigurationError: If there is no such base, or we may not read it.
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
                f"The directory has no {base!r} that we may read. Give a service account that may."
            )
        if code not in {results.RESULT_SUCCESS, results.RESULT_SIZE_LIMIT_EXCEEDED}:
            raise _no_verdict(self._connection)
        found = [entry for entry in self._connection.response or [] if entry["type"] == "searchResEntry"]
        return [_read_entry(entry) for entry in found], code == results.RESULT_SUCCESS


def _bind(connection: ldap3.Connection, dn: str, password: str) -> bool:
    """Say whether the server accepts a name and a password."""
    # As bytes they are sent as they are: prepared by RFC 4013, some passwords that people have would be refused.
    connection.rebind(dn, password.encode(), authentication=ldap3.SIMPLE, read_server_info=False)
    code = connection.result["result"]
    if code not in _REFUSED | {results.RESULT_SUCCESS}:
        raise _no_verdict(connection)
    return bool(code == results.RESULT_SUCCESS)


def _no_verdict(connection: ldap3.Connection) -> ProviderUnavailableError:
    return ProviderUnavailableError(f"The directory answers {connection.result['description']}.")


def _fill(template: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    """Put values into a template in one go, so that a value that looks like a placeholder stays a value."""
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
