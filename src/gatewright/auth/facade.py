"""The base class of every facade."""

from __future__ import annotations

from gatewright.operations.parts import Parts


class Facade:
    """Holds the parts of one application."""

    _parts: Parts

    @property
    def parts(self) -> Parts:
        """The parts, for the layers above; not for applications."""
        return self._parts
