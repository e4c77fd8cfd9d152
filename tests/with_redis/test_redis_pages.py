"""Pages and protected endpoints where a Redis is set: whoever is signed in is known, and 503 where nobody can tell."""

from __future__ import annotations

import asyncio

import flask
import pytest
from redis_server import serving
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from asgi_exchange import exchange
from gatewright import AsyncEvrmoreAuth, EvrmoreAuth
from gatewright.adapters.flask import Gatewright, current_user
from gatewright.adapters.starlette import GatewrightMiddleware
from gatewright.testing import Browser
from visitors import PASSWORD
