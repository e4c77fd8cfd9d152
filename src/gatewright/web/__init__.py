"""Pages and forms, independent of any framework: a `Request` goes in, a `Response` comes out."""

from gatewright.fields import Field as Field
from gatewright.hooks import AuthMiddleware as AuthMiddleware
from gatewright.web.controller import AuthController as AuthController
from gatewright.web.request import Request as Request
from gatewright.web.response import Response as Response
from gatewright.web.response import redirect as redirect
from gatewright.web.simple_auth import SimpleAuthController as SimpleAuthController
from gatewright.web.site import Site as Site
from gatewright.web.visit import Visit as Visit
