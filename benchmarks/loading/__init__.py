"""The parts of ``make load``."""
