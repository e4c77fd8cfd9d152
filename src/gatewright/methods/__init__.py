"""Ways of proving who one is: a folder each, all of which the core knows by one class and one list.

`Method` is the class to subclass for one of your own. Methods never import each other.
"""

from __future__ import annotations

from gatewright.methods.method import Enrolled as Enrolled
from gatewright.methods.method import Method as Method
from gatewright.methods.method import Proven as Proven
from gatewright.methods.registry import built_in_methods as built_in_methods
from gatewright.methods.registry import load_methods as load_methods
from gatewright.methods.typed import read_typed as read_typed
