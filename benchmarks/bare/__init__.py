"""The floor: the same work done by hand with the bare libraries, without a framework."""
