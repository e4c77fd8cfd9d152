"""``python -m gatewright`` is the command ``gatewright``."""

from gatewright.cli import main

main()
