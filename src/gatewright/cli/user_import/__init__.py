"""``gatewright user import``: import users from elsewhere."""
