"""Which certificates to trust."""

from __future__ import annotations

import ssl
from pathlib import Path

from gatewright.errors import ConfigurationError


def trust(ca_file: str | Path | None) -> ssl.SSLContext:
    """Return a TLS context that verifies certificates and host names.

    Args:
        ca_file: Certificates to trust, in PEM; None for the system's authorities.

    Raises:
        ConfigurationError: If the file contains none, or cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(f"ca_file contains no PEM certificates: {error.strerror or error}.") from None
