"""Keys that sign access tokens: created from a secret or a PEM file, and kept in a ring of at most two.

A secret needs only the standard library. joserfc, and cryptography below it, are imported only for a PEM file: they
take as much memory as a small application.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from gatewright.base64url import encode
from gatewright.errors import ConfigurationError

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

_MINIMUM_SECRET_BYTES = 32  # RFC 7518, section 3.2: no shorter than the hash of HS256
_MINIMUM_RSA_BITS = 2048  # RFC 7518, section 3.3
_STRONG_RSA_BITS = 3072  # as strong as a 128-bit secret (NIST SP 800-57 part 1, table 2)
_MINIMUM_DISTINCT_CHARACTERS = 8

_RANDOM_TEXT_CURE = 'Generate one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
_PEM_CURE = (
    "Accepted keys are unencrypted PEM: Ed25519, P-256, or RSA of 2048 bits or more. "
    "Generate one with: openssl genpkey -algorithm ed25519 -out token-key.pem"
)

# All have at least seven letters, so that a random secret contains one by chance less than once in a million.
_PLACEHOLDERS = (
    "changeit",
    "changeme",
    "changethis",
    "default",
    "example",
    "insecure",
    "jwtsecret",
    "mysecret",
    "notsecret",
    "password",
    "placeholder",
    "replaceme",
    "replacethis",
    "secretkey",
    "supersecret",
    "yourkey",
    "yoursecret",
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key bound to one algorithm, so that no token ever chooses its algorithm (RFC 8725, 3.1).

    Args:
        kid: The key's public name, in the header of every token that it signs.
        algorithm: ``HS256``, ``EdDSA``, ``ES256`` or ``RS256``.
        key: The key itself; for ``HS256``, the bytes of the secret. Not shown in ``repr``.
    """

    kid: str
    algorithm: str
    key: Key | bytes = field(repr=False)

    @property
    def can_sign(self) -> bool:
        """Whether it includes the private key; a public key only verifies."""
        return isinstance(self.key, bytes) or self.key.is_private

    @property
    def members(self) -> dict[str, object]:
        """The members of the key as a JSON Web Key (RFC 7517)."""
        if isinstance(self.key, bytes):
            return {"kty": "oct", "k": encode(self.key)}
        return dict(self.key.as_dict(private=True))

    # Use the registry's table instead of its `get_alg`, which warns about EdDSA each time: RFC 9864 renames it to
    # "Ed25519", a name that most verifiers do not know yet.

    def sign(self, message: bytes) -> bytes:
        """Sign a message.

        Raises:
            ConfigurationError: If this is a public key.
        """
        if not self.can_sign:
            raise ConfigurationError(
                f"The key {self.kid!r} is public and only verifies. Sign with a private one. {_PEM_CURE}", kid=self.kid
            )
        if self._is_secret(self.key):
            return hmac.digest(self.key, message, "sha256")
        from joserfc.jws import JWSRegistry

        return JWSRegistry.algorithms[self.algorithm].sign(message, self.key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether this key made the signature over exactly this message."""
        if self._is_secret(self.key):
            return hmac.compare_digest(hmac.digest(self.key, message, "sha256"), signature)
        from joserfc.jws import JWSRegistry

        return JWSRegistry.algorithms[self.algorithm].verify(message, signature, self.key)

    def _is_secret(self, key: Key | bytes) -> TypeGuard[bytes]:
        return self.algorithm == "HS256" and isinstance(key, bytes)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one service: ``current`` signs, both verify.

    To rotate, make the current key the previous one and put a new one in its place. Remove the previous key once the
    last token that it signed has expired.

    Raises:
        ConfigurationError: If both keys have the same ``kid``.
    """

    current: SigningKey
    previous: SigningKey | None = None

    def __post_init__(self) -> None:
        if self.previous is not None and self.previous.kid == self.current.kid:
            raise ConfigurationError(
                f"The current and the previous key are both named {self.current.kid!r}. "
                "Give them different keys, or different kids.",
                kid=self.current.kid,
            )

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All verifying keys, the current one first."""
        return (self.current,) if self.previous is None else (self.current, self.previous)

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """Return a symmetric key of 32 bytes derived from each private key, the current one's first.

        Args:
            purpose: The purpose of the keys. A key for one purpose reveals nothing about the keys for another.
        """
        material = (json.dumps(key.members, sort_keys=True).encode() for key in self.keys if key.can_sign)
        return tuple(hmac.digest(each, purpose.encode(errors="surrogatepass"), "sha256") for each in material)


def key_from_secret(secret: str, *, kid: str | None = None) -> SigningKey:
    """Return an HS256 key for a shared secret of any length; `weakness_of_secret` judges its strength.

    Args:
        secret: Text; its UTF-8 bytes are the key.
        kid: The key's public name. By default a digest, which helps to guess the secret no more than a token does.

    Raises:
        ConfigurationError: If the secret is empty, not Unicode text, or a key file.
    """
    if "-----BEGIN " in secret:
        raise ConfigurationError("The token secret is a PEM key. Load it with key_from_pem.")
    try:
        raw = secret.encode()
        if not raw or not (secret.isprintable() and " " not in secret):
            _refuse_public_key(raw)
    except ValueError:
        # Not chained: the codec's error contains the whole secret.
        raise ConfigurationError(
            f"The token secret is empty, not Unicode text, or a public key. {_RANDOM_TEXT_CURE}"
        ) from None
    return SigningKey(kid or hmac.digest(raw, b"gatewright kid", hashlib.sha256).hex()[:8], "HS256", raw)


def key_from_pem(pem: bytes, *, kid: str | None = None) -> SigningKey:
    """Load a key from a PEM file: ``EdDSA`` for Ed25519, ``ES256`` for P-256, ``RS256`` for RSA.

    A public key is accepted too, but only verifies.

    Args:
        pem: The contents of the file.
        kid: The key's public name. By default the start of its RFC 7638 thumbprint, which is the same for both halves.

    Raises:
        ConfigurationError: If the file is encrypted, damaged, or contains another kind of key.
    """
    key = _parse_pem(pem)
    algorithm = _algorithm_for(key)
    return SigningKey(kid or key.thumbprint()[:12], algorithm, key)


def weakness_of_key(key: SigningKey) -> str | None:
    """Return why a key should be replaced by a stronger one, or None if it need not be.

    Returns:
        One sentence with the reason and one with the fix, or None.
    """
    if key.algorithm != "RS256":
        return None
    from joserfc.jwk import RSAKey

    size = key.key.public_key.key_size if isinstance(key.key, RSAKey) else 0
    if size >= _STRONG_RSA_BITS:
        return None
    return (
        f"The RSA key that signs tokens has {size} bits; {_STRONG_RSA_BITS} bits match the strength of the other keys. "
        "Generate a better one with: openssl genpkey -algorithm ed25519 -out token-key.pem"
    )


def weakness_of_secret(secret: str) -> str | None:
    """Return why a secret must not sign tokens in production, or None if it may.

    Anybody who guesses the secret can sign in as any user, and one token is enough to test guesses offline.

    Returns:
        One sentence with the reason and one with the fix, neither of which contains the secret, or None.
    """
    letters = "".join(filter(str.isalnum, secret.lower()))
    size = len(secret.encode(errors="surrogatepass"))
    if any(word in letters for word in _PLACEHOLDERS):
        reason = "looks like a placeholder from an example"
    elif size < _MINIMUM_SECRET_BYTES:
        reason = f"has {size} bytes, but at least {_MINIMUM_SECRET_BYTES} are required"
    elif len(set(secret)) < _MINIMUM_DISTINCT_CHARACTERS or _repeats_itself(secret):
        reason = "is repetitive and easy to guess"
    else:
        return None
    return f"The token secret {reason}. {_RANDOM_TEXT_CURE}"


def _repeats_itself(text: str) -> bool:
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _refuse_public_key(secret: bytes) -> None:
    """Refuse a public key or a certificate, which is no secret. Every form of them contains spaces or control codes.

    Raises:
        ValueError: If it is one, or is empty.
    """
    from joserfc.jwk import OctKey

    with _without_security_warnings():
        OctKey.import_key(secret)


def _parse_pem(pem: bytes) -> OKPKey | ECKey | RSAKey:
    from joserfc.errors import InvalidKeyTypeError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    # The parser also reads DER and SSH lines; one format is enough to document.
    if b"-----BEGIN " not in pem:
        raise ConfigurationError(f"The token key is not a PEM file. {_PEM_CURE}")
    try:
        with _without_security_warnings():
            for kind in (OKPKey, ECKey, RSAKey):
                with suppress(InvalidKeyTypeError):
                    return kind.import_key(pem)
    except Exception as error:  # what the parser raises depends on the damage and on its version; the fix does not
        raise ConfigurationError(f"The token key could not be read: it is encrypted or damaged. {_PEM_CURE}") from error
    raise ConfigurationError(f"This kind of token key is not supported. {_PEM_CURE}")


def _algorithm_for(key: OKPKey | ECKey | RSAKey) -> str:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    match key:
        case OKPKey() if key.curve_name == "Ed25519":
            return "EdDSA"
        case ECKey() if key.public_key.curve.name == "secp256r1":
            return "ES256"
        case RSAKey() if key.public_key.key_size >= _MINIMUM_RSA_BITS:
            return "RS256"
    raise ConfigurationError(f"The curve or size of the token key is not supported. {_PEM_CURE}")


@contextmanager
def _without_security_warnings() -> Iterator[None]:
    # joserfc warns about short keys. Here `weakness_of_secret` judges short secrets, and short RSA keys are refused.
    from joserfc.errors import SecurityWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        yield
