"""The floor: the same work done with the bare libraries, by hand and without a framework."""
