"""Authorisation: permission names, and the votes that decide whether a user has a permission."""

from gatewright.access.permissions import is_covered as is_covered
from gatewright.access.permissions import is_held as is_held
from gatewright.access.permissions import require_grantable as require_grantable
from gatewright.access.permissions import require_permission as require_permission
from gatewright.access.votes import Strategy as Strategy
from gatewright.access.votes import Vote as Vote
from gatewright.access.votes import Voter as Voter
from gatewright.access.votes import decide as decide
