"""What every facade is built on."""

from __future__ import annotations

from gatewright.operations.parts import Parts


class Facade:
    """Has the parts of one application."""

    _parts: Parts

    @property
    def parts(self) -> Parts:
        """The parts, for the layers above; applications have no use for them."""
        return self._parts
