"""The stand-alone authentication server: the ready-made pages and a REST API, on `AsyncEvrmoreAuth`.

Everything a request can do is an operation of the core, so hooks and limits apply here as they do in the library.
"""

from gatewright.server.application import create_app
from gatewright.server.log_config import log_config
from gatewright.server.serve import serve

__all__ = ["create_app", "log_config", "serve"]
