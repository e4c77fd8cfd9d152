"""The format of the server's log: text for people, or JSON for programs. Every line has its request's id."""

from __future__ import annotations

from typing import Any, Literal

_FORMATTERS: dict[str, dict[str, dict[str, Any]]] = {
    "text": {
        "default": {
            "()": "uvicorn.logging.DefaultFormatter",
            "fmt": "%(levelprefix)s [%(request_id)s] %(message)s",
            "use_colors": None,
        },
        "access": {
            "()": "uvicorn.logging.AccessFormatter",
            "fmt": '%(levelprefix)s [%(request_id)s] %(client_addr)s - "%(request_line)s" %(status_code)s',
        },
    },
    "json": {
        "default": {"()": "gatewright.logs.JsonFormatter"},
        "access": {"()": "gatewright.logs.JsonFormatter"},
    },
}


def log_config(log_format: Literal["text", "json"]) -> dict[str, Any]:
    """Return a configuration for `logging.config.dictConfig`: requests go to stdout, everything else to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request": {"()": "gatewright.logs.RequestIdFilter"}},
        "formatters": _FORMATTERS[log_format],
        "handlers": {
            "default": _handler("default", "stderr"),
            "access": _handler("access", "stdout"),
        },
        "root": {"handlers": ["default"], "level": "WARNING"},
        "loggers": {
            "gatewright": {"level": "INFO"},
            "uvicorn": {"handlers": ["default"], "level": "INFO", "propagate": False},
            "uvicorn.error": {"level": "INFO"},
            "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        },
    }


def _handler(formatter: str, stream: str) -> dict[str, Any]:
    return {
        "class": "logging.StreamHandler",
        "stream": f"ext://sys.{stream}",
        "formatter": formatter,
        "filters": ["request"],
    }
