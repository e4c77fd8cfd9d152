"""Authentication methods, one folder each. The core knows them only through one class and one list.

Subclass `Method` to write your own. Methods never import each other.
"""

from __future__ import annotations

from gatewright.methods.method import Enrolled as Enrolled
from gatewright.methods.method import Method as Method
from gatewright.methods.method import Proven as Proven
from gatewright.methods.registry import built_in_methods as built_in_methods
from gatewright.methods.registry import load_methods as load_methods
from gatewright.methods.typed import read_typed as read_typed
