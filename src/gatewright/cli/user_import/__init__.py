"""``gatewright user import``: move users in from elsewhere."""
