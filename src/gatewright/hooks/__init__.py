"""Hook points: where an application intervenes, before and after every operation."""

from gatewright.hooks.declarations import POINTS as POINTS
from gatewright.hooks.declarations import HookDeclaration as HookDeclaration
from gatewright.hooks.hook_point import HookPoint as HookPoint
from gatewright.hooks.hooks import Hooks as Hooks
from gatewright.hooks.middleware import AuthMiddleware as AuthMiddleware
